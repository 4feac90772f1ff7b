"""Entrypoint: whether the image has a start command, whether it can start, and whether its script is in the image."""

from __future__ import annotations

from dataclasses import dataclass

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.launching import KINDS, UNREAD, found_of, outcome
from imginspect.checks.result import Outcome, Verdict
from imginspect.startup.problem import Certainty, Concern, Kind


@dataclass(frozen=True)
class EntrypointParams:
    """The mount directories are the policy's."""


@check("command-named", EntrypointParams, kinds=KINDS)
def named(context: CheckContext, params: EntrypointParams) -> Outcome:
    """FAIL where neither Entrypoint nor Cmd names a program. Asked is the config alone, no file."""
    del params
    problems = [problem for problem in context.launch.problems if _is_about_naming(problem.kind, problem.config_field)]
    certain = [problem for problem in problems if problem.certainty is not Certainty.UNREAD]
    if certain or not problems:  # the config was read: unread layers do not matter
        found = tuple(found_of(context, problem) for problem in certain)
        verdict = Verdict.PASS if not found else max((item.verdict for item in found), key=_WORST.index)
        return Outcome(verdict, found, reason=found[0].message if found else "")
    return outcome(context, problems)


_WORST = [Verdict.PASS, Verdict.WARN, Verdict.FAIL]


def _is_about_naming(kind: Kind, field: str | None) -> bool:
    return kind is Kind.NO_COMMAND or (kind is Kind.NOT_READ and field == "Entrypoint")


@check("command-starts", EntrypointParams, kinds=KINDS)
def starts(context: CheckContext, params: EntrypointParams) -> Outcome:
    """FAIL where Linux cannot execute the command, a program that it passes through, an interpreter, or a library is not there."""
    del params
    launch = context.launch
    if not launch.command.words and not _is_config_unread(context):
        return Outcome(Verdict.NOT_APPLICABLE, reason="the image has no start command")
    problems = [problem for problem in launch.problems if problem.concern is Concern.START]
    return outcome(context, problems, launch.conditions)


@check("script-exists", EntrypointParams, kinds=KINDS)
def script_exists(context: CheckContext, params: EntrypointParams) -> Outcome:
    """FAIL where the script or module that an interpreter is given, or a module that it imports, is not there or may not be read."""
    del params
    launch = context.launch
    if not context.is_read_whole:
        return Outcome(Verdict.UNDETERMINED, reason=UNREAD, due_to_unread=True)
    problems = [problem for problem in launch.problems if problem.concern is Concern.SCRIPT]
    fails = [problem for problem in launch.problems if problem.certainty is Certainty.FAILS and problem.concern is Concern.START]
    if problems or (launch.has_script and not fails):
        return outcome(context, problems, launch.conditions)
    stopped = [problem for problem in launch.problems if problem.certainty is not Certainty.DEPENDS]
    if any(problem.certainty in (Certainty.UNKNOWN, Certainty.UNREAD) for problem in stopped):
        unread = any(problem.certainty is Certainty.UNREAD for problem in stopped)
        reason = f"the command could not be followed to the end: {launch.unknown}"
        return Outcome(Verdict.UNDETERMINED, reason=reason, due_to_unread=unread)
    if stopped:
        return Outcome(Verdict.NOT_APPLICABLE, reason=f"the command cannot start: {stopped[0].text}")
    return Outcome(Verdict.NOT_APPLICABLE, reason="the command runs a compiled program and no script")


def _is_config_unread(context: CheckContext) -> bool:
    return any(problem.unread and problem.where == "config" for problem in context.image.problems)
