"""The rules to look at, for the terminal format: the worst first, each with its findings, where they are, and what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from imginspect.report.advice import advice_lines, is_numbered
from imginspect.report.document import FindingPart, ReportDocument, ResultPart
from imginspect.report.grouped import OnePlace, places_of
from imginspect.report.places import LONGEST_INSTRUCTION, LONGEST_MESSAGE, name_of, state_of
from imginspect.report.printable import one_line, shortened
from imginspect.report.summary import open_results
from imginspect.report.terminal_layout import WIDTH, Style, wrapped
from imginspect.wording import IN_JSON, and_more

_MOST_PLACES = 5
"""Places of one finding; how many more there are is said, and the JSON report lists all."""
_MOST_EXCERPTS = 3
"""Lines, and secret ids, of one finding; how many more there are is said, and the JSON report lists all."""
_MOST_FINDINGS = 10
"""Findings of one rule; how many more there are is said, and the JSON report lists all."""
_MOST_ADVICE = 6
"""Texts of advice for one rule; how many more there are is said, and the JSON report lists all."""
_LONGEST_PLACE = 400
"""Characters of one path; how many are left out is said."""
_LONGEST_EXCERPT = 100
"""Characters of an excerpt, one line of a terminal; a longer one is only in the other formats."""


def open_section(document: ReportDocument, style: Style) -> Iterator[str]:
    """The lines on what is to be looked at; none where every rule is met."""
    results = open_results(document)
    if not results:
        return
    yield style("Findings", "bold")
    for result in results:
        yield ""
        yield from _result(result, document, style)


def _result(result: ResultPart, document: ReportDocument, style: Style) -> Iterator[str]:
    label = _label(result, document)
    lines = textwrap.wrap(f"{label} {one_line(result['outcome_title'])}", WIDTH, subsequent_indent="  ")
    yield lines[0].replace(label, style(label, "red" if result["verdict"] == "fail" else "yellow"), 1)
    yield from lines[1:]
    if not result["findings"] and result["reason"]:
        yield from wrapped(shortened(result["reason"], LONGEST_MESSAGE), "  ")
    numbered = is_numbered(result)
    for number, finding in enumerate(result["findings"][:_MOST_FINDINGS], 1):
        yield from _finding(finding, f"  {number}. " if numbered else "  - ")
    if len(result["findings"]) > _MOST_FINDINGS:
        yield f"  … {and_more(len(result['findings']) - _MOST_FINDINGS, 'finding', IN_JSON)}"
    if not _is_for_want_of_reading(result, document):
        for line in advice_lines(result, _MOST_ADVICE):
            yield from wrapped(line, "  ")


def _label(result: ResultPart, document: ReportDocument) -> str:
    by = " by the policy" if result["rule"] in document["policy"]["changed_severities"] else ""
    not_counted = ", not counted" if result["verdict"] == "fail" and not result["fails_image"] else ""
    return f"{result['verdict'].upper()} {one_line(result['rule'])} ({result['severity']}{by}{not_counted})"


def _is_for_want_of_reading(result: ResultPart, document: ReportDocument) -> bool:
    """Whether what is to be done is to have the image exported again, which the rule on that says, and not what this rule says."""
    coverage = document["coverage"]
    return result["verdict"] == "undetermined" and not result["findings"] and coverage is not None and not coverage["complete"]


def _finding(finding: FindingPart, bullet: str) -> Iterator[str]:
    message = shortened(one_line(finding["message"]), LONGEST_MESSAGE)
    yield from wrapped(message, bullet)
    places = places_of(finding["evidence"])
    for place in places[:_MOST_PLACES]:
        yield from _place(place, message)
    if len(places) > _MOST_PLACES:
        yield f"      … {and_more(len(places) - _MOST_PLACES, 'place', IN_JSON)}"


def _place(place: OnePlace, message: str) -> Iterator[str]:
    evidence = place.first
    if facts := ", ".join(_facts(place)):
        yield from wrapped(facts, "      ")
    if evidence["layer"] and evidence["layer"]["created_by"]:
        yield from wrapped(f"made by: {shortened(one_line(evidence['layer']['created_by']), LONGEST_INSTRUCTION)}", "        ")
    shown = [one_line(excerpt).strip() for excerpt in place.excerpts]
    excerpts = [excerpt for excerpt in shown if excerpt and len(excerpt) <= _LONGEST_EXCERPT and excerpt not in message]
    for excerpt in excerpts[:_MOST_EXCERPTS]:
        yield from wrapped(excerpt, "        | ")
    if len(excerpts) > _MOST_EXCERPTS:
        yield f"        … {and_more(len(excerpts) - _MOST_EXCERPTS, 'line', IN_JSON)}"
    for label, value in (("expected: ", evidence["expected"]), ("found:    ", evidence["actual"])):
        if value is not None:
            yield from wrapped(label + shortened(value, LONGEST_MESSAGE), "        ")
    if evidence["file_sha256"]:
        yield f"        sha256: {one_line(evidence['file_sha256'])}"
    ids = [one_line(name) for name in place.secret_ids]
    for name in ids[:_MOST_EXCERPTS]:
        yield f"        secret id: {name}"
    if len(ids) > _MOST_EXCERPTS:
        yield f"        … {and_more(len(ids) - _MOST_EXCERPTS, 'secret id', IN_JSON)}"


def _facts(place: OnePlace) -> Iterator[str]:
    evidence = place.first
    if name := shortened(name_of(evidence), _LONGEST_PLACE):
        yield name + (f", {place.in_words}" if len(place.lines) > 1 else f":{evidence['line']}" if evidence["line"] else "")
    if evidence["file_type"]:
        yield evidence["file_type"]
    state = state_of(evidence)
    if state and not evidence["hidden_by"]:
        yield state
    if evidence["layer"]:
        yield f"layer {evidence['layer']['index']}"
    if state and evidence["hidden_by"]:
        yield state
