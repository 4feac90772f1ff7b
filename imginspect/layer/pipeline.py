"""The first of the two threads: reads blobs, hashes them as stored, expands them into a few buffers that go round.

The second thread (the caller's) takes full buffers from ``Pipeline.next_block``. zlib, zstd and sha256 release the interpreter's lock,
so both cores work; memory is bounded by the buffers. Where every core has a process of its own already, one thread does both in turn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import NamedTuple, TypeAlias, TypeVar

from imginspect.archive.members import ByteReader
from imginspect.errors import NO_MEMORY, ImgInspectError, LimitExceeded
from imginspect.host.compression import GZIP, HEAD_BYTES, PLAIN, Expander, Gunzip, SkippedFrame, compression_of, has_isal
from imginspect.host.worker import Worker
from imginspect.layer.formats import TAIL_BYTES
from imginspect.limits import Limits
from imginspect.oci.digest import Digest

BUFFERS = 4
"""Buffers between the threads: with them the reading, the expanding and the hashing of a layer overlap."""
BUFFER_BYTES = 2 << 20
"""Bytes of each of the few buffers between the threads, which are all that is held of a layer; all of it is read."""
_READ_PIECE = 1 << 20
"""Bytes that are read at a time from the archive; all of a blob is read."""
_LIVENESS = 1.0
"""Seconds between looks at whether the thread is still there: where memory is very short it may die without a word."""


class BlobJob(NamedTuple):
    """One blob to read: how to open it, the algorithm of its digest, and whether to expand it or only hash it."""

    open: Callable[[], ByteReader]
    algorithm: str = "sha256"
    expand: bool = True


@dataclass(slots=True)
class BlobRead:
    """What reading a blob gave: *stored* and *expanded* bytes, its digest, and why it could not be read or expanded to its end."""

    compression: str = PLAIN
    stored: int = 0
    expanded: int = 0
    trailing: int = 0
    trailing_nonzero: int = 0
    trailing_start: bytes = b""
    skipped: tuple[SkippedFrame, ...] = ()
    tail: bytes = b""
    """Its last bytes as stored, TAIL_BYTES of them."""
    digest: Digest | None = None
    error: ImgInspectError | OSError | MemoryError | None = None


class _Crash(NamedTuple):
    """An unexpected error, on its way to the caller's thread."""

    error: BaseException


_Failure = TypeVar("_Failure", bound=BaseException)
_Item: TypeAlias = tuple[bytearray, int, bool] | BlobRead | _Crash


def _bare(error: _Failure) -> _Failure:
    """*error* without the frames that it came through: they would hold on to all buffers."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


class Pipeline:
    """Reads *jobs* in order in a thread of its own. Use as a context manager: leaving it stops the thread."""

    def __init__(
        self,
        jobs: Sequence[BlobJob],
        limits: Limits,
        progress: Callable[[int], None] | None = None,
        *,
        apart: bool = False,
        threads: int = 2,
    ) -> None:
        """*apart*: the limit on expanded bytes holds for each job, not for all of them. With one of *threads* the caller's does all."""
        self._jobs = jobs
        self._apart = apart
        self._limits = limits
        self._progress = progress
        self._free: SimpleQueue[bytearray | None] = SimpleQueue()
        self._full: SimpleQueue[_Item] = SimpleQueue()
        self._current: bytearray | None = None
        self._stopped = False
        self._expanded = 0
        self._opened: list[ByteReader] = []
        self.result: BlobRead | None = None
        """The end of the current blob, once ``next_block`` has given its last bytes."""
        self.is_plain = False
        """Whether the current blob is stored without compression."""
        for _ in range(BUFFERS):
            self._free.put(bytearray(BUFFER_BYTES))
        self._thread = Worker(self._run) if threads > 1 else None
        self._items = self._all_items() if self._thread is None else iter(())

    def __enter__(self) -> Pipeline:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        self._free.put(None)
        if self._thread is not None:
            self._thread.join()
        # the thread's function refers to this object: without this the buffers would wait for the cycle collector
        self._free, self._full, self._current, self._items = SimpleQueue(), SimpleQueue(), None, iter(())
        for opened in self._opened:
            opened.close()
        self._opened.clear()

    def begin(self) -> None:
        """Go on to the next job's bytes."""
        self.result = None

    def next_block(self) -> memoryview:
        """The next expanded bytes of the current blob, a multiple of 512 but at its end; none after it.

        What was given before is overwritten: copy what is to be kept.
        """
        if self.result is not None:
            return memoryview(b"")
        if self._current is not None:
            self._free.put(self._current)
            self._current = None
        item = self._wait()
        if isinstance(item, _Crash):
            raise item.error
        if isinstance(item, BlobRead):
            self.result = item
            return memoryview(b"")
        self._current, filled, self.is_plain = item
        return memoryview(self._current)[:filled]

    def _wait(self) -> _Item:
        if self._thread is None:
            return next(self._items)
        while True:
            try:
                return self._full.get(timeout=_LIVENESS)
            except Empty:
                if not self._thread.is_alive() and self._full.empty():
                    raise MemoryError(f"{NO_MEMORY}: the reading thread ended unexpectedly") from None

    def skip(self, count: int) -> int:
        """A stream cannot be skipped: it has to be hashed."""
        del count
        return 0

    # -- in the thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            for item in self._all_items():
                self._full.put(item)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread, which would else wait for ever
            self._full.put(_Crash(error))

    def _all_items(self) -> Iterator[_Item]:
        """The filled buffers of each job, with the job's result behind them."""
        for job in self._jobs:
            if self._stopped:
                return
            yield from self._read(job)

    def _read(self, job: BlobJob) -> Iterator[_Item]:
        result = BlobRead()
        self._expanded = 0 if self._apart else self._expanded
        hasher = hashlib.new(job.algorithm)
        reader: ByteReader | None = None
        try:
            reader = self._open(job)
            yield from self._expand(job, reader, hasher, result)
        except (ImgInspectError, OSError, MemoryError) as error:
            result.error = _bare(error)
        try:
            # the digest covers the whole blob, even if its expansion failed
            while reader is not None and not self._stopped and (data := reader.read(_READ_PIECE)):
                self._count(data, hasher, result)
        except (ImgInspectError, OSError, MemoryError) as error:
            result.error = result.error or _bare(error)
            if isinstance(error, OSError | MemoryError):  # this machine failed: of the blob nothing is known
                reader = None
        for opened in self._opened:
            opened.close()
        self._opened.clear()
        if reader is not None:
            result.digest = Digest(job.algorithm, hasher.hexdigest())
        yield result

    def _open(self, job: BlobJob) -> ByteReader:
        reader = job.open()
        self._opened.append(reader)
        return reader

    def _count(self, data: bytes | memoryview, hasher: hashlib._Hash, result: BlobRead) -> None:
        hasher.update(data)
        result.stored += len(data)
        if data:
            result.tail = (result.tail + bytes(data[-TAIL_BYTES:]))[-TAIL_BYTES:]
        if self._progress:
            self._progress(len(data))

    def _expand(self, job: BlobJob, reader: ByteReader, hasher: hashlib._Hash, result: BlobRead) -> Iterator[_Item]:
        head = b""
        while len(head) < HEAD_BYTES and (more := reader.read(_READ_PIECE)):
            head += more
        result.compression = compression_of(head)
        if not job.expand:
            self._count(head, hasher, result)
            return
        waiting = memoryview(head)

        def readinto_stored(target: memoryview) -> int:
            nonlocal waiting
            filled = min(len(waiting), len(target))
            target[:filled] = waiting[:filled]
            waiting = waiting[filled:]
            while filled < len(target) and (count := reader.readinto(target[filled:])):
                filled += count
            self._count(target[:filled], hasher, result)
            return filled

        def read_stored(count: int) -> bytes:
            buffer = bytearray(count)
            return bytes(memoryview(buffer)[: readinto_stored(memoryview(buffer))])

        if result.compression == PLAIN:
            yield from self._fill_buffers(readinto_stored, result)
            return
        expanding: Expander | Gunzip
        if result.compression == GZIP and has_isal():
            expanding = Gunzip(readinto_stored, lambda: self._open(job).read, self._limits)
        else:
            expanding = Expander(result.compression, read_stored, self._limits)
        try:
            yield from self._fill_buffers(expanding.readinto, result)
        finally:
            result.trailing = expanding.trailing
            result.trailing_nonzero = expanding.trailing_nonzero
            result.trailing_start = expanding.trailing_start
            result.skipped = tuple(expanding.skipped) if isinstance(expanding, Expander) else ()

    def _fill_buffers(self, readinto: Callable[[memoryview], int], result: BlobRead) -> Iterator[_Item]:
        is_plain = result.compression == PLAIN
        while True:
            buffer = self._free.get()
            if buffer is None or self._stopped:
                return
            try:
                filled = readinto(memoryview(buffer))
            except BaseException:
                self._free.put(buffer)
                raise
            result.expanded += filled
            if not filled:
                self._free.put(buffer)
                return
            yield buffer, filled, is_plain
            self._check_total(filled)

    def _check_total(self, count: int) -> None:
        self._expanded += count
        if self._expanded > self._limits.expanded_bytes:
            raise LimitExceeded("expanded_bytes", self._limits.expanded_bytes, "the layers after decompression")
