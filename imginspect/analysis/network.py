"""Network: what would reach for the network when a container starts, with whom it contacts and how sure that is. No verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from imginspect.analysis.network_guards import Reach, Reached
from imginspect.analysis.network_python import contact_of_call
from imginspect.analysis.network_shell import Contact, contact
from imginspect.analysis.startup.follow import CodeCall, Followed, Gap, Ran, follow
from imginspect.analysis.startup.launch import launch
from imginspect.analysis.startup.model import Origin, Started
from imginspect.analysis.view import View
from imginspect.rules.network_knowledge import KnowledgeEntry, NetworkKnowledge

_MOST_SITES = 2_000


class CallSite(NamedTuple):
    """One place that reaches for the network.

    *what* is the command or call as it is written. *target* is whom it contacts, empty where that is not known; *variables* are environment
    variables that decide it and that the image does not set. *is_client*: it only makes a client, whose use was not recognised.
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


@dataclass(frozen=True, slots=True)
class Network:
    """What was found: places that reach for the network, what was not looked into, and the texts that were read."""

    sites: tuple[CallSite, ...]
    gaps: tuple[Gap, ...]
    texts: tuple[Started, ...]
    start_unknown: str = ""
    """Why it is not known what starts, empty where it is."""


def network(view: View, knowledge: NetworkKnowledge, mounts: Sequence[str] = ()) -> Network:
    """What reaches for the network when a container of the image starts, with the environment's own directories at *mounts*."""
    start = launch(view, mounts)
    followed = follow(view, start, mounts)
    unknown = "" if followed.texts or followed.commands else start.unknown
    return Network(tuple(_sites(followed, knowledge)), tuple(followed.gaps), tuple(followed.texts), unknown)


def _sites(followed: Followed, knowledge: NetworkKnowledge) -> list[CallSite]:
    entries = knowledge.entries
    best: dict[tuple[str | None, str | None, int | None, str], CallSite] = {}
    for ran in followed.commands:
        found = contact(ran.words, entries, ran.environment)
        if found is not None:
            _keep(best, _site(found, ran, ran.source, is_certain=ran.is_certain))
    for item in followed.calls:
        found = contact_of_call(item.call.name, item.call, entries, item.environment, item.language)
        if found is not None:
            _keep(best, _site(found, item, f"{item.call.source or item.call.name}()", is_certain=True))
    used = {(site.entry.id, site.origin.path) for site in best.values() if not site.is_client}
    sites = [site for site in best.values() if not (site.is_client and (site.entry.id, site.origin.path) in used)]
    return sorted(sites[:_MOST_SITES], key=lambda site: (-site.reached.reach, site.origin.path or "", site.origin.line or 0))


def _site(found: Contact, place: Ran | CodeCall, what: str, *, is_certain: bool) -> CallSite:
    return CallSite(found.entry, what, place.origin, place.chain, found.target, found.variables, place.reached, is_certain, found.is_client)


def _keep(best: dict[tuple[str | None, str | None, int | None, str], CallSite], site: CallSite) -> None:
    """Of several ways to one place the surest."""
    key = site.origin.path, site.origin.config_field, site.origin.line, site.entry.id + site.what
    before = best.get(key)
    if before is None or (before.reached.reach, before.is_certain) < (site.reached.reach, site.is_certain):
        best[key] = site


__all__ = ["CallSite", "Gap", "Network", "Reach", "network"]
