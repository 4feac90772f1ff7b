"""What the pass asks of others while a file's bytes go by: whether to keep them, and whether to look into them."""

from __future__ import annotations

from typing import Protocol


class Keep(Protocol):
    """Decides during the pass what is retained of a file; compressed layers offer no cheap way back."""

    def wanted(self, path: str, size: int) -> int:
        """How many bytes from the start of the file to keep: 0 for none."""


class Scanner(Protocol):
    """Looks into contents during the pass. It is told nothing of layers, only what it is given."""

    def wants(self, path: str, size: int, content_class: str) -> bool:
        """Whether ``begin`` shall be called for this file."""

    def begin(self, path: str, ordinal: int) -> None:
        """The content of entry *ordinal* follows."""

    def feed(self, piece: memoryview) -> None:
        """The next bytes; the buffer is only valid during the call."""

    def end(self) -> None:
        """The content is complete (or cut off, where the layer is damaged)."""
