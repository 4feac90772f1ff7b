"""The rules as the summary names and orders them: one function for the title, one for the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from imginspect.batch.values.plans import ResultRow, RuleRow
from imginspect.report.html.markup import Markup, element, joined
from imginspect.report.order import Badness, badness

Titles: TypeAlias = Mapping[str, RuleRow]
"""The rules of a run by their ids."""


def title_of(rule: str, verdict: str, rules: Titles) -> str:
    """The title of *rule* that is true for its *verdict*; the id where the rule is not known."""
    return (rules[rule].title_for(verdict) if rule in rules else "") or rule


def named(rule: str, verdict: str, rules: Titles) -> Markup:
    """The title, and the id in small."""
    title = title_of(rule, verdict, rules)
    return joined((title, " ", element("small", rule))) if title != rule else joined((rule,))


def in_order(results: Iterable[ResultRow], rules: Titles) -> list[ResultRow]:
    """*results* worst first."""

    def bad(row: ResultRow) -> Badness:
        harm = rules[row.rule].harm if row.rule in rules else ""
        return badness(row.verdict, row.severity, harm, row.rule, fails_image=row.fails_image)

    return sorted(results, key=bad)
