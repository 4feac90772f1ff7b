"""What a report asks of its reader: the few things to decide, worst first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from imginspect.report.document import Document, ResultPart
from imginspect.report.summary import open_results
from imginspect.wording import counted

_WORDS = {"fail": "Failed", "undetermined": "Not settled", "warn": "Warning"}


class Decision(NamedTuple):
    """One thing to decide. *rule* is the id of the rule that asks it, empty where none does."""

    title: str
    detail: str
    rule: str


def decisions(document: Document, most: int = 5) -> list[Decision]:
    """At most *most* things to decide: failures, what is undecided, warnings, conditions of passes, what was not read."""
    return list(islice(_decisions(document), most))


def _decisions(document: Document) -> Iterator[Decision]:
    for result in open_results(document):
        yield Decision(f"{_WORDS[result['verdict']]}: {result['title']}", _detail(result), result["rule"])
    for result in document["results"]:
        if result["verdict"] == "pass" and result["conditions"]:
            yield Decision(f"Passes on a condition: {result['title']}", "; ".join(result["conditions"]), result["rule"])
    if document["coverage"] and document["coverage"]["gaps"]:
        yield Decision("Not everything was read", "; ".join(document["coverage"]["gaps"][:3]), "")


def _detail(result: ResultPart) -> str:
    findings = result["findings"]
    if not findings:
        return result["reason"]
    more = f" (and {counted(len(findings) - 1, 'more finding')})" if len(findings) > 1 else ""
    return findings[0]["message"] + more
