"""Several lines of one file are one place in every form, and lists that are cut say so."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import pytest

from imginspect.report import csv_format, github, gitlab, html, junit, markdown, sarif, terminal
from imginspect.report.document import ReportDocument
from imginspect.report.grouped import lines_in_words, places_of
from tests.counting import calls_made
from tests.report.sample_document import evidence, finding, place, result, sample_document

LINES = [1, 40, 81, *range(90, 99)]
KEYS = [evidence("/app/keys.pem", line, excerpt=f"key {line}") for line in LINES]


def many() -> ReportDocument:
    made = finding(message="Private key (12 of them)", evidence=KEYS)
    return sample_document(results=[result(findings=[made])])


def test_places_by_what_they_are() -> None:
    other = evidence("/app/keys.pem", 7, layer=place(0))
    assert [found.lines for found in places_of([*KEYS, other, evidence("/app/a", 1)])] == [LINES, [7], [1]]
    assert [found.lines for found in places_of([evidence(line=None), evidence(line=None)])] == [[]]
    assert (lines_in_words([]), lines_in_words([3]), lines_in_words([3, 4])) == ("", "line 3", "lines 3, 4")


@pytest.mark.parametrize("render", [terminal.render, junit.render, markdown.render, gitlab.render, html.render, github.render])
def test_a_form_names_the_place_once_with_its_lines(render: Callable[[list[ReportDocument]], str]) -> None:
    text = " ".join(render([many()]).replace("%2C", ",").split())
    assert "lines 1, 40, 81, 90, 91, 92, 93, 94, 95, 96 and 2 more" in text
    assert text.count("abababababab" * 5) <= sample_hashes(render)


def sample_hashes(render: Callable[[list[ReportDocument]], str]) -> int:
    """How often the digest of the file is in the form when there is one line only."""
    one = sample_document(results=[result(findings=[finding(message="Private key", evidence=KEYS[:1])])])
    return render([one]).count("abababababab" * 5)


def test_csv_has_a_row_with_all_lines() -> None:
    [row] = [line for line in csv_format.render([many()]).splitlines() if "keys.pem" in line]
    assert '"1 40 81 90 91 92 93 94 95 96 97 98"' in row


def test_sarif_has_a_location_for_each_line() -> None:
    [found] = [item for item in json.loads(sarif.render([many()]))["runs"][0]["results"] if "12 of them" in item["message"]["text"]]
    places = [*found["locations"], *found["relatedLocations"]]
    assert [item["physicalLocation"]["region"]["startLine"] for item in places] == LINES


MOST_CALLS_A_LINE = 20
"""Calls of functions that a format may take for one line of a finding."""


def test_twenty_thousand_lines_of_a_file_are_rendered_at_once() -> None:
    made = finding(evidence=[evidence("/app/keys.pem", line, excerpt=f"key {line}") for line in range(1, 20_001)])
    document = sample_document(results=[result(findings=[made])])
    for render in (terminal.render, junit.render, markdown.render, gitlab.render, html.render, github.render, csv_format.render):
        assert len(render([document])) < 500_000  # and what is loaded once is loaded
        assert calls_made(partial(render, [document])) < 20_000 * MOST_CALLS_A_LINE
