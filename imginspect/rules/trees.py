"""Rules and kinds of credentials as plain values, for JSON; and an example's image in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from imginspect.rules.patterns import Pattern
from imginspect.rules.policy import Policy
from imginspect.rules.rule import Example, Rule, Severity

Tree: TypeAlias = dict[str, Any]
_MOST_PATHS = 6
"""Paths of a layer that a line names; how many more there are is said."""


def rule_tree(rule: Rule, policy: Policy, own_severity: Severity | None = None) -> Tree:
    """All of *rule* under *policy*; *own_severity* is what it states itself where the policy changed that."""
    return {
        "id": rule.id,
        "title": rule.title,
        "finding_title": rule.finding_title,
        "undecided_title": rule.undecided_title,
        "severity": str(rule.severity),
        "own_severity": str(own_severity or rule.severity),
        "harm": str(rule.harm),
        "skipped_because": policy.skipped.get(rule.id),
        "check": rule.check,
        "parameters": rule.params,
        "rationale": rule.rationale,
        "remediation": rule.remediation,
        "remedies": rule.remedies,
        "references": [
            {"title": item.title, "section": item.section, "quote": item.quote, "level": item.level} for item in rule.references
        ],
        "examples": {"flag": [_example(item) for item in rule.flag], "pass": [_example(item) for item in rule.passing]},
        "file": rule.file,
        "line": rule.line,
    }


def kind_tree(pattern: Pattern) -> Tree:
    """All of a kind of credential but its examples that look like secrets."""
    return {
        "id": pattern.id,
        "issuer": pattern.issuer,
        "title": pattern.title,
        "regex": pattern.regex,
        "longest": pattern.longest,
        "ignore_case": pattern.ignore_case,
        "validators": list(pattern.validators),
        "verifies": pattern.verifies,
        "entropy": pattern.entropy,
        "near": list(pattern.near),
        "within": pattern.within if pattern.near else None,
        "reference": pattern.reference,
        "remediation": pattern.remediation,
        "examples": {"flag": len(pattern.flag), "pass": len(pattern.passing)},
        "file": pattern.file,
        "line": pattern.line,
    }


def _example(example: Example) -> Tree:
    return {"title": example.title, "image": example.image()}


def image_in_words(example: Example) -> Iterator[str]:
    """Lines that say what is in the example's image. The description may be faulty: nothing is expected of its form."""
    image = example.image()
    for number, layer in enumerate(_list(image.get("layers"))):
        entries = [_entry(item) for item in _list(layer)]
        more = f" and {len(entries) - _MOST_PATHS} more" if len(entries) > _MOST_PATHS else ""
        yield f"layer {number}: {', '.join(entries[:_MOST_PATHS]) or 'nothing'}{more}"
    for key in ("architecture", "history", "reference"):
        if key in image:
            yield f"{key}: {_words(image[key])}"
    for key, value in _dict(image.get("config")).items():
        yield f"{key}: {_words(value)}"
    for damage in _list(image.get("damage")):
        details = [f"{key} {_words(value)}" for key, value in _dict(damage).items() if key != "kind"]
        yield f"damage: {', '.join([str(_dict(damage).get('kind')), *details])}"


def _entry(entry: Any) -> str:
    values = _dict(entry)
    kind, path = values.get("kind"), str(values.get("path"))
    mode = f", mode {values['mode']:04o}" if isinstance(values.get("mode"), int) else ""
    target = f" to {values['target']}" if "target" in values else ""
    owner = f", owner {values['uid']}" if "uid" in values else ""
    about = f"{kind or ''}{target}{mode}{owner}".strip(", ")
    return f"{path} ({about})" if about else path


def _words(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(_words(item) for item in value) or "nothing"
    if isinstance(value, dict):
        return ", ".join(f"{key}={_words(item)}" for key, item in value.items())
    return str(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
