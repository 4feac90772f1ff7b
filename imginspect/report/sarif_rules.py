"""Rules as SARIF's reporting descriptors, with the properties that code scanning sorts by."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from imginspect.report.document import ReferencePart, ResultPart, SeverityName
from imginspect.report.markdown_text import prose
from imginspect.report.printable import one_line

Tree: TypeAlias = dict[str, Any]

_LEVELS: dict[SeverityName, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
_PROBLEM_SEVERITIES = {"error": "error", "warning": "warning", "note": "recommendation"}
# GitHub's bands: above 9.0 critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, 0.1 to 3.9 low; 0.0 is none of them
_SCORES: dict[SeverityName, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0", "info": "0.0"}
_CONFIDENCES = ("low", "medium", "high")
_GUIDANCE = ("info", "must", "should")  # so a rule has six tags at most; GitHub shows ten, and takes no rule with more than twenty
WHOLE = "imginspect/inspected"
"""Id of the descriptor for what no rule is about: the image was not inspected, or not all of it. Ids of rules are in capitals."""
DECIDED = "imginspect/decided"
"""Id of the descriptor for an image of which a rule that could fail it could not be decided."""
LISTED = "imginspect/listed"
"""Id of the descriptor for findings that are more than a viewer shows."""


def descriptor(result: ResultPart) -> Tree:
    """The rule of *result*: what it asks, why, what to do."""
    levels = {reference["level"] for reference in result["references"]}
    found = {finding["confidence"] for finding in result["findings"]}
    return _descriptor(
        rule_id=one_line(result["rule"]),
        title=one_line(result["title"]) or "A rule",
        why=_clean(result["rationale"]) or one_line(result["title"]) or "A rule",
        help_text=_help(result),
        help_markdown=_markdown(result),
        severity=result["severity"],
        tags=["container-image", group_of(result["rule"]), *(f"guidance-{level}" for level in _GUIDANCE if level in levels)],
        precision=next((confidence for confidence in _CONFIDENCES if confidence in found), "high"),
    )


def whole_descriptor() -> Tree:
    """The descriptor for an image that was not inspected, or not all of it."""
    why = "What was not read was not checked: it can hold anything, and the absence of findings says nothing about it."
    what = "Have the image exported again, complete and not encrypted, and inspect it again."
    return _own(WHOLE, "The image could be inspected as a whole", why, what)


def decided_descriptor() -> Tree:
    """The descriptor for an image that is undecided."""
    why = "A rule that could fail the image could not be decided from the image alone: it may hold, or it may not."
    what = "Look at the rules that are open. Give the image what they miss, or have a person decide."
    return _own(DECIDED, "The rules could be decided", why, what)


def listed_descriptor() -> Tree:
    """The descriptor for findings that are more than a viewer shows."""
    why = "GitHub shows 5,000 results of a run and takes no run of more than 25,000: results that are not shown still exist."
    what = "Write the report as JSON too, which holds every finding, and settle the rules with the most findings first."
    return _own(LISTED, "All findings are shown", why, what)


def group_of(rule_id: str) -> str:
    """The group of a rule: its id without the number."""
    return one_line(rule_id).rpartition("-")[0] or one_line(rule_id)


def _own(rule_id: str, title: str, why: str, what: str) -> Tree:
    text = f"{why}\n\n{what}"
    return _descriptor(rule_id, title, why, text, text, "high", ["container-image"], "high")


def _descriptor(
    rule_id: str, title: str, why: str, help_text: str, help_markdown: str, severity: SeverityName, tags: list[str], precision: str
) -> Tree:
    level = _LEVELS[severity]
    return {
        "id": rule_id,
        "name": "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", title)) or "Rule",
        "shortDescription": {"text": title},
        "fullDescription": {"text": why},
        "help": {"text": help_text, "markdown": help_markdown},
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": list(dict.fromkeys(["security", *tags])),
            "precision": precision,
            "problem.severity": _PROBLEM_SEVERITIES[level],
            "security-severity": _SCORES[severity],
        },
    }


def _help(result: ResultPart) -> str:
    """Why, what to do and where it comes from."""
    sections = [("Why", _clean(result["rationale"])), ("What to do", _clean(result["remediation"]))]
    if result["references"]:
        sections.append(("Where this comes from", "\n".join(one_line(_source(item)) for item in result["references"])))
    return "\n\n".join(f"{title}\n\n{text}" for title, text in sections)


def _markdown(result: ResultPart) -> str:
    sections = [("Why", _paragraphs(result["rationale"])), ("What to do", _paragraphs(result["remediation"]))]
    if result["references"]:
        sections.append(("Where this comes from", "\n".join(f"* {prose(_source(item))}" for item in result["references"])))
    return "\n\n".join(f"## {title}\n\n{text}" for title, text in sections)


def _clean(text: str) -> str:
    return "\n".join(one_line(line) for line in text.strip().split("\n"))


def _paragraphs(text: str) -> str:
    return "\n\n".join(prose(paragraph, 4_000) for paragraph in re.split(r"\n\s*\n", text.strip()))


def _source(reference: ReferencePart) -> str:
    section = f", {reference['section']}" if reference["section"] else ""
    quotation = f': "{reference["quote"]}"' if reference["quote"] else ""
    return f"{reference['title']}{section} ({reference['level']}){quotation}"
