"""Matcher: patterns and an engine together; bytes in, confirmed matches out."""

from __future__ import annotations

import hashlib
import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import NamedTuple, TypeAlias

from imginspect.host.cache import Cache
from imginspect.rules import Pattern, PatternSet
from imginspect.scan.engine import Bytes, Expression, PatternEngine, merged
from imginspect.scan.hyperscan_engine import HyperscanEngine, is_available
from imginspect.scan.literal_engine import LiteralEngine
from imginspect.scan.literals import Literal, required_literals
from imginspect.scan.prefilter import fixed_text
from imginspect.scan.secret_id import key_id, secret_id
from imginspect.scan.utf16 import Narrow, narrowed
from imginspect.scan.validators import VALIDATORS

MOST_CANDIDATES = 20_000
"""Candidates in one block of bytes after which the search of it stops; a text of honest origin has a few dozen."""
_MOST_SPANS = 2_000
"""Matches of one kind in one block after which no more of it are looked for."""
_MOST_READ = 16 << 20
"""Bytes that confirming the candidates of one block may read: as many times its longest match as a kind has candidates."""


Regions: TypeAlias = dict[int, list[tuple[int, int]]]


class MatchSpan(NamedTuple):
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
    wide: str = ""
    """``utf-16-le`` or ``utf-16-be`` where it stands in UTF-16: its offsets begin and end with the low byte of a character."""


class Matcher:
    """Finds the credentials of a pattern set in bytes."""

    def __init__(
        self, patterns: PatternSet, engine_name: str = "", cache: Cache | None = None, *, fingerprint_key: bytes | None = None
    ) -> None:
        """*engine_name* is ``hyperscan`` or ``literals``; empty for the fastest that is there. With *fingerprint_key* secrets have ids."""
        self.patterns = patterns
        self._fingerprint_key = fingerprint_key
        self._published = {digest: item.title for item in patterns.published for digest in item.sha256}
        expressions = [_expression(pattern) for pattern in patterns.patterns]
        self._is_wide_from = len(expressions)
        wide = _wide(expressions)
        self._reach = [reach for _, reach in wide]
        """For each fixed text in UTF-16, how far from it a match that holds it may begin or end, in bytes."""
        expressions += [expression for expression, _ in wide]
        fast = engine_name == HyperscanEngine.name or (not engine_name and is_available())
        self._engine: PatternEngine = (
            HyperscanEngine(expressions, cache or Cache(None)) if fast and expressions else LiteralEngine(expressions)
        )
        self.longest = 2 * max((expression.longest for expression in expressions), default=0)
        """The most bytes that any match spans: one in UTF-16 has twice those of its text."""

    @property
    def engine_name(self) -> str:
        """Which engine is at work."""
        return self._engine.name

    @property
    def key_id(self) -> str:
        """Names the key for the ids of secrets, as what is kept with ids in it is for one key alone; empty where there is none."""
        return key_id(self._fingerprint_key) if self._fingerprint_key is not None else ""

    def find(self, data: Bytes) -> tuple[list[MatchSpan], bool]:
        """All matches in *data* in order, of overlapping ones the more certain; and whether all of *data* was searched.

        What stands there in UTF-16 is found too, wherever it begins.
        """
        regions, is_whole = self._engine.candidates(data, MOST_CANDIDATES)
        if not regions:
            return [], is_whole
        found, is_confirmed = self._all_confirmed(data, regions)
        is_whole = is_whole and is_confirmed
        for narrow in narrowed(data, self._wide_regions(regions, len(data))):
            inner, is_searched = self._engine.candidates(narrow.text, MOST_CANDIDATES)
            spans, is_confirmed = self._all_confirmed(narrow.text, inner)
            found += [_widened(span, narrow) for span in spans if narrow.is_wide(span.secret_start, span.secret_end)]
            is_whole = is_whole and is_searched and is_confirmed
        return without_overlaps(found), is_whole

    def _wide_regions(self, regions: Regions, length: int) -> list[tuple[int, int]]:
        """Where text in UTF-16 that is worth a look may be."""
        around = sorted(
            (start - self._reach[number - self._is_wide_from], end + self._reach[number - self._is_wide_from])
            for number in regions
            if number >= self._is_wide_from
            for start, end in regions[number]
        )
        return merged(around, length)

    def _all_confirmed(self, data: Bytes, regions: Regions) -> tuple[list[MatchSpan], bool]:
        """The matches in *regions*, and whether all of these were read."""
        found: list[MatchSpan] = []
        is_whole = True
        for number in sorted(regions):
            if number >= self._is_wide_from:
                break
            pattern, candidates = self.patterns.patterns[number], regions[number]
            most = max(1, _MOST_READ // _expression(pattern).longest)
            spans = [
                span
                for region in merged(candidates[:most], len(data))
                for span in islice(self._confirmed(pattern, data, region), _MOST_SPANS)
            ]
            found += spans[:_MOST_SPANS]
            is_whole = is_whole and len(candidates) <= most and len(spans) < _MOST_SPANS
        return found, is_whole

    def _confirmed(self, pattern: Pattern, data: Bytes, region: tuple[int, int]) -> Iterator[MatchSpan]:
        """The matches in *region*. Behind one that is no credential the search goes on within it: another may begin there."""
        start, last = region
        search = _compiled(pattern.regex, ignore_case=pattern.ignore_case).search
        while (match := search(data, start, last)) is not None:
            group = 1 if match.re.groups and match.start(1) >= 0 else 0
            secret = match.group(group)
            if self._is_credential(pattern, match, secret) and _has_word(pattern, data, match.start()):
                first, end = match.span(group)
                yield MatchSpan(pattern.id, match.start(), match.end(), first, end, pattern.verifies, self.known_as(secret), _rank(pattern))
                start = match.end()
            else:
                start = max(match.start() + 1, match.start(group))

    def _is_credential(self, pattern: Pattern, match: re.Match[bytes], secret: bytes) -> bool:
        return entropy(secret) >= pattern.entropy and all(VALIDATORS[name](match.group(), secret) for name in pattern.validators)

    def known_as(self, secret: bytes) -> str:
        """What *secret* is where it is published; empty for any other."""
        return self._published.get(hashlib.sha256(secret).hexdigest(), "") if self._published else ""

    def secret_id(self, data: Bytes, span: MatchSpan) -> str:
        """The id of the secret of *span* in *data*, the same in UTF-16 as in UTF-8; empty where there is no key."""
        return secret_id(self._fingerprint_key, _secret(data, span)) if self._fingerprint_key is not None else ""


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


def _wide(expressions: list[Expression]) -> list[tuple[Expression, int]]:
    """Each fixed text of *expressions* in UTF-16, of either byte order, and the longest match with it in bytes."""
    reach: dict[Literal, int] = {}
    for item in expressions:
        for literal in required_literals(item.core, ignore_case=item.ignore_case):
            reach[literal] = max(reach.get(literal, 0), 2 * item.longest)
    found = []
    for literal in sorted(reach):
        regex = rb"\x00".join(b"\\x%02x" % character if not chr(character).isalpha() else bytes([character]) for character in literal.text)
        found.append((Expression(regex, literal.ignore_case, 2 * len(literal.text) - 1, regex), reach[literal]))
    return found


def _secret(data: Bytes, span: MatchSpan) -> bytes:
    """The secret of *span* in *data*; one in UTF-16 as UTF-8."""
    if not span.wide:
        return bytes(data[span.secret_start : span.secret_end])
    is_little = span.wide == "utf-16-le"
    units = bytes(data[span.secret_start : span.secret_end + 1]) if is_little else bytes(data[span.secret_start - 1 : span.secret_end])
    return (units + bytes(len(units) % 2)).decode(span.wide, "surrogatepass").encode("utf-8", "surrogatepass")


def _widened(span: MatchSpan, narrow: Narrow) -> MatchSpan:
    """*span* of the text *narrow* where it stands in the bytes that the text was taken from."""
    return span._replace(
        start=narrow.place(span.start),
        end=narrow.place(span.end - 1) + 1,
        secret_start=narrow.place(span.secret_start),
        secret_end=narrow.place(span.secret_end - 1) + 1,
        wide="utf-16-be" if narrow.phase else "utf-16-le",
    )


@cache
def _compiled(regex: str, *, ignore_case: bool) -> re.Pattern[bytes]:
    return re.compile(regex.encode(), re.IGNORECASE if ignore_case else 0)


@cache
def _words(near: tuple[str, ...]) -> re.Pattern[bytes]:
    return re.compile("|".join(map(re.escape, near)).encode(), re.IGNORECASE)


def _has_word(pattern: Pattern, data: Bytes, start: int) -> bool:
    """Whether one of the words that must stand near the match does, before *start*; true where none must."""
    if not pattern.near:
        return True
    first = max(0, start - pattern.within - max(map(len, pattern.near)))
    return any(start - found.end() <= pattern.within for found in _words(pattern.near).finditer(data, first, start))


def entropy(data: bytes) -> float:
    """Shannon entropy in bits for each byte of *data*."""
    return -sum(count / len(data) * math.log2(count / len(data)) for count in Counter(data).values()) if data else 0.0


def without_overlaps(found: list[MatchSpan]) -> list[MatchSpan]:
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
"""The issuer of patterns that depend on the words around a value and not on its format."""
