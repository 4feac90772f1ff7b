"""The values of the analysis of texts that have calls."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from imginspect.languages.values import Condition, Value, constant, dynamic

Argument: TypeAlias = Value | tuple[Value, ...]
"""An argument of a call: a value, or the values of a list or tuple."""

MODULE = 0
"""The number of the scope of a text itself."""

Command: TypeAlias = tuple[Value, ...] | str | None
"""A command that a call starts: its words, or a text for a shell; None where it starts none."""

UNKNOWN_NAME = ".?"
"""The end of the dotted name of what is looked up under a name that only a run would tell."""


class Spot(NamedTuple):
    """On what something in a text depends. *scope* is the function or class that it is in, ``MODULE`` for none.

    *guards* must all hold. *is_branch*: it is in a branch, a loop that may be empty, or a lambda. *is_handled*: an ``except`` around it
    goes on when it fails. *is_handler*: it is in an ``except`` itself. *is_dead*: it never runs (behind ``return`` or ``sys.exit()``,
    or only for type checkers). *is_absence_handled*: an ``except`` around it goes on when a program that it starts is not there.
    """

    scope: int = MODULE
    guards: tuple[Condition, ...] = ()
    is_branch: bool = False
    is_handled: bool = False
    is_handler: bool = False
    is_dead: bool = False
    is_absence_handled: bool = False


class Call(NamedTuple):
    """One call. *name* is the dotted name of what is called after aliases are resolved: ``requests.Session.get``.

    *is_handed*: the function is handed to another one, which is taken to call it (``map(requests.get, urls)``).
    """

    name: str
    arguments: tuple[Argument, ...]
    keywords: tuple[tuple[str, Argument], ...]
    line: int
    source: str
    spot: Spot
    is_handed: bool = False

    def argument(self, number: int, *names: str) -> Argument | None:
        """The argument at *number*, or the first given by one of *names*; None where there is none."""
        if 0 <= number < len(self.arguments):
            return self.arguments[number]
        return next((value for key, value in self.keywords if key in names), None)


class NameUse(NamedTuple):
    """A name or attribute that is used: anything defined under it may be called."""

    name: str
    spot: Spot


class Import(NamedTuple):
    """A module that is imported. *level* counts the dots of a relative import; *names* are those taken from it (``*`` for all)."""

    module: str
    level: int
    names: tuple[str, ...]
    line: int
    spot: Spot


class CodeScope(NamedTuple):
    """A function or class (or, first, the text itself). *spot* is where it is defined.

    *is_offered*: whoever runs the definition may call it without naming it (a decorator registers it, a framework's class calls it).
    """

    name: str
    spot: Spot
    line: int
    is_class: bool = False
    is_offered: bool = False


class PythonText(NamedTuple):
    """What a Python text calls, uses and imports. *not_understood* says why nothing of it is known, empty where all is."""

    calls: tuple[Call, ...] = ()
    references: tuple[NameUse, ...] = ()
    imports: tuple[Import, ...] = ()
    scopes: tuple[CodeScope, ...] = ()
    not_understood: str = ""
    is_bounded: bool = False
    """It was not understood because a limit was met, not because the text is invalid."""
    handed: frozenset[str] = frozenset()
    """The dotted names of what is handed to calls or returned."""
    steps: int = 0
    """The steps that were made to resolve its names."""


class FoundCalls(NamedTuple):
    """The calls of a text, and why there may be more."""

    calls: tuple[Call, ...]
    not_understood: str = ""


def texts_of(call: Call) -> tuple[Value, ...]:
    """The texts that a call is given, one of which may be a command."""
    return tuple(value for value in (*call.arguments, *(value for _, value in call.keywords)) if isinstance(value, Value))


def as_command(argument: Argument | None) -> Command:
    """An argument as a text for a shell. Where only its start is known the rest is a word that is not."""
    if isinstance(argument, tuple):
        return argument
    if argument is None:
        return None
    if argument.text is not None:
        return argument.text
    words = argument.prefix.split()
    if len(words) > 1 or argument.prefix.endswith(" "):
        return (*(constant(word) for word in words), dynamic(argument.source, argument.variables))
    return (dynamic(argument.source, argument.variables),)
