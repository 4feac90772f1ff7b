"""The values of following a start: what is still to be followed, what was found to run, and what was not looked into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from imginspect.analysis.lines import Lines
from imginspect.analysis.network.guards import Reached
from imginspect.analysis.python.model import Call
from imginspect.analysis.startup.model import Origin, Started
from imginspect.analysis.values import Value


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
    """Something that was not looked into, and why. *condition*: it passes provided that this contacts nobody."""

    what: str
    origin: Origin
    chain: tuple[str, ...]
    for_want_of_reading: bool = False
    is_condition: bool = False


@dataclass(slots=True)
class Followed:
    """All that was found to run. *texts* are the scripts and modules that were read, outermost first."""

    texts: list[Started] = field(default_factory=list)
    commands: list[Ran] = field(default_factory=list)
    calls: list[CodeCall] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    handed: set[tuple[str | None, str]] = field(default_factory=set)
    """(path, dotted name) of what a Python text hands to calls, or returns."""


def with_line(chain: tuple[str, ...], line: int) -> tuple[str, ...]:
    """*chain* with the step to *line*, where it is not there already: that of an inline text on one line."""
    step = f"line {line}"
    return chain if chain[-1:] == (step,) else (*chain, step)


class Task(NamedTuple):
    """A command or (*text*) an inline text that is still to be followed."""

    words: tuple[Value, ...]
    origin: Origin
    chain: tuple[str, ...]
    reached: Reached
    environment: Mapping[str, str]
    directory: str | None
    depth: int = 0
    here_text: Value | None = None
    source: str = ""
    is_certain: bool = True
    shell_text: str | None = None
    lines: Lines = ()
    """Where the inline text stands that is being followed; empty for a file of its own."""
    is_again: bool = False
    """The same was followed from another line: only this place of it is noted, and an inline text in it read."""
