"""Network: the uses of the network when a container starts, with the hosts contacted and how sure that is. No verdicts."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import NamedTuple

from imginspect.filesystem.view import View
from imginspect.network.calls import clients_of, contact_of_call
from imginspect.network.commands import Contact, contact
from imginspect.reach.followed import CodeCall, Followed, Gap, Ran
from imginspect.reach.guards import Reach, Reached
from imginspect.reach.startup import Startup
from imginspect.rules.network_knowledge import KnowledgeEntry, NetworkKnowledge
from imginspect.startup.started import Origin, Started
from imginspect.tar.header import DIRECTORY


class CallSite(NamedTuple):
    """One place that reaches for the network.

    *what* is the command or call as it is written. *target* is whom it contacts, empty where that is not known; *variables* are environment
    variables that decide it and that the image does not set. *is_client*: it only makes a client, whose use was not recognised.
    *doubt* says why it may contact no other machine after all.
    """

    entry: KnowledgeEntry
    what: str
    origin: Origin
    chain: tuple[str, ...]
    target: str
    variables: tuple[str, ...]
    reached: Reached
    is_certain: bool
    is_client: bool
    doubt: str = ""
    named: str = ""
    """What is installed or fetched by its name, in words."""


class Network(NamedTuple):
    """What was found: places that reach for the network, what was not analysed, and the texts that were read."""

    sites: tuple[CallSite, ...]
    gaps: tuple[Gap, ...]
    texts: tuple[Started, ...]
    start_unknown: str = ""
    """Why it is not known what starts, empty where it is."""


def network(view: View, start: Startup, knowledge: NetworkKnowledge) -> Network:
    """What reaches for the network in what *start* runs."""
    followed = start.followed
    unknown = "" if followed.texts or followed.commands else start.launch.unknown
    return Network(tuple(_sites(view, followed, knowledge)), tuple(followed.gaps), tuple(followed.texts), unknown)


def known_commands(entries: Sequence[KnowledgeEntry]) -> Callable[[str], bool]:
    """Whether what a command of that name does on the network is known."""
    names = {name for entry in entries for match in entry.commands for name in match.names}
    exact, patterns = {name for name in names if "*" not in name}, [name for name in names if "*" in name]
    return lambda name: name in exact or any(fnmatchcase(name, pattern) for pattern in patterns)


def _sites(view: View, followed: Followed, knowledge: NetworkKnowledge) -> list[CallSite]:
    best: dict[tuple[str | None, str | None, int | None, str], CallSite] = {}
    for ran in followed.commands:
        found = contact(ran.words, knowledge.entries, ran.environment, partial(_text_of, view, ran.directory))
        if found is not None:
            _keep(best, _site(found, ran, ran.source, is_certain=ran.is_certain))
    for site in _sites_of_calls(view, followed, knowledge.entries):
        _keep(best, site)
    return sorted(best.values(), key=lambda site: (-site.reached.reach, site.origin.path or "", site.origin.line or 0))


def _sites_of_calls(view: View, followed: Followed, entries: Sequence[KnowledgeEntry]) -> list[CallSite]:
    """The calls that contact another machine, and the clients whose use is unknown."""
    sites: list[CallSite] = []
    clients: list[tuple[str, CallSite]] = []
    used: set[tuple[str | None, str]] = set()
    for item in followed.calls:
        found = contact_of_call(item.call, entries, item.environment, item.language, partial(_is_directory, view, item.directory))
        site = _site(found, item, f"{item.call.source or item.call.name}()", is_certain=True) if found is not None else None
        if site is not None and site.is_client:
            clients.append((item.call.name, site))
        elif site is not None:
            sites.append(site)
            used.add((site.origin.path, site.entry.id))
        if not item.call.is_handed:
            used |= {(item.origin.path, client) for client in clients_of(item.call.name, entries, item.language)} - followed.handed
    return sites + [site for name, site in clients if not {(site.origin.path, name), (site.origin.path, site.entry.id)} & used]


def _text_of(view: View, directory: str | None, path: str) -> str | None:
    node = view.find(posixpath.join(directory or "/", path))
    return view.text(node) if node is not None and node.kind != DIRECTORY else None


def _is_directory(view: View, directory: str | None, path: str) -> bool:
    node = view.find(posixpath.join(directory or "/", path))
    return node is not None and node.kind == DIRECTORY


def _site(found: Contact, place: Ran | CodeCall, what: str, *, is_certain: bool) -> CallSite:
    return CallSite(
        found.entry,
        what,
        place.origin,
        place.chain,
        found.target,
        found.variables,
        place.reached,
        is_certain,
        found.is_client,
        found.doubt,
        found.named,
    )


def _keep(best: dict[tuple[str | None, str | None, int | None, str], CallSite], site: CallSite) -> None:
    """Of several ways to one place the surest."""
    key = site.origin.path, site.origin.config_field, site.origin.line, site.entry.id + site.what
    before = best.get(key)
    if before is None or (before.reached.reach, before.is_certain) < (site.reached.reach, site.is_certain):
        best[key] = site


__all__ = ["CallSite", "Gap", "Network", "Reach", "network"]
