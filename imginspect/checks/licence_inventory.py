"""Licence inventory: the licences that the image states for its software, for a person to read. It never judges terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.places import NOT_READ, node_evidence
from imginspect.checks.result import Confidence, FindingDraft, Outcome, Verdict
from imginspect.filesystem import Node
from imginspect.licences.inventory import LicenceInventory
from imginspect.wording import counted


@dataclass(frozen=True)
class LicenceInventoryParams:
    """How many names of licences, and how many places of each kind, are listed."""

    names: int = 15
    places: int = 10


@check("licence-inventory", LicenceInventoryParams)
def inventory(context: CheckContext, params: LicenceInventoryParams) -> Outcome:
    """PASS, with the counts as its reason; UNDETERMINED only where a layer was not read."""
    counts = context.licence_inventory
    found = tuple(_listed(context, kind, nodes[: params.places]) for kind, nodes in counts.samples.items())
    if not context.is_read_whole:
        return Outcome(Verdict.UNDETERMINED, found, f"{NOT_READ}; so far: {_summary(counts, params)}", due_to_unread=True)
    return Outcome(Verdict.PASS, found, _summary(counts, params))


def _listed(context: CheckContext, kind: str, nodes: Sequence[Node]) -> FindingDraft:
    evidence = tuple(node_evidence(context, node) for node in nodes)
    return FindingDraft(Verdict.PASS, f"{kind}: first examples", evidence, Confidence.LOW)


def _summary(counts: LicenceInventory, params: LicenceInventoryParams) -> str:
    kinds = [counted(number, kind) for kind, number in sorted(counts.packages.items())]
    parts = [*kinds, counted(counts.texts, "licence text")]
    stated = sorted(counts.stated.items(), key=lambda item: (-item[1], item[0]))
    if stated:
        more = len(stated) - params.names
        listed = ", ".join(f"{name} ({number})" for name, number in stated[: params.names])
        parts.append(f"stated by package metadata: {listed}" + (f" and {more} other names" if more > 0 else ""))
    if counts.silent:
        parts.append(f"no licence stated by {counted(counts.silent, 'package')}")
    if counts.unread:
        parts.append(f"the metadata of {counted(counts.unread, 'package')} was not read whole")
    return "; ".join(parts) + ". These are the packages' own claims; they were not checked against any licence terms."
