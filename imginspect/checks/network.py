"""Network: nothing that the container starts may use the network or a package repository."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.launching import UNREAD, is_for
from imginspect.checks.result import Confidence, Evidence, EvidenceState, FindingDraft, Outcome, Verdict
from imginspect.errors import PathError
from imginspect.reach.guards import Reach
from imginspect.startup.problem import Certainty
from imginspect.startup.started import Origin
from imginspect.wording import bounded, counted, listed

if TYPE_CHECKING:
    from imginspect.network.network import CallSite, Gap, Network

_MOST_CONDITIONS = 50
"""Nobody goes through more of them; the last one counts the rest."""
_TOLD = (Certainty.FAILS, Certainty.DEPENDS)


@dataclass(frozen=True)
class NetworkParams:
    """*entries* names the rule whose entries of the knowledge base are looked for."""

    entries: str


_IF_ABSENT, _NOT_ANALYSED = "if absent", "not analysed"


@check("network-calls", NetworkParams, kinds=(_IF_ABSENT, _NOT_ANALYSED))
def network_calls(context: CheckContext, params: NetworkParams) -> Outcome:
    """FAIL for a call that runs when the container starts, WARN for one that may; UNDETERMINED where something was not analysed."""
    if not context.is_read_whole:
        return Outcome(Verdict.UNDETERMINED, reason=UNREAD, due_to_unread=True)
    config = context.image.config
    if not any(config.entrypoint) and not config.cmd:
        return Outcome(Verdict.NOT_APPLICABLE, reason="the image has no start command")
    if params.entries not in {rule for entry in context.knowledge.network.entries for rule in entry.rules}:
        return Outcome(Verdict.UNDETERMINED, reason=f"the knowledge base has no entries for {params.entries}")
    facts = context.network
    sites = [site for site in facts.sites if params.entries in site.entry.rules]
    conditions = _conditions(sites, facts.gaps)
    found = [_found(context, site) for site in sites if site.reached.reach > Reach.NEVER]
    failing = [item for item in found if item.verdict is Verdict.FAIL]
    if failing:
        return Outcome(Verdict.FAIL, tuple(found), _reason(failing), conditions)
    gaps = [gap for gap in facts.gaps if not gap.is_condition]
    if gaps or facts.start_unknown:
        return _undetermined(context, facts, gaps, found, conditions)
    if found:
        return Outcome(Verdict.WARN, tuple(found), _reason(found), conditions)
    return Outcome(Verdict.PASS, conditions=conditions)


def _undetermined(
    context: CheckContext, facts: Network, gaps: list[Gap], found: list[FindingDraft], conditions: tuple[str, ...]
) -> Outcome:
    told = {problem.missing for problem in context.launch.problems if problem.missing and problem.certainty in _TOLD}
    missing = list(dict.fromkeys(gap.missing for gap in gaps if is_for(gap.missing, told)))
    left = [gap for gap in gaps if not is_for(gap.missing, told)]
    open_ends = tuple(
        FindingDraft(Verdict.UNDETERMINED, _place(gap.chain, gap.what), _evidence(context, gap.origin), kind=_NOT_ANALYSED) for gap in left
    )
    if missing:
        reason = f"{missing[0]} is not in the image (reported by the rules on starting), so its behaviour is unknown"
        reason += f"; {counted(len(missing) - 1 + len(left), 'more reason')}" if len(missing) + len(left) > 1 else ""
    else:
        reason = _reason(open_ends) if open_ends else f"the program that starts is unknown: {facts.start_unknown}"
    return Outcome(
        Verdict.UNDETERMINED,
        (*open_ends, *found),
        reason,
        conditions,
        due_to_unread=any(gap.due_to_unread for gap in gaps),
    )


def _found(context: CheckContext, site: CallSite) -> FindingDraft:
    """A place as a finding: failing where it runs for sure and contacts another machine for sure."""
    whom = f", contacting {site.target}" if site.target else f" ({site.named})" if site.named else ""
    message = f"{_place(site.chain, site.what)}: {site.entry.title}{whom}"
    why = site.reached.why if site.reached.reach < Reach.YES else ""
    if site.reached.reach is Reach.IF_ABSENT:
        why = f"it does not run if {why}, which only the environment can supply"
    elif site.doubt:
        why = why or site.doubt
    elif site.variables:
        why = why or f"the destination is set by {listed(site.variables, 3)}, which the image leaves unset"
    elif not site.is_certain:
        why = why or "the surrounding code is not valid, so this is a guess"
    verdict = Verdict.WARN if why else Verdict.FAIL
    confidence = Confidence.LOW if not site.is_certain else Confidence.MEDIUM if why or not (site.target or site.named) else Confidence.HIGH
    text, evidence = f"{message}; {why}" if why else message, _evidence(context, site.origin, site.what)
    if site.reached.reach is Reach.IF_ABSENT:
        return FindingDraft(verdict, text, evidence, confidence, kind=_IF_ABSENT)
    return FindingDraft(verdict, text, evidence, confidence, remedy=site.entry.remediation)


def _place(chain: Iterable[str], what: str) -> str:
    return f"{', '.join(steps)}: {what}" if (steps := list(chain)) else what


def _evidence(context: CheckContext, origin: Origin, excerpt: str | None = None) -> tuple[Evidence, ...]:
    if origin.path is None:
        return (Evidence(config_field=origin.config_field, state=EvidenceState.CONFIG, excerpt=excerpt),)
    try:
        node = context.filesystem.resolve(origin.path).node
    except PathError:
        return (Evidence(path=origin.path, line=origin.line, excerpt=excerpt),)
    return (
        Evidence(
            path=node.path,
            line=origin.line,
            layer_index=node.layer_index,
            state=EvidenceState.VISIBLE,
            file_sha256=node.sha256,
            file_type=context.file_type(node),
            size=node.size,
            excerpt=excerpt,
        ),
    )


def _conditions(sites: list[CallSite], gaps: Iterable[Gap]) -> tuple[str, ...]:
    """The conditions under which the image needs no network."""
    found = [
        f"{site.reached.why}; otherwise {_place(site.chain, site.what)} runs" for site in sites if site.reached.reach is Reach.IF_ABSENT
    ]
    found += [f"{gap.what}; it must not need network access" for gap in gaps if gap.is_condition]
    return tuple(bounded(list(dict.fromkeys(found)), _MOST_CONDITIONS, "condition"))


def _reason(found: Iterable[FindingDraft]) -> str:
    items = list(found)
    return items[0].message if len(items) == 1 else counted(len(items), "finding")
