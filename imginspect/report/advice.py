"""Advice: what to do about the findings of a rule, each text once, with the numbers of the findings that it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from imginspect.report.document import ResultPart
from imginspect.wording import IN_JSON, and_more, listed

_SETTLED = ("pass", "not-applicable")
_MOST_NUMBERS = 10
"""Findings that a line names by number."""


class Advice(NamedTuple):
    """One *text*, and the numbers of its findings from 1; none where it is for the rule as a whole."""

    text: str
    findings: tuple[int, ...]


def advice_of(result: ResultPart) -> list[Advice]:
    """The advice for the findings of *result* that are open, in their order; the rule's own where a finding has none, or none is there."""
    found: dict[str, list[int]] = {}
    for number, finding in enumerate(result["findings"], 1):
        if finding["verdict"] not in _SETTLED:
            found.setdefault(finding["remediation"] or result["remediation"], []).append(number)
    if len(found) < 2:
        return [Advice(text, ()) for text in (found or [result["remediation"]]) if text]
    return [Advice(text, tuple(numbers)) for text, numbers in found.items() if text]


def is_numbered(result: ResultPart) -> bool:
    """Whether the advice is not the same for all findings, so that they need numbers."""
    return any(item.findings for item in advice_of(result))


def advice_lines(result: ResultPart, most: int) -> Iterator[str]:
    """The advice in lines of text, at most *most* of them and one that says how many there are besides."""
    found = advice_of(result)
    yield from (f"{_head(item)}: {item.text.strip()}" for item in found[:most])
    if len(found) > most:
        yield and_more(len(found) - most, note=IN_JSON)


def _head(item: Advice) -> str:
    numbers = listed([str(number) for number in item.findings], _MOST_NUMBERS)
    return f"What to do about {numbers}" if numbers else "What to do"
