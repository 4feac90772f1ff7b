"""Every kind of credential: its examples, its limits, and that two engines understand its pattern alike."""

from __future__ import annotations

import collections
import math
import re
from collections.abc import Iterator
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]  # the parser's own widths; there is no public door

import pytest

from imginspect.rules import Pattern, load_patterns
from imginspect.rules.ruleset import rules_folder
from imginspect.scan.validators import VALIDATORS

PATTERNS = load_patterns([rules_folder()]).patterns
REGEXES = {pattern.id: re.compile(pattern.regex.encode(), re.IGNORECASE if pattern.ignore_case else 0) for pattern in PATTERNS}
EVERY = pytest.mark.parametrize("pattern", PATTERNS, ids=[pattern.id for pattern in PATTERNS])
FORBIDDEN = {"ASSERT", "ASSERT_NOT", "GROUPREF", "GROUPREF_EXISTS", "ATOMIC_GROUP", "POSSESSIVE_REPEAT"}


def entropy(text: bytes) -> float:
    return -sum(count / len(text) * math.log2(count / len(text)) for count in collections.Counter(text).values())


def found(pattern: Pattern, text: str) -> Iterator[bytes]:
    """The secrets that *pattern* confirms in *text*: the four conditions in their plainest form."""
    data = text.encode()
    for match in REGEXES[pattern.id].finditer(data):
        secret = match[1] if match.re.groups else match[0]
        before = data[max(0, match.start() - pattern.within) : match.start()].lower()
        if entropy(secret) < pattern.entropy or (pattern.near and not any(word.encode() in before for word in pattern.near)):
            continue
        if all(VALIDATORS[name](match[0], secret) for name in pattern.validators):
            yield secret


def operations(parsed: object) -> Iterator[str]:
    """The names of all operations in a parsed regular expression."""
    if isinstance(parsed, _parser.SubPattern):
        for item in parsed.data:
            yield from operations(item)
    elif isinstance(parsed, tuple | list):
        if parsed and hasattr(parsed[0], "name"):
            yield parsed[0].name
        for part in parsed:
            yield from operations(part)


def test_there_are_enough_kinds_of_many_issuers() -> None:
    assert len(PATTERNS) >= 110
    assert len({pattern.issuer for pattern in PATTERNS}) >= 80


@EVERY
def test_what_must_flag_does(pattern: Pattern) -> None:
    for example in pattern.flag:
        secrets = list(found(pattern, example))
        assert secrets
        assert all(len(secret) <= pattern.longest for secret in secrets)


@EVERY
def test_what_must_pass_does_in_every_kind(pattern: Pattern) -> None:
    for example in pattern.passing:
        assert [(other.id, secret) for other in PATTERNS for secret in found(other, example)] == []


@EVERY
def test_a_pattern_is_bounded_and_of_what_both_engines_know(pattern: Pattern) -> None:
    parsed = _parser.parse(pattern.regex.encode(), re.IGNORECASE if pattern.ignore_case else 0)
    least, most = parsed.getwidth()
    assert 0 < least <= most == pattern.longest
    assert FORBIDDEN.isdisjoint(operations(parsed))
    assert parsed.state.groups <= 2, "one group at most: the secret part"
    assert not re.search(r"\\[pPzZAX]|\$$|\(\?[a-z]", pattern.regex)
    assert pattern.regex.isascii()


@EVERY
def test_its_validators_exist_and_verify_what_they_claim(pattern: Pattern) -> None:
    assert set(pattern.validators) <= set(VALIDATORS)
    weak = {"mixed-characters", "not-code", "not-name", "not-placeholder", "not-reference", "url-password"}
    assert pattern.verifies <= bool(set(pattern.validators) - weak)
    assert all(word == word.lower() for word in pattern.near)


@EVERY
def test_hyperscan_agrees_with_re(pattern: Pattern) -> None:
    hyperscan = pytest.importorskip("hyperscan")
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = hyperscan.HS_FLAG_CASELESS if pattern.ignore_case else 0
    database.compile(expressions=[pattern.regex.encode()], ids=[0], flags=[flags])
    for example in (*pattern.flag, *pattern.passing):
        ends: set[int] = set()
        database.scan(example.encode(), match_event_handler=lambda _id, _start, end, _flags, _context, ends=ends: ends.add(end))
        by_re = {match.end() for match in REGEXES[pattern.id].finditer(example.encode())}
        assert by_re <= ends
        assert bool(by_re) == bool(ends)


@pytest.mark.parametrize("path", sorted((rules_folder() / "knowledge" / "credentials").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_rules_themselves_hold_no_credentials(path: Path) -> None:
    """Whoever scans this repository must not take an example for a leak: each secret is split in the source."""
    text = path.read_text("utf-8")
    assert [(pattern.id, secret) for pattern in PATTERNS for secret in found(pattern, text)] == []
