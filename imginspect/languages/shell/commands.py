"""The values of the shell analysis."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from imginspect.languages.values import Condition, Value


class When(StrEnum):
    """Whether a command of a script runs when the script does."""

    ALWAYS = "always"
    BRANCH = "branch"
    LOOP = "loop"
    FUNCTION = "function"
    """Only in a function that nothing calls."""
    NEVER = "never"
    """Behind ``exit`` or ``exec``."""


class Failure(StrEnum):
    """What follows where a command cannot be started, or fails."""

    ENDS = "the script ends there"
    GOES_ON = "the script continues"
    DEALT = "the script handles it"


class Written(NamedTuple):
    """A redirection into the file *path*, behind the first *after* commands of the text."""

    path: str
    after: int


class ShellCommand(NamedTuple):
    """One simple command. *words* are its words after expansion and without ``exec``, *line* counts from 1.

    *path* is the sourced file that it stands in, None for the script itself. *guards* must all hold for it to run. *function* names the
    function that it is in where nothing calls that. *is_tolerated*: the script says that its failure does not matter. It is not *certain*
    where the text around it was not understood. *here_text* is what it is given on standard input, where that stands in the script.
    *exported* is what its environment holds beyond that of the script, *directory* where it runs, None where that is not known.
    *failure* is what follows where it fails.
    """

    words: tuple[Value, ...]
    line: int
    source: str
    when: When = When.ALWAYS
    path: str | None = None
    guards: tuple[Condition, ...] = ()
    function: str = ""
    is_exec: bool = False
    is_tolerated: bool = False
    is_certain: bool = True
    here_text: Value | None = None
    exported: tuple[tuple[str, Value], ...] = ()
    directory: str | None = None
    sources: str = ""
    """The path that it sources, where it is ``.`` or ``source`` and that is known and was not given to the walk."""
    enters: str = ""
    """The directory that it goes into, where it is ``cd`` and that is known; nothing else starts then."""
    failure: Failure = Failure.GOES_ON
    is_guess: bool = False
    """It is what is left of a command while the variable before it is empty."""
    unknown: str = ""
    """Why it cannot be told what it runs: a name that is not known, ``eval`` of what is not known."""

    @property
    def name(self) -> str:
        """The last part of the program's name, empty where it is not known."""
        first = self.words[0].text if self.words else None
        return first.rpartition("/")[2] if first else ""


class ShellText(NamedTuple):
    """What a script runs. *incomplete* says why there may be more commands than these, empty where there are none more.

    *has_errors*: a part of it is not valid, and commands in it were guessed line by line.
    """

    commands: tuple[ShellCommand, ...]
    incomplete: str = ""
    has_errors: bool = False
    written: tuple[Written, ...] = ()
    """The files that redirections write."""
    names_own_commands: bool = False
    """It defines aliases, or what runs where a command is not found."""
    steps: int = 0
    """How much work the walk was."""
