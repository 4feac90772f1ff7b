"""The bytes of an archive on the host: a file read in place, or a stream or whole-archive compression spooled to an unnamed file.

Nothing is written under a name that comes from the archive.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from imginspect.errors import ArchiveError, ImgInspectError, InputDigest, LimitExceeded
from imginspect.host.compression import HEAD_BYTES, PLAIN, CorruptStream, Expander, compression_of
from imginspect.host.worker import Worker
from imginspect.limits import Limits

_PIECE = 1 << 20
"""Bytes that are read at a time, all that is held of a file; all of it is read."""


class ArchiveFile:
    """Random access to the (expanded) bytes of an archive, and the sha256 of the file as given.

    The digest is made by a thread of its own from ``begin_digest`` on, beside the reading of layers: both find the other's bytes in the
    system's cache. A spooled archive has its digest already.
    """

    def __init__(self, handle: BinaryIO, size: int, digest: str | None = None, stored_size: int | None = None) -> None:
        self._handle = handle
        self._descriptor = handle.fileno()
        self.size = size
        self.stored_size = size if stored_size is None else stored_size
        self.compression = PLAIN
        self.damage = ""
        """Why the expanded bytes end early, where they do."""
        self._digest = digest
        self.is_spooled = digest is not None
        """Whether the bytes are a copy in a temporary file."""
        self._digesting: Worker | None = None
        self._closing = False

    def status(self) -> os.stat_result:
        """What the system says of the open file.

        Raises: OSError
        """
        return os.fstat(self._descriptor)

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to *count* bytes at *offset*; fewer at the end."""
        return os.pread(self._descriptor, max(0, min(count, self.size - offset)), offset)

    def stream(self, offset: int, size: int) -> RangeReader:
        """A reader of *size* bytes at *offset*."""
        return RangeReader(self, offset, size)

    def readinto_at(self, offset: int, target: memoryview) -> int:
        """Fill *target* from *offset*; how many bytes there were."""
        if hasattr(os, "preadv"):
            return os.preadv(self._descriptor, [target], offset)
        data = os.pread(self._descriptor, len(target), offset)
        target[: len(data)] = data
        return len(data)

    def begin_digest(self) -> None:
        """Start to make the digest, if it is not known and not under way."""
        if self._digest is None and self._digesting is None:
            thread = Worker(self._make_digest)
            with suppress(MemoryError):  # no room for another thread: finish_digest does the work
                thread.start()
                self._digesting = thread

    def finish_digest(self) -> str:
        """The hex sha256 of the archive file as given.

        Raises: ArchiveError - the file shrank or could not be read
        """
        if self._digesting is not None:
            self._digesting.join()
        if self._digest is None:
            self._make_digest()
        if self._digest is None:
            raise ArchiveError("the archive could not be read in full: it shrank, or the storage failed")
        return self._digest

    def close(self) -> None:
        """Close the file; a spooled one is gone with that."""
        self._closing = True
        if self._digesting is not None:
            self._digesting.join()
        self._handle.close()

    def _make_digest(self) -> None:
        done = 0
        try:
            buffer = memoryview(bytearray(_PIECE))
            hasher = hashlib.sha256()
            while done < self.size and not self._closing:
                count = self.readinto_at(done, buffer[: self.size - done])
                if not count:
                    return
                hasher.update(buffer[:count])
                done += count
        except (OSError, MemoryError):
            return
        if done == self.size:
            self._digest = hasher.hexdigest()


class RangeReader:
    """Reads one range of an archive file from its start."""

    def __init__(self, file: ArchiveFile, offset: int, size: int) -> None:
        self._file = file
        self._at = offset
        self._end = min(offset + size, file.size)

    def read(self, count: int) -> bytes:
        """Up to *count* bytes; none at the end."""
        data = self._file.read_at(self._at, min(count, self._end - self._at))
        self._at += len(data)
        return data

    def readinto(self, target: memoryview) -> int:
        """Fill *target*; how many bytes there were."""
        target = target[: self._end - self._at]
        if not target:
            return 0
        count = self._file.readinto_at(self._at, target)
        self._at += count
        return count

    def close(self) -> None:
        """The archive file stays open: it is shared."""


class FileReader:
    """Reads one file of a directory from its start."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle

    def read(self, count: int) -> bytes:
        """Up to *count* bytes; none at the end."""
        return self._handle.read(count) or b""

    def readinto(self, target: memoryview) -> int:
        """Fill *target*; how many bytes there were."""
        return self._handle.readinto(target) or 0  # type: ignore[attr-defined]

    def close(self) -> None:
        """Close the file."""
        self._handle.close()


class PartReader:
    """Reads *size* bytes at *offset* of the file at *path*, which is its own: closing it closes the file.

    Raises: OSError - it cannot be opened, or is no file
    """

    def __init__(self, path: Path, offset: int, size: int) -> None:
        self._handle = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", buffering=0)
        status = os.fstat(self._handle.fileno())
        if not stat.S_ISREG(status.st_mode):
            self._handle.close()
            raise OSError(errno.EINVAL, "it is not a regular file")
        self._part = ArchiveFile(self._handle, status.st_size).stream(offset, size)

    def read(self, count: int) -> bytes:
        """Up to *count* bytes; none at the end."""
        return self._part.read(count)

    def readinto(self, target: memoryview) -> int:
        """Fill *target*; how many bytes there were."""
        return self._part.readinto(target)

    def close(self) -> None:
        """Close the file."""
        self._handle.close()


def open_file(path: Path, limits: Limits, tmp_dir: Path | None, progress: Callable[[int], None] | None = None) -> ArchiveFile:
    """The archive file at *path*; one that is compressed as a whole, or cannot be read at random, is spooled.

    Raises: ArchiveError - no such file, not a file, not readable, no room to spool; LimitExceeded
    """
    try:
        handle = path.open("rb", buffering=0)
    except OSError as error:
        raise ArchiveError(f"cannot open it: {error.strerror}") from error
    status = os.fstat(handle.fileno())
    if stat.S_ISREG(status.st_mode) and compression_of(os.pread(handle.fileno(), HEAD_BYTES, 0)) == PLAIN:
        return ArchiveFile(handle, status.st_size)
    with handle:
        return spool(handle, limits, tmp_dir, progress)


def spool(stream: BinaryIO, limits: Limits, tmp_dir: Path | None, progress: Callable[[int], None] | None = None) -> ArchiveFile:
    """The bytes of *stream*, expanded if they are compressed, in an unnamed temporary file of at most ``limits.spool_bytes``.

    Raises: ArchiveError - no room; LimitExceeded (spool_bytes, ratio)
    """
    digest = hashlib.sha256()
    stored = 0

    def read_stored(count: int) -> bytes:
        nonlocal stored
        try:
            data = stream.read(count) or b""
        except OSError as error:
            raise ArchiveError(f"cannot read it: {error.strerror}") from error
        digest.update(data)
        stored += len(data)
        if progress and data:
            progress(len(data))
        return data

    head = b""
    while len(head) < HEAD_BYTES and (more := read_stored(_PIECE)):
        head += more

    def read_with_head(count: int) -> bytes:
        nonlocal head
        if head:
            data, head = head, b""
            return data
        return read_stored(count)

    compression = compression_of(head)
    damage = ""
    size = 0
    target = _temporary_file(tmp_dir)
    pieces: Callable[[], bytes] = lambda: read_with_head(_PIECE)  # noqa: E731
    if compression != PLAIN:
        expander = Expander(compression, read_with_head, limits)
        pieces = expander.read
    try:
        while piece := pieces():
            size += len(piece)
            if size > limits.spool_bytes:
                raise LimitExceeded("spool_bytes", limits.spool_bytes, "the archive, which must be copied to a temporary file")
            _write(target, piece)
    except CorruptStream as error:
        damage = str(error)
        while read_stored(_PIECE):
            pass
    except BaseException as error:
        if isinstance(error, ImgInspectError):
            error.seen = InputDigest(stored, digest.hexdigest(), is_whole=False)
        target.close()
        raise
    result = ArchiveFile(target, size, digest.hexdigest(), stored)
    result.compression = compression
    result.damage = damage
    return result


def _temporary_file(tmp_dir: Path | None) -> BinaryIO:
    try:
        return tempfile.TemporaryFile(dir=tmp_dir, buffering=0)
    except OSError as error:
        raise ArchiveError(
            f"cannot create a temporary file in {tmp_dir or tempfile.gettempdir()}: {error.strerror}; choose a folder with --tmp-dir"
        ) from error


def _write(target: BinaryIO, piece: bytes) -> None:
    view = memoryview(piece)
    try:
        while view:
            view = view[target.write(view) :]
    except OSError as error:
        raise ArchiveError(f"no space for a temporary file: {error.strerror}; choose a folder with more space with --tmp-dir") from error
