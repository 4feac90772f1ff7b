"""What the pass asks of others while a file's bytes go by: whether to keep them, and whether to look into them."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from imginspect.scan.elf import Elf
from imginspect.scan.match import Match


class Retention(Protocol):
    """Decides during the pass what is retained of a file; compressed layers offer no cheap way back."""

    def begin(self) -> None:
        """A layer begins: what is kept of it must not depend on the layers before."""

    def wanted(self, path: str, size: int, content_class: str) -> int:
        """How many bytes from the start of the file to keep: 0 for none."""


class ScanResult(NamedTuple):
    """What looking into one file gave. *is_whole* says whether the look got to its end."""

    matches: tuple[Match, ...] = ()
    elf: Elf | None = None
    is_whole: bool = True


class Scanner(Protocol):
    """Looks into contents during the pass, one file at a time. It is told nothing of layers, only what it is given."""

    def wants(self, path: str, size: int, content_class: str) -> bool:
        """Whether this file is scanned; one of ``whole`` and ``begin`` follows then."""

    def whole(self, ordinal: int, content: memoryview, digest: bytes) -> ScanResult:
        """The result for entry *ordinal*, all of whose content is there at once; *digest* is its sha256."""

    def begin(self, ordinal: int) -> None:
        """The content of entry *ordinal* follows."""

    def feed(self, piece: memoryview) -> None:
        """The next bytes; the buffer is only valid during the call."""

    def end(self, digest: bytes) -> ScanResult:
        """The result: the content is complete."""
