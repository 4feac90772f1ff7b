"""What a report says in a line: the image's name, how its rules went, which of them to look at first, and what was not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

from imginspect.report.document import Document, ResultName, ResultPart, SeverityName, VerdictName
from imginspect.report.printable import one_line
from imginspect.wording import counted

VERDICT_WORDS: dict[VerdictName, str] = {"pass": "PASS", "fail": "FAIL", "incomplete": "INCOMPLETE", "not-inspected": "NOT INSPECTED"}
_WORST_FIRST: tuple[VerdictName, ...] = ("fail", "not-inspected", "incomplete", "pass")
_OPEN: tuple[ResultName, ...] = ("fail", "undetermined", "warn")
_SEVERITIES = get_args(SeverityName)


def worst(documents: Sequence[Document]) -> VerdictName:
    """The worst verdict of several reports: fail, not-inspected, incomplete, pass."""
    return min((document["verdict"] for document in documents), key=_WORST_FIRST.index)


def rank(severity: SeverityName) -> int:
    """The place of *severity* among all, from 0 for the least."""
    return _SEVERITIES.index(severity)


def could_fail(result: ResultPart, document: Document) -> bool:
    """Whether the severity of *result* is one for which an image fails."""
    return rank(result["severity"]) >= rank(document["policy"]["fail_on"])


def open_results(document: Document) -> list[ResultPart]:
    """The results to look at, worst first: those that make the image fail, other failures, what is undecided, warnings."""
    results = [result for result in document["results"] if result["verdict"] in _OPEN]
    return sorted(results, key=lambda item: (not item["counts"], _OPEN.index(item["verdict"]), -rank(item["severity"]), item["rule"]))


def image_name(document: Document) -> str:
    """The image's first name, or an id where it has none; the archive where there is no image."""
    image = document["image"]
    if image is None:
        return "the archive"
    return one_line(next(iter(image["references"]), None) or image["image_id"] or image["manifest_digest"] or "the image")


def is_whole(document: Document) -> bool:
    """Whether all of the image was read and every rule that could make it fail was decided."""
    coverage = document["coverage"]
    return document["verdict"] not in ("incomplete", "not-inspected") and coverage is not None and coverage["complete"]


def not_read(document: Document) -> list[str]:
    """What was not read, a sentence each; empty also where that is not known in detail."""
    coverage = document["coverage"]
    if coverage is not None:
        return [one_line(gap) for gap in coverage["gaps"]]
    return [one_line(f"{problem['where']}: {problem['what']}") for problem in document["problems"]]


def sentence(document: Document) -> str:
    """The verdict's reason as a sentence."""
    reason = one_line(document["reason"]).rstrip(".")
    return f"{reason}." if reason else "No reason is given."


def tally(document: Document) -> str:
    """How the rules went, in numbers; empty where none was applied."""
    return ", ".join(_tally(document["results"]))


def _tally(results: Sequence[ResultPart]) -> Iterator[str]:
    counts = Counter("counted" if result["counts"] else result["verdict"] for result in results)
    words = {"counted": "failed", "fail": "failed but not counted", "undetermined": "undecided", "warn": "with a warning", "pass": "passed",
             "not-applicable": "not applicable"}  # fmt: skip
    present = [(counts[key], text) for key, text in words.items() if counts[key]]
    for number, (count, text) in enumerate(present):
        yield f"{counted(count, 'rule') if number == 0 else f'{count:,}'} {text}"
    conditions = sum(1 for result in results if result["verdict"] == "pass" and result["conditions"])
    if conditions:
        yield f"{conditions:,} of the passed on a condition"
