"""Licence inventory: what the image states about the licences of its software, for a person to read. Never a judgement of terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imginspect.analysis.licences.inventory import LicenceInventory
from imginspect.checks.check import check
from imginspect.checks.places import NOT_READ, node_evidence
from imginspect.checks.result import Confidence, Found, Outcome, Verdict
from imginspect.checks.subject import Subject
from imginspect.filesystem import Node
from imginspect.wording import counted


@dataclass(frozen=True)
class Params:
    """How many names of licences, and how many places of each kind, are listed."""

    names: int = 15
    places: int = 10


@check("licence-inventory", Params)
def inventory(subject: Subject, params: Params) -> Outcome:
    """PASS with the counts as its reason, whatever they are; UNDETERMINED only where a layer was not read."""
    counts = subject.licence_inventory
    found = tuple(_listed(subject, kind, nodes[: params.places]) for kind, nodes in counts.samples.items())
    if not subject.is_read_whole:
        return Outcome(Verdict.UNDETERMINED, found, f"{NOT_READ}; so far: {_summary(counts, params)}", for_want_of_reading=True)
    return Outcome(Verdict.PASS, found, _summary(counts, params))


def _listed(subject: Subject, kind: str, nodes: Sequence[Node]) -> Found:
    evidence = tuple(node_evidence(subject, node) for node in nodes)
    return Found(Verdict.PASS, f"{kind}: the first of those counted", evidence, Confidence.LOW)


def _summary(counts: LicenceInventory, params: Params) -> str:
    kinds = [counted(number, kind) for kind, number in sorted(counts.packages.items())]
    parts = [*kinds, counted(counts.texts, "licence text")]
    stated = sorted(counts.stated.items(), key=lambda item: (-item[1], item[0]))
    if stated:
        more = len(stated) - params.names
        listed = ", ".join(f"{name} ({number})" for name, number in stated[: params.names])
        parts.append(f"stated by package metadata: {listed}" + (f" and {more} other names" if more > 0 else ""))
    if counts.silent:
        parts.append(f"{counted(counts.silent, 'package')} state none")
    if counts.unread:
        parts.append(f"the metadata of {counted(counts.unread, 'package')} was not kept")
    return "; ".join(parts) + ". These are claims of the packages; nothing was compared with any terms."
