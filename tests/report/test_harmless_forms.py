"""Every form, for strings that would act on its readers: it stays what it is, gives the same bytes again, and holds what it should."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from imginspect.report import csv_format, github, gitlab, junit, markdown, sarif, terminal
from imginspect.report.document import ReportDocument
from tests.counting import calls_made
from tests.report import payloads, reading
from tests.report.payloads import PAYLOADS, spoilt, spoilt_one_by_one, whole_document
from tests.report.sample_document import large_document, sample_document

pytestmark = pytest.mark.slow

FORMS: dict[str, tuple[Callable[[list[ReportDocument]], str], Callable[[str], Any]]] = {
    "terminal": (terminal.render, reading.read_terminal),
    "sarif": (sarif.render, reading.read_sarif),
    "junit": (junit.render, reading.read_junit),
    "markdown": (markdown.render, reading.read_markdown),
    "csv": (csv_format.render, reading.read_csv),
    "github": (github.render, reading.read_github),
    "gitlab": (gitlab.render, reading.read_gitlab),
}
DOCUMENTS = {
    "whole": whole_document(),
    "sample": sample_document(),
    "not-inspected": payloads.not_inspected(),
    "incomplete": payloads.incomplete(),
    "clean": payloads.clean(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_hostile_text_in_every_string_leaves_a_form_what_it_is(form: str, payload: str) -> None:
    render, read = FORMS[form]
    for document in DOCUMENTS.values():
        read(render([spoilt(document, payload)]))
    read(render([spoilt(document, payload) for document in DOCUMENTS.values()]))


@pytest.mark.parametrize("form", FORMS)
def test_a_hostile_text_in_any_one_string_leaves_a_form_what_it_is(form: str) -> None:
    render, read = FORMS[form]
    payload = "\n".join(item for item in PAYLOADS if len(item) < 500)
    count = 0
    for where, document in spoilt_one_by_one(whole_document(), payload):
        try:
            read(render([document]))
        except Exception as error:
            raise AssertionError(where) from error
        count += 1
    assert count > 200


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_same_document_gives_the_same_bytes_and_is_left_as_it_was(form: str, name: str) -> None:
    render, _ = FORMS[form]
    document = copy.deepcopy(DOCUMENTS[name])
    text = render([document])
    assert document == DOCUMENTS[name]
    assert render([json.loads(json.dumps(document))]) == text


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["not-inspected", "incomplete"])
def test_an_image_that_was_not_read_never_looks_as_if_all_were_well(form: str, name: str) -> None:
    render, _ = FORMS[form]
    text, clean = render([DOCUMENTS[name]]), render([DOCUMENTS["clean"]])
    assert name.replace("-", "").upper() in text.upper().replace("-", "").replace(" ", "")
    assert "PASS" not in text.upper().replace("NO PASS", "").replace("PASSED", "").split("\n")[0]
    assert "no image" in text or "cut off" in text
    assert text != clean


MOST_CALLS_A_FINDING = 400
"""Calls of functions that a format may take for one finding."""


@pytest.mark.parametrize("form", FORMS)
def test_twice_the_findings_take_twice_the_work(form: str) -> None:
    render, _ = FORMS[form]
    short, long = large_document(200), large_document(400)
    render([short])  # what is loaded once is loaded
    assert calls_made(lambda: render([long])) < 2.2 * calls_made(lambda: render([short]))


@pytest.mark.parametrize("form", FORMS)
def test_two_thousand_findings_are_rendered(form: str) -> None:
    render, read = FORMS[form]
    document = large_document()
    texts = []
    assert calls_made(lambda: texts.append(render([document]))) < 2_000 * MOST_CALLS_A_FINDING
    read(texts[0])
