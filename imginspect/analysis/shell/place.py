"""Where the walk through a script is: what must hold for a command there to run, and what has ended the statements around it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from imginspect.analysis.shell.model import When
from imginspect.analysis.shell.words import Expander
from imginspect.analysis.values import Condition, Known, Unknown

_MOST_GUARDS = 40


@dataclass(slots=True)
class Flow:
    """One sequence of statements. *ended* is empty, or how it ended: ``exit``, ``return`` or ``break``.

    *guards* are what must hold since a branch left the sequence early: ``[ -f P ] && exit``.
    """

    ended: str = ""
    guards: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """*guards* must hold here. *function* is the function that nothing calls. *calls* are the functions being walked."""

    words: Expander
    data: bytes
    path: str | None
    flow: Flow = field(default_factory=Flow)
    guards: tuple[Condition, ...] = ()
    is_conditional: bool = False
    is_in_loop: bool = False
    is_dead: bool = False
    is_tolerated: bool = False
    is_certain: bool = True
    function: str = ""
    calls: tuple[str, ...] = ()
    nesting: int = 0

    def inside(self, *conditions: Condition) -> Place:
        """A branch of this place, taken when *conditions* hold; it has a flow of its own."""
        sure = [condition for condition in conditions if not (isinstance(condition, Known) and condition.outcome)]
        return replace(
            self.now(),
            flow=Flow(),
            guards=_bounded((*self.now().guards, *sure)),
            is_conditional=self.now().is_conditional or bool(sure),
        )

    def now(self) -> Place:
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
    return guards if len(guards) <= _MOST_GUARDS else (*guards[:_MOST_GUARDS], Unknown("more conditions"))
