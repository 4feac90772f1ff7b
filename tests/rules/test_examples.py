"""Every rule carries examples of both answers, and gives them."""

from __future__ import annotations

import io

import pytest

from imginspect.archive import open_archive
from imginspect.checks import prepare
from imginspect.image import Choice, choose, list_images
from imginspect.inspection import Criteria, inspect
from imginspect.rules import Rule, built_in_rules, load_policy
from imginspect.rules.rule import Example
from imginspect.sample import build

RULES = built_in_rules()
FLAG = [pytest.param(rule, example, id=f"{rule.id}: {example.title}") for rule in RULES.rules for example in rule.flag]
PASS = [pytest.param(rule, example, id=f"{rule.id}: {example.title}") for rule in RULES.rules for example in rule.passing]


def _verdict(rule: Rule, example: Example) -> str:
    policy = load_policy("epcc-tre")
    criteria = Criteria(RULES, prepare(RULES), policy, policy.fail_on)
    with open_archive(io.BytesIO(build(example.image()))) as archive:
        listing = list_images(archive)
        report = inspect(archive, choose(listing, Choice()), listing, criteria)
    return next(str(result.verdict) for result in report.results if result.rule.id == rule.id)


@pytest.mark.parametrize(("rule", "example"), FLAG)
def test_flagged(rule: Rule, example: Example) -> None:
    assert _verdict(rule, example) in ("warn", "fail", "undetermined")


@pytest.mark.parametrize(("rule", "example"), PASS)
def test_passed(rule: Rule, example: Example) -> None:
    assert _verdict(rule, example) == "pass"


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_both_kinds_are_there(rule: Rule) -> None:
    assert rule.flag
    assert rule.passing
    assert rule.references
