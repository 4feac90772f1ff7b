"""Pattern sets for tests of the engines: made up, so that they test the engines and not the kinds that come with imginspect."""

from __future__ import annotations

from typing import Any

from imginspect.rules import Pattern, PatternSet


def pattern(name: str, regex: str, **changes: Any) -> Pattern:
    """A pattern with plain defaults."""
    values: dict[str, Any] = {
        "id": name, "issuer": "somebody", "title": name, "regex": regex, "longest": 64, "ignore_case": False, "validators": (),
        "verifies": False, "entropy": 0.0, "near": (), "within": 20, "reference": "", "flag": (), "passing": (), "file": "", "line": 1,
        "remediation": "",
    }  # fmt: skip
    return Pattern(**{**values, **changes})


def pattern_set(*patterns: Pattern) -> PatternSet:
    """A set of these."""
    return PatternSet(patterns, "")


PATTERNS = pattern_set(
    pattern("fixed", r"tok_[a-z0-9]{8}"),
    pattern("bounded", r"\b(key-[A-F]{4,12})\b"),
    pattern("caseless", r"secret[ =:]{1,3}([a-z]{5,20})", ignore_case=True),
    pattern("near", r"\b([0-9]{6})\b", near=("acme", "pin")),
    pattern("choice", r"(?:abc_|xyz-)[0-9]{3,5}"),
    pattern("two lines", r"BEGIN\n([a-z\n]{4,40})\nEND"),
    pattern("certain", r"tok_[a-z0-9]{8}!", verifies=True),
)
