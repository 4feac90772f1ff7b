"""Which calls of a Python program are reached: its main text and the modules of the project that it imports, taken together."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

from imginspect.languages.calls import MODULE, UNKNOWN_NAME, Argument, Call, CodeScope, PythonText, Spot
from imginspect.languages.hosts import is_loopback, is_url, named, shown_host
from imginspect.languages.values import Value
from imginspect.network.commands import Contact
from imginspect.reach.guards import YES, Guards, Reach, Reached, least
from imginspect.rules.network_knowledge import CallMatch, KnowledgeEntry
from imginspect.startup.started import Started

_MOST_ROUNDS = 500_000
_HOSTS = frozenset({"host", "hosts", "hostname", "server"})
_UNUSED = "a client is made; whether it is used was not recognised"


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
    """How sure each scope of each module runs: a name that is used may call whatever is defined under it."""

    def __init__(self, modules: Sequence[ProgramModule], guards: Guards) -> None:
        self._modules = modules
        self._guards = guards
        self._reach: dict[tuple[int, int], Reached] = {}
        self._used: dict[tuple[int, int], Reached] = {}
        self._todo: deque[tuple[int, int]] = deque()
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
        known = self._reach.get((number, place))
        if known is not None:
            return known
        name = self._scope(number, place).name
        what = f"the function {name}" if name else "the module"
        return Reached(Reach.SELDOM, f"{what} is not called by anything that was found to run")

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
            reached = least(reached, Reached(Reach.SELDOM, "the program goes on when it fails"))
        if spot.is_handler:
            reached = least(reached, Reached(Reach.SELDOM, "it runs only if what is tried before it fails"))
        return reached


def contact_of_call(
    call: Call, entries: Sequence[KnowledgeEntry], environment: Mapping[str, str], language: str, is_directory: Callable[[str], bool]
) -> Contact | None:
    """The first of *entries* that the call matches; None where it contacts nobody, or only this machine.

    *is_directory* tells whether there is a directory of a name, relative to where the program runs.
    """
    client: Contact | None = None
    for entry in entries:
        for match in entry.calls:
            if match.language != language or (match.is_client and call.is_handed):
                continue
            if any(fnmatchcase(call.name, pattern) for pattern in match.names):
                found = _matched(match, call, environment, is_directory)
                if found is not None and not match.is_client:
                    return Contact(entry, *found)
                if found is not None and client is None:
                    client = Contact(entry, found.target, found.variables, is_client=True, doubt=_UNUSED)
            elif call.name.endswith(UNKNOWN_NAME) and not match.only_urls and _is_in(call.name[: -len(UNKNOWN_NAME)], match.names):
                return Contact(entry, "", doubt="which of the functions there it calls is not known before it runs")
    return client


def _is_in(module: str, names: Sequence[str]) -> bool:
    return any(name.rpartition(".")[0] == module for name in names)


def clients_of(name: str, entries: Sequence[KnowledgeEntry], language: str) -> list[str]:
    """The clients that a call of *name* is a use of: ``requests.Session`` for ``requests.Session.get``."""
    parts = name.split(".")[:10]
    names = {".".join(parts[:count]) for count in range(1, len(parts))}
    found: list[str] = []
    for entry in entries:
        matches = [match for match in entry.calls if match.language == language]
        if any(fnmatchcase(name, pattern) for match in matches if not match.is_client for pattern in match.names):
            found += [pattern for match in matches if match.is_client for pattern in match.names if pattern in names]
    return found


class _Target(NamedTuple):
    """Whom a call contacts, as in Contact."""

    target: str
    variables: tuple[str, ...] = ()
    is_client: bool = False
    doubt: str = ""
    named: str = ""


def _matched(match: CallMatch, call: Call, environment: Mapping[str, str], is_directory: Callable[[str], bool]) -> _Target | None:
    if any(environment.get(name) == value for name, _, value in (setting.partition("=") for setting in match.settings)):
        return None
    given = {f"{key}={_text(value)}" for key, value in call.keywords}
    if given & set(match.harmless) or (match.needed and not given & set(match.needed)):
        return None
    argument = call.argument(match.argument, *match.keywords)
    value = argument[0] if isinstance(argument, tuple) and argument else argument
    if value is None or isinstance(value, tuple):
        return None if match.only_urls or match.only_names or match.is_local_by_default else _Target("")
    if match.only_names:
        return _named(value, is_directory, match.means)
    if match.only_urls and not is_url(value.start):
        return None
    is_relative = value.start.startswith("/") and not match.is_local_by_default  # to a base that the client was made with
    if value.start and not is_relative and is_loopback(value.start, is_whole=value.text is not None):
        return None
    is_host = match.means == "host" or "://" in value.start or "host=" in value.start.lower() or _by_host(call, match)
    return _Target(
        shown_host(value) if is_host else "",
        value.variables if value.text is None and not value.prefix else (),
        named=named(value, match.means),
    )


def _by_host(call: Call, match: CallMatch) -> bool:
    """Whether the call names a host by a keyword that says so."""
    return len(call.arguments) <= match.argument and any(key in match.keywords and key in _HOSTS for key, _ in call.keywords)


def _named(value: Value, is_directory: Callable[[str], bool], means: str) -> _Target | None:
    """What a collection of models or data is asked for: a name, unless it is a path or a directory that is there."""
    if value.start.startswith(("/", "./", "../", "~", "file://")):
        return None
    if value.text is None:
        return _Target("", value.variables, doubt="whether it is given a path or a public name is not known before it runs")
    return None if not value.text or is_directory(value.text) else _Target("", named=named(value, means))


def _text(argument: Argument) -> str:
    return (argument.text or "") if isinstance(argument, Value) else ""
