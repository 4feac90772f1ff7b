"""Launch problems as findings: each with its verdict, and with the config field, files and layers that show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imginspect.checks.check_context import CheckContext
from imginspect.checks.places import UNREAD_LAYER
from imginspect.checks.result import Evidence, EvidenceState, FindingDraft, Outcome, Verdict
from imginspect.filesystem import Node
from imginspect.startup.problem import Certainty, Kind, LaunchProblem
from imginspect.wording import counted

_VERDICTS = {
    Certainty.FAILS: Verdict.FAIL,
    Certainty.DEPENDS: Verdict.WARN,
    Certainty.UNKNOWN: Verdict.UNDETERMINED,
    Certainty.UNREAD: Verdict.UNDETERMINED,
}
DELETED = "deleted"
"""The kind of what is not found because a later layer deleted it."""
KINDS = (DELETED, *map(str, Kind))
"""The kinds of findings of the checks on starting."""
UNREAD = f"{UNREAD_LAYER}, and it may change what starts"


def outcome(context: CheckContext, problems: Sequence[LaunchProblem], conditions: Iterable[str] = ()) -> Outcome:
    """The outcome that *problems* make: failing if one of them is sure, undetermined if one could not be judged, else a warning."""
    if not context.is_read_whole:
        return Outcome(Verdict.UNDETERMINED, reason=UNREAD, due_to_unread=True)
    needs = [f"{problem.text}; it must exist there" for problem in problems if problem.kind is Kind.BELOW_MOUNT]
    conditions = tuple(dict.fromkeys([*conditions, *needs]))
    if not problems:
        return Outcome(Verdict.PASS, conditions=conditions)
    found = tuple(found_of(context, problem) for problem in problems)
    certainties = {problem.certainty for problem in problems}
    reason = found[0].message if len(problems) == 1 else counted(len(problems), "reason")
    if Certainty.FAILS in certainties:
        return Outcome(Verdict.FAIL, found, reason, conditions)
    if Certainty.UNREAD in certainties:
        return Outcome(Verdict.UNDETERMINED, found, reason, conditions, due_to_unread=True)
    verdict = Verdict.UNDETERMINED if Certainty.UNKNOWN in certainties else Verdict.WARN
    return Outcome(verdict, found, reason, conditions)


def found_of(context: CheckContext, problem: LaunchProblem) -> FindingDraft:
    """One problem as a finding; its evidence is the config field, the files, and what a later layer took away."""
    evidence = []
    if problem.config_field:
        evidence.append(
            Evidence(config_field=problem.config_field, state=EvidenceState.CONFIG, expected=problem.expected, found=problem.found)
        )
    for number, node in enumerate(dict.fromkeys(problem.nodes)):
        evidence.append(node_evidence(context, node, problem.line if number == 0 else None))
    for item in problem.gone:
        node = item.node
        evidence.append(
            Evidence(
                path=node.path,
                layer_index=node.layer_index,
                state=EvidenceState(item.state),
                file_sha256=node.sha256,
                size=node.size,
                by_layer=item.by_layer,
            )
        )
    kind = DELETED if problem.gone and problem.kind in (Kind.NOT_FOUND, Kind.NO_MODULE) else str(problem.kind)
    text = problem.text + _kept_open(context, problem)
    return FindingDraft(_VERDICTS[problem.certainty], text, tuple(evidence), kind=kind, about=problem.missing)


def is_for(missing: str, told: Iterable[str]) -> bool:
    """Whether the path *missing* is one of *told*, or is below one."""
    return bool(missing) and any(missing == path or missing.startswith(path + "/") for path in told)


def _kept_open(context: CheckContext, problem: LaunchProblem) -> str:
    """Which other rules cannot be decided because of what is missing, in words."""
    if not problem.missing or not any(is_for(gap.missing, [problem.missing]) for gap in context.startup.followed.gaps):
        return ""
    rules = sorted({rule for entry in context.knowledge.network.entries for rule in entry.rules})
    return f"; {' and '.join(rules)} cannot be decided without it" if rules else ""


def node_evidence(context: CheckContext, node: Node, line: int | None = None) -> Evidence:
    """A visible file as evidence."""
    return Evidence(
        path=node.path,
        line=line,
        layer_index=node.layer_index,
        state=EvidenceState.VISIBLE,
        file_sha256=node.sha256,
        file_type=context.file_type(node),
        size=node.size,
    )
