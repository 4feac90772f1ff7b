"""What a report asks of its reader: the few things to decide, the most pressing first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from imginspect.report.document import ReportDocument, ResultPart
from imginspect.report.order import worst_first
from imginspect.wording import counted

_LONGEST = 240
"""Characters of one thing to decide; how many are left out is said, and the finding has all of it."""


class Decision(NamedTuple):
    """One thing to decide. *rule* is the id of the rule that asks it, empty where none does."""

    title: str
    detail: str
    rule: str


def decisions(document: ReportDocument, most: int = 5) -> list[Decision]:
    """At most *most* things: failures that count, what was not read, other failures, what is not settled, warnings, conditions."""
    return list(islice(_decisions(document), most))


def _decisions(document: ReportDocument) -> Iterator[Decision]:
    if document["image"] is None:
        yield Decision("Nothing was inspected", sentence(shortened(document["reason"])), "")
    results = worst_first(document["results"])
    yield from (_open(result) for result in results if result["fails_image"])
    coverage = document["coverage"]
    if coverage is not None and coverage["gaps"]:
        yield Decision("Not everything was read", _with_rest(coverage["gaps"], "gap"), "")
    for verdict in ("fail", "undetermined", "warn"):
        yield from (_open(result) for result in results if result["verdict"] == verdict and not result["fails_image"])
    yield from (_condition(result) for result in results if result["verdict"] == "pass" and result["conditions"])


def _open(result: ResultPart) -> Decision:
    messages = [finding["message"] for finding in result["findings"]]
    detail = _with_rest(messages, "finding") if messages else sentence(shortened(result["reason"]))
    warned = "Warning: " if result["verdict"] == "warn" else ""
    return Decision(warned + result["outcome_title"], detail, result["rule"])


def _condition(result: ResultPart) -> Decision:
    return Decision(
        f"Passes on a condition: {result['title']}", "Provided: " + _with_rest(result["conditions"], "condition"), result["rule"]
    )


def _with_rest(texts: Sequence[str], noun: str) -> str:
    """The first of *texts* as a sentence, and how many more there are."""
    first = shortened(texts[0].rstrip("."))
    return (
        f"{first}."
        if len(texts) == 1
        else f"{first}. There {'is' if len(texts) == 2 else 'are'} {counted(len(texts) - 1, f'more {noun}')}."
    )


def shortened(text: str, longest: int = _LONGEST) -> str:
    """*text*, cut off with an ellipsis where it is longer than *longest* characters."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def sentence(text: str) -> str:
    """*text* with a capital letter and a full stop; empty where it is."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "…", "!", "?")) or not text else ".")
