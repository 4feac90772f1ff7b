"""What to do is said for each kind of finding, and each advice once."""

from __future__ import annotations

import json

import pytest

from imginspect.report.advice import Advice, advice_lines, advice_of
from imginspect.report.formats import FORMATS, render
from tests.report.sample_document import finding, result, sample_document

REVOKE, NOTHING, RULES_OWN = "Revoke the zebra.", "Leave the okapi alone.", "Fetch the file when the image is built"
SAYS_NONE = ("github", "gitlab")


def mixed() -> list[object]:
    return [
        finding(remediation=REVOKE, message="a"),
        finding(remediation="", message="b"),
        finding(remediation=REVOKE, message="c"),
        finding(remediation=NOTHING, verdict="warn", message="d"),
        finding(remediation="never shown", verdict="pass", message="e"),
    ]


def test_findings_with_one_advice_share_it_and_it_has_no_numbers() -> None:
    assert advice_of(result(findings=[finding(remediation=REVOKE), finding(remediation=REVOKE)])) == [Advice(REVOKE, ())]
    assert advice_of(result(findings=[finding()])) == [Advice(result()["remediation"], ())]
    assert advice_of(result(findings=[])) == [Advice(result()["remediation"], ())]


def test_each_advice_is_said_once_with_the_numbers_of_its_findings() -> None:
    told = advice_of(result(findings=mixed()))  # type: ignore[arg-type]
    assert [(item.text[:22], item.findings) for item in told] == [(REVOKE, (1, 3)), (RULES_OWN[:22], (2,)), (NOTHING, (4,))]


def test_a_list_of_advice_that_is_cut_says_so() -> None:
    many = result(findings=[finding(remediation=f"Do {number}.") for number in range(9)])
    assert list(advice_lines(many, 2)) == [
        "What to do about 1: Do 0.", "What to do about 2: Do 1.", "and 7 more; the JSON report lists all of them",
    ]  # fmt: skip


@pytest.mark.parametrize("form", [form for form in FORMATS if form not in SAYS_NONE])
def test_every_format_has_the_advice_of_the_findings(form: str) -> None:
    text = " ".join(render(form, [sample_document(results=[result(findings=mixed())])], several=False).split())  # type: ignore[arg-type]
    for advice in (REVOKE, RULES_OWN, NOTHING):
        assert advice in text
    assert ("never shown" in text) == (form == "json")


@pytest.mark.parametrize("form", ["terminal", "html", "markdown", "junit"])
def test_one_advice_for_many_findings_stands_there_once(form: str) -> None:
    many = [finding(remediation=REVOKE, message=f"zebra {number}") for number in range(5)]
    text = render(form, [sample_document(results=[result(findings=many)])], several=False)
    assert text.count(REVOKE) == 1
    assert RULES_OWN not in text


def test_a_rules_help_in_sarif_stays_the_rules_and_the_result_has_its_own() -> None:
    run = json.loads(render("sarif", [sample_document(results=[result(findings=[finding(remediation=REVOKE)])])], several=False))["runs"][0]
    assert REVOKE in run["results"][0]["message"]["text"]
    assert RULES_OWN in run["tool"]["driver"]["rules"][0]["help"]["text"]
