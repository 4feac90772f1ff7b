"""Fetch: the contents that were asked for and not kept, served by one more pass over their layer only."""

from __future__ import annotations

from collections.abc import Callable

from imginspect.layer.content_spool import ContentSpool, SpooledContent
from imginspect.layer.index import WITHHELD, LayerIndex
from imginspect.layer.protocols import ScanResult
from imginspect.scan.search import masked

MOST_BYTES = 8 << 20
"""Bytes of the largest file that is fetched."""
_NOTHING = ScanResult()


class Fetch:
    """A Scanner that keeps some entries of one layer; ``kept`` is what it got. Credentials are masked as the first pass found them."""

    def __init__(self, index: LayerIndex, ordinals: set[int], store: ContentSpool) -> None:
        self._index = index
        self._ordinals = {ordinal for ordinal in ordinals if index.entries[ordinal].size <= MOST_BYTES}
        self._paths = {index.entries[ordinal].path for ordinal in self._ordinals}
        self._store = store
        self._buffer = bytearray()
        self._ordinal = -1
        self.kept: dict[int, SpooledContent] = {}
        self.fetched: list[int] = []
        """Those of ``kept`` that a pass served, and that have nothing to withhold."""

    def take(self, content: Callable[[int], bytes | None]) -> None:
        """Keep what *content* has of the entries already, masked: what is left is to be fetched."""
        for ordinal in sorted(self._ordinals):
            known = content(ordinal)
            if known is not None:
                self.kept[ordinal] = self._store.add(known)
        self._ordinals -= self.kept.keys()
        self._paths = {self._index.entries[ordinal].path for ordinal in self._ordinals}

    @property
    def is_open(self) -> bool:
        """Whether a pass could serve anything more."""
        return bool(self._ordinals)

    def wants(self, path: str, size: int, content_class: str) -> bool:
        """See Scanner."""
        del size, content_class
        return path in self._paths

    def whole(self, ordinal: int, content: memoryview, digest: bytes) -> ScanResult:
        """See Scanner."""
        self.begin(ordinal)
        self.feed(content)
        return self.end(digest)

    def begin(self, ordinal: int) -> None:
        """See Scanner."""
        self._buffer.clear()
        self._ordinal = ordinal

    def feed(self, piece: memoryview) -> None:
        """See Scanner."""
        if self._ordinal in self._ordinals:
            self._buffer += piece

    def end(self, digest: bytes) -> ScanResult:
        """See Scanner."""
        if self._ordinal in self._ordinals and self._index.entries[self._ordinal].digest in (digest, WITHHELD):
            content = masked(bytes(self._buffer), self._index.matches.get(self._ordinal, ()))
            self.kept[self._ordinal] = self._store.add(content)
            if self._index.entries[self._ordinal].digest == digest:  # else it is a credential's, perhaps under another name
                self.fetched.append(self._ordinal)
        return _NOTHING
