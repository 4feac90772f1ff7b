"""Integrity: one rule judges each topic of problems met while reading."""

from __future__ import annotations

from dataclasses import dataclass

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.result import Evidence, FindingDraft, Outcome, Verdict
from imginspect.problems import Problem, Topic
from imginspect.wording import counted


@dataclass(frozen=True)
class IntegrityParams:
    """*topic* of the problems that the rule is about; *verdict* where there are any."""

    topic: str
    verdict: str

    def __post_init__(self) -> None:
        if self.topic not in set(Topic):
            raise ValueError(f"topic: expected one of {', '.join(Topic)}, found {self.topic!r}")
        if self.verdict not in (Verdict.FAIL, Verdict.WARN, Verdict.UNDETERMINED):
            raise ValueError(f"verdict: expected fail, warn or undetermined, found {self.verdict!r}")


@check("integrity", IntegrityParams)
def integrity(context: CheckContext, params: IntegrityParams) -> Outcome:
    """One finding for each kind of problem in each place; many alike are one finding with the first of them as evidence.

    What a tool in common use writes by habit is a note.
    """
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in context.problems:
        if problem.topic == params.topic:
            groups.setdefault((problem.where, problem.what), []).append(problem)
    if not groups:
        return Outcome(Verdict.PASS)
    verdict = Verdict(params.verdict)
    found = tuple(_found(problems, Verdict.PASS if problems[0].is_habit else verdict) for problems in groups.values())
    worst = verdict if any(draft.verdict is verdict for draft in found) else Verdict.PASS
    return Outcome(worst, found, reason=found[0].message if len(found) == 1 else counted(len(found), "finding"), due_to_unread=True)


def _found(problems: list[Problem], verdict: Verdict) -> FindingDraft:
    first = problems[0]
    times = f" ({len(problems):,} times)" if len(problems) > 1 else ""
    return FindingDraft(verdict, f"{first.where}: {first.what}{times}", tuple(_evidence(problem) for problem in problems))


def _evidence(problem: Problem) -> Evidence:
    in_image = problem.layer_index is not None
    return Evidence(
        path=problem.path if in_image else None,
        member=None if in_image else (problem.path or problem.where),
        layer_index=problem.layer_index,
        expected=problem.expected,
        found=problem.found,
    )
