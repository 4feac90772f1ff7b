"""The suite on starts itself: that its images can be built, that it holds both kinds, and that its labels agree with what was tried."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from imginspect.examples.sample import build
from tests.labelled.starts import CASES, PARTS, Case, ran

VERDICTS = {"fail", "warn", "pass", "undetermined"}


def text_at(case: Case) -> str:
    """The line that a case names."""
    texts = {entry["path"]: entry["text"] for layer in case.description["layers"] for entry in layer if "text" in entry}
    lines: list[str] = texts[case.where].splitlines()
    return lines[case.line - 1]


def test_each_case_has_an_id_and_an_image_of_its_own() -> None:
    assert [name for name, count in Counter(case.id for case in CASES).items() if count > 1] == []
    images = Counter(json.dumps(case.description, sort_keys=True) for case in CASES)
    twice = [case.id for case in CASES if images[json.dumps(case.description, sort_keys=True)] > 1]
    assert twice == []


def test_there_are_enough_cases_of_both_kinds() -> None:
    counts = Counter(case.expected for case in CASES)
    assert len(CASES) >= 500
    assert counts["pass"] >= 180
    assert counts["fail"] >= 280


def test_no_case_accepts_every_answer_but_where_no_command_is_named() -> None:
    for case in CASES:
        accepted = {case.expected, *case.acceptable}
        assert accepted <= VERDICTS, case.id
        assert accepted != VERDICTS or case.named == "fail" or case.id == "maybe-data-source", case.id
        assert case.expected not in case.acceptable, case.id


def test_what_certainly_fails_is_never_passed_unless_the_case_says_why() -> None:
    lenient = [case.id for case in CASES if case.expected == "fail" and "pass" in case.acceptable and not case.note]
    assert [name for name in lenient if name not in ("broken-nothing", "broken-empty-word")] == []


def test_nothing_sound_may_be_failed() -> None:
    assert [case.id for case in CASES if case.expected == "pass" and "fail" in case.acceptable] == []


def test_cases_are_the_same_whenever_they_are_made() -> None:
    assert tuple(case for part in PARTS for case in part.all_cases()) == CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_each_image_can_be_built_and_has_the_line(case: Case) -> None:
    assert build(case.description)
    if case.line:
        assert text_at(case).strip()


def test_every_case_that_says_so_was_tried() -> None:
    assert set(ran()) == {case.id for case in CASES if case.tried}


def test_what_passes_ended_with_nought_and_what_fails_did_not_unless_the_case_says_why() -> None:
    codes = ran()
    tried = [case for case in CASES if case.tried]
    assert [case.id for case in tried if case.expected == "pass" and codes[case.id] != 0] == []
    assert [
        case.id for case in tried if case.expected == "fail" and codes[case.id] == 0 and not (case.note or "warn" in case.acceptable)
    ] == []
