"""The rules that ask nothing of the reader, which passed or do not apply, as one table: on paper a line or two each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from imginspect.report.decisions import sentence
from imginspect.report.document import ResultPart
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.tables import folded, listed
from imginspect.wording import counted

_COLUMNS = ("Rule", "Severity", "Result")
_SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-Z])")
_LIMITS = (
    "Not covered",
    "The rule does not",
    "The rule ignores",
    "This rule ignores",
    "It does not",
    "An image does not",
    "The image does not",
)
"""What sentences of a rationale begin with that say what a pass does not mean."""
Numbered = tuple[int, ResultPart]


def settled(
    caption: str, members: Sequence[Numbered], name: Callable[[int], str], more: Callable[[ResultPart], Markup],
    findings: Callable[[int, ResultPart], Markup],
) -> Markup:  # fmt: skip
    """A row for each of *members*. *name* gives the id of a row, *more* its reasons and sources, *findings* what was noted all the same.

    Reasons, sources and places of notes are on the screen only; paper has what a rule that passed does not cover.
    """
    head = element("tr", *(element("th", column, scope="col") for column in _COLUMNS))
    rows = [_row(number, result, name(number), more(result), findings(number, result)) for number, result in members]
    drawn = element("table", element("caption", caption), element("thead", head), element("tbody", *rows), class_="settled")
    return element("div", drawn, class_="scroll", tabindex=0, role="group", aria_label=caption)


def _row(number: int, result: ResultPart, name: str, more: Markup, findings: Markup) -> Markup:
    noted = _noted(result) if findings else NOTHING
    fold = folded("Reason, sources and notes" if findings else "Reason and sources", more, findings, class_="screen") if more else findings
    cells = (
        element("th", f"{number}. {result['outcome_title']} ", element("small", result["rule"]), scope="row"),
        element("td", result["severity"]),
        element("td", _said(result), _limits(result), _conditions(result), noted, fold),
    )
    return element("tr", *cells, id=name, class_="rule", data_verdict=result["verdict"], data_severity=result["severity"])


def _said(result: ResultPart) -> Markup:
    met = "Met." if result["verdict"] == "pass" else ""
    text = sentence(result["reason"]) or met
    return element("p", text) if text else NOTHING


def _limits(result: ResultPart) -> Markup:
    """The sentences of the rationale that say what the rule leaves open; the screen has them among the reasons."""
    said = [part for part in _SENTENCE.split(result["rationale"]) if part.startswith(_LIMITS)]
    return element("p", " ".join(said), class_="paper") if said and result["verdict"] == "pass" else NOTHING


def _conditions(result: ResultPart) -> Markup:
    return joined((element("p", "Provided that:"), listed(result["conditions"]))) if result["conditions"] else NOTHING


def _noted(result: ResultPart) -> Markup:
    return element("p", f"{counted(len(result['findings']), 'note')}: see the HTML file.", class_="paper")
