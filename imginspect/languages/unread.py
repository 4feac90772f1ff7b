"""Languages that are known by their interpreters and are not read: a script of one of them is named as what was not analysed."""

from __future__ import annotations

import re

from imginspect.languages.interpreter import file_or, plain, target, undecided
from imginspect.languages.language import Form, Interpreter, Language, Target
from imginspect.languages.options import grammar, scan

_NODE = (
    "-i -v -h -c --version --help --check --interactive --trace-warnings --trace-deprecation --no-warnings --no-deprecation "
    "--expose-gc --enable-source-maps --preserve-symlinks --preserve-symlinks-main --experimental-modules --watch --test "
    "--inspect --inspect-brk --prof --abort-on-uncaught-exception --experimental-strip-types --experimental-vm-modules "
    "--use-openssl-ca --insecure-http-parser --experimental-specifier-resolution= -r= --require= --import= --loader= "
    "--experimental-loader= -C= --conditions= --title= -e= --eval= -p= --print="
)
_JAVA = (
    "-jar=! -m=! --module=! -cp= -classpath= --class-path= -p= --module-path= --upgrade-module-path= --add-modules= "
    "--add-opens= --add-exports= --add-reads= --limit-modules= --source= -d= --describe-module= -version --version "
    "-fullversion -help --help -h"
)
_PERL = "-a -c -l? -n -p -s -S -t -T -u -U -v? -w -W -X -0? -C? -d? -D? -F= -i? -I= -m= -M= -x? -V? -e= -E="
_RUBY = (
    "-a -c -l -n -p -s -S -v -w -y -d -h -0? -C= -F= -i? -I= -K? -r= -T? -W? -x? -e= --disable= --enable= --encoding= "
    "--version --yjit --jit"
)
_PHP = "-a -c= -d= -e -f= -h -i -l -m -n -q -r= -s -v -w -S= -t= -B= -R= -E="
_OCTAVE = (
    "--gui --no-gui -q --quiet --silent -f --no-init-file --norc -W --no-window-system -H --no-history -p= --path= --eval= --persist -i"
)


def _node(language: Language, words: tuple[str, ...]) -> Target:
    scanned = scan(words[1:], grammar(_NODE))
    if scanned.unknown:
        return undecided(language, words, scanned.unknown)
    text = scanned.last("-e", "--eval", "-p", "--print")
    if text is not None:
        return target(language, Form.TEXT, text, scanned.rest, words)
    if scanned.has("-v", "--version", "-h", "--help"):
        return target(language, Form.NOTHING, "", (), words)
    return file_or(Form.INTERACTIVE, language, scanned.rest, words)


def _java(language: Language, words: tuple[str, ...]) -> Target:
    scanned = scan(words[1:], grammar(_JAVA, whole_words=True, lenient=True))
    if scanned.unknown:
        return undecided(language, words, scanned.unknown)
    if scanned.rest and any(word.startswith("@") for word in words[1 : len(words) - len(scanned.rest) + 1]):
        return undecided(language, words, "its options are in a file (@...)")
    jar, module = scanned.last("-jar"), scanned.last("-m", "--module")
    if jar is not None:
        return Target(language, Form.FILE, jar, scanned.rest, words[0], words[1 : len(words) - len(scanned.rest) - 1])
    if module is not None:
        return target(language, Form.MODULE, module, scanned.rest, words)
    if not scanned.rest:
        return target(language, Form.NOTHING, "", (), words)
    form = Form.FILE if scanned.rest[0].endswith(".java") else Form.MODULE
    return target(language, form, scanned.rest[0], scanned.rest[1:], words)


JAVASCRIPT = Language(
    "javascript", "JavaScript", "a JavaScript program", (Interpreter(re.compile("node|nodejs|bun"), _node),), (".js", ".mjs", ".cjs")
)
JAVA = Language("java", "Java", "a Java program", (Interpreter(re.compile("java"), _java),), (".java",))
_perl = plain(_PERL, ("-e", "-E"))
PERL = Language("perl", "Perl", "a Perl script", (Interpreter(re.compile("perl[0-9.]*"), _perl),), (".pl",))
_ruby = plain(_RUBY, ("-e",))
RUBY = Language("ruby", "Ruby", "a Ruby script", (Interpreter(re.compile("ruby[0-9.]*"), _ruby),), (".rb",))
_php = plain(_PHP, ("-r",), ("-f",))
PHP = Language("php", "PHP", "a PHP script", (Interpreter(re.compile("php[0-9.]*"), _php),), (".php",))
_octave = plain(_OCTAVE, ("--eval",))
OCTAVE = Language("octave", "Octave", "an Octave script", (Interpreter(re.compile(r"octave(?:-cli)?[0-9.]*"), _octave),))
LANGUAGES = (JAVASCRIPT, JAVA, PERL, RUBY, PHP, OCTAVE)
"""A language moves from here into a folder of its own when its texts are read."""
