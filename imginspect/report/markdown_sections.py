"""Sections of the Markdown format: the table of findings, and what is folded below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from imginspect.report.advice import advice_lines, is_numbered
from imginspect.report.document import FindingPart, ReportDocument, ResultPart
from imginspect.report.grouped import OnePlace, places_of
from imginspect.report.markdown_text import code, prose
from imginspect.report.places import name_of, state_of
from imginspect.report.summary import not_read, open_results
from imginspect.wording import and_more, counted

_MOST_ROWS = 25
"""Findings of the table; how many more there are is said."""
_MOST_OF_A_RULE = 5
"""Findings of one rule in the table, so that one rule does not fill it; the total counts all."""
_MOST_ADVICE = 6
"""Texts of advice for one rule; how many more there are is said, and the JSON report lists all."""
_MOST_LINES = 200
"""What a comment on a merge request has room for; each section that is cut says so."""
_LONGEST_PLACE = 160
"""Characters of one path; how many are left out is said."""
_RULE_ID = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")


class MarkdownSection(NamedTuple):
    """A part of the comment: what it begins with, its lines, its end; *total* counts what the lines are some of, *noun* names it."""

    opening: Sequence[str]
    lines: Sequence[str]
    closing: Sequence[str]
    total: int
    noun: str


def findings_section(document: ReportDocument) -> MarkdownSection:
    """The table of findings: the worst rules first, and not too many of one rule."""
    opening = ["", "### Findings", "", "| Result | Rule | Where | What |", "| --- | --- | --- | --- |"]
    results = open_results(document)
    rows = [row for result in results for row in _rows(result)]
    total = sum(max(1, len(result["findings"])) for result in results)
    return MarkdownSection(opening, rows[:_MOST_ROWS], [], total, "finding")


def _rows(result: ResultPart) -> Iterator[str]:
    counts = "" if result["fails_image"] or result["verdict"] != "fail" else ", not counted"
    head = f"| {result['verdict'].upper()}, {result['severity']}{counts} | {code(result['rule'], 80)} |"
    if not result["findings"]:
        yield f"{head} | {prose(result['reason'] or result['outcome_title'], 300)} |"
    for finding in result["findings"][:_MOST_OF_A_RULE]:
        yield f"{head} {_where(finding)} | {prose(finding['message'], 300)} |"


def _where(finding: FindingPart) -> str:
    if not finding["evidence"]:
        return ""
    places = places_of(finding["evidence"])
    return _place(places[0]) + (f" {and_more(len(places) - 1, 'place')}" if len(places) > 1 else "")


def _place(place: OnePlace) -> str:
    evidence = place.first
    name, lines = name_of(evidence), place.in_words
    facts = [code(name, _LONGEST_PLACE) + (f" {lines}" if lines else "")] if name else []
    if state := state_of(evidence):
        facts.append(prose(state, 80))
    if evidence["layer"]:
        facts.append(f"layer {evidence['layer']['index']}")
    return ", ".join(facts)


def folded_sections(document: ReportDocument) -> Iterator[MarkdownSection]:
    """What is folded: what was not read, the rules to look at with all they found, what passed, the chain, the questions."""
    yield _folded("What was not read", [f"- {prose(gap, 400)}" for gap in not_read(document)], "gap")
    results = open_results(document)
    yield from (_rule_section(result) for result in results if result["findings"])
    yield _folded("Rules to look at that have no finding", [_bare(result) for result in results if not result["findings"]], "rule")
    yield _folded("What passed or does not apply", list(_passed(document["results"])), "line")
    links = document["chain_of_custody"] if document["image"] else []  # the head names the archive of what was not inspected
    chain = [_link(link["role"], link["layer"], link["status"], link["digest"] or link["name"]) for link in links]
    yield _folded("Chain of custody", chain, "link")
    questions = document["questions"] if document["image"] else []
    yield _folded("For a person to settle", [f"- [ ] {prose(question['question'], 400)}" for question in questions], "question")


def _rule_section(result: ResultPart) -> MarkdownSection:
    rule = result["rule"] if _RULE_ID.fullmatch(result["rule"]) else "A rule"
    findings = result["findings"]
    frame = _folded(f"{rule}: {result['verdict']}, {result['severity']}, {counted(len(findings), 'finding')}", [], "finding")
    about = [
        f"**{prose(result['outcome_title'], 200)}** ({code(result['rule'], 80)})",
        "",
        *(part for line in advice_lines(result, _MOST_ADVICE) for part in (prose(line, 1_000), "")),
    ]
    numbered = is_numbered(result)
    lines = [_line(item, f"{number}." if numbered else "-") for number, item in enumerate(findings[:_MOST_LINES], 1)]
    return frame._replace(opening=[*frame.opening, *about], lines=lines, total=len(findings))


def _line(finding: FindingPart, bullet: str) -> str:
    where = _where(finding)
    return f"{bullet} {prose(finding['message'], 300)}{f' ({where})' if where else ''}"


def _bare(result: ResultPart) -> str:
    reason = f": {prose(result['reason'], 300)}" if result["reason"] else ""
    return f"- {result['verdict'].upper()}, {result['severity']}, {code(result['rule'], 80)} {prose(result['outcome_title'], 200)}{reason}"


def _passed(results: Sequence[ResultPart]) -> Iterator[str]:
    for result in results:
        if result["verdict"] not in ("pass", "not-applicable"):
            continue
        note = " (does not apply)" if result["verdict"] == "not-applicable" else ""
        yield f"- {code(result['rule'], 80)} {prose(result['title'], 200)}{note}"
        yield from (f"  - provided: {prose(condition, 300)}" for condition in result["conditions"])


def _link(role: str, layer: int | None, status: str, value: str) -> str:
    return f"- {prose(role, 80)}{'' if layer is None else f' {layer}'}: {prose(status, 40)}, {code(value, 150)}"


def _folded(summary: str, lines: Sequence[str], noun: str) -> MarkdownSection:
    """A section that is folded up; *summary* is HTML and holds nothing of the image."""
    opening = ["", "<details>", f"<summary>{summary}</summary>", ""]
    return MarkdownSection(opening, lines[:_MOST_LINES], ["", "</details>"], len(lines), noun)
