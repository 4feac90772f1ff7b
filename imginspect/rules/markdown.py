"""The rules as a Markdown table, for the README; a test compares."""

from __future__ import annotations

from imginspect.rules.rule import RuleSet


def table(rules: RuleSet) -> str:
    """One row for each rule: id, what it asks, severity."""
    rows = [f"| {rule.id} | {rule.title} | {rule.severity} |" for rule in rules.rules]
    return "\n".join(["| rule | asks that | severity |", "|---|---|---|", *rows]) + "\n"
