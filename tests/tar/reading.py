"""Reading of tars in tests: what TarReader makes of bytes, delivered in blocks of any size."""

from __future__ import annotations

from dataclasses import dataclass, field

from imginspect.limits import Limits
from imginspect.problems import Topic
from imginspect.tar.reader import RawEntry, TarReader


class Blocks:
    """A BlockSource that gives *data* in pieces of *size* bytes, and can pass over *skips* of them at a time."""

    def __init__(self, data: bytes, size: int = 1 << 16, *, skips: bool = False) -> None:
        self._data = data
        self._size = size
        self._skips = skips
        self._at = 0

    def next_block(self) -> memoryview:
        piece = self._data[self._at : self._at + self._size]
        self._at += len(piece)
        return memoryview(piece)

    def skip(self, count: int) -> int:
        passed = min(count // 512 * 512, len(self._data) - self._at) if self._skips else 0
        self._at += passed
        return passed


@dataclass
class Found:
    """Everything that reading a tar gave."""

    entries: list[RawEntry] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    notices: list[tuple[Topic, bytes, str]] = field(default_factory=list)
    end_marker: bool = False
    lone_zero_block: bool = False
    rest: tuple[int, int] = (0, 0)

    @property
    def only(self) -> RawEntry:
        assert len(self.entries) == 1
        return self.entries[0]

    @property
    def topics(self) -> list[Topic]:
        return [topic for topic, _, _ in self.notices]


def read(data: bytes, block: int = 1 << 16, limits: Limits | None = None, *, skips: bool = False, contents: bool = True) -> Found:
    """All entries of the tar *data*, with their contents unless told otherwise."""
    found = Found()
    reader = TarReader(Blocks(data, block, skips=skips), limits or Limits(), lambda *notice: found.notices.append(notice))
    while (entry := reader.next_entry()) is not None:
        found.entries.append(entry)
        if contents:
            found.contents.append(b"".join(bytes(piece) for piece in reader.content()))
    found.end_marker, found.lone_zero_block = reader.end_marker, reader.lone_zero_block
    found.rest = reader.drain()
    return found
