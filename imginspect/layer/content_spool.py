"""ContentSpool: the file contents that the pass retains for analysis, credentials masked, in one bounded unnamed file."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Protocol

from imginspect.errors import LayerError

MEMORY_BYTES = 8 << 20
"""Bytes that stay in memory; more go to a temporary file that has no name (it is unlinked at once, and only its owner may read it)."""


class ContentStore(Protocol):
    """What kept contents are read from."""

    def read(self, offset: int, size: int) -> bytes:
        """*size* bytes from *offset*.

        Raises: LayerError
        """


class SpooledContent(NamedTuple):
    """Where the first *size* bytes of a file are kept."""

    store: ContentStore
    offset: int
    size: int

    def read(self) -> bytes:
        """The bytes, credentials in them masked.

        Raises: LayerError - the temporary file could not be read
        """
        return self.store.read(self.offset, self.size)


class ContentSpool:
    """Contents one behind the other, in memory as long as they are few. Use as a context manager, or close it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._file: BinaryIO = io.BytesIO()
        self._size = 0
        self._is_on_disk = False

    def add(self, content: bytes) -> SpooledContent:
        """Keep *content*, which was masked before.

        Raises: LayerError - the temporary file could not be written
        """
        try:
            if not self._is_on_disk and self._size + len(content) > MEMORY_BYTES:
                self._move_to_disk()
            self._file.seek(self._size)
            self._file.write(content)
        except OSError as error:
            raise LayerError(f"the temporary file for kept contents could not be written: {error.strerror}") from error
        kept = SpooledContent(self, self._size, len(content))
        self._size += len(content)
        return kept

    def _move_to_disk(self) -> None:
        import tempfile

        on_disk = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed by close()
        self._file.seek(0)
        shutil.copyfileobj(self._file, on_disk)
        self._file = on_disk
        self._is_on_disk = True

    def read(self, offset: int, size: int) -> bytes:
        """*size* bytes from *offset*.

        Raises: LayerError
        """
        try:
            self._file.seek(offset)
            return self._file.read(size)
        except OSError as error:
            raise LayerError(f"the temporary file for kept contents could not be read: {error.strerror}") from error

    def close(self) -> None:
        """Give the contents up."""
        self._file.close()

    def __enter__(self) -> ContentSpool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
