"""Every rule and kind of credential that comes with imginspect shows by its own examples what it flags and what it lets pass."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from unittest import mock

import pytest

from imginspect.checks import Outcome
from imginspect.checks.catalogue import CHECKS
from imginspect.checks.check import Check
from imginspect.errors import RuleError
from imginspect.examples.sample import build
from imginspect.examples.trial import ExampleResult, answers_of_kind, answers_of_rule
from imginspect.inspection.criteria import Criteria, load_criteria
from imginspect.rules import Rule, built_in_rules, load_patterns
from imginspect.rules.policy import Override
from imginspect.rules.ruleset import rules_folder

pytestmark = pytest.mark.slow

RULES = built_in_rules().rules
PATTERNS = load_patterns([rules_folder()]).patterns


@cache
def criteria() -> Criteria:
    return load_criteria()


def wrong(answers: list[ExampleResult]) -> list[ExampleResult]:
    return [answer for answer in answers if not answer.is_right]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_what_must_be_flagged_is_and_what_must_pass_does(rule: Rule) -> None:
    answers = list(answers_of_rule(rule, criteria()))
    assert wrong(answers) == []
    assert {answer.must_flag for answer in answers} == {True, False}
    assert len(answers) == len(rule.flag) + len(rule.passing)


def test_what_a_kind_must_flag_is_and_what_it_must_pass_does() -> None:
    for pattern in PATTERNS:
        answers = list(answers_of_kind(pattern))
        assert wrong(answers) == [], pattern.id
        assert {answer.must_flag for answer in answers} == {True, False}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_why_and_what_to_do(rule: Rule) -> None:
    assert rule.rationale
    assert rule.remediation
    assert rule.references


# -- a wrong answer is seen ------------------------------------------------------------------------------------------


def swapped(rule: Rule) -> Rule:
    return rule._replace(flag=rule.passing, passing=rule.flag)


def test_an_example_that_gives_another_answer_is_wrong() -> None:
    for rule in RULES[:3]:
        assert len(wrong(list(answers_of_rule(swapped(rule), criteria())))) == len(rule.flag) + len(rule.passing)
    pattern = PATTERNS[0]._replace(flag=PATTERNS[0].passing, passing=PATTERNS[0].flag)
    assert all(not answer.is_right for answer in answers_of_kind(pattern))


def test_a_crash_is_no_right_answer_to_anything() -> None:
    rule = RULES[0]

    def crash(subject: object, params: object) -> Outcome:
        raise ZeroDivisionError

    broken = {**CHECKS, rule.check: replace(CHECKS[rule.check], judge=crash)}
    with mock.patch("imginspect.checks.runner.CHECKS", broken):
        answers = list(answers_of_rule(rule, criteria()))
        of_another = list(answers_of_rule(RULES[-1], criteria()))
    assert [answer.is_right for answer in answers + of_another] == [False] * len(answers + of_another)
    assert "crashed (ZeroDivisionError)" in answers[0].answer
    assert isinstance(CHECKS[rule.check], Check)


def test_the_examples_of_a_rule_that_the_policy_skips_are_tried_all_the_same() -> None:
    rule = RULES[0]
    policy = criteria().policy._replace(overrides=(Override(rule.id, None, "no need", 1),))
    assert wrong(list(answers_of_rule(rule, replace(criteria(), policy=policy)))) == []


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


@pytest.mark.parametrize(
    "description",
    [
        '{"layer": []}',
        '{"layers": 3}',
        '{"layers": [[3]]}',
        '{"layers": [[{"text": "x"}]]}',
        '{"layers": {"a": 1}}',
        '{"layers": [], "damage": [3]}',
        '{"layers": [], "config": []}',
        '{"layers": [], "damage": [{"kind": "truncate-layer", "layer": 7}]}',
    ],
)
def test_an_example_that_describes_no_image_is_refused_with_its_place(description: str) -> None:
    rule = RULES[0]
    faulty = rule._replace(flag=(replace(rule.flag[0], description=description, line=77),))
    with pytest.raises(RuleError, match=rf"{rule.file}, line 77: {rule.id}: example: "):
        list(answers_of_rule(faulty, criteria()))
