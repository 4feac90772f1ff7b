"""Decisions: the few things that the reader of a report has to decide, the worst first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from imginspect.report.document import Document, ResultPart
from imginspect.rules import Severity
from imginspect.wording import counted


class Decision(NamedTuple):
    """One thing to decide: a question in *title*, what it is about in *detail*. *rule* is the rule's id, empty where none is behind it."""

    title: str
    detail: str
    rule: str = ""


def decisions(document: Document, most: int = 5) -> list[Decision]:
    """What is to be decided about the image, at most *most* things; where there are more, the last of them says how many."""
    found = list(_all(document))
    if len(found) <= most:
        return found
    rest = found[most - 1 :]
    return [*found[: most - 1], Decision(f"{counted(len(rest), 'more point')} to look at", "; ".join(map(_name, rest[:10])))]


def _name(decision: Decision) -> str:
    return decision.rule or decision.title


def _all(document: Document) -> Iterator[Decision]:
    if document["image"] is None:
        yield Decision("Ask for another export of the image", document["reason"])
        return
    results = sorted(document["results"], key=lambda result: (-Severity(result["severity"]).rank, result["rule"]))
    for result in results:
        if result["counts"]:
            yield Decision(f"Refuse the image, or accept this: {result['title']} – not met", _detail(result), result["rule"])
    coverage = document["coverage"]
    if coverage and not coverage["complete"]:
        more = f" (and {len(coverage['gaps']) - 1:,} more)" if len(coverage["gaps"]) > 1 else ""
        yield Decision("Ask for a complete export: not everything was read", coverage["gaps"][0] + more if coverage["gaps"] else "")
    for verdict, question in (
        ("undetermined", "Find out: {}"),
        ("fail", "Look at this, which does not count against the image: {} – not met"),
        ("warn", "Look at this warning: {}"),
    ):
        for result in results:
            if result["verdict"] == verdict and not result["counts"]:
                yield Decision(question.format(result["title"]), _detail(result), result["rule"])
    for result in results:
        if result["verdict"] == "pass" and result["conditions"]:
            yield Decision(f"Make sure of what this depends on: {result['title']}", "; ".join(result["conditions"][:3]), result["rule"])


def _detail(result: ResultPart) -> str:
    findings = result["findings"]
    if not findings:
        return result["reason"] or result["title"]
    more = f" (and {counted(len(findings) - 1, 'more finding')})" if len(findings) > 1 else ""
    return findings[0]["message"] + more
