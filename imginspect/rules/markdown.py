"""The rules and the kinds of credentials as Markdown: docs/rules.md, and a table of the rules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import groupby
from posixpath import dirname

from imginspect.rules.patterns import Pattern, PatternSet
from imginspect.rules.rule import Example, Rule, RuleReference, RuleSet

_ACTIVE = re.compile(r"([\\`*_<>\[\]|])")
_INTRODUCTION = """\
# Rules

This page lists every rule with its rationale, remediation, references and examples, and every kind of credential. It is generated from
`rules/` with `imginspect rules list --format markdown > docs/rules.md`; a test keeps it up to date. `imginspect rules show ID` shows one
rule with the images of its examples, and `imginspect rules test` tests the examples.
"""
_KINDS = """\
## Kinds of credentials

imginspect searches contents for these kinds of credentials, and masks them in every output. *Verified* means that imginspect checks a
checksum or structure that is unlikely to occur by chance.
"""


def table(rules: RuleSet) -> str:
    """One row for each rule: id, requirement, severity."""
    rows = [f"| {rule.id} | {_cell(rule.title)} | {rule.severity} |" for rule in rules.rules]
    return "\n".join(["| rule | requirement | severity |", "|---|---|---|", *rows]) + "\n"


def document(rules: RuleSet, patterns: PatternSet) -> str:
    """All of docs/rules.md: a section for each rule, grouped by folder, then the kinds of credentials."""
    by_folder = sorted(rules.rules, key=lambda rule: (dirname(rule.file), rule.id))
    parts = [_INTRODUCTION]
    for folder, group in groupby(by_folder, key=lambda rule: dirname(rule.file)):
        parts.append(f"## {_words(folder) or 'Your own rules'}\n")
        parts += ["\n".join(_section(rule)) for rule in group]
    if patterns.patterns:
        parts += [_KINDS, "\n".join(_kinds(patterns.patterns)) + "\n"]
    return "\n".join(parts)


def _section(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id} {_text(rule.title)}\n"
    yield f"If not met: “{_text(rule.finding_title)}”. If open: “{_text(rule.undecided_title)}”.\n"
    yield f"Severity: {rule.severity}. Harm: {rule.harm}. Check: `{rule.check}`. File: `{rule.file}`.\n"
    yield f"**Why.** {_text(rule.rationale)}\n"
    yield f"**What to do.** {_text(rule.remediation)}\n"
    if rule.remedies:
        yield "**What to do about some kinds of finding.**\n"
        yield from (f"- {_text(kind)}: {_text(text)}" for kind, text in rule.remedies.items())
        yield ""
    if rule.references:
        yield "**References.**\n"
        yield from (_reference(item) for item in rule.references)
        yield ""
    if rule.params:
        yield "**Parameters.**\n"
        yield from (f"- `{name}`: {_code(json.dumps(value, ensure_ascii=False))}" for name, value in rule.params.items())
        yield ""
    yield f"**Flagged:** {_titles(rule.flag)}. **Passed:** {_titles(rule.passing)}.\n"


def _reference(reference: RuleReference) -> str:
    section = f", {_text(reference.section)}" if reference.section else ""
    quote = f": “{_text(reference.quote)}”" if reference.quote else ""
    return f"- {_text(reference.title)}{section} ({reference.level}){quote}"


def _kinds(patterns: tuple[Pattern, ...]) -> Iterator[str]:
    yield "| kind | issuer | title | verified | source |"
    yield "|---|---|---|---|---|"
    for pattern in patterns:
        cells = (_cell(pattern.issuer), _cell(pattern.title), "yes" if pattern.verifies else "", _cell(pattern.reference))
        yield f"| `{pattern.id}` | {' | '.join(cells)} |"


def _titles(examples: tuple[Example, ...]) -> str:
    return "; ".join(_text(example.title) for example in examples)


def _words(folder: str) -> str:
    return folder.replace("/", ", ").replace("-", " ").capitalize()


def _cell(text: str) -> str:
    return _text(" ".join(text.split()))


def _text(text: str) -> str:
    """*text* with a backslash in front of what Markdown would act on."""
    return _ACTIVE.sub(r"\\\1", text)


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"
