"""The program: which calls of a Python text and of the project's modules that it imports are reached, and how sure that is."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from imginspect.languages.calls import MODULE, Call, CodeScope, PythonText, Spot
from imginspect.reach.guards import YES, Guards, Reach, Reached, least
from imginspect.startup.started import Started

NOT_CALLED = "is not called by any code found to run"
CONTINUES = "the program continues if it fails"
IN_HANDLER = "it runs only in an exception handler"
_MOST_ROUNDS = 500_000
"""Scopes that are followed, each at most as often as there are degrees of reach; with more, everything counts as reached."""


@dataclass(slots=True)
class ProgramModule:
    """One text of a program. *importers* are (number of the module, spot) of each import of it."""

    started: Started
    text: PythonText
    is_main: bool
    importers: list[tuple[int, Spot]] = field(default_factory=list)


def reached_calls(modules: Sequence[ProgramModule], guards: Guards) -> Iterator[tuple[ProgramModule, Call, Reached]]:
    """Each call with how sure it is that it runs."""
    program = _Program(modules, guards)
    program.spread()
    for number, module in enumerate(modules):
        for call in module.text.calls:
            yield module, call, least(program.reach_of_scope(number, call.spot.scope), program.reach_of_spot(call.spot))


class _Program:
    """How sure each scope of each module runs: a name that is used may call anything defined under it."""

    def __init__(self, modules: Sequence[ProgramModule], guards: Guards) -> None:
        self._modules = modules
        self._guards = guards
        self._reach: dict[tuple[int, int], Reached] = {}
        self._used: dict[tuple[int, int], Reached] = {}
        self._todo: deque[tuple[int, int]] = deque()
        self._is_cut = False
        self._spots: dict[Spot, Reached] = {}
        self._named: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._uses: dict[tuple[int, int], list[tuple[str, Spot]]] = defaultdict(list)
        self._held: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._imported: dict[tuple[int, int], list[tuple[int, Spot]]] = defaultdict(list)
        for number, module in enumerate(modules):
            self._index(number, module)

    def _index(self, number: int, module: ProgramModule) -> None:
        for place, scope in enumerate(module.text.scopes[1:], 1):
            self._named[scope.name].append((number, place))
            self._held[number, scope.spot.scope].append(place)
        for reference in module.text.references:
            self._uses[number, reference.spot.scope].append((reference.name, reference.spot))
        for importer, spot in module.importers:
            self._imported[importer, spot.scope].append((number, spot))

    def spread(self) -> None:
        """Find out what is reached, from the texts that are started."""
        for number, module in enumerate(self._modules):
            if module.is_main:
                self._raise((number, MODULE), YES)
        for _ in range(_MOST_ROUNDS):
            if not self._todo:
                return
            self._follow(self._todo.popleft())
        self._is_cut = bool(self._todo)

    def _follow(self, key: tuple[int, int]) -> None:
        number, _ = key
        reach = self._reach[key]
        for name, spot in self._uses.get(key, ()):
            for target in self._named.get(name, ()):
                self._use(target, least(reach, self.reach_of_spot(spot)))
        for place in self._held.get(key, ()):
            scope = self._scope(number, place)
            inner = least(reach, self.reach_of_spot(scope.spot))
            if scope.is_class or (scope.is_offered and not self._scope(number, key[1]).is_class):
                self._raise((number, place), inner)
        for imported, spot in self._imported.get(key, ()):
            self._raise((imported, MODULE), least(reach, self.reach_of_spot(spot)))

    def _use(self, key: tuple[int, int], reach: Reached) -> None:
        """Something that is defined is used: a function may be called, of a class what it offers may be."""
        number, place = key
        if not self._scope(number, place).is_class:
            self._raise(key, reach)
        elif self._used.get(key, Reached(Reach.NEVER)).reach < reach.reach:
            self._used[key] = reach
            for method in self._held.get(key, ()):
                if self._scope(number, method).is_offered:
                    self._raise((number, method), reach)

    def _raise(self, key: tuple[int, int], reach: Reached) -> None:
        before = self._reach.get(key)
        if before is None or before.reach < reach.reach:
            self._reach[key] = reach
            self._todo.append(key)

    def _scope(self, number: int, place: int) -> CodeScope:
        return self._modules[number].text.scopes[place]

    def reach_of_scope(self, number: int, place: int) -> Reached:
        """How sure the scope runs."""
        known = self._reach.get((number, place)) if not self._is_cut else YES
        if known is not None:
            return known
        name = self._scope(number, place).name
        what = f"the function {name}" if name else "the module"
        return Reached(Reach.SELDOM, f"{what} {NOT_CALLED}")

    def reach_of_spot(self, spot: Spot) -> Reached:
        """How sure something at *spot* runs when its scope does."""
        if spot not in self._spots:
            self._spots[spot] = self._judge(spot)
        return self._spots[spot]

    def _judge(self, spot: Spot) -> Reached:
        if spot.is_dead:
            return Reached(Reach.NEVER, "it never runs")
        reached = self._guards.reached(spot.guards)
        if spot.is_handled:
            reached = least(reached, Reached(Reach.SELDOM, CONTINUES))
        if spot.is_handler:
            reached = least(reached, Reached(Reach.SELDOM, IN_HANDLER))
        return reached


def under(condition: str) -> str:
    """Under which *condition* something runs, as an addition to its place: ``, only if the function f is called``."""
    if condition == CONTINUES:  # what follows a failure is said elsewhere
        return ""
    return ", only in an exception handler" if condition == IN_HANDLER else f", only if {condition.replace(NOT_CALLED, 'is called')}"


def as_reason(condition: str) -> str:
    """The *condition* under which something runs, as a clause of its own: ``it runs only if the function f is called``."""
    return condition if condition in (CONTINUES, IN_HANDLER) else "it runs" + under(condition).removeprefix(",")
