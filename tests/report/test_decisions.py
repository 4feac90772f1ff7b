"""What a report asks of its reader, in order."""

from __future__ import annotations

from imginspect.report.decisions import decisions
from tests.report.sample_document import finding, result, sample_document


def _rules(*results: object, **parts: object) -> list[str]:
    return [item.rule for item in decisions(sample_document(results=list(results), **parts), most=99)]


def test_failures_that_count_come_first_then_the_others_by_verdict() -> None:
    assert _rules(
        result("R-CONDITION", "pass", [], conditions=["x"]),
        result("R-WARN", "warn"),
        result("R-UNDETERMINED", "undetermined", []),
        result("R-LOW", "fail", fails_image=False, severity="low"),
        result("R-HIGH", "fail"),
        result("R-PASS", "pass", []),
        result("R-NONE", "not-applicable", []),
    ) == ["R-HIGH", "R-LOW", "R-UNDETERMINED", "R-WARN", "R-CONDITION"]


def test_the_worst_failure_comes_first_and_equals_go_by_rule() -> None:
    high, critical = result("R-2", "fail"), result("R-3", "fail", severity="critical")
    assert _rules(high, critical, result("R-1", "fail")) == ["R-3", "R-1", "R-2"]


def test_a_warning_that_counts_comes_with_the_failures_and_once() -> None:
    assert _rules(result("R-WARN", "warn", fails_image=True), result("R-LOW", "fail", fails_image=False)) == ["R-WARN", "R-LOW"]


def test_what_was_not_read_comes_behind_what_fails_and_before_all_else() -> None:
    document = sample_document(results=[result("R-1", "warn"), result("R-2", "fail")])
    assert document["coverage"]
    document["coverage"]["gaps"] = ["layer 1: cut off", "layer 2: cut off", "layer 3: cut off"]
    first, unread, last = decisions(document)
    assert (first.rule, last.rule) == ("R-2", "R-1")
    assert unread.detail == "layer 1: cut off. There are 2 more gaps."


def test_no_more_than_asked_for() -> None:
    document = sample_document(results=[result(f"R-{number}", "fail") for number in range(9)])
    assert len(decisions(document)) == 5
    assert len(decisions(document, most=3)) == 3


def test_the_detail_tells_the_first_finding_and_how_many_more() -> None:
    found = [finding(message="a key in /a."), finding(message="a key in /b")]
    document = sample_document(results=[result("R-1", "fail", found, title="No key is there", outcome_title="Keys are there")])
    assert decisions(document)[0].title == "Keys are there"
    assert decisions(document)[0].detail == "a key in /a. There is 1 more finding."


def test_a_result_without_findings_gives_its_reason() -> None:
    document = sample_document(results=[result("R-1", "undetermined", [], reason="the shell is not known")])
    assert decisions(document)[0].detail == "The shell is not known."


def test_nothing_to_decide_on_a_clean_image() -> None:
    assert decisions(sample_document(results=[result("R-1", "pass", [])])) == []


def test_where_nothing_was_inspected_that_is_what_is_said() -> None:
    document = sample_document(image=None, results=[], coverage=None, reason="it is a ZIP file")
    assert [item.title for item in decisions(document)] == ["Nothing was inspected"]


def test_a_long_message_is_cut() -> None:
    document = sample_document(results=[result("R-1", "fail", [finding(message="x" * 5000)])])
    assert len(decisions(document)[0].detail) < 300
