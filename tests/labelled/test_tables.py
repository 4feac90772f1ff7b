"""The tables of the credentials suite, made of a few cases whose verdicts are given."""

from __future__ import annotations

import pytest

from tests.labelled.credential.case import Case, clean, clean_config, found, found_in_config
from tests.labelled.tables import Judged, Line, is_inside, lines, place, table, tables

ROWS = [
    Judged("one", found("a", "token", "/a.env", "x", topic="kind", place="env file"), "fail"),
    Judged("one", found("b", "token", "/a.gz", "y", topic="kind", place="packed: gzip"), "pass"),
    Judged("two", found_in_config("c", "token", "env", "A=1", topic="other"), "warn"),
    Judged("two", clean("d", "none", "/b.txt", "z"), "warn"),
    Judged("two", clean_config("e", "none", "env", "B=changeme", may_warn=True), "warn"),
]


def test_lines_count_right_answers_and_begin_with_the_worst() -> None:
    assert lines(ROWS[:3], lambda row: row.case.topic) == [Line("kind", 1, 2), Line("other", 1, 1)]


def test_a_short_table_leaves_out_what_is_wholly_right() -> None:
    assert table("T", [Line("a", 1, 2), Line("b", 3, 3)], complete=False) == "T\n  a     1 / 2      50.0%\n  (1 others: 100.0%)\n"


def test_all_tables_tell_plain_from_nested_and_count_failures() -> None:
    text = tables(ROWS)
    assert "  encoded and nested     0 / 1       0.0%\n  plain                  2 / 2     100.0%\n" in text
    assert "Without a credential (0 of 2 fail)\n  two     1 / 2      50.0%\n" in text


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (found("a", "token", "/root/.netrc", "x"), "file .netrc"),
        (found("a", "token", "/app/a.py", "x"), "file *.py"),
        (found("a", "token", "/app/Makefile", "x"), "file Makefile"),
        (found("a", "token", "/app/a.py", "x", place="Python source"), "Python source"),
        (found_in_config("a", "token", "labels", "a=b"), "config labels"),
    ],
)
def test_each_case_has_a_place(case: Case, expected: str) -> None:
    assert place(case) == expected


def test_an_encoded_value_in_the_config_is_inside_too() -> None:
    assert is_inside(found_in_config("a", "token", "env", "A=b", topic="encoded: usual place"))
    assert not is_inside(found("a", "token", "/a", "x", place="JSON"))


@pytest.mark.parametrize(("verdict", "right"), [("pass", True), ("warn", False), ("fail", False), ("undetermined", True)])
def test_nothing_may_be_said_of_a_file_without_a_credential(verdict: str, right: bool) -> None:
    assert clean("a", "none", "/a", "x").is_right(verdict) is right


@pytest.mark.parametrize(("verdict", "right"), [("pass", True), ("warn", True), ("fail", False)])
def test_a_placeholder_in_a_named_place_may_be_warned_of(verdict: str, right: bool) -> None:
    assert clean("a", "placeholder", "/a", "x", may_warn=True).is_right(verdict) is right


@pytest.mark.parametrize(("verdict", "right"), [("pass", False), ("undetermined", False), ("warn", True), ("fail", True)])
def test_a_credential_must_be_flagged(verdict: str, right: bool) -> None:
    assert found("a", "token", "/a", "x").is_right(verdict) is right
