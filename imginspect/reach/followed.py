"""The values of following a start: what is still to be followed, what was found to run, and what was not analysed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from imginspect.languages.calls import Call
from imginspect.languages.lines import Lines
from imginspect.languages.shell.commands import Failure
from imginspect.languages.values import Condition, Value
from imginspect.reach.guards import Reached
from imginspect.startup.context import Context
from imginspect.startup.problem import LaunchProblem
from imginspect.startup.started import Origin, Started


class Ran(NamedTuple):
    """One command that runs, without its wrappers. *reached* says how sure that is, *chain* how the start leads there."""

    words: tuple[Value, ...]
    source: str
    origin: Origin
    chain: tuple[str, ...]
    reached: Reached
    environment: Mapping[str, str]
    is_certain: bool = True
    directory: str | None = None


class CodeCall(NamedTuple):
    """One call in a text that is no shell's."""

    language: str
    call: Call
    origin: Origin
    chain: tuple[str, ...]
    reached: Reached
    environment: Mapping[str, str]
    directory: str | None = None


class Gap(NamedTuple):
    """Something that was not analysed, and why. *condition*: it passes provided that this contacts no other machine."""

    what: str
    origin: Origin
    chain: tuple[str, ...]
    due_to_unread: bool = False
    is_condition: bool = False
    missing: str = ""
    """The path of what is not in the image, where that is the reason."""


@dataclass(slots=True)
class Followed:
    """All that was found to run. *texts* are the scripts and modules that were read, outermost first."""

    texts: list[Started] = field(default_factory=list)
    commands: list[Ran] = field(default_factory=list)
    calls: list[CodeCall] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    failures: list[LaunchProblem] = field(default_factory=list)
    """What is certain not to start behind the config's own command."""
    handed: set[tuple[str | None, str]] = field(default_factory=set)
    """(path, dotted name) of what a Python text hands to calls, or returns."""


class Stakes(NamedTuple):
    """What it means if a command does not start.

    *order* is its place in the order in which everything runs. *failure* is what follows. *condition* says in words what must be so for
    it to run (empty where it runs for sure), *asked* are the conditions themselves.
    """

    order: tuple[int, ...] = ()
    failure: Failure = Failure.ENDS
    condition: str = ""
    asked: tuple[Condition, ...] = ()
    names_own_commands: bool = False
    is_reached: bool = True
    """It is not in a function that is never called."""


def with_line(chain: tuple[str, ...], line: int) -> tuple[str, ...]:
    """*chain* with the step to *line*, where it is not there already: that of an inline text on one line."""
    step = f"line {line}"
    return chain if chain[-1:] == (step,) else (*chain, step)


class Task(NamedTuple):
    """A command or (*shell_text*) a text for a shell that is still to be followed.

    *context* is what it finds around it; its working directory is empty where that is not known. *is_main*: it is what the container is
    started for, the config's command or what that ends in. *interpreter* and its *options* are those of the text that is followed.
    """

    words: tuple[Value, ...]
    origin: Origin
    chain: tuple[str, ...]
    reached: Reached
    context: Context
    depth: int = 0
    here_text: Value | None = None
    source: str = ""
    is_certain: bool = True
    shell_text: str | None = None
    is_main: bool = False
    stakes: Stakes = Stakes()
    interpreter: str = ""
    options: tuple[str, ...] = ()
    blocked: str = ""
    """What is missing, so that the command certainly does not start: the reason for all that is not known behind it."""
    given: tuple[Value, ...] = ()
    """The words before wrappers and interpreters were taken off."""
    lines: Lines = ()
    """Where the inline text stands that is being followed; empty for a file of its own."""
    is_again: bool = False
    """The same was followed from another line: only this place of it is noted, and an inline text in it read."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that are set for it, as far as they are known."""
        return self.context.environment

    @property
    def directory(self) -> str | None:
        """Where it runs; None where that is not known."""
        return self.context.working_dir or None
