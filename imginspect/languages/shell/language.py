"""The shell as a language: how its interpreters are started."""

from __future__ import annotations

import re

from imginspect.languages.interpreter import file_or, target, undecided
from imginspect.languages.language import Form, Interpreter, Language, ReadAs, Target
from imginspect.languages.options import grammar, scan

_OPTIONS = (
    "-a -b -e -f -h -i -k -l -m -n -p -r -s -t -u -v -x -B -C -D -E -H -I -P -T -V -q -c -o= -O= -A= +o= +O= +a +b +e +f +h "
    "+m +u +v +x +B +C +E +H +P +T --login --norc --noprofile --posix --noediting --restricted --verbose --debugger "
    "--pretty-print --dump-strings --version --help --no-rcs --rcfile= --init-file="
)
"""Source: bash(1), dash(1), ksh(1), zsh(1)."""


def _read(language: Language, words: tuple[str, ...]) -> Target:
    scanned = scan(words[1:], grammar(_OPTIONS))
    if scanned.unknown:
        return undecided(language, words, scanned.unknown)
    startup = tuple(scanned.all("--rcfile", "--init-file"))
    is_login = scanned.has("-l", "--login") or words[0].startswith("-")
    if scanned.has("--version", "--help"):
        found = target(language, Form.NOTHING, "", (), words)
    elif scanned.has("-c"):
        if not scanned.rest:
            return undecided(language, words, "-c without a command")
        found = Target(language, Form.TEXT, scanned.rest[0], scanned.rest[1:], words[0])
    elif scanned.has("-s"):
        found = target(language, Form.STDIN, "", scanned.rest, words)
    else:
        found = file_or(Form.INTERACTIVE, language, scanned.rest, words)
    return found._replace(startup=startup, is_login=is_login)


SHELL = Language(
    "shell",
    "shell",
    "a shell script",
    interpreters=(Interpreter(re.compile(r"(?:ba|da|a|k|mk|pdk|z)?sh(?:-?static)?"), _read),),
    suffixes=(".sh", ".bash"),
    read_as=ReadAs.COMMANDS,
)
