"""ContentScanner: looks into the files of a layer for credentials, and into programs for what they need to start."""

from __future__ import annotations

from imginspect.layer.content_class import SCRIPT, TEXT
from imginspect.layer.seams import Looked
from imginspect.scan.match import Match
from imginspect.scan.matcher import Matcher
from imginspect.scan.search import ContentSearch, Searched

NOT_SEARCHED = frozenset({"elf", "png", "jpeg", "gif", "font", "riff", "ogg", "gzip", "zstd", "xz", "bzip2", "zip"})
"""Classes whose bytes are not searched for credentials: compiled programs, media, and what is compressed."""
_REMEMBERED_FROM = 4096
"""Bytes of a file from which on its digest is remembered, so that the same content is searched once."""


class ContentScanner:
    """See Scanner."""

    def __init__(self, matcher: Matcher) -> None:
        self._search = ContentSearch(matcher)
        self._seen: dict[bytes, Searched] = {}
        self._class = ""

    def wants(self, path: str, size: int, content_class: str) -> bool:
        """See Scanner."""
        del path, size
        self._class = content_class
        return content_class not in NOT_SEARCHED

    def whole(self, ordinal: int, content: memoryview, digest: bytes) -> Looked:
        """See Scanner."""
        del ordinal
        searched = self._seen.get(digest)
        if searched is None:
            searched = self._search.whole(content, is_text=self._class in (TEXT, SCRIPT))
            if len(content) >= _REMEMBERED_FROM:
                self._seen[digest] = searched
        return _looked(searched)

    def begin(self, ordinal: int) -> None:
        """See Scanner."""
        del ordinal
        self._search.begin(is_text=self._class in (TEXT, SCRIPT))

    def feed(self, piece: memoryview) -> None:
        """See Scanner."""
        self._search.feed(piece)

    def end(self, digest: bytes) -> Looked:
        """See Scanner."""
        del digest
        return _looked(self._search.end())


_NOTHING = Looked()


def _looked(searched: Searched) -> Looked:
    matches: tuple[Match, ...] = searched.matches
    return Looked(matches, None, searched.is_whole) if matches or not searched.is_whole else _NOTHING
