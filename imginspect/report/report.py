"""Report: everything that an inspection found, as one frozen value. Strings of the image are raw in it; ``shown`` is their one way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from imginspect.checks.facts import Facts
from imginspect.checks.result import CheckResult, Verdict
from imginspect.filesystem import Filesystem
from imginspect.problems import Problem
from imginspect.reading import Coverage, Link
from imginspect.report.image_summary import ImageSummary
from imginspect.report.order import Badness, badness
from imginspect.report.rule_counts import rules_by_severity
from imginspect.report.text import visible
from imginspect.rules import Policy, Severity, Undetermined
from imginspect.scan.redaction import Redactor
from imginspect.wording import counted


class ReportVerdict(StrEnum):
    """The verdict on an image."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    UNDECIDED = "undecided"
    INCOMPLETE = "incomplete"
    NOT_INSPECTED = "not-inspected"

    @property
    def exit_code(self) -> int:
        """The exit code that says the same; 2 is for errors before anything was opened."""
        return _EXIT_CODES[self]


_EXIT_CODES = {
    ReportVerdict.FAIL: 1,
    ReportVerdict.NOT_INSPECTED: 3,
    ReportVerdict.INCOMPLETE: 4,
    ReportVerdict.UNDECIDED: 5,
    ReportVerdict.PASS: 0,
}
_WORST_FIRST = tuple(_EXIT_CODES)


def worst(verdicts: Iterable[ReportVerdict]) -> ReportVerdict:
    """The worst of several verdicts: fail, not-inspected, incomplete, undecided, pass. Of none: not-inspected."""
    return min(verdicts, key=_WORST_FIRST.index, default=ReportVerdict.NOT_INSPECTED)


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
    """Digests (hex sha256) of small files with a credential in them: little else than digests of the secret, so no format shows them."""
    undetermined: Undetermined = Undetermined.UNDECIDED
    """What a rule at or above *fail_on* that is UNDETERMINED because a fact is missing makes of the image."""

    def shown(self, text: str) -> str:
        """*text* of the image as any output may show it: credentials masked, then what could mislead escaped."""
        return visible(self.redactor.masked(text))

    def shown_digest(self, sha256: str | None) -> str | None:
        """*sha256* of a file as any output may show it: None where it would give a secret away to who can guess."""
        return None if sha256 in self.withheld else sha256

    def counts(self, result: CheckResult) -> bool:
        """Whether *result* makes the verdict *fail*."""
        return counts_as_failure(result, self.fail_on, strict=self.strict, undetermined=self.undetermined)

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """Results that make the verdict *fail*."""
        return tuple(result for result in self.results if self.counts(result))


def counts_as_failure(result: CheckResult, fail_on: Severity, *, strict: bool, undetermined: Undetermined) -> bool:
    """Whether *result* makes an image fail: a FAIL at or above *fail_on*; with *strict* a WARN too, with *undetermined* fail an open rule.

    A rule that is open because something was not read never does: it makes the image incomplete.
    """
    if result.severity.rank < fail_on.rank:
        return False
    match result.verdict:
        case Verdict.FAIL:
            return True
        case Verdict.WARN:
            return strict
        case Verdict.UNDETERMINED:
            return undetermined is Undetermined.FAIL and not result.due_to_unread
    return False


def verdict_on(
    results: tuple[CheckResult, ...], coverage: Coverage, fail_on: Severity, *, strict: bool, undetermined: Undetermined
) -> tuple[ReportVerdict, str]:
    """The verdict on an image and the reason in a sentence: the one function that decides it.

    Source: the table of verdicts and exit codes in the README; the first row that fits is the verdict.
    """
    results = _worst_first(results, fail_on, strict=strict, undetermined=undetermined)
    failed = [item for item in results if counts_as_failure(item, fail_on, strict=strict, undetermined=undetermined)]
    is_open = [item for item in results if item.verdict is Verdict.UNDETERMINED and item.severity.rank >= fail_on.rank]
    undecided = [item for item in is_open if item not in failed]
    if failed:
        return ReportVerdict.FAIL, "; ".join((*_failures(failed, fail_on), *_not_decided(undecided)))
    unread = [item for item in undecided if item.due_to_unread]
    if not coverage.is_complete:
        return ReportVerdict.INCOMPLETE, "; ".join((_gaps(coverage.gaps), *_undecided(undecided)))
    if unread:
        others = [item for item in undecided if not item.due_to_unread]
        return ReportVerdict.INCOMPLETE, "; ".join((*_undecided(unread, " because not everything was read"), *_undecided(others)))
    if undecided and undetermined is Undetermined.UNDECIDED:
        return ReportVerdict.UNDECIDED, "; ".join(_undecided(undecided))
    return ReportVerdict.PASS, _passed(results, undecided, fail_on)


def _worst_first(
    results: tuple[CheckResult, ...], fail_on: Severity, *, strict: bool, undetermined: Undetermined
) -> tuple[CheckResult, ...]:
    def key(item: CheckResult) -> Badness:
        fails = counts_as_failure(item, fail_on, strict=strict, undetermined=undetermined)
        return badness(str(item.verdict), str(item.severity), str(item.rule.harm), item.rule.id, fails_image=fails)

    return tuple(sorted(results, key=key))


def _failures(failed: Sequence[CheckResult], fail_on: Severity) -> Iterator[str]:
    """A clause for each kind of result that makes an image fail."""
    by = {verdict: [item for item in failed if item.verdict is verdict] for verdict in Verdict}
    if found := by[Verdict.FAIL]:
        yield f"{counted(len(found), 'rule')} of severity {fail_on} or worse failed: {_ids(found)}"
    if found := by[Verdict.WARN]:
        yield f"{_rules(found)} warned, which counts as a failure (--strict): {_ids(found)}"
    if found := by[Verdict.UNDETERMINED]:
        yield f"{_rules(found)} could not be decided, which counts as a failure (--undetermined fail): {_ids(found)}"


def _undecided(results: Sequence[CheckResult], why: str = "") -> Iterator[str]:
    if results:
        yield f"{_rules(results)} could not be decided{why}: {_ids(results)}"


def _not_decided(results: Sequence[CheckResult]) -> Iterator[str]:
    """How many rules are open beside those that fail the image, which are what to act on: these are not named."""
    if results:
        yield f"{_rules(results)} could not be decided"


def _gaps(gaps: Sequence[str]) -> str:
    more = f"; and {counted(len(gaps) - _MOST_GAPS, 'more gap')}" if len(gaps) > _MOST_GAPS else ""
    return "not everything could be read: " + "; ".join(gaps[:_MOST_GAPS]) + more


_MOST_GAPS = 3
"""Gaps in the reason, which is to be read at a glance; the coverage lists all of them."""


def _passed(results: Sequence[CheckResult], undecided: Sequence[CheckResult], fail_on: Severity) -> str:
    """Why an image passes: that all is met only where that is so, else everything that is not."""
    conditions = sum(len(item.conditions) for item in results if item.verdict is Verdict.PASS)
    below = [item for item in results if item.verdict is Verdict.UNDETERMINED and item not in undecided]
    others = [
        *(f"{_rules(found)} {word}" for verdict, word in ((Verdict.FAIL, "failed"), (Verdict.WARN, "warned"))
          if (found := [item for item in results if item.verdict is verdict])),
        *(f"{_rules(below)} could not be decided" for _ in below[:1]),
        *_undecided(undecided, " (--undetermined pass)"),
    ]  # fmt: skip
    if not any(item.verdict is not Verdict.NOT_APPLICABLE for item in results):
        return "no rule applies to this image"
    on = f" on {counted(conditions, 'condition')}" if conditions else ""
    if not others:
        return f"every rule that applies is met{on}"
    return "; ".join((f"no rule of severity {fail_on} or worse failed", *([f"pass{on}"] if on else []), *others))


def _rules(results: Sequence[CheckResult]) -> str:
    return rules_by_severity(str(item.severity) for item in results)


def _ids(results: Sequence[CheckResult]) -> str:
    return ", ".join(result.rule.id for result in results)
