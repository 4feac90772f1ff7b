"""Where the walk through a script is: what must hold for a command there to run, and what has ended the statements around it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from imginspect.languages.shell.commands import Failure, When
from imginspect.languages.shell.words import WordExpander
from imginspect.languages.values import Condition, Known, Unknown, negated

_MOST_GUARDS = 40
"""Conditions of one command; one that is not known stands for the others, so that the command counts as conditional still."""
_MOST_REFUSED = 20
"""Conditions of one sequence that an earlier branch left behind; one that is not known stands for the others."""
_MORE = Unknown("more conditions")


@dataclass(slots=True)
class Flow:
    """One sequence of statements. *ended* is empty, or how it ended: ``exit``, ``return`` or ``break``.

    *guards* are what must hold since a branch left the sequence early: ``[ -f P ] && exit``.
    """

    ended: str = ""
    guards: tuple[Condition, ...] = ()


class OnFailure(StrEnum):
    """What the text around a command makes of its failure."""

    PLAIN = "plain"
    ASKED = "asked"
    """It is a condition, or another command stands in for it."""
    CHAINED = "chained"
    """Commands after ``&&`` are then not run, and ``set -e`` does not count."""
    EXITS = "exits"
    """``|| exit`` follows it."""
    IGNORED = "ignored"
    """In the background, in a substitution, or before a pipe."""


@dataclass(frozen=True, slots=True)
class ShellPlace:
    """*guards* must hold here. *function* is the function that nothing calls. *calls* are the functions being walked."""

    words: WordExpander
    data: bytes
    path: str | None
    flow: Flow = field(default_factory=Flow)
    guards: tuple[Condition, ...] = ()
    is_conditional: bool = False
    is_in_loop: bool = False
    is_dead: bool = False
    is_tolerated: bool = False
    is_certain: bool = True
    on_failure: OnFailure = OnFailure.PLAIN
    is_last: bool = False
    """Nothing of the text runs behind it."""
    function: str = ""
    calls: tuple[str, ...] = ()
    nesting: int = 0

    def inside(self, *conditions: Condition) -> ShellPlace:
        """A branch of this place, taken when *conditions* hold; it has a flow of its own."""
        sure = [condition for condition in conditions if not (isinstance(condition, Known) and condition.outcome)]
        return replace(
            self.now(),
            flow=Flow(),
            guards=_bounded((*self.now().guards, *sure)),
            is_conditional=self.now().is_conditional or bool(sure),
        )

    def failing(self, on_failure: OnFailure, *, is_last: bool | None = None) -> ShellPlace:
        """This place, where a failure means *on_failure*, unless the text around it deals with it already."""
        is_dealt = self.on_failure is OnFailure.ASKED and on_failure is not OnFailure.EXITS
        return replace(self, on_failure=self.on_failure if is_dealt else on_failure, is_last=self.is_last if is_last is None else is_last)

    def not_last(self) -> ShellPlace:
        """This place with something behind it."""
        return replace(self, is_last=False) if self.is_last else self

    def failure(self, *, ends_on_error: bool) -> Failure:
        """What follows where a command here fails; *ends_on_error* says that ``set -e`` is in force."""
        if self.is_tolerated or self.on_failure is OnFailure.ASKED:
            return Failure.DEALT
        if self.on_failure is OnFailure.IGNORED:
            return Failure.GOES_ON
        is_end = self.is_last or self.on_failure is OnFailure.EXITS or (ends_on_error and self.on_failure is OnFailure.PLAIN)
        return Failure.ENDS if is_end else Failure.GOES_ON

    def now(self) -> ShellPlace:
        """This place with what its flow has come to."""
        if not self.flow.ended and not self.flow.guards:
            return self
        return replace(
            self,
            is_dead=self.is_dead or bool(self.flow.ended),
            guards=_bounded((*self.guards, *self.flow.guards)),
            is_conditional=self.is_conditional or bool(self.flow.guards),
        )

    @property
    def when(self) -> When:
        """Whether a command here runs."""
        if self.is_dead or self.flow.ended:
            return When.NEVER
        if self.function:
            return When.FUNCTION
        if self.is_conditional or self.flow.guards:
            return When.BRANCH
        return When.LOOP if self.is_in_loop else When.ALWAYS


def _bounded(guards: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return guards if len(guards) <= _MOST_GUARDS else (*guards[:_MOST_GUARDS], _MORE)


def with_guard(guards: tuple[Condition, ...], condition: Condition) -> tuple[Condition, ...]:
    """*guards* and *condition*; beyond twenty of them one that is not known stands for all others."""
    return (*guards, condition) if len(guards) <= _MOST_REFUSED else (*guards[:_MOST_REFUSED], _MORE)


def add_refused(refused: list[Condition], condition: Condition) -> None:
    """Add to *refused* that *condition* does not hold; beyond twenty one that is not known stands for all that may hold."""
    opposite = negated(condition)
    if len(refused) < _MOST_REFUSED:
        refused.append(opposite)
    elif refused[-1] is not _MORE and not (isinstance(opposite, Known) and opposite.outcome):
        refused.append(_MORE)
