"""Rules and kinds of credentials as text for a terminal."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator

from imginspect.report.text import visible
from imginspect.rules import Pattern, Policy, Rule, Severity
from imginspect.rules.rule import Example, RuleReference
from imginspect.rules.trees import image_in_words

_WIDTH = 80


def rule_text(rule: Rule, policy: Policy, own_severity: Severity | None) -> str:
    """Everything about *rule* under *policy*; *own_severity* is what it states itself where the policy changed that."""
    changed = f" (by the policy {visible(policy.id)}; the rule itself says {own_severity})" if own_severity else ""
    skipped = policy.skipped.get(rule.id)
    lines = [
        *_wrap(f"{rule.id} {rule.title}", ""),
        "",
        f"severity    {rule.severity}{changed}",
        *(_wrap(f"skipped by the policy {policy.id}: {skipped}", "") if skipped else []),
        f"check       {rule.check}",
        f"defined in  {visible(rule.file)}, line {rule.line}",
        *_paragraph("Why", rule.rationale),
        *_paragraph("What to do", rule.remediation),
    ]
    if rule.references:
        lines += ["", "References", *(line for item in rule.references for line in _wrap(_reference(item), "  - "))]
    if rule.params:
        params = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in rule.params.items()]
        lines += ["", "Parameters", *(line for item in params for line in _wrap(item, "  - "))]
    lines += ["", "Must be flagged", *_examples(rule.flag), "", "Must pass", *_examples(rule.passing)]
    return "\n".join(lines) + "\n"


def kind_text(pattern: Pattern) -> str:
    """Everything about a kind of credential but its examples that look like secrets."""
    rows = [
        ("issuer", pattern.issuer),
        ("regex", pattern.regex + (" (case-insensitive)" if pattern.ignore_case else "")),
        ("longest", f"{pattern.longest} bytes"),
        ("only near", f"{', '.join(pattern.near)} (at most {pattern.within} bytes before it)" if pattern.near else ""),
        ("confirmed", ", ".join(pattern.validators) + (" (a match is not a coincidence)" if pattern.verifies else "")),
        ("entropy", f"at least {pattern.entropy} bits per byte" if pattern.entropy else ""),
        ("source", pattern.reference),
        ("defined in", f"{pattern.file}, line {pattern.line}"),
        ("examples", f"{len(pattern.flag)} must be flagged, {len(pattern.passing)} must pass"),
    ]
    lines = [*_wrap(f"{pattern.id} {pattern.title}", ""), ""]
    for label, value in rows:
        if value:
            lines += _wrap(value, f"{label:<12}")
    return "\n".join(lines) + "\n"


def _paragraph(title: str, text: str) -> Iterator[str]:
    yield from ("", title)
    for paragraph in text.split("\n"):
        yield from _wrap(paragraph, "  ")


def _reference(reference: RuleReference) -> str:
    section = f", {reference.section}" if reference.section else ""
    quote = f': "{reference.quote}"' if reference.quote else ""
    return f"{reference.title}{section} ({reference.level}){quote}"


def _examples(examples: tuple[Example, ...]) -> Iterator[str]:
    for example in examples:
        yield from _wrap(example.title, "  - ")
        for line in image_in_words(example):
            yield from _wrap(line, "      ", hang="        ")


def _wrap(text: str, indent: str, hang: str | None = None) -> list[str]:
    rest = " " * len(indent) if hang is None else hang
    shown = visible(text).replace("\\\\", "\\")  # a regular expression is to be read as it is written; rules are the operator's own
    return textwrap.wrap(shown, _WIDTH, initial_indent=indent, subsequent_indent=rest, break_on_hyphens=False) or [indent.rstrip()]
