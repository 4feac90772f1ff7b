"""Walk: the state of one walk through a script, and how its steps are driven.

Each step is a generator that yields the steps inside it: a loop drives them, so that no nesting of the script is a nesting of Python calls.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TypeAlias

from tree_sitter import Node

from imginspect.languages.shell.commands import ShellCommand, Written
from imginspect.languages.shell.place import ShellPlace
from imginspect.languages.shell.variables import Variables
from imginspect.languages.values import Value, constant

Step: TypeAlias = Generator["Step", None, None]
"""A part of a walk; it yields the parts within it, so that no depth of nesting is one of calls."""
Sourced: TypeAlias = Callable[[str], str | None]
"""The text of a file that a script sources, None for one that is not there."""
Globbed: TypeAlias = Callable[[str], Sequence[str] | None]
"""The files that a pattern stands for, None where that is not known."""

_MOST_STEPS = 400_000
"""Statements that are visited, those of a function or a loop as often as it runs; with more the script is not followed to its end."""
MOST_COMMANDS = 50_000
"""Commands that are found, each an object; with more the script is not followed to its end."""
TOO_MANY = "it has more commands than are followed"
_BYTES_A_STEP = 8
"""Bytes of a long text that are copied as fast as one statement is visited."""


class Walk(ABC):
    """The variables and functions known so far, and the commands found."""

    def __init__(
        self, environment: Mapping[str, str], arguments: Sequence[str] | None, path: str, directory: str, sourced: Sourced | None
    ) -> None:
        self.variables = Variables(environment)
        self.variables.set("@", tuple(constant(text) for text in arguments) if arguments is not None else None)
        self.variables.set("0", constant(path) if path else None)
        self.variables.set("BASH_SOURCE", constant(path) if path else None)
        self.variables.set("PWD", constant(directory) if directory else None)
        self.variables.set("IFS", None)
        self.found: list[ShellCommand] = []
        self.incomplete = ""
        self.has_errors = False
        self.ends_on_error = False
        self.pipes_fail = False
        self.names_own_commands = False
        self.written: list[Written] = []
        self.sourced = sourced
        self.globbed: Globbed | None = None
        self.functions: dict[str, list[tuple[Node, ShellPlace]]] = {}
        self.called: set[str] = set()
        self._left = _MOST_STEPS
        self.depth_of_loops = 0
        self.last_ended = ""

    def is_function(self, name: str) -> bool:
        """Whether a function of that name was defined."""
        return name in self.functions

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return _MOST_STEPS - self._left + self.variables.spent // _BYTES_A_STEP

    def drive(self, step: Step) -> None:
        """Make *step* and all the steps inside it, as long as there are steps left."""
        stack = [step]
        while stack:
            self._left -= 1
            if self._left < 0 or len(self.found) >= MOST_COMMANDS:
                self.incomplete = TOO_MANY
                return
            self.incomplete = self.incomplete or self.variables.incomplete
            inner = next(stack[-1], None)
            if inner is None:
                stack.pop()
            else:
                stack.append(inner)

    @abstractmethod
    def visit(self, node: Node, place: ShellPlace) -> Step:
        """Walk any statement."""

    @abstractmethod
    def call(self, name: str, arguments: tuple[Value, ...] | None, place: ShellPlace) -> Step:
        """Walk the body of the function *name* as it is called here."""

    @abstractmethod
    def source(self, path: str, place: ShellPlace, arguments: tuple[Value, ...] = ()) -> Step:
        """Walk the file at *path* as if it stood here, with *arguments* where it is given any."""

    @abstractmethod
    def nested(self, given: Value, place: ShellPlace, line: int) -> Step:
        """Walk a text that ``eval`` or ``trap`` is given on *line*."""
