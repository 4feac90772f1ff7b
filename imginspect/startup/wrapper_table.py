"""The options of each wrapper, as its manual page lists them (grammar format: ``options.py``)."""

from __future__ import annotations

from typing import NamedTuple


class Grammar(NamedTuple):
    """*options* of a wrapper, behind its *subcommand* where it has one (*before*: options in front of that).

    *operands* words stand between the options and the command. *user*, *directory*, *environment* and *clearing* are the options that
    name the user, the working directory and the environment of the command, or clear its variables.
    """

    options: str = ""
    operands: int = 0
    subcommand: str = ""
    before: str = ""
    user: tuple[str, ...] = ()
    user_is_operand: bool = False
    directory: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    clearing: tuple[str, ...] = ()
    activates: str = ""
    takes_assignments: bool = False
    has_whole_words: bool = False
    changes_root: bool = False


_TINI = Grammar("-s -v -w -g -h -l --version -p= -e=")
_MPI = Grammar(
    "-n= -np= --np= --n= -c= -N= -npernode= --npernode= -ppn= -perhost= -H= -host= --host= -f= -hosts= -hostfile= --hostfile= "
    "-machinefile= --machinefile= -x= -wdir= --wdir= -wd= --map-by= -map-by= --bind-to= -bind-to= --rank-by= --mca=2 -mca=2 --prtemca=2 "
    "--pmixmca=2 -genv=2 -env=2 -genvlist= -envlist= --output-filename= --tag-output -tag-output --timeout= --oversubscribe -oversubscribe "
    "--allow-run-as-root -allow-run-as-root --report-bindings --use-hwthread-cpus --quiet -q -v --verbose --display-map -launcher= "
    "-genvall -envall -prepend-rank -l -s= --stdin= --prefix= --path= -path=",
    has_whole_words=True,
    directory=("-wdir", "--wdir", "-wd"),
)
_CONDA_RUN = (
    "-n= --name= -p= --prefix= -v -vv -vvv --verbose --dev --debug-wrapper-scripts --cwd= --no-capture-output --live-stream -s "
    "--no-plugins --console= --quiet -q"
)

WRAPPERS: dict[str, Grammar] = {
    "tini": _TINI,
    "docker-init": _TINI,
    "dumb-init": Grammar("-c --single-child -v --verbose -V --version -h --help -r= --rewrite="),
    "catatonit": Grammar("-g -P -L -V -h --help --version"),
    "gosu": Grammar("--help --version -h -v -t", operands=1, user_is_operand=True),
    "su-exec": Grammar(operands=1, user_is_operand=True),
    "s6-setuidgid": Grammar(operands=1, user_is_operand=True),
    "setuidgid": Grammar(operands=1, user_is_operand=True),
    "doas": Grammar("-n -s -L -a= -C= -u=", user=("-u",)),
    "chpst": Grammar("-u= -U= -b= -/= -e= -d= -o= -p= -f= -c= -m= -t= -n= -l= -L= -v -V -P -0 -1 -2", user=("-u",)),
    "setpriv": Grammar(
        "-d --dump --nnp --no-new-privs --clear-groups --keep-groups --init-groups --reset-env --reuid= --ruid= --euid= --regid= --rgid= "
        "--egid= --groups= --inh-caps= --ambient-caps= --bounding-set= --securebits= --selinux-label= --apparmor-profile= --pdeathsig= "
        "--ptracer= --landlock-access= --landlock-rule= --seccomp-filter=",
        user=("--reuid", "--euid"),
        clearing=("--reset-env",),
    ),
    "nice": Grammar("-n= --adjustment= -0? -1? -2? -3? -4? -5? -6? -7? -8? -9?"),
    "ionice": Grammar("-c= --class= -n= --classdata= -t --ignore"),
    "chrt": Grammar("-a -b -f -i -o -r -d -v -R --all-tasks --batch --fifo --idle --other --rr --verbose --reset-on-fork -T= -P= -D=", 1),
    "timeout": Grammar("-f -p -v --foreground --preserve-status --verbose -k= --kill-after= -s= --signal=", operands=1),
    "stdbuf": Grammar("-i= -o= -e= --input= --output= --error="),
    "nohup": Grammar(),
    "setsid": Grammar("-c -f -w --ctty --fork --wait"),
    "time": Grammar("-a -p -q -v --append --portability --quiet --verbose -f= --format= -o= --output="),
    "exec": Grammar("-c -l -a=", clearing=("-c",)),
    "command": Grammar("-p"),
    "builtin": Grammar(),
    "noglob": Grammar(),
    "eatmydata": Grammar(),
    "fakeroot": Grammar("-h -v -u --unknown-is-real -l= --lib= --faked= -s= -i= -b="),
    "catchsegv": Grammar(),
    "unbuffer": Grammar("-p"),
    "prlimit": Grammar("--as= --core= --cpu= --data= --fsize= --locks= --memlock= --msgqueue= --nice= --nofile= --nproc= --rss= --stack="),
    "numactl": Grammar(
        "-a --all -l --localalloc --balancing -i= --interleave= -w= --weighted-interleave= -p= --preferred= -P= --preferred-many= "
        "-m= --membind= -N= --cpunodebind= -C= --physcpubind= --touch"
    ),
    "taskset": Grammar("-a -c --all-tasks --cpu-list", operands=1),
    "setarch": Grammar("-R -B -F -I -L -S -T -X -Z -3 -v --addr-no-randomize --32bit --verbose", operands=1),
    "linux32": Grammar("-R -v --addr-no-randomize"),
    "linux64": Grammar("-R -v --addr-no-randomize"),
    "xvfb-run": Grammar(
        "-a -d -l -h --auto-servernum --auto-display --listen-tcp --help -e= --error-file= -f= --auth-file= -n= --server-num= -p= "
        "--xauth-protocol= -s= --server-args= -w= --wait="
    ),
    "dbus-run-session": Grammar("--config-file= --dbus-daemon="),
    "chroot": Grammar("--skip-chdir --groups= --userspec=", operands=1, changes_root=True),
    "conda": Grammar(_CONDA_RUN, subcommand="run", directory=("--cwd",), environment=("-n", "--name", "-p", "--prefix"), activates="conda"),
    "mamba": Grammar(_CONDA_RUN, subcommand="run", directory=("--cwd",), environment=("-n", "--name", "-p", "--prefix"), activates="conda"),
    "micromamba": Grammar(
        "-n= --name= -p= --prefix= -r= --root-prefix= -e= --env= -a= --attach= --cwd= --label= --rc-file= --clean-env -d --detach -v "
        "--verbose -q --quiet -y --yes --offline --no-rc --no-env --use-index-cache",
        subcommand="run",
        before="-r= --root-prefix= -q -v --offline -y --no-rc --no-env --rc-file=",
        directory=("--cwd",),
        environment=("-n", "--name", "-p", "--prefix"),
        clearing=("--clean-env",),
        activates="conda",
    ),
    "poetry": Grammar(
        "", subcommand="run", before="-q -v -vv -vvv -n --quiet --no-interaction --no-plugins --no-cache -C= --directory= -P= --project=",
        activates="poetry",
    ),
    "pipenv": Grammar("", subcommand="run", before="-q -v --quiet --verbose", activates="pipenv"),
    "pdm": Grammar("-s --site-packages -l -p= --project=", subcommand="run", before="-q -v -p= --project=", activates="pdm"),
    "hatch": Grammar("", subcommand="run", before="-e= --env= -q -v", activates="hatch"),
    "pixi": Grammar(
        "-e= --environment= --manifest-path= -q -v --quiet --verbose --frozen --locked --as-is --no-install --no-lockfile-update "
        "--clean-env --skip-deps -x --executable --color= --concurrent-solves= --concurrent-downloads=",
        subcommand="run",
        before="-q -v --color=",
        environment=("-e", "--environment"),
        clearing=("--clean-env",),
        activates="pixi",
    ),
    "strace": Grammar(
        "-A -C -d -f -F -h -i -k -n -N -q -r -t -T -v -V -w -x -y -Y -z -Z -c -D -a= -b= -e= -E= -I= -o= -O= -p= -P= -s= -S= -u= "
        "-U= -X= --env= --attach= --user= --detach-on= --daemonize? --follow-forks --output-separately --interruptible= --trace= "
        "--signal= --status= --trace-path= --trace-fds= --successful-only --failed-only --columns= --abbrev= --verbose= --raw= "
        "--read= --write= --quiet? --silent? --silence? --kvm= --decode-fds? --decode-pids? --inject= --fault= "
        "--instruction-pointer --syscall-number --stack-trace? --stack-traces? --output= --output-append-mode "
        "--relative-timestamps? --string-limit= --absolute-timestamps? --timestamps? --syscall-times? --no-abbrev "
        "--strings-in-hex? --const-print-style= --summary-only --summary --summary-sort-by= --summary-columns= "
        "--summary-wall-clock --summary-syscall-overhead= --seccomp-bpf --debug --argv0= --always-show-pid --tips? --help "
        "--version",
        user=("-u", "--user"),
    ),
    "ltrace": Grammar(
        "-b -c -C -f -h -i -L -r -S -t -T -V -a= -A= -D= -e= -F= -l= -n= -o= -p= -s= -u= -w= -x= --align= --no-signals --demangle --debug= "
        "--config= --help --library= --indent= --output= --where= --version",
        user=("-u",),
    ),
    "trickle": Grammar("-h -v -V -s -d= -u= -w= -t= -l= -L= -n= -P="),
    "chronic": Grammar("-e -v"),
    "run-one": Grammar(),
    "run-one-constantly": Grammar(),
    "run-one-until-success": Grammar(),
    "run-one-until-failure": Grammar(),
    "keep-one-running": Grammar(),
    "proxychains": Grammar("-q -f="),
    "proxychains4": Grammar("-q -f="),
    "mpirun": _MPI,
    "mpiexec": _MPI,
    "orterun": _MPI,
    "mpiexec.hydra": _MPI,
}  # fmt: skip


class Launcher(NamedTuple):
    """The options of a launcher of Python scripts; underscores in their names count as hyphens."""

    options: str
    subcommand: str = ""


_TORCHRUN = Launcher(
    "--standalone -m --module --no-python --run-path --use-env --nnodes= --nproc-per-node= --nproc= --rdzv-backend= --rdzv-endpoint= "
    "--rdzv-id= --rdzv-conf= --max-restarts= --monitor-interval= --start-method= --role= --log-dir= -r= --redirects= -t= --tee= "
    "--local-ranks-filter= --node-rank= --master-addr= --master-port= --local-addr= --logs-specs= --event-log-handler= --numa-binding="
)
_ACCELERATE = (
    "--cpu --multi-gpu --tpu --ipex --use-mps-device --use-xpu --use-deepspeed --use-fsdp --use-megatron-lm --quiet -q -m --module "
    "--no-python --debug --same-network --main-training-function= --config-file= --num-processes= --num-machines= --machine-rank= "
    "--main-process-ip= --main-process-port= --mixed-precision= --gpu-ids= --num-cpu-threads-per-process= --dynamo-backend= "
    "--dynamo-mode= --dynamo-use-fullgraph --dynamo-use-dynamic --rdzv-backend= --rdzv-conf= --max-restarts= --monitor-interval= -t= "
    "--tee= --log-dir= --role= --deepspeed-config-file= --zero-stage= --gradient-accumulation-steps= --gradient-clipping= "
    "--offload-optimizer-device= --offload-param-device= --deepspeed-hostfile= --enable-cpu-affinity"
)

LAUNCHERS: dict[str, Launcher] = {
    "torchrun": _TORCHRUN,
    "torch.distributed.run": _TORCHRUN,
    "torch.distributed.launch": _TORCHRUN,
    "accelerate": Launcher(_ACCELERATE, "launch"),
    "accelerate-launch": Launcher(_ACCELERATE),
    "accelerate.commands.launch": Launcher(_ACCELERATE),
}
ENV = (
    "- -i -0 -v --ignore-environment --null --debug -u= --unset= -C= --chdir= -S=! --split-string=! --block-signal "
    "--default-signal --ignore-signal --list-signal-handling -P= -a= --argv0="
)
SU = (
    "-c= --command= --session-command= -s= --shell= -g= --group= -G= --supp-group= -w= --whitelist-environment= -u= --user= - "
    "-l --login -m -p --preserve-environment -P --pty -f --fast -T --no-pty"
)
SUDO = (
    "-A -b -E -e -H -k -K -n -P -S -V -v -B -N -C= -D= -g= -h= -p= -R= -r= -T= -t= -U= -u= -i -s --preserve-env --set-home "
    "--non-interactive --background --login --shell --user= --group= --chdir= --host= --prompt= --stdin"
)
UV = (
    "-v -q -n --verbose --quiet --offline --frozen --locked --no-sync --no-dev --dev --only-dev --all-extras --all-groups "
    "--isolated --active --exact --no-project --no-config --no-cache --no-progress --no-editable --no-env-file --all-packages "
    "--native-tls --managed-python --no-managed-python --no-python-downloads --refresh -U --upgrade --no-index "
    "--no-default-groups --compile-bytecode -p= --python= --extra= --no-extra= --group= --no-group= --only-group= --with= "
    "--with-editable= --with-requirements= --env-file= --package= --project= --directory= --config-file= --cache-dir= "
    "--index= --default-index= -i= --index-url= --extra-index-url= -f= --find-links= --color= -w= -P= --upgrade-package= -m=! "
    "--module=! -s --script --gui-script"
)
FLOCK = (
    "-s -x -e -u -n -o -F -h -V -w= -W= -E= --shared --exclusive --unlock --nonblock --nb --close --no-fork --verbose --help --version "
    "--timeout= --wait= --conflict-exit-code= --fcntl"
)
SCRIPT = (
    "-a -e -f -q -h -V -c= -E= -I= -O= -B= -T= -m= -o= -t? --append --return --flush --force --quiet --help --version --command= --echo= "
    "--log-in= --log-out= --log-io= --log-timing= --logging-format= --output-limit= --timing?"
)
WATCH = (
    "-b -c -C -d? -e -g -p -t -w -x -r -h -v -n= -q= -s= --beep --color --no-color --differences? --errexit --chgexit --precise --no-title "
    "--no-wrap --exec --no-rerun --help --version --interval= --equexit= --shotsdir="
)
UV_BEFORE = "-v -q --offline --no-config --native-tls --no-cache -n --project= --directory= --cache-dir= --color="
