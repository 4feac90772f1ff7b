"""Every rule that comes with imginspect shows by its own examples what it flags and what it lets pass."""

from __future__ import annotations

import pytest

from imginspect.errors import RuleError
from imginspect.report import Report
from imginspect.rules import Rule, built_in_rules
from imginspect.rules.rule import Example
from imginspect.sample import build
from tests.fuzz.fuzz_readers import examine

RULES = built_in_rules().rules


def verdict(rule: Rule, example: Example) -> str:
    reports: list[Report] = examine(build(example.image()))
    assert len(reports) == 1
    return next(str(result.verdict) for result in reports[0].results if result.rule.id == rule.id)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_examples_of_both_kinds(rule: Rule) -> None:
    assert rule.flag, f"{rule.file}: no example that must flag"
    assert rule.passing, f"{rule.file}: no example that must pass"


FLAG = [pytest.param(rule, example, id=f"{rule.id}-{example.title}") for rule in RULES for example in rule.flag]
PASS = [pytest.param(rule, example, id=f"{rule.id}-{example.title}") for rule in RULES for example in rule.passing]


@pytest.mark.parametrize(("rule", "example"), FLAG)
def test_what_must_be_flagged_is(rule: Rule, example: Example) -> None:
    assert verdict(rule, example) in ("warn", "fail", "undetermined")


@pytest.mark.parametrize(("rule", "example"), PASS)
def test_what_must_pass_does(rule: Rule, example: Example) -> None:
    assert verdict(rule, example) == "pass"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_why_and_what_to_do(rule: Rule) -> None:
    assert rule.rationale
    assert rule.remediation
    assert rule.references


@pytest.mark.parametrize(
    "description",
    [
        {"layer": []},
        {"layers": [[{"path": "/a", "kind": "door"}]]},
        {"layers": [], "damage": [{"kind": "scratch"}]},
        {"layers": [], "config": {"entry": []}},
    ],
)
def test_an_example_with_a_word_that_is_not_known_is_refused(description: dict[str, object]) -> None:
    with pytest.raises(RuleError, match="example"):
        build(description)
