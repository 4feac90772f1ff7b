"""Every format says what was found of a rule that failed or warned, and that it is undecided of one that is: never the opposite."""

from __future__ import annotations

import pytest

from imginspect.checks.result import Verdict
from imginspect.evidence_pack.excerpts import excerpts
from imginspect.report.document import ReportDocument
from imginspect.report.formats import FORMATS, render
from imginspect.report.order import fitting_title
from imginspect.rules import Rule, built_in_rules
from tests.report.sample_document import finding, result, sample_document

ASKED, FOUND, OPEN = "No zebra lives here", "Zebras live here", "Undecided whether zebras live here"
TITLES = {"fail": FOUND, "warn": FOUND, "undetermined": OPEN, "pass": ASKED, "not-applicable": ASKED}
NAMES_TESTS = ("sarif", "junit", "json", "html")
"""Formats that say what a rule asks too: a descriptor's description, a test's name, a key, a line of its own."""


def document(verdict: str, *, with_finding: bool) -> ReportDocument:
    found = [finding("TRE-Z-001", verdict)] if with_finding else []
    made = result("TRE-Z-001", verdict, found, title=ASKED, outcome_title=TITLES[verdict], conditions=["x"] if verdict == "pass" else [])
    return sample_document(results=[made])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("with_finding", [True, False])
@pytest.mark.parametrize("verdict", ["fail", "warn", "undetermined"])
def test_an_open_rule_is_named_by_what_was_found(verdict: str, with_finding: bool, form: str) -> None:
    text = " ".join(render(form, [document(verdict, with_finding=with_finding)], several=False).split())
    assert TITLES[verdict] in text
    if form not in NAMES_TESTS:
        assert ASKED not in text


@pytest.mark.parametrize("form", FORMATS)
def test_a_rule_that_passed_is_named_by_what_it_asks(form: str) -> None:
    text = " ".join(render(form, [document("pass", with_finding=False)], several=False).split())
    assert ASKED in text
    assert FOUND not in text


def test_an_excerpt_says_what_was_found() -> None:
    (text,) = excerpts([document("fail", with_finding=True)]).values()
    assert text.decode().startswith(f"TRE-Z-001: {FOUND}\n")


def test_a_title_that_is_not_there_is_made_so_that_it_is_true() -> None:
    assert fitting_title("fail", ASKED, "", "") == f"Not met: {ASKED}"
    assert fitting_title("undetermined", ASKED, "", "") == f"Undecided: {ASKED}"
    assert fitting_title("pass", ASKED, FOUND, OPEN) == ASKED


@pytest.mark.parametrize("rule", built_in_rules().rules, ids=lambda rule: rule.id)
def test_a_rules_titles_cannot_be_taken_for_each_other(rule: Rule) -> None:
    titles = [fitting_title(verdict, rule.title, rule.finding_title, rule.undecided_title) for verdict in Verdict]
    assert len(set(titles)) == 3
    undecided = titles[list(Verdict).index(Verdict.UNDETERMINED)]
    assert undecided.startswith("Undecided whether ") or rule.id == "TRE-INT-009"
