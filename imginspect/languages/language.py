"""Language: all that is known of one language, and what its interpreters are given to run."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from imginspect.languages.calls import Call, Command, FoundCalls
from imginspect.languages.lines import Lines
from imginspect.languages.values import Value


class ReadAs(StrEnum):
    """How the texts of a language are read."""

    COMMANDS = "commands"
    """As a shell script: commands with their words and conditions."""
    PROGRAM = "program"
    """As Python: calls, with names, imports and control flow."""
    CALLS = "calls"
    """By name: calls wherever they stand, without control flow."""
    UNREAD = "unread"


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


class Included(NamedTuple):
    """Another file that a call runs. *in_folder* are the files that run where it is a folder.

    *is_always_code*: the call runs nothing but code, so a file whose name is not known is a gap.
    """

    file: Value
    is_always_code: bool
    in_folder: tuple[str, ...] = ()


def _nothing(_call: Call) -> None:
    return None


def _no(_call: Call) -> bool:
    return False


class CallEffects(NamedTuple):
    """What calls of a language start: commands, scripts in the same language, and code that only a run makes."""

    command_of: Callable[[Call], Command] = _nothing
    script_of: Callable[[Call], Value | None] = _nothing
    included: Callable[[Call], Included | None] = _nothing
    is_made_code: Callable[[Call], bool] = _no
    is_import_unknown: Callable[[Call], bool] = _no


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


class Interpreter(NamedTuple):
    """A program that runs texts of a language. *names* match its file name; *read* tells from the words of a command what it runs."""

    names: re.Pattern[str]
    read: Callable[[Language, tuple[str, ...]], Target]


ReadCalls: TypeAlias = Callable[[str, str, Lines], FoundCalls]
"""(text, path of its file or empty, lines of an inline text) to its calls."""


@dataclass(frozen=True, eq=False, repr=False)
class Language:
    """One language. *id* stands in reports; *name* and *noun* ("a shell script") stand in messages.

    *suffixes* are the ends of its files' names. *call_key* is the key under which the network knowledge lists its calls, empty for none.
    *read_calls* is for languages that are read as CALLS.
    """

    id: str
    name: str
    noun: str
    interpreters: tuple[Interpreter, ...] = ()
    suffixes: tuple[str, ...] = ()
    read_as: ReadAs = ReadAs.UNREAD
    read_calls: ReadCalls | None = None
    effects: CallEffects = CallEffects()
    call_key: str = ""

    def __repr__(self) -> str:
        return f"<language {self.id}>"


PROGRAM = Language("program", "machine code", "a compiled program")
"""The language of a program that is no script."""

OTHER = Language("other", "another language", "a script in an unsupported language")
"""The language of a script whose interpreter is not known."""
