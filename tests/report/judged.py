"""Results, coverage and documents for the tests of the verdict."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.checks.result import CheckResult, Verdict
from imginspect.reading import Coverage
from imginspect.report.document import ReportDocument
from imginspect.report.report import ReportVerdict, verdict_on
from imginspect.rules import Rule, Severity, Undetermined
from imginspect.rules.rule import Harm
from tests.report.sample_document import result, sample_document


class Kind(NamedTuple):
    """What a result is like, as far as the verdict depends on it."""

    verdict: Verdict
    severity: Severity = Severity.HIGH
    due_to_unread: bool = False
    conditions: int = 0


OPEN, UNREAD = Kind(Verdict.UNDETERMINED), Kind(Verdict.UNDETERMINED, due_to_unread=True)
KINDS = (
    OPEN, UNREAD, Kind(Verdict.UNDETERMINED, Severity.LOW), Kind(Verdict.UNDETERMINED, Severity.CRITICAL),
    Kind(Verdict.PASS), Kind(Verdict.PASS, conditions=2), Kind(Verdict.PASS, conditions=1), Kind(Verdict.WARN),
    Kind(Verdict.WARN, Severity.LOW),
    Kind(Verdict.FAIL), Kind(Verdict.FAIL, Severity.LOW), Kind(Verdict.NOT_APPLICABLE),
)  # fmt: skip


def made(kind: Kind, number: int) -> CheckResult:
    """A result of that kind of the rule TRE-T-00*number*."""
    rule = Rule(
        f"TRE-T-{number:03}", "A rule", "x", kind.severity, {}, "", "", (), (), (), "x.yaml", 1, {}, "Not so", "Undecided", Harm.OTHER, {}
    )
    conditions = tuple(f"condition {item}" for item in range(kind.conditions))
    return CheckResult(rule, kind.verdict, (), "", conditions, kind.due_to_unread)


def coverage(*gaps: str) -> Coverage:
    return Coverage(0, (), (), (), gaps, 0, 0)


def judged(
    kinds: tuple[Kind, ...],
    gaps: tuple[str, ...] = (),
    fail_on: Severity = Severity.HIGH,
    *,
    strict: bool = False,
    undetermined: Undetermined = Undetermined.UNDECIDED,
) -> tuple[ReportVerdict, str]:
    results = tuple(made(kind, number) for number, kind in enumerate(kinds))
    return verdict_on(results, coverage(*gaps), fail_on, strict=strict, undetermined=undetermined)


def document_of(
    kinds: tuple[Kind, ...],
    gaps: tuple[str, ...] = (),
    *,
    strict: bool = False,
    undetermined: Undetermined = Undetermined.UNDECIDED,
) -> ReportDocument:
    """The document on an image whose rules gave results of these *kinds*, with the verdict that they make."""
    from imginspect.report.report import counts_as_failure

    verdict, reason = judged(kinds, gaps, strict=strict, undetermined=undetermined)
    results = [
        result(
            item.rule.id, str(item.verdict), [], severity=str(item.rule.severity), conditions=list(item.conditions),
            fails_image=counts_as_failure(item, Severity.HIGH, strict=strict, undetermined=undetermined),
        )
        for item in (made(kind, number) for number, kind in enumerate(kinds))
    ]  # fmt: skip
    document = sample_document(verdict=str(verdict), exit_code=verdict.exit_code, reason=reason, results=results, problems=[])
    document["policy"] |= {"strict": strict, "undetermined": undetermined.value}
    assert document["coverage"] is not None
    document["coverage"] |= {"complete": not gaps, "gaps": list(gaps)}
    return document
