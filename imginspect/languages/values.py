"""Value: a text in a program as far as it is known without running it; and the conditions on which a call depends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, TypeAlias

from imginspect.languages.lines import Lines, chained

LONGEST_WORD = 1 << 16
"""Bytes of one word as it is written or expanded, half of what Linux passes to a program; a longer one is not known."""
LONGEST_SOURCE = 200
"""Characters of a command or word as it is written, for messages; what it stands for is kept whole."""
_MOST_VARIABLES = 50
"""Names that one text hangs on; one of them is enough to make it depend on the environment."""


@dataclass(frozen=True, slots=True)
class Value:
    """A word of a command or an argument of a call.

    *text* is what it is, None where only a run would tell; *source* is how it is written. *prefix* is the part at its start that is known
    nevertheless (``https://host/`` of ``https://host/$name``). *variables* are the environment variables that decide it; *default* is
    what it is while nobody sets those that the image leaves unset, None where that is not known either. *lines* say where in the file
    the text stands; values that differ in nothing else are equal.
    """

    text: str | None
    source: str
    prefix: str = ""
    variables: tuple[str, ...] = ()
    default: str | None = None
    lines: Lines = field(default=(), compare=False)

    @property
    def start(self) -> str:
        """The text where it is known, else the part at its start that is."""
        return self.text if self.text is not None else self.prefix


def constant(text: str, source: str | None = None, variables: tuple[str, ...] = (), lines: Lines = ()) -> Value:
    """A value that is known."""
    return Value(text, text if source is None else source, text, variables, text, lines)


def located(value: Value, lines: Lines) -> Value:
    """*value* with its *lines*."""
    return Value(value.text, value.source, value.prefix, value.variables, value.default, lines)


def without_lines(values: tuple[Value, ...] | None) -> tuple[Value, ...] | None:
    """*values* that go to another file, where their lines mean nothing."""
    return tuple(located(value, ()) for value in values) if values is not None else None


def dynamic(source: str, variables: tuple[str, ...] = (), default: str | None = None) -> Value:
    """A value that only a run would tell."""
    return Value(None, source, "", variables, default)


def joined(parts: Iterable[Value], source: str) -> Value:
    """The values one after the other, as one."""
    texts: list[str] = []
    defaults: list[str] = []
    prefix: list[str] = []
    lines: list[tuple[int, Lines]] = []
    variables: tuple[str, ...] = ()
    known = has_default = True
    for part in parts:
        variables = united(variables, part.variables) if part.variables else variables
        if known:
            prefix.append(part.start)
        if part.text is None:
            known = False
        else:
            texts.append(part.text)
            lines.append((len(part.text), part.lines))
        if part.default is None:
            has_default = False
        else:
            defaults.append(part.default)
    text = "".join(texts) if known else None
    where = chained(lines) if known else ()
    return Value(text, source, "".join(prefix), variables, "".join(defaults) if has_default else None, where)


def united(*variables: tuple[str, ...]) -> tuple[str, ...]:
    """The names in all of *variables*, each once, up to a bound."""
    return tuple(dict.fromkeys(chain.from_iterable(variables)))[:_MOST_VARIABLES]


class Exists(NamedTuple):
    """There is a file or directory at *path*. *kind* is ``any``, ``file`` or ``directory``."""

    path: Value
    kind: str = "any"
    directory: str | None = None
    """What a relative path is relative to."""


class HasCommand(NamedTuple):
    """A program *name* is found."""

    name: Value


class HasModule(NamedTuple):
    """The Python module or R package *name* can be imported."""

    name: str
    language: str = "python"


class Known(NamedTuple):
    """A comparison whose outcome is known while nobody sets the environment *variables* otherwise."""

    outcome: bool
    source: str
    variables: tuple[str, ...] = ()


class Unknown(NamedTuple):
    """Anything else. *is_expected*: that a command before it in a chain (``A && B``) does what it is there for."""

    source: str
    is_expected: bool = False


class Not(NamedTuple):
    """*of* does not hold."""

    of: Condition


class All(NamedTuple):
    """Every one of *parts* holds."""

    parts: tuple[Condition, ...]


class AnyOf(NamedTuple):
    """One of *parts* holds at least."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = Exists | HasCommand | HasModule | Known | Unknown | Not | All | AnyOf


def negated(condition: Condition) -> Condition:
    """That *condition* does not hold."""
    match condition:
        case Not():
            return condition.of
        case Known():
            return condition._replace(outcome=not condition.outcome)
        case _:
            return Not(condition)
