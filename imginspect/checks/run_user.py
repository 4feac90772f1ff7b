"""Run user: whether the container runs as a user other than root."""

from __future__ import annotations

from dataclasses import dataclass

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.launching import node_evidence
from imginspect.checks.places import UNREAD_LAYER
from imginspect.checks.result import Evidence, EvidenceState, FindingDraft, Outcome, Verdict
from imginspect.rules.policy import RunsAs
from imginspect.startup.run_user import run_user


@dataclass(frozen=True)
class RunUserParams:
    """*verdict* where the container runs as root: warn, or fail where the environment's runner refuses root."""

    verdict: str = Verdict.WARN

    def __post_init__(self) -> None:
        if self.verdict not in (Verdict.WARN, Verdict.FAIL):
            raise ValueError(f"verdict: expected warn or fail, found {self.verdict!r}")


@check("run-user", RunUserParams)
def not_root(context: CheckContext, params: RunUserParams) -> Outcome:
    """WARN (or FAIL) for root: User is absent, ``root``, ``0``, or a name that /etc/passwd gives the number 0.

    FAIL where every runner of the policy refuses root; not applicable where every one runs the container as the caller.
    """
    ways = {runner.runs_as for runner in context.policy.runners}
    if ways == {RunsAs.USER}:
        return Outcome(Verdict.NOT_APPLICABLE, reason="the policy's runners run the container as the caller, whatever its User says")
    if any(problem.unread and problem.where == "config" for problem in context.image.problems):
        return Outcome(Verdict.UNDETERMINED, reason="the image's config could not be read", due_to_unread=True)
    user = run_user(context.view)
    who = user.text.partition(":")[0]
    if not context.is_read_whole and who and not who.isdigit():
        reason = f"{UNREAD_LAYER}, and it may change /etc/passwd"
        return Outcome(Verdict.UNDETERMINED, reason=reason, due_to_unread=True)
    if user.error:
        return Outcome(Verdict.UNDETERMINED, reason=f"the container cannot start: {user.error}")
    if user.uid is None:
        return Outcome(Verdict.UNDETERMINED, reason=f"{user.unread} was not read", due_to_unread=True)
    if not user.is_root:
        return Outcome(Verdict.PASS)
    stated = user.text or "not set, which means root"
    evidence = [Evidence(config_field="User", state=EvidenceState.CONFIG, expected="a user other than root", found=stated)]
    if who not in ("", "0", "root"):
        evidence += [node_evidence(context, node) for node in user.nodes[:1]]
    text = f"the container runs as {user.text}, which is root" if user.text else "the config sets no User, so the container runs as root"
    refusing = [runner.name for runner in context.policy.runners if runner.runs_as is RunsAs.NON_ROOT]
    text += f"; {' and '.join(refusing)} will refuse it" if refusing else ""
    verdict = Verdict.FAIL if ways == {RunsAs.NON_ROOT} else Verdict(params.verdict)
    return Outcome(verdict, (FindingDraft(verdict, text, tuple(evidence)),), reason=text)
