"""Runs checks. The one place with a broad except: a check that crashes yields UNDETERMINED, and the run continues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from imginspect.checks.catalogue import CHECKS
from imginspect.checks.check_context import CheckContext
from imginspect.checks.facts import Facts, gather, untold
from imginspect.checks.listing import share, worst_few
from imginspect.checks.places import WORST_FIRST, worst_of
from imginspect.checks.result import CheckResult, Finding, FindingDraft, Outcome, Verdict, fingerprint, place_of
from imginspect.limits import Limits
from imginspect.rules import Rule, RuleSet
from imginspect.wording import counted, listed

_IT = "{it}"
"""Stands in a rule's remedy for what the findings are about."""
_MOST_NAMED = 5
"""Things that one advice is for, by name; how many there are besides is said."""
_LONGEST = 200
"""Characters of one of these names; a longer one is left out of the advice, and the finding has it."""


class Prepared(NamedTuple):
    """A rule with the check that judges it, parameters checked."""

    rule: Rule
    judge: Callable[[CheckContext], Outcome]


def prepare(rules: RuleSet, skipped: Mapping[str, str] = MappingProxyType({})) -> tuple[Prepared, ...]:
    """Every rule bound to its check, before any image is opened; those *skipped* (ids and reasons) say that instead of judging.

    Raises: RuleError - no such check, or wrong parameters
    """
    prepared = []
    for rule in rules.rules:
        check = CHECKS.get(rule.check)
        if check is None:
            raise rule.error(f"unknown check {rule.check!r}; expected one of: {', '.join(sorted(CHECKS))}", "check")
        judge = check.bind(rule)
        prepared.append(Prepared(rule, _not_judged(skipped[rule.id]) if rule.id in skipped else judge))
    return tuple(prepared)


def _not_judged(reason: str) -> Callable[[CheckContext], Outcome]:
    outcome = Outcome(Verdict.NOT_APPLICABLE, reason=f"the policy skips this rule: {reason}")
    return lambda _: outcome


def run_checks(prepared: Sequence[Prepared], context: CheckContext, limits: Limits) -> tuple[CheckResult, ...]:
    """The result of each rule, in their order; of too many findings the worst of each rule are listed, and the rest counted."""
    outcomes = [_outcome(item, context) for item in prepared]
    most = share([len(outcome.found) for outcome in outcomes], limits.findings)
    chosen = [worst_few(outcome.found, most) for outcome in outcomes]
    places = share(
        [len(outcome.found[number].evidence) for outcome, few in zip(outcomes, chosen, strict=True) for number in few], limits.places
    )
    fixed = context.policy.severities
    return tuple(
        _result(item.rule, _with_severities(outcome, is_fixed=item.rule.id in fixed), few, places)
        for item, outcome, few in zip(prepared, outcomes, chosen, strict=True)
    )


def gather_facts(context: CheckContext) -> Facts:
    """What the report tells besides findings; where working it out crashes, that."""
    try:
        return gather(context)
    except Exception as error:  # noqa: BLE001 - a crash here must not cost the findings that there are
        return untold(context, f"not available because of an internal error ({type(error).__name__}); please report it")


def _outcome(item: Prepared, context: CheckContext) -> Outcome:
    try:
        return item.judge(context)
    except Exception as error:  # noqa: BLE001 - a crash of one check must not hide the others' findings
        return Outcome(
            Verdict.UNDETERMINED,
            reason=f"{_crashed(item.rule)} ({type(error).__name__}); please report it",
            due_to_unread=True,
        )


def _with_severities(outcome: Outcome, *, is_fixed: bool) -> Outcome:
    """*outcome*; where the policy sets the rule's severity (*is_fixed*), no finding has one of its own."""
    return outcome._replace(found=tuple(found._replace(severity=None) for found in outcome.found)) if is_fixed else outcome


def _result(rule: Rule, outcome: Outcome, chosen: Sequence[int], places: int) -> CheckResult:
    seen: Counter[str] = Counter()
    wanted = frozenset(chosen)
    kinds: list[tuple[str, Finding]] = []
    for number, found in enumerate(outcome.found):
        place = place_of(found.evidence)
        seen[place] += 1
        if number in wanted:
            kinds.append((found.kind, _finding(rule, found, seen[place], places)))
    abouts = _abouts([outcome.found[number] for number in chosen])
    findings = [finding._replace(remedy=finding.remedy.replace(_IT, abouts.get(kind) or "it")) for kind, finding in kinds]
    left_out = [found for number, found in enumerate(outcome.found) if number not in wanted]
    if left_out:
        message = f"{counted(len(left_out), 'more finding')} of this rule not listed (limit findings)"
        findings.append(_finding(rule, FindingDraft(worst_of(left_out), message), seen[""] + 1, places))
    findings.sort(key=lambda finding: (WORST_FIRST.index(finding.verdict), -finding.severity.rank))
    more = sum(max(0, len(outcome.found[number].evidence) - places) for number in chosen)
    return CheckResult(
        rule, outcome.verdict, tuple(findings), outcome.reason, outcome.conditions, outcome.due_to_unread, len(left_out), more
    )


def _finding(rule: Rule, found: FindingDraft, occurrence: int, places: int) -> Finding:
    left = len(found.evidence) - places
    return Finding(
        rule_id=rule.id,
        verdict=found.verdict,
        severity=found.severity or rule.severity,
        confidence=found.confidence,
        message=f"{found.message} ({counted(left, 'more place')} not listed, limit places)" if left > 0 else found.message,
        evidence=found.evidence[:places],
        fingerprint=fingerprint(rule.id, found.evidence, occurrence),
        remedy=_remedy(rule, found),
    )


def _remedy(rule: Rule, found: FindingDraft) -> str:
    """What to do about *found*; empty where only the rule's own advice is for it."""
    return found.remedy or rule.remedies.get(found.kind, "")


def _abouts(found: Sequence[FindingDraft]) -> dict[str, str]:
    """What the findings of each kind are about: all of it in one advice, which is then not repeated for each.

    A long name is not named: a part of it could be a part of a credential that nothing recognises any more.
    """
    kinds: dict[str, dict[str, None]] = {}
    for item in found:
        if item.about and len(item.about) <= _LONGEST:
            kinds.setdefault(item.kind, {})[item.about] = None
    return {kind: listed(list(abouts), _MOST_NAMED) for kind, abouts in kinds.items()}


def has_crashed(result: CheckResult) -> bool:
    """Whether *result* is what the runner says of a check that crashed."""
    return result.verdict is Verdict.UNDETERMINED and result.reason.startswith(_crashed(result.rule))


def _crashed(rule: Rule) -> str:
    return f"the check {rule.check} crashed"
