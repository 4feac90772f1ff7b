"""Rules as SARIF's reporting descriptors, with the properties that code scanning sorts by."""

from __future__ import annotations

import re
from typing import Any

from imginspect.checks.result import Confidence
from imginspect.report.document import ReferencePart, ResultPart
from imginspect.rules import Severity

Tree = dict[str, Any]

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_PROBLEM_SEVERITIES = {"error": "error", "warning": "warning", "note": "recommendation"}
# GitHub's bands: above 9.0 critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, 0.1 to 3.9 low; 0.0 is none of them
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0", Severity.INFO: "0.0"}
WHOLE = "imginspect/inspected"
"""Id of the descriptor for what no rule is about: the image was not inspected, or not all of it. Ids of rules are in capitals."""


def descriptor(result: ResultPart) -> Tree:
    """The rule of *result*: what it asks, why, what to do."""
    confidences = [Confidence(finding["confidence"]) for finding in result["findings"]]
    return _descriptor(
        rule_id=result["rule"],
        title=result["title"],
        why=result["rationale"],
        help_text=_help(result, "", ""),
        help_markdown=_help(result, "## ", "* "),
        severity=Severity(result["severity"]),
        tags=["container-image", group_of(result["rule"]), *sorted({f"guidance-{item['level']}" for item in result["references"]})],
        precision=str(min(confidences, key=list(Confidence).index, default=Confidence.HIGH)),
    )


def whole_descriptor() -> Tree:
    """The descriptor for an image that was not inspected, or not all of it."""
    why = "What was not read was not checked: it can hold anything, and the absence of findings says nothing about it."
    what = "Have the image exported again, complete and not encrypted, and inspect it again."
    title = "The image could be inspected as a whole"
    return _descriptor(WHOLE, title, why, f"{why}\n\n{what}", f"{why}\n\n{what}", Severity.HIGH, ["container-image"], "high")


def group_of(rule_id: str) -> str:
    """The group of a rule: its id without the number."""
    return rule_id.rpartition("-")[0]


def _descriptor(
    rule_id: str, title: str, why: str, help_text: str, help_markdown: str, severity: Severity, tags: list[str], precision: str
) -> Tree:
    level = _LEVELS[severity]
    return {
        "id": rule_id,
        "name": "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", title)),
        "shortDescription": {"text": title},
        "fullDescription": {"text": why},
        "help": {"text": help_text, "markdown": help_markdown},
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": ["security", *tags],
            "precision": precision,
            "problem.severity": _PROBLEM_SEVERITIES[level],
            "security-severity": _SCORES[severity],
        },
    }


def _help(result: ResultPart, heading: str, bullet: str) -> str:
    """Why, what to do and where it comes from; with *heading* and *bullet* as Markdown."""
    sections = [("Why", result["rationale"]), ("What to do", result["remediation"])]
    if result["references"]:
        sections.append(("Where this comes from", "\n".join(bullet + _source(item) for item in result["references"])))
    return "\n\n".join(f"{heading}{title}\n\n{text}" for title, text in sections)


def _source(reference: ReferencePart) -> str:
    section = f", {reference['section']}" if reference["section"] else ""
    quotation = f': "{reference["quote"]}"' if reference["quote"] else ""
    return f"{reference['title']}{section} ({reference['level']}){quotation}"
