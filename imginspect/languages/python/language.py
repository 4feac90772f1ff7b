"""Python as a language: how its interpreters are started."""

from __future__ import annotations

import re

from imginspect.languages.interpreter import file_or, target, undecided
from imginspect.languages.language import CallEffects, Form, Interpreter, Language, ReadAs, Target
from imginspect.languages.options import grammar, scan
from imginspect.languages.python.starts import command_of, is_import_unknown, script_of

INTERPRETERS = re.compile(r"(?:python|pypy)[0-9.]*t?")
_OPTIONS = (
    "-b -B -d -E -h -i -I -O -P -q -R -s -S -t -u -v -V -x -c=! -m=! -W= -X= -Q= --version --help --help-all --help-env "
    "--help-xoptions --check-hash-based-pycs="
)


def _read(language: Language, words: tuple[str, ...]) -> Target:
    scanned = scan(words[1:], grammar(_OPTIONS))
    if scanned.unknown:
        return undecided(language, words, scanned.unknown)
    if scanned.has("-V", "--version", "-h", "--help", "--help-all", "--help-env", "--help-xoptions"):
        return target(language, Form.NOTHING, "", (), words)
    for option, form in (("-c", Form.TEXT), ("-m", Form.MODULE)):
        value = scanned.last(option)
        if value is not None:
            return target(language, form, value, scanned.rest, words)
    return file_or(Form.INTERACTIVE, language, scanned.rest, words)


PYTHON = Language(
    "python",
    "Python",
    "a Python script",
    interpreters=(Interpreter(INTERPRETERS, _read),),
    suffixes=(".py",),
    read_as=ReadAs.PROGRAM,
    effects=CallEffects(command_of=command_of, script_of=script_of, is_import_unknown=is_import_unknown),
    call_key="py_call",
)
