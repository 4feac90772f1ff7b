"""The terminal form: what a person at 80 columns reads first, and what is shortened."""

from __future__ import annotations

import re

import pytest

from imginspect.report import terminal
from imginspect.report.printable import one_line
from imginspect.report.text import visible
from tests.report.payloads import clean, incomplete, not_inspected, whole_document
from tests.report.reading import read_terminal
from tests.report.sample_document import evidence, finding, large_document, place, result, sample_document


def test_the_numbers_follow_the_reason() -> None:
    lines = read_terminal(terminal.render([whole_document()]))
    assert lines[:2] == ["FAIL  registry.example.org/team/app:1.0", "1 rule of severity high or worse failed: TRE-NET-001."]
    told = "2 rules failed, 1 failed but not counted, 1 undecided, 1 with a warning, 1 passed (1 of them on 1 condition), 1 not applicable."
    assert " ".join(lines[2:5]).startswith(told)


def test_a_severity_that_the_policy_changed_says_so_and_so_does_a_failure_that_does_not_count() -> None:
    text = terminal.render([whole_document()])
    assert "WARN TRE-PRM-001 (low by the policy) No program" in text
    assert "FAIL TRE-C-001 (low, not counted) Nothing" in text
    assert "FAIL TRE-NET-001 (high) Nothing" in text


def test_a_hidden_file_names_the_layer_that_hid_it() -> None:
    seen = evidence("/root/key", 3, layer=place(0), state="deleted", hidden_by=place(1), file_type=None)
    assert "      /root/key:3, layer 0, deleted by layer 1\n" in terminal.render(
        [sample_document(results=[result(findings=[finding(evidence=[seen])])])]
    )


@pytest.mark.parametrize(
    ("excerpt", "shown"), [("key = ****", True), ("fetches https", False), ("x" * 101, False), ("x" * 60, True), ("", False)]
)
def test_a_short_excerpt_that_the_message_does_not_have_is_shown(excerpt: str, shown: bool) -> None:
    found = finding(evidence=[evidence(excerpt=excerpt)])
    assert (f"        | {excerpt}" in terminal.render([sample_document(results=[result(findings=[found])])])) == shown


def test_what_to_do_is_not_told_of_a_rule_that_waits_for_a_better_archive() -> None:
    open_rule = result("TRE-B-001", "undetermined", [], reason="not known")
    assert "What to do" in terminal.render([sample_document(results=[open_rule])])
    document = incomplete()
    document["results"] = [open_rule]
    assert "What to do" not in terminal.render([document])


def test_what_is_too_much_is_counted() -> None:
    text = terminal.render([large_document()])
    assert "… and 1,990 more findings; the JSON report lists all of them" in text
    many = finding(evidence=[evidence(f"/app/{number}") for number in range(9)], message="m" * 5_000)
    assert "… and 4 more places; the JSON report lists all of them" in terminal.render([sample_document(results=[result(findings=[many])])])
    assert len(terminal.render([sample_document(results=[result(findings=[many])])])) < 6_000


def test_digests_can_be_copied() -> None:
    assert f"image id   sha256:{'ab' * 32}\n" in terminal.render([sample_document()])


def test_each_verdict_is_told_in_its_colour() -> None:
    for document, start in (
        (clean(), "\x1b[32;1mPASS"),
        (incomplete(), "\x1b[33;1mINCOMPLETE"),
        (not_inspected(), "\x1b[31;1mNOT INSPECTED"),
    ):
        coloured = terminal.render([document], colour=True)
        assert coloured.startswith(start)
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == terminal.render([document])


def test_no_line_is_a_command_of_a_ci_system() -> None:
    long = "/" + "x" * 70 + " ::add-mask::y ##vso[task.complete]z"
    text = terminal.render([sample_document(results=[result(findings=[finding(message=long)])])])
    assert r"\x3a:add-mask::y \x23#vso[task.complete]z" in text
    read_terminal(text)


@pytest.mark.parametrize("text", ["a\x1bb", "\\x1b", "é\u202e\ufeff", "a" * 5_000 + "é", "\ud800\udcff", "\\\\", "… ü"])
def test_what_is_escaped_already_stays_as_it_is(text: str) -> None:
    shown = visible(text)
    assert one_line(shown) == shown
    assert one_line(text).isprintable()


@pytest.mark.parametrize(("text", "line"), [("a\nb", "a b"), ("a \r\n\n  b\n", "a b"), ("a  b", "a  b"), ("\ta", "\\x09a")])
def test_breaks_of_lines_become_spaces(text: str, line: str) -> None:
    assert one_line(text) == line
