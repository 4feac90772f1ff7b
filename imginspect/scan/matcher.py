"""Matcher: patterns and an engine together; bytes in, confirmed matches out."""

from __future__ import annotations

import hashlib
import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from imginspect.cache import Cache
from imginspect.rules import Pattern, PatternSet
from imginspect.scan.engine import Bytes, Engine, Expression, merged
from imginspect.scan.gate import fixed_text
from imginspect.scan.hyperscan_engine import HyperscanEngine, is_available
from imginspect.scan.literal_engine import LiteralEngine
from imginspect.scan.validators import VALIDATORS

MOST_CANDIDATES = 20_000
"""Candidates in one block of bytes after which the search of it stops; a text of honest origin has a few dozen."""


class Span(NamedTuple):
    """A confirmed match: its kind, where the whole of it stands, and where the secret part does (offsets in bytes)."""

    kind: str
    start: int
    end: int
    secret_start: int
    secret_end: int
    is_verified: bool
    known_as: str
    """What it is where everybody knows it: the test key of a library."""
    rank: int
    """Where the secrets of two matches overlap, the one with the lower rank stands."""


class Matcher:
    """Finds the credentials of a pattern set in bytes."""

    def __init__(self, patterns: PatternSet, engine_name: str = "", cache: Cache | None = None) -> None:
        """*engine_name* is ``hyperscan`` or ``literals``; empty for the fastest that is there."""
        self.patterns = patterns
        self._published = {digest: item.title for item in patterns.published for digest in item.sha256}
        expressions = [_expression(pattern) for pattern in patterns.patterns]
        fast = engine_name == HyperscanEngine.name or (not engine_name and is_available())
        self._engine: Engine = HyperscanEngine(expressions, cache or Cache(None)) if fast and expressions else LiteralEngine(expressions)
        self.longest = max((expression.longest for expression in expressions), default=0)
        """The most bytes that any match spans."""

    @property
    def engine_name(self) -> str:
        """Which engine is at work."""
        return self._engine.name

    def find(self, data: Bytes) -> tuple[list[Span], bool]:
        """All matches in *data* in order, of overlapping ones the more certain; and whether all of *data* was searched."""
        regions, is_whole = self._engine.candidates(data, MOST_CANDIDATES)
        if not regions:
            return [], is_whole
        found = [
            span
            for number, candidates in regions.items()
            for region in merged(candidates, len(data))
            for span in self._confirmed(self.patterns.patterns[number], data, region)
        ]
        return without_overlaps(found), is_whole

    def _confirmed(self, pattern: Pattern, data: Bytes, region: tuple[int, int]) -> Iterable[Span]:
        for match in _compiled(pattern).finditer(data, *region):
            group = 1 if match.re.groups and match.start(1) >= 0 else 0
            secret = match.group(group)
            if entropy(secret) < pattern.entropy:
                continue
            if all(VALIDATORS[name](match.group(), secret) for name in pattern.validators):
                start, end = match.span(group)
                yield Span(pattern.id, match.start(), match.end(), start, end, pattern.verifies, self.known_as(secret), _rank(pattern))

    def known_as(self, secret: bytes) -> str:
        """What *secret* is where it is published; empty for any other."""
        return self._published.get(hashlib.sha256(secret).hexdigest(), "") if self._published else ""


_TELLING = 3
"""Bytes of fixed text in a pattern from which on the words near it need not be searched for: what it finds is rare enough."""


def _expression(pattern: Pattern) -> Expression:
    regex = pattern.regex.encode()
    if not pattern.near:
        return Expression(regex, pattern.ignore_case, pattern.longest, regex)
    words = "|".join(re.escape(word) for word in pattern.near)
    whole = rf"(?i:{words})[\x00-\xff]{{0,{pattern.within}}}?(?:{pattern.regex})".encode()
    longest = pattern.longest + pattern.within + max(map(len, pattern.near))
    return Expression(whole, pattern.ignore_case, longest, regex if fixed_text(regex) >= _TELLING else whole)


@cache
def _compiled(pattern: Pattern) -> re.Pattern[bytes]:
    expression = _expression(pattern)
    return re.compile(expression.regex, re.IGNORECASE if expression.ignore_case else 0)


def entropy(data: bytes) -> float:
    """Shannon entropy in bits for each byte of *data*."""
    return -sum(count / len(data) * math.log2(count / len(data)) for count in Counter(data).values()) if data else 0.0


def without_overlaps(found: list[Span]) -> list[Span]:
    """Of matches whose secrets overlap the more certain one, in the order of the bytes."""
    kept: list[tuple[int, int, int]] = []
    ranked = sorted(found, key=lambda item: (item.rank, item.start, -item.end, item.kind))
    for number, span in enumerate(ranked):
        place = (span.secret_start, span.secret_end, number)
        at = bisect_left(kept, place)
        if (at == 0 or kept[at - 1][1] <= place[0]) and (at == len(kept) or place[1] <= kept[at][0]):
            kept.insert(at, place)
    return [ranked[number] for _, _, number in kept]


def _rank(pattern: Pattern) -> int:
    return 4 * (pattern.issuer == GENERIC) + 2 * bool(pattern.near) + (not pattern.verifies)


GENERIC = "Any issuer"
"""The issuer of patterns that go by the words around a value and not by its form."""
