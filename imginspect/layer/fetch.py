"""Fetch: the contents that were asked for and not kept, served by one more pass over their layer only."""

from __future__ import annotations

from imginspect.layer.index import LayerIndex
from imginspect.layer.kept import Kept, KeptContents
from imginspect.layer.seams import Looked
from imginspect.scan.search import masked

MOST_BYTES = 8 << 20
"""Bytes of the largest file that is fetched."""
_NOTHING = Looked()


class Fetch:
    """A Scanner that keeps some entries of one layer; ``kept`` is what it got. Credentials are masked as the first pass found them."""

    def __init__(self, index: LayerIndex, ordinals: set[int], store: KeptContents) -> None:
        self._index = index
        self._ordinals = {ordinal for ordinal in ordinals if index.entries[ordinal].size <= MOST_BYTES}
        self._paths = {index.entries[ordinal].path for ordinal in self._ordinals}
        self._store = store
        self._buffer = bytearray()
        self._ordinal = -1
        self.kept: dict[int, Kept] = {}

    def wants(self, path: str, size: int, content_class: str) -> bool:
        """See Scanner."""
        del size, content_class
        return path in self._paths

    def whole(self, ordinal: int, content: memoryview, digest: bytes) -> Looked:
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

    def end(self, digest: bytes) -> Looked:
        """See Scanner."""
        if self._ordinal in self._ordinals and self._index.entries[self._ordinal].digest == digest:
            content = masked(bytes(self._buffer), self._index.matches.get(self._ordinal, ()))
            self.kept[self._ordinal] = self._store.add(content)
        return _NOTHING
