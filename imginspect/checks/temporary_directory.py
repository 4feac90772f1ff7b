"""Temporary directory: where TMP is set, it should be the environment's scratch directory."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from imginspect.checks.check import check
from imginspect.checks.check_context import CheckContext
from imginspect.checks.places import reason_of, worst_of
from imginspect.checks.result import Evidence, EvidenceState, FindingDraft, Outcome, Verdict
from imginspect.errors import PathError
from imginspect.rules.policy import MountRole
from imginspect.startup.named_texts import environment_of
from imginspect.wording import cut


@dataclass(frozen=True)
class TemporaryDirectoryParams:
    """The variables that programs take their temporary directory from."""

    variables: list[str] = field(default_factory=lambda: ["TMP", "TMPDIR", "TEMP"])

    def __post_init__(self) -> None:
        if not isinstance(self.variables, list) or not all(isinstance(name, str) and name for name in self.variables):
            raise ValueError(f"variables: expected a list of names, found {self.variables!r}")


@check("temporary-directory", TemporaryDirectoryParams)
def temporary_directory(context: CheckContext, params: TemporaryDirectoryParams) -> Outcome:
    """WARN for each variable that is set to another place than the policy's scratch directory; not applicable where none is set."""
    scratch = [directory.path for directory in context.policy.directories if directory.role is MountRole.SCRATCH]
    if not scratch:
        return Outcome(Verdict.NOT_APPLICABLE, reason="the policy names no scratch directory")
    environment = environment_of(context.image.config)
    values = {name: environment[name] for name in params.variables if environment.get(name, "").strip()}
    if not values:
        return Outcome(Verdict.NOT_APPLICABLE, reason=f"the image sets none of {', '.join(params.variables)}")
    found: list[FindingDraft] = []
    conditions: list[str] = []
    for name, value in values.items():
        where = _resolved(context, value)
        if where in scratch:
            continue
        if any(where.startswith(path + "/") for path in scratch):
            conditions.append(f"the program creates {where} before it uses it, because the mount begins empty")
            continue
        evidence = (Evidence(config_field=f"Env[{name}]", state=EvidenceState.CONFIG, expected=scratch[0], found=cut(value)),)
        found.append(FindingDraft(Verdict.WARN, f"{name} is set to {cut(value)}, not to {scratch[0]}", evidence))
    return Outcome(worst_of(found), tuple(found), reason_of(found) if found else "", tuple(conditions))


def _resolved(context: CheckContext, value: str) -> str:
    """Where *value* leads, links followed; by its text alone where that is nowhere. A relative path leads nowhere."""
    if not value.startswith("/"):
        return value
    try:
        return context.filesystem.resolve(value).node.path
    except PathError:
        return posixpath.normpath("/" + value.lstrip("/"))
