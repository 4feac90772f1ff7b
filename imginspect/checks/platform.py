"""Platform: whether the image, and the programs that start in it, are for the platform that the policy asks for."""

from __future__ import annotations

from dataclasses import dataclass

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.launching import node_evidence
from imginspect.checks.places import UNREAD_LAYER
from imginspect.checks.result import Evidence, EvidenceState, FindingDraft, Outcome, Verdict
from imginspect.filesystem import Node
from imginspect.oci.platform import Platform
from imginspect.scan.elf import Elf
from imginspect.startup.compiled import Executed
from imginspect.startup.problem import Certainty, Concern, Kind

_RUNS_TOO = {"amd64": ("386",)}
"""Architectures whose programs run on another, as Linux is usually configured."""


@dataclass(frozen=True)
class PlatformParams:
    """The platforms are the policy's."""


_PROGRAM = "program"


@check("platform", PlatformParams, kinds=(_PROGRAM,))
def platform(context: CheckContext, params: PlatformParams) -> Outcome:
    """FAIL where the config states another platform, or a program that starts, its loader or its interpreter is for another."""
    del params
    config = context.image.config
    accepted = [Platform.parse(text) for text in context.policy.platforms]
    wanted = next((item for item in accepted if config.platform.is_known and config.platform.satisfies(item)), accepted[0])
    launch = context.launch
    found = [*_of_config(context, wanted), *(item for executed in launch.executed for item in _of_program(context, executed, wanted))]
    if found:
        return Outcome(Verdict.FAIL, tuple(found), reason=found[0].message)
    if not config.platform.is_known:
        unread = any(problem.unread and problem.where == "config" for problem in context.image.problems)
        return Outcome(Verdict.UNDETERMINED, reason="the config states no platform", due_to_unread=unread)
    if not context.is_read_whole:
        return Outcome(Verdict.UNDETERMINED, reason=UNREAD_LAYER, due_to_unread=True)
    not_read = [problem for problem in launch.problems if problem.kind is Kind.NOT_READ and problem.certainty is Certainty.UNREAD]
    if any(problem.concern is Concern.START for problem in not_read):
        return Outcome(Verdict.UNDETERMINED, reason=not_read[0].text, due_to_unread=True)
    reason = "" if launch.executed else "based on the config alone: no compiled program was found to confirm it"
    return Outcome(Verdict.PASS, reason=reason)


def _of_config(context: CheckContext, wanted: Platform) -> list[FindingDraft]:
    stated = context.image.config.platform
    if not stated.is_known or stated.satisfies(wanted):
        return []
    evidence = Evidence(config_field="architecture", state=EvidenceState.CONFIG, expected=str(wanted), found=str(stated))
    return [FindingDraft(Verdict.FAIL, f"the image is for {stated}; the environment runs {wanted}", (evidence,))]


def _of_program(context: CheckContext, executed: Executed, wanted: Platform) -> list[FindingDraft]:
    files: list[tuple[Node, Elf]] = [(executed.node, executed.elf)]
    if executed.loader is not None and executed.loader_elf is not None:
        files.append((executed.loader, executed.loader_elf))
    found = []
    for node, elf in files:
        if elf.machine not in ("", wanted.architecture, *_RUNS_TOO.get(wanted.architecture, ())):
            evidence = node_evidence(context, node)
            message = f"{node.path}, which the container starts, is a program for {elf.machine}; the environment runs {wanted.architecture}"
            found.append(FindingDraft(Verdict.FAIL, message, (evidence,), kind=_PROGRAM, about=node.path))
    return found
