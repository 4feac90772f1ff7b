"""Report: everything that an inspection found, as one frozen value. Strings of the image are raw in it; ``shown`` is their one way out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from imginspect.checks.facts import Facts
from imginspect.checks.result import CheckResult, Verdict
from imginspect.evidence import Coverage, Link
from imginspect.filesystem import Filesystem
from imginspect.image import Layer, Step
from imginspect.oci.config import ImageConfig
from imginspect.oci.digest import Digest
from imginspect.problems import Problem
from imginspect.report.text import visible
from imginspect.rules import Policy, Severity
from imginspect.scan.redaction import Redactor
from imginspect.wording import counted


class ReportVerdict(StrEnum):
    """The verdict on an image."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    INCOMPLETE = "incomplete"
    NOT_INSPECTED = "not-inspected"

    @property
    def exit_code(self) -> int:
        """The exit code that says the same; 2 is for errors before anything was opened."""
        return _EXIT_CODES[self]


_EXIT_CODES = {ReportVerdict.PASS: 0, ReportVerdict.FAIL: 1, ReportVerdict.NOT_INSPECTED: 3, ReportVerdict.INCOMPLETE: 4}
_WORST_FIRST = (ReportVerdict.FAIL, ReportVerdict.NOT_INSPECTED, ReportVerdict.INCOMPLETE, ReportVerdict.PASS)


def worst(verdicts: Iterable[ReportVerdict]) -> ReportVerdict:
    """The worst of several verdicts: fail, not-inspected, incomplete, pass. Of none: not-inspected."""
    return min(verdicts, key=_WORST_FIRST.index, default=ReportVerdict.NOT_INSPECTED)


@dataclass(frozen=True, slots=True)
class ImageSummary:
    """What the image is: names, ids (Docker before 29 shows the config's digest as image id, later ones the manifest's), config."""

    references: tuple[str, ...]
    image_id: Digest | None
    manifest_digest: Digest | None
    platform: str
    config: ImageConfig | None
    layers: tuple[Layer, ...]
    steps: tuple[Step, ...]
    archive_form: str
    also_present: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The result of inspecting one image (*image* is None where there was none to inspect)."""

    verdict: ReportVerdict
    reason: str
    image: ImageSummary | None
    chain: tuple[Link, ...]
    results: tuple[CheckResult, ...]
    coverage: Coverage | None
    problems: tuple[Problem, ...]
    policy: Policy
    fail_on: Severity
    strict: bool
    ruleset_digest: str
    redactor: Redactor
    own_severities: Mapping[str, Severity] = field(default_factory=dict)
    """What the rules say themselves whose severity the policy changes, by id."""
    filesystem: Filesystem | None = None
    facts: Facts = Facts()
    withheld: frozenset[str] = frozenset()
    """Digests (hex sha256) of small files with a credential in them: little else than digests of the secret, so no form shows them."""

    def shown(self, text: str) -> str:
        """*text* of the image as any output may show it: credentials masked, then what could mislead escaped."""
        return visible(self.redactor.masked(text))

    def shown_digest(self, sha256: str | None) -> str | None:
        """*sha256* of a file as any output may show it: None where it would give a secret away to who can guess."""
        return None if sha256 in self.withheld else sha256

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """Results that make the verdict *fail*."""
        return tuple(result for result in self.results if counts_as_failure(result, self.fail_on, strict=self.strict))


def counts_as_failure(result: CheckResult, fail_on: Severity, *, strict: bool) -> bool:
    """Whether *result* makes an image fail: a FAIL (with *strict* a WARN too) at or above *fail_on*."""
    bad = (Verdict.FAIL, Verdict.WARN) if strict else (Verdict.FAIL,)
    return result.verdict in bad and result.rule.severity.rank >= fail_on.rank


def judge(results: tuple[CheckResult, ...], coverage: Coverage, fail_on: Severity, *, strict: bool) -> tuple[ReportVerdict, str]:
    """The verdict on an image and the reason in a sentence: the one function that decides it."""
    failed = [result for result in results if counts_as_failure(result, fail_on, strict=strict)]
    if failed:
        return ReportVerdict.FAIL, f"{counted(len(failed), 'rule')} of severity {fail_on} or worse failed: {_ids(failed)}"
    open_rules = [
        result
        for result in results
        if result.verdict is Verdict.UNDETERMINED and result.for_want_of_reading and result.rule.severity.rank >= fail_on.rank
    ]
    if not coverage.is_complete:
        return ReportVerdict.INCOMPLETE, "not everything could be read: " + "; ".join(coverage.gaps[:3])
    if open_rules:
        return ReportVerdict.INCOMPLETE, f"{counted(len(open_rules), 'rule')} could not be decided: " + ", ".join(
            r.rule.id for r in open_rules
        )
    warned = [result for result in results if result.verdict in (Verdict.WARN, Verdict.FAIL)]
    if warned:
        return (
            ReportVerdict.PASS,
            f"no rule of severity {fail_on} or worse failed; {counted(len(warned), 'rule')} to look at",
        )
    return ReportVerdict.PASS, "every rule that applies is met"


def _ids(results: list[CheckResult]) -> str:
    return ", ".join(result.rule.id for result in results)
