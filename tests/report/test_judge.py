"""The verdict on an image: the one table of verdicts and exit codes, and a reason whose numbers add up."""

from __future__ import annotations

import re
from itertools import combinations_with_replacement, permutations

import pytest

from imginspect.checks.result import Verdict
from imginspect.report.report import ReportVerdict, worst
from imginspect.report.rule_counts import rules_by_severity
from imginspect.report.summary import headline, tally
from imginspect.rules import Severity, Undetermined
from tests.report.judged import KINDS, OPEN, UNREAD, Kind, document_of, judged

COMBINATIONS = [kinds for size in range(4) for kinds in combinations_with_replacement(KINDS, size)]
CRITICAL = Kind(Verdict.UNDETERMINED, Severity.CRITICAL)
ON_CONDITIONS = Kind(Verdict.PASS, conditions=2)


def counts(kind: Kind, *, strict: bool, undetermined: Undetermined) -> bool:
    """Whether the kind fails an image, said once more in another way."""
    if kind.severity is Severity.LOW:
        return False
    is_open = kind.verdict is Verdict.UNDETERMINED and not kind.due_to_unread
    return kind.verdict is Verdict.FAIL or (strict and kind.verdict is Verdict.WARN) or (is_open and undetermined is Undetermined.FAIL)


def expected(kinds: tuple[Kind, ...], gaps: tuple[str, ...], *, strict: bool, undetermined: Undetermined) -> str:
    """The first row of the table that fits."""
    serious = [kind for kind in kinds if kind.verdict is Verdict.UNDETERMINED and kind.severity is not Severity.LOW]
    if any(counts(kind, strict=strict, undetermined=undetermined) for kind in kinds):
        return "fail"
    if gaps or any(kind.due_to_unread for kind in serious):
        return "incomplete"
    return "undecided" if serious and undetermined is Undetermined.UNDECIDED else "pass"


@pytest.mark.parametrize("undetermined", Undetermined)
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("gaps", [(), ("layer 1: cut off",)])
def test_the_verdict_is_the_first_row_of_the_table_that_fits(gaps: tuple[str, ...], strict: bool, undetermined: Undetermined) -> None:
    for kinds in COMBINATIONS:
        verdict, reason = judged(kinds, gaps, strict=strict, undetermined=undetermined)
        assert verdict == expected(kinds, gaps, strict=strict, undetermined=undetermined), kinds
        assert reason


def number_before(reason: str, words: str) -> int:
    """The rules that *reason* counts in the clauses with *words*: ``1 critical and 2 high rules failed`` are three."""
    clauses = [clause for clause in reason.split("; ") if words in clause]
    return sum(int(number) for clause in clauses for number in re.findall(r"(\d+) (?:rules? of|info|low|medium|high|critical)\b", clause))


@pytest.mark.parametrize("undetermined", Undetermined)
@pytest.mark.parametrize("strict", [False, True])
def test_the_numbers_of_the_reason_add_up(strict: bool, undetermined: Undetermined) -> None:
    for kinds in COMBINATIONS:
        verdict, reason = judged(kinds, strict=strict, undetermined=undetermined)
        of = {one: sum(kind.verdict is one for kind in kinds) for one in Verdict}
        low = {one: sum(kind.verdict is one and kind.severity is Severity.LOW for kind in kinds) for one in Verdict}
        if verdict == "pass":
            assert number_before(reason, " failed") == of[Verdict.FAIL], (kinds, reason)
            assert number_before(reason, "warned") == of[Verdict.WARN], (kinds, reason)
            assert number_before(reason, "could not be decided") == of[Verdict.UNDETERMINED], (kinds, reason)
            conditions = sum(kind.conditions for kind in kinds)
            assert (f"on {conditions} condition" in reason) == bool(conditions), reason
            assert ("is met" in reason) == (not any(of[one] for one in (Verdict.FAIL, Verdict.WARN, Verdict.UNDETERMINED))
                                            and bool(of[Verdict.PASS])), (kinds, reason)  # fmt: skip
        else:
            assert number_before(reason, "could not be decided") == of[Verdict.UNDETERMINED] - low[Verdict.UNDETERMINED], (kinds, reason)
            assert "met" not in reason
        if verdict == "fail":
            assert number_before(reason, "or worse failed") == of[Verdict.FAIL] - low[Verdict.FAIL], (kinds, reason)


@pytest.mark.parametrize("undetermined", Undetermined)
@pytest.mark.parametrize("strict", [False, True])
def test_the_numbers_of_the_tally_are_all_rules(strict: bool, undetermined: Undetermined) -> None:
    for kinds in COMBINATIONS:
        told = tally(document_of(kinds, strict=strict, undetermined=undetermined))
        without = re.sub(r" \(\d+ of them on \d+ conditions?\)", "", told)
        assert sum(map(int, re.findall(r"\d+", without))) == len(kinds), told


@pytest.mark.parametrize(
    ("kinds", "options", "told"),
    [
        ((OPEN, OPEN), {}, "2 high rules could not be decided: TRE-T-000, TRE-T-001"),
        ((OPEN, CRITICAL, OPEN), {}, "1 critical and 2 high rules could not be decided: TRE-T-001, TRE-T-000, TRE-T-002"),
        ((OPEN,), {"undetermined": Undetermined.FAIL},
         "1 high rule could not be decided, which counts as a failure (--undetermined fail): TRE-T-000"),
        ((OPEN,), {"undetermined": Undetermined.PASS},
         "no rule of severity high or worse failed; 1 high rule could not be decided (--undetermined pass): TRE-T-000"),
        ((UNREAD, OPEN), {}, "1 high rule could not be decided because not everything was read: TRE-T-000; "
         "1 high rule could not be decided: TRE-T-001"),
        ((Kind(Verdict.WARN),), {"strict": True}, "1 high rule warned, which counts as a failure (--strict): TRE-T-000"),
        ((Kind(Verdict.FAIL), OPEN), {}, "1 rule of severity high or worse failed: TRE-T-000; 1 high rule could not be decided"),
        ((ON_CONDITIONS, Kind(Verdict.PASS, conditions=1)), {}, "every rule that applies is met on 3 conditions"),
        ((ON_CONDITIONS, Kind(Verdict.WARN)), {}, "no rule of severity high or worse failed; pass on 2 conditions; 1 high rule warned"),
        ((Kind(Verdict.NOT_APPLICABLE),), {}, "no rule applies to this image"),
        ((), {"gaps": tuple("abcde")}, "not everything could be read: a; b; c; and 2 more gaps"),
    ],
)  # fmt: skip
def test_the_reason_in_words(kinds: tuple[Kind, ...], options: dict[str, object], told: str) -> None:
    assert judged(kinds, **options)[1] == told  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kinds", "undetermined", "told"),
    [
        ((ON_CONDITIONS, Kind(Verdict.PASS, conditions=1)), Undetermined.UNDECIDED, "PASS on 3 conditions"),
        ((Kind(Verdict.PASS, conditions=1),), Undetermined.UNDECIDED, "PASS on 1 condition"),
        ((OPEN, ON_CONDITIONS), Undetermined.PASS, "PASS on 2 conditions, but 1 high rule could not be decided"),
        ((OPEN, ON_CONDITIONS), Undetermined.UNDECIDED, "UNDECIDED"),
        ((Kind(Verdict.UNDETERMINED, Severity.LOW),), Undetermined.UNDECIDED, "PASS"),
        ((Kind(Verdict.FAIL), ON_CONDITIONS), Undetermined.UNDECIDED, "FAIL"),
    ],
)
def test_the_headline(kinds: tuple[Kind, ...], undetermined: Undetermined, told: str) -> None:
    assert headline(document_of(kinds, undetermined=undetermined)) == told


def test_the_worst_of_several_in_every_order() -> None:
    order = ["fail", "not-inspected", "incomplete", "undecided", "pass"]
    assert sorted(order) == sorted(ReportVerdict)
    for first, second in permutations(order, 2):
        assert worst([ReportVerdict(first), ReportVerdict(second)]) == min(first, second, key=order.index)
    assert [ReportVerdict(item).exit_code for item in order] == [1, 3, 4, 5, 0]


def test_rules_by_severity() -> None:
    assert rules_by_severity([]) == ""
    assert rules_by_severity(["low", "critical", "high", "low", "low"]) == "1 critical, 1 high and 3 low rules"
    assert rules_by_severity(["high", "critical"]) == "1 critical and 1 high rule"
