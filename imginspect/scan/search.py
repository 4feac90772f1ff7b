"""Search: contents are searched for credentials one after the other, whole or in pieces."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from imginspect.scan.engine import Bytes
from imginspect.scan.match import Match
from imginspect.scan.matcher import Matcher, MatchSpan, without_overlaps

BLOCK_BYTES = 1 << 20
"""Bytes that are searched at once; blocks overlap by the longest match, and all of a content is searched."""
MOST_MATCHES = 200
"""Matches of one file that are recorded; the search of the file stops there, and says so."""
_BEFORE = 80
"""Characters of the line in front of a secret that an excerpt shows."""
_AFTER = 40
"""Characters of the line behind a secret that an excerpt shows."""
_MASK = b"*"


class Searched(NamedTuple):
    """What the search of one content gave; *is_whole* says whether all of it was searched."""

    matches: tuple[Match, ...] = ()
    is_whole: bool = True


NOTHING = Searched()


class ContentSearch:
    """Searches contents, one at a time. A content of more than ``BLOCK_BYTES`` is searched in blocks of that size."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._overlap = matcher.longest + 2
        self._buffer = memoryview(bytearray())
        """The end of the block before, and behind it the block that is being filled: it starts at *overlap*."""
        self._before = 0
        self._filled = 0
        self._offset = 0
        self._is_text = False
        self._lines = 0
        self._is_whole = True
        self._found: dict[tuple[str, int], Match] = {}

    def whole(self, data: Bytes, *, is_text: bool) -> Searched:
        """The result for a content that is there at once."""
        if len(data) > BLOCK_BYTES:
            self.begin(is_text=is_text)
            self.feed(data)
            return self.end()
        return self._whole(data, (), is_text=is_text)

    def structured(self, data: bytes, known: Iterable[MatchSpan]) -> Searched:
        """The result for a text whose structure showed *known* secrets already, beside what the patterns find in it."""
        return self._whole(data, known, is_text=True)

    def _whole(self, data: Bytes, known: Iterable[MatchSpan], *, is_text: bool) -> Searched:
        spans, is_whole = self._matcher.find(data)
        if known:
            spans = without_overlaps([*spans, *known])
        if not spans and is_whole:
            return NOTHING
        is_whole = is_whole and len(spans) <= MOST_MATCHES
        found = _matches(self._matcher, spans, data, 0, 0, is_text=is_text, with_excerpts=is_text and is_whole)
        return _result(found, is_whole=is_whole)

    def begin(self, *, is_text: bool) -> None:
        """A content follows in pieces."""
        if not self._buffer:
            self._buffer = memoryview(bytearray(self._overlap + BLOCK_BYTES))
        self._is_text = is_text
        self._found = {}
        self._before = self._filled = self._offset = self._lines = 0
        self._is_whole = True

    def feed(self, piece: Bytes) -> None:
        """The next piece of it."""
        at = 0
        while at < len(piece) and self._is_whole:
            if self._filled == BLOCK_BYTES:
                self._search_block()
            count = min(len(piece) - at, BLOCK_BYTES - self._filled)
            start = self._overlap + self._filled
            self._buffer[start : start + count] = piece[at : at + count]
            self._filled += count
            at += count

    def end(self) -> Searched:
        """The result for the content that was fed."""
        if not self._offset and self._is_whole:  # all of it is in one block
            return self._whole(self._buffer[self._overlap : self._overlap + self._filled], (), is_text=self._is_text)
        if self._is_whole:
            self._search_block(is_last=True)
        return _result(sorted(self._found.values(), key=lambda match: (match.start, match.end)), is_whole=self._is_whole)

    def _search_block(self, *, is_last: bool = False) -> None:
        """Search the block behind the end of the one before. What touches an end that is not the content's own, the next look sees."""
        data = self._buffer[self._overlap - self._before : self._overlap + self._filled]
        start = self._offset - self._before
        spans, is_whole = self._matcher.find(data)
        inner = [span for span in spans if not ((span.start == 0 and start) or (span.end == len(data) and not is_last))]
        for match in _matches(self._matcher, inner, data, start, self._lines, is_text=self._is_text):
            self._found.setdefault((match.kind, match.start), match)
        self._is_whole = is_whole and len(self._found) <= MOST_MATCHES
        self._offset += self._filled
        self._before = min(len(data), self._overlap)
        if self._is_text:
            self._lines += bytes(data[: len(data) - self._before]).count(b"\n")
        self._buffer[self._overlap - self._before : self._overlap] = bytes(data[len(data) - self._before :])
        self._filled = 0


def _matches(
    matcher: Matcher, spans: list[MatchSpan], data: Bytes, offset: int, lines: int, *, is_text: bool, with_excerpts: bool = False
) -> list[Match]:
    """A match for each of the first *spans* in *data*, which starts at *offset* of its content and after *lines* line feeds."""
    found = []
    counted = 0
    for span in spans[: MOST_MATCHES + 1]:
        if is_text:
            lines += bytes(data[counted : span.secret_start]).count(b"\n")
            counted = span.secret_start
        excerpt = _excerpt(span, spans[: 2 * MOST_MATCHES], data) if with_excerpts else ""
        start, end = offset + span.secret_start, offset + span.secret_end
        line, secret_id = lines + 1 if is_text else 0, matcher.secret_id(data, span)
        found.append(Match(span.kind, start, end, line, span.is_verified, excerpt, span.known_as, secret_id))
    return found


def _excerpt(span: MatchSpan, spans: list[MatchSpan], data: Bytes) -> str:
    """The line of *span*, not more than a screen line of it, every match in it masked. Of text in UTF-16 the zeros are left out."""
    low, high = max(0, span.secret_start - 4 * _BEFORE), min(len(data), span.secret_end + 4 * _AFTER)
    part = bytearray(data[low:high])
    for other in spans:
        start, end = max(low, other.secret_start), min(high, other.secret_end)
        if start < end:
            part[start - low : end - low] = _MASK * (end - start)
    start, end = span.secret_start - low, span.secret_end - low
    before = bytes(part[:start]).rpartition(b"\n")[2][-_BEFORE:]
    after = bytes(part[end:]).partition(b"\n")[0][:_AFTER]
    return (before + _MASK * 8 + after).replace(b"\0", b"").decode("utf-8", "replace").strip()


def _result(found: list[Match], *, is_whole: bool) -> Searched:
    return Searched(tuple(found[:MOST_MATCHES]), is_whole and len(found) <= MOST_MATCHES)


def masked(content: bytes, matches: tuple[Match, ...]) -> bytes:
    """*content* with every match in it overwritten at equal length."""
    if not matches:
        return content
    changed = bytearray(content)
    for match in matches:
        start, end = match.start, min(match.end, len(changed))
        if start < end:
            changed[start:end] = _MASK * (end - start)
    return bytes(changed)
