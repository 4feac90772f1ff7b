"""The rules as the answer names and orders them: one function for the title, one for the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from imginspect.batch.values.plans import ResultRow, RuleRow
from imginspect.report.html.markup import Markup, element, joined

_VERDICTS = ("fail", "undetermined", "warn")
_SEVERITIES = ("critical", "high", "medium", "low", "info")
Titles = Mapping[str, RuleRow]


def title_of(rule: str, verdict: str, rules: Titles) -> str:
    """The title of *rule* where its result is *verdict*; the id where the rule is not known."""
    del verdict
    return rules[rule].title if rule in rules and rules[rule].title else rule


def named(rule: str, verdict: str, rules: Titles) -> Markup:
    """The title, and the id in small."""
    title = title_of(rule, verdict, rules)
    return joined((title, " ", element("small", rule))) if title != rule else joined((rule,))


def in_order(results: Iterable[ResultRow]) -> list[ResultRow]:
    """*results* worst first."""
    return sorted(
        results, key=lambda row: (not row.fails_image, _place(row.verdict, _VERDICTS), _place(row.severity, _SEVERITIES), row.rule)
    )


def _place(value: str, order: tuple[str, ...]) -> int:
    return order.index(value) if value in order else len(order)
