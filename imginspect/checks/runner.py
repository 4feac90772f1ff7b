"""Runs checks. The one place with a broad except: a check that crashes yields UNDETERMINED, and the run goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from imginspect.checks.catalogue import CHECKS
from imginspect.checks.facts import Facts, gather, untold
from imginspect.checks.result import CheckResult, Finding, Outcome, Verdict, fingerprint
from imginspect.checks.subject import Subject
from imginspect.rules import Rule, RuleSet


class Prepared(NamedTuple):
    """A rule with the check that judges it, parameters checked."""

    rule: Rule
    judge: Callable[[Subject], Outcome]


def prepare(rules: RuleSet, skipped: Mapping[str, str] = MappingProxyType({})) -> tuple[Prepared, ...]:
    """Every rule bound to its check, before any image is opened; those *skipped* (ids and reasons) say that instead of judging.

    Raises: RuleError - no such check, or wrong parameters
    """
    prepared = []
    for rule in rules.rules:
        check = CHECKS.get(rule.check)
        if check is None:
            raise rule.error(f"no check is called {rule.check!r}; there are: {', '.join(sorted(CHECKS))}", "check")
        judge = check.bind(rule)
        prepared.append(Prepared(rule, _not_judged(skipped[rule.id]) if rule.id in skipped else judge))
    return tuple(prepared)


def _not_judged(reason: str) -> Callable[[Subject], Outcome]:
    outcome = Outcome(Verdict.NOT_APPLICABLE, reason=f"the policy skips this rule: {reason}")
    return lambda _: outcome


def run_checks(prepared: Sequence[Prepared], subject: Subject) -> tuple[CheckResult, ...]:
    """The result of each rule, in their order."""
    return tuple(_result(item, subject) for item in prepared)


def gather_facts(subject: Subject) -> Facts:
    """What the report tells besides findings; where working it out crashes, that."""
    try:
        return gather(subject)
    except Exception as error:  # noqa: BLE001 - likewise
        return untold(subject, f"this could not be worked out ({type(error).__name__}); please report it")


def _result(item: Prepared, subject: Subject) -> CheckResult:
    rule = item.rule
    try:
        outcome = item.judge(subject)
    except Exception as error:  # noqa: BLE001 - a crash of one check must not hide the others' findings
        outcome = Outcome(
            Verdict.UNDETERMINED,
            reason=f"{_crashed(rule)} ({type(error).__name__}); please report it",
            for_want_of_reading=True,
        )
    seen: Counter[str] = Counter()
    findings = []
    for found in outcome.found:
        first = found.evidence[0] if found.evidence else None
        place = (first.path or first.config_field or first.member or "") if first else ""
        seen[place] += 1
        findings.append(
            Finding(
                rule_id=rule.id,
                verdict=found.verdict,
                severity=rule.severity,
                confidence=found.confidence,
                message=found.message,
                evidence=found.evidence,
                fingerprint=fingerprint(rule.id, found.evidence, seen[place]),
            )
        )
    return CheckResult(rule, outcome.verdict, tuple(findings), outcome.reason, outcome.conditions, outcome.for_want_of_reading)


def has_crashed(result: CheckResult) -> bool:
    """Whether *result* is what the runner says of a check that crashed."""
    return result.verdict is Verdict.UNDETERMINED and result.reason.startswith(_crashed(result.rule))


def _crashed(rule: Rule) -> str:
    return f"the check {rule.check} crashed"
