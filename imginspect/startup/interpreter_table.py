"""The options of each interpreter, as its manual page lists them (grammar format: ``options.py``)."""

from __future__ import annotations

SHELL = (
    "-a -b -e -f -h -i -k -l -m -n -p -r -s -t -u -v -x -B -C -D -E -H -I -P -T -V -q -c -o= -O= -A= +o= +O= +a +b +e +f +h "
    "+m +u +v +x +B +C +E +H +P +T --login --norc --noprofile --posix --noediting --restricted --verbose --debugger "
    "--pretty-print --dump-strings --version --help --no-rcs --rcfile= --init-file="
)
PYTHON = (
    "-b -B -d -E -h -i -I -O -P -q -R -s -S -t -u -v -V -x -c=! -m=! -W= -X= -Q= --version --help --help-all --help-env "
    "--help-xoptions --check-hash-based-pycs="
)
JULIA = (
    "-i -q -v -h -g? -O? --quiet --version --help --project --banner= --color= --history-file= --startup-file= --sysimage= "
    "-J= -H= --home= -t= --threads= -p= --procs= -L= --load= --machine-file= -C= --cpu-target= --compile= --depwarn= "
    "--warn-overwrite= --inline= --check-bounds= --math-mode= --compiled-modules= --pkgimages= --optimize --min-optlevel= "
    "--heap-size-hint= --gcthreads= --sysimage-native-code= --handle-signals= --warn-scope= --polly= --code-coverage "
    "--track-allocation -e= --eval= -E= --print="
)
NODE = (
    "-i -v -h -c --version --help --check --interactive --trace-warnings --trace-deprecation --no-warnings --no-deprecation "
    "--expose-gc --enable-source-maps --preserve-symlinks --preserve-symlinks-main --experimental-modules --watch --test "
    "--inspect --inspect-brk --prof --abort-on-uncaught-exception --experimental-strip-types --experimental-vm-modules "
    "--use-openssl-ca --insecure-http-parser --experimental-specifier-resolution= -r= --require= --import= --loader= "
    "--experimental-loader= -C= --conditions= --title= -e= --eval= -p= --print="
)
JAVA = (
    "-jar=! -m=! --module=! -cp= -classpath= --class-path= -p= --module-path= --upgrade-module-path= --add-modules= "
    "--add-opens= --add-exports= --add-reads= --limit-modules= --source= -d= --describe-module= -version --version "
    "-fullversion -help --help -h"
)
PERL = "-a -c -l? -n -p -s -S -t -T -u -U -v? -w -W -X -0? -C? -d? -D? -F= -i? -I= -m= -M= -x? -V? -e= -E="
RUBY = (
    "-a -c -l -n -p -s -S -v -w -y -d -h -0? -C= -F= -i? -I= -K? -r= -T? -W? -x? -e= --disable= --enable= --encoding= "
    "--version --yjit --jit"
)
PHP = "-a -c= -d= -e -f= -h -i -l -m -n -q -r= -s -v -w -S= -t= -B= -R= -E="
OCTAVE = (
    "--gui --no-gui -q --quiet --silent -f --no-init-file --norc -W --no-window-system -H --no-history -p= --path= --eval= --persist -i"
)
LITTLER = "-e= --eval= -l= --packages= -L= --libpath= -d -i -n -p -q -s -t -v -x --vanilla --verbose"
R = "-e= -f= --file= --args! -g= --gui= -d= --debugger= --version --help"
RSCRIPT = "-e= --verbose --version --help"
