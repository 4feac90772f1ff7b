"""The rules to look at, for the terminal form: the worst first, each with its findings, where they are, and what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from imginspect.report.document import Document, EvidencePart, FindingPart, ResultPart
from imginspect.report.places import name_of, state_of
from imginspect.report.printable import one_line, shortened
from imginspect.report.summary import open_results
from imginspect.report.terminal_layout import WIDTH, Style, wrapped
from imginspect.wording import counted

_MOST_EVIDENCE = 5
_MOST_FINDINGS = 10
_LONGEST_MESSAGE = 1_000
_LONGEST_PLACE = 400
_LONGEST_INSTRUCTION = 140
_LONGEST_EXCERPT = 100


def open_section(document: Document, style: Style) -> Iterator[str]:
    """The lines on what is to be looked at; none where every rule is met."""
    results = open_results(document)
    if not results:
        return
    yield style("Findings", "bold")
    for result in results:
        yield ""
        yield from _result(result, document, style)


def _result(result: ResultPart, document: Document, style: Style) -> Iterator[str]:
    label = _label(result, document)
    lines = textwrap.wrap(f"{label} {one_line(result['title'])}", WIDTH, subsequent_indent="  ")
    yield lines[0].replace(label, style(label, "red" if result["verdict"] == "fail" else "yellow"), 1)
    yield from lines[1:]
    if not result["findings"] and result["reason"]:
        yield from wrapped(shortened(result["reason"], _LONGEST_MESSAGE), "  ")
    for finding in result["findings"][:_MOST_FINDINGS]:
        yield from _finding(finding)
    if len(result["findings"]) > _MOST_FINDINGS:
        more = counted(len(result["findings"]) - _MOST_FINDINGS, "more finding")
        yield f"  … and {more}; the JSON form lists all of them"
    if not _is_for_want_of_reading(result, document):
        yield from wrapped(f"What to do: {result['remediation']}", "  ")


def _label(result: ResultPart, document: Document) -> str:
    by = " by the policy" if result["rule"] in document["policy"]["severities"] else ""
    not_counted = ", not counted" if result["verdict"] == "fail" and not result["counts"] else ""
    return f"{result['verdict'].upper()} {one_line(result['rule'])} ({result['severity']}{by}{not_counted})"


def _is_for_want_of_reading(result: ResultPart, document: Document) -> bool:
    """Whether what is to be done is to have the image exported again, which the rule on that says, and not what this rule says."""
    coverage = document["coverage"]
    return result["verdict"] == "undetermined" and not result["findings"] and coverage is not None and not coverage["complete"]


def _finding(finding: FindingPart) -> Iterator[str]:
    message = shortened(one_line(finding["message"]), _LONGEST_MESSAGE)
    yield from wrapped(message, "  - ")
    for evidence in finding["evidence"][:_MOST_EVIDENCE]:
        yield from _evidence(evidence, message)
    if len(finding["evidence"]) > _MOST_EVIDENCE:
        yield f"      … and {counted(len(finding['evidence']) - _MOST_EVIDENCE, 'more place')}"


def _evidence(evidence: EvidencePart, message: str) -> Iterator[str]:
    if facts := ", ".join(_facts(evidence)):
        yield from wrapped(facts, "      ")
    if evidence["layer"] and evidence["layer"]["created_by"]:
        yield from wrapped(f"made by: {shortened(one_line(evidence['layer']['created_by']), _LONGEST_INSTRUCTION)}", "        ")
    excerpt = one_line(evidence["excerpt"] or "").strip()
    if excerpt and len(excerpt) <= _LONGEST_EXCERPT and excerpt not in message:
        yield from wrapped(excerpt, "        | ")
    for label, value in (("expected: ", evidence["expected"]), ("found:    ", evidence["found"])):
        if value is not None:
            yield from wrapped(label + shortened(value, _LONGEST_MESSAGE), "        ")
    if evidence["file_sha256"]:
        yield f"        sha256: {one_line(evidence['file_sha256'])}"
    if evidence["secret_id"]:
        yield f"        secret id: {one_line(evidence['secret_id'])}"


def _facts(evidence: EvidencePart) -> Iterator[str]:
    if place := shortened(name_of(evidence), _LONGEST_PLACE):
        yield place + (f":{evidence['line']}" if evidence["line"] else "")
    if evidence["file_type"]:
        yield evidence["file_type"]
    state = state_of(evidence)
    if state and not evidence["hidden_by"]:
        yield state
    if evidence["layer"]:
        yield f"layer {evidence['layer']['index']}"
    if state and evidence["hidden_by"]:
        yield state
