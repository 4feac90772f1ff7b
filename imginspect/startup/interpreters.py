"""Interpreters: which file, module or text a command such as ``bash -c TEXT`` or ``python -m PKG`` makes its interpreter run."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from imginspect.startup import interpreter_table as table
from imginspect.startup.options import grammar, scan
from imginspect.startup.started import Language


class Form(StrEnum):
    """What an interpreter is given to run."""

    FILE = "file"
    MODULE = "module"
    TEXT = "text"
    STDIN = "standard input"
    INTERACTIVE = "interactive"
    NOTHING = "nothing"
    """It only prints its version or help."""
    PROGRAM = "program"
    """The command is no interpreter that is known: it runs itself."""


class Target(NamedTuple):
    """What runs: *value* is the path, module or text of *form* (empty where it has none), *args* what that is given.

    *options* are the interpreter's own words before it. *startup* names further files that the interpreter reads first because an option
    says so. *is_login* is set for shells that read the profile. *unknown* says why it could not be told; *form* is then PROGRAM.
    """

    language: Language
    form: Form
    value: str
    args: tuple[str, ...]
    interpreter: str
    options: tuple[str, ...] = ()
    startup: tuple[str, ...] = ()
    is_login: bool = False
    unknown: str = ""


def interpret(argv: Sequence[str]) -> Target:
    """What *argv* runs, wrappers already peeled off. An empty *argv* is a program without a name."""
    words = tuple(argv)
    if not words:
        return Target(Language.PROGRAM, Form.PROGRAM, "", (), "")
    name = words[0].rpartition("/")[2].lstrip("-")
    for pattern, reader in _READERS:
        if pattern.fullmatch(name):
            return reader(words)
    return Target(Language.PROGRAM, Form.PROGRAM, words[0], words[1:], words[0])


def _target(language: Language, form: Form, value: str, args: Sequence[str], words: tuple[str, ...]) -> Target:
    own = len(words) - len(args) - (form is Form.FILE)
    return Target(language, form, value, tuple(args), words[0], words[1 : max(own, 1)])


def _undecided(language: Language, words: tuple[str, ...], why: str) -> Target:
    return Target(language, Form.PROGRAM, words[0], words[1:], words[0], unknown=f"{words[0]}: {why}")


def _file_or(form: Form, language: Language, rest: tuple[str, ...], words: tuple[str, ...]) -> Target:
    """The file that *rest* starts with, standard input for ``-``, else *form*."""
    if rest and rest[0] == "-":
        return _target(language, Form.STDIN, "", rest[1:], words)
    if rest:
        return _target(language, Form.FILE, rest[0], rest[1:], words)
    return _target(language, form, "", (), words)


def _shell(words: tuple[str, ...]) -> Target:
    scanned = scan(words[1:], grammar(table.SHELL))
    if scanned.unknown:
        return _undecided(Language.SHELL, words, scanned.unknown)
    startup = tuple(scanned.all("--rcfile", "--init-file"))
    is_login = scanned.has("-l", "--login") or words[0].startswith("-")
    if scanned.has("--version", "--help"):
        found = _target(Language.SHELL, Form.NOTHING, "", (), words)
    elif scanned.has("-c"):
        if not scanned.rest:
            return _undecided(Language.SHELL, words, "-c without a command")
        found = Target(Language.SHELL, Form.TEXT, scanned.rest[0], scanned.rest[1:], words[0])
    elif scanned.has("-s"):
        found = _target(Language.SHELL, Form.STDIN, "", scanned.rest, words)
    else:
        found = _file_or(Form.INTERACTIVE, Language.SHELL, scanned.rest, words)
    return found._replace(startup=startup, is_login=is_login)


def _python(words: tuple[str, ...]) -> Target:
    scanned = scan(words[1:], grammar(table.PYTHON))
    if scanned.unknown:
        return _undecided(Language.PYTHON, words, scanned.unknown)
    if scanned.has("-V", "--version", "-h", "--help", "--help-all", "--help-env", "--help-xoptions"):
        return _target(Language.PYTHON, Form.NOTHING, "", (), words)
    for option, form in (("-c", Form.TEXT), ("-m", Form.MODULE)):
        value = scanned.last(option)
        if value is not None:
            return _target(Language.PYTHON, form, value, scanned.rest, words)
    return _file_or(Form.INTERACTIVE, Language.PYTHON, scanned.rest, words)


def _rscript(words: tuple[str, ...]) -> Target:
    scanned = scan(words[1:], grammar(table.RSCRIPT, lenient=True))
    if scanned.has("--version", "--help"):
        return _target(Language.R, Form.NOTHING, "", (), words)
    if scanned.unknown:
        return _undecided(Language.R, words, scanned.unknown)
    if scanned.has("-e"):
        return _target(Language.R, Form.TEXT, "\n".join(scanned.all("-e")), scanned.rest, words)
    return _file_or(Form.NOTHING, Language.R, scanned.rest, words)


def _r(words: tuple[str, ...]) -> Target:
    if words[1:2] == ("CMD",):
        if words[2:3] != ("BATCH",):
            return Target(Language.PROGRAM, Form.PROGRAM, words[0], words[1:], words[0])
        rest = scan(words[3:], grammar("", lenient=True)).rest
        return _file_or(Form.NOTHING, Language.R, rest, words)
    scanned = scan(words[1:], grammar(table.R, lenient=True))
    if scanned.unknown:
        return _undecided(Language.R, words, scanned.unknown)
    if scanned.has("--version", "--help"):
        return _target(Language.R, Form.NOTHING, "", (), words)
    if scanned.has("-e"):
        return _target(Language.R, Form.TEXT, "\n".join(scanned.all("-e")), scanned.rest, words)
    file = scanned.last("-f", "--file")
    if file:
        return Target(Language.R, Form.STDIN if file == "-" else Form.FILE, file, scanned.rest, words[0])
    return _target(Language.R, Form.INTERACTIVE, "", scanned.rest, words)


def _littler(words: tuple[str, ...]) -> Target:
    scanned = scan(words[1:], grammar(table.LITTLER, lenient=True))
    if scanned.has("-e", "--eval"):
        return _target(Language.R, Form.TEXT, scanned.last("-e", "--eval") or "", scanned.rest, words)
    return _file_or(Form.STDIN, Language.R, scanned.rest, words)


def _julia(words: tuple[str, ...]) -> Target:
    after_channel = (words[0], *words[2:]) if words[1:2] and words[1].startswith("+") else words  # juliaup's ``julia +1.10``
    scanned = scan(after_channel[1:], grammar(table.JULIA))
    if scanned.unknown:
        return _undecided(Language.JULIA, words, scanned.unknown)
    startup = tuple(scanned.all("-L", "--load"))
    texts = scanned.all("-e", "--eval", "-E", "--print")
    if texts:
        found = _target(Language.JULIA, Form.TEXT, "\n".join(texts), scanned.rest, words)
    elif scanned.has("-v", "--version", "-h", "--help"):
        found = _target(Language.JULIA, Form.NOTHING, "", (), words)
    else:
        found = _file_or(Form.INTERACTIVE, Language.JULIA, scanned.rest, words)
    return found._replace(startup=startup)


def _node(words: tuple[str, ...]) -> Target:
    scanned = scan(words[1:], grammar(table.NODE))
    if scanned.unknown:
        return _undecided(Language.JAVASCRIPT, words, scanned.unknown)
    text = scanned.last("-e", "--eval", "-p", "--print")
    if text is not None:
        return _target(Language.JAVASCRIPT, Form.TEXT, text, scanned.rest, words)
    if scanned.has("-v", "--version", "-h", "--help"):
        return _target(Language.JAVASCRIPT, Form.NOTHING, "", (), words)
    return _file_or(Form.INTERACTIVE, Language.JAVASCRIPT, scanned.rest, words)


def _java(words: tuple[str, ...]) -> Target:
    scanned = scan(words[1:], grammar(table.JAVA, whole_words=True, lenient=True))
    if scanned.unknown:
        return _undecided(Language.JAVA, words, scanned.unknown)
    if scanned.rest and any(word.startswith("@") for word in words[1 : len(words) - len(scanned.rest) + 1]):
        return _undecided(Language.JAVA, words, "its options are in a file (@...)")
    jar, module = scanned.last("-jar"), scanned.last("-m", "--module")
    if jar is not None:
        return Target(Language.JAVA, Form.FILE, jar, scanned.rest, words[0], words[1 : len(words) - len(scanned.rest) - 1])
    if module is not None:
        return _target(Language.JAVA, Form.MODULE, module, scanned.rest, words)
    if not scanned.rest:
        return _target(Language.JAVA, Form.NOTHING, "", (), words)
    form = Form.FILE if scanned.rest[0].endswith(".java") else Form.MODULE
    return _target(Language.JAVA, form, scanned.rest[0], scanned.rest[1:], words)


def _plain(options: str, text_options: tuple[str, ...], file_options: tuple[str, ...] = ()) -> Callable[[tuple[str, ...]], Target]:
    """A reader for an interpreter whose text or file is given by one of these options, or whose first operand is its file."""

    def read(words: tuple[str, ...]) -> Target:
        scanned = scan(words[1:], grammar(options))
        if scanned.unknown:
            return _undecided(Language.OTHER, words, scanned.unknown)
        texts = scanned.all(*text_options)
        if texts:
            return _target(Language.OTHER, Form.TEXT, "\n".join(texts), scanned.rest, words)
        file = scanned.last(*file_options)
        if file is not None:
            return Target(Language.OTHER, Form.FILE, file, scanned.rest, words[0])
        return _file_or(Form.INTERACTIVE, Language.OTHER, scanned.rest, words)

    return read


_READERS: tuple[tuple[re.Pattern[str], Callable[[tuple[str, ...]], Target]], ...] = (
    (re.compile(r"(?:ba|da|a|k|mk|pdk|z)?sh(?:-?static)?"), _shell),
    (re.compile(r"(?:python|pypy)[0-9.]*t?"), _python),
    (re.compile(r"Rscript"), _rscript),
    (re.compile(r"R"), _r),
    (re.compile(r"r|littler"), _littler),
    (re.compile(r"julia[0-9.]*"), _julia),
    (re.compile(r"node|nodejs|bun"), _node),
    (re.compile(r"java"), _java),
    (re.compile(r"perl[0-9.]*"), _plain(table.PERL, ("-e", "-E"))),
    (re.compile(r"ruby[0-9.]*"), _plain(table.RUBY, ("-e",))),
    (re.compile(r"php[0-9.]*"), _plain(table.PHP, ("-r",), ("-f",))),
    (re.compile(r"octave(?:-cli)?[0-9.]*"), _plain(table.OCTAVE, ("--eval",))),
)
