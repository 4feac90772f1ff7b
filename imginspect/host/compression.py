"""Compressed streams: which compression some bytes have, and their expansion in bounded pieces.

Magic bytes decide, never a name or a media type. Members and frames that follow one another are one stream; what follows the last
one is counted, not expanded. isal gunzips at twice the speed of zlib; both give the same bytes.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeAlias

from imginspect.errors import NO_MEMORY, LayerError, LimitExceeded
from imginspect.limits import RATIO_FLOOR, Limits

PLAIN = "plain"
GZIP = "gzip"
ZSTD = "zstd"
XZ = "xz"
BZIP2 = "bzip2"

TRAILING_START = 1 << 20
"""Bytes behind a stream's end that are searched; any more are told as a problem."""
HEAD_BYTES = 16
"""How many bytes ``compression_of`` wants to see."""
_PIECE = 256 << 10
"""Bytes that are expanded at a time, all that is held of a stream; all of it is expanded."""
_STORED_PIECE = 256 << 10
"""Bytes that are read at a time, all that is held of a stream as it is stored; all of it is read."""
_FIRST_FEED = 4 << 10
"""Bytes that are fed first, four times as many each time: a stream that expands beyond its bound is seen early."""
_FRAME_HEAD = 8
"""Bytes of a skippable frame before its content: magic and size."""
_FRAME_START = 64 << 10
"""Bytes of a skippable frame that are kept, to be searched."""
_MOST_FRAMES = 16
"""Skippable frames that are told apart: the forms that have a table of contents write three."""
_NO_ROOM = "not enough memory"
"""What zstd's message says where there is no room; a window too large for the limit has another one."""


class UnsupportedCompression(LayerError):
    """The stream is compressed in a way that this installation cannot expand."""


class CorruptStream(LayerError):
    """The compressed stream is damaged: bad checksum, bad code, or it ends too early."""


def compression_of(head: bytes) -> str:
    """The compression that a stream starting with *head* has.

    Source: RFC 1952 2.3.1, RFC 8878 3.1 (skippable frames included), the xz and bzip2 file formats.
    """
    if head.startswith(b"\x1f\x8b"):
        return GZIP
    if head.startswith(b"\x28\xb5\x2f\xfd") or (head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50):
        return ZSTD
    if head.startswith(b"\xfd7zXZ\x00"):
        return XZ
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"):
        return BZIP2
    return PLAIN


def _is_skippable(head: bytes) -> bool:
    """Whether *head* begins a zstd frame that readers skip. Source: RFC 8878 3.1.2."""
    return head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50


class SkippedFrame(NamedTuple):
    """A skippable frame of a zstd stream: how many bytes no reader of the stream sees, and the first of them."""

    size: int
    start: bytes


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Zlib:
    """zlib's decompressor with the interface of the others."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(31)
        self._tail = b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._tail and not self._inner.eof

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._inner.decompress(self._tail + data if self._tail else data, max_length)
        self._tail = self._inner.unconsumed_tail
        return out


_Factory: TypeAlias = tuple[Callable[[], _Decompressor], tuple[type[Exception], ...]]
"""How to make a decompressor, and the errors by which it says that the stream is damaged."""


def _gzip_factory() -> _Factory:
    try:
        from isal import igzip_lib
    except ImportError:
        return _Zlib, (zlib.error,)
    return lambda: igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP), (_isal_error(),)


def _isal_error() -> type[Exception]:
    from isal import igzip_lib

    return igzip_lib.IsalError  # type: ignore[return-value]  # its stub takes the class for an instance


def _zstd_factory(window_log: int) -> _Factory:
    try:
        from compression import zstd  # Python 3.14 and later
    except ImportError:
        try:
            from backports import zstd
        except ImportError as error:
            raise UnsupportedCompression("zstd needs the package backports.zstd, which is not installed") from error
    options = {zstd.DecompressionParameter.window_log_max: window_log}
    return lambda: zstd.ZstdDecompressor(options=options), (zstd.ZstdError,)


def _factory(compression: str, limits: Limits) -> _Factory:
    if compression == GZIP:
        return _gzip_factory()
    if compression == ZSTD:
        return _zstd_factory(limits.zstd_window_log)
    if compression == XZ:
        return lambda: lzma.LZMADecompressor(memlimit=256 << 20), (lzma.LZMAError,)
    if compression == BZIP2:
        return bz2.BZ2Decompressor, (OSError,)
    raise UnsupportedCompression(f"cannot decompress {compression}")


class Expander:
    """Expands one compressed stream piece by piece, never giving more than 1 MiB at once.

    ``read_compressed(n)`` supplies up to *n* stored bytes, none at the end. After the stream ended, ``trailing`` counts the bytes
    behind its last member. A stream may have as many members as files (eStargz), so a new member is fed little at first: what a
    decompressor did not use is not copied again and again.
    Raises: CorruptStream, UnsupportedCompression, LimitExceeded (ratio)
    """

    def __init__(self, compression: str, read_compressed: Callable[[int], bytes], limits: Limits) -> None:
        self._new, errors = _factory(compression, limits)
        self._errors: tuple[type[Exception], ...] = (*errors, EOFError, ValueError)
        self._magic = compression
        self._read = read_compressed
        self._limits = limits
        self._decompressor: _Decompressor | None = None
        self._buffer = b""
        self._at = 0
        self._feed = _FIRST_FEED
        self._stored = 0
        self._spare = memoryview(b"")
        self._failure: LayerError | LimitExceeded | None = None
        self.expanded = 0
        self.trailing = 0
        self.trailing_nonzero = 0
        self.trailing_start = b""
        """The first bytes (up to a mebibyte) of what follows, from the first piece with something other than zeros on."""
        self.skipped: list[SkippedFrame] = []
        """Skippable frames, the first of them one by one; those beyond are counted in the last."""

    def readinto(self, target: memoryview) -> int:
        """Fill *target* from the start; how many bytes there were, fewer than asked for only at the end of the stream."""
        if self._failure is not None:
            raise self._failure
        filled = 0
        while filled < len(target):
            if not self._spare:
                try:
                    self._spare = memoryview(self.read())
                except (LayerError, LimitExceeded) as error:
                    self._failure = error  # what came before it is given first
                    if not filled:
                        raise
                    break
            if not self._spare:
                break
            part = self._spare[: len(target) - filled]
            target[filled : filled + len(part)] = part
            filled += len(part)
            self._spare = self._spare[len(part) :]
        return filled

    def read(self) -> bytes:
        """The next expanded bytes; none at the end of the stream."""
        while True:
            if self._decompressor is None and not self._next_member():
                return b""
            assert self._decompressor is not None
            data = b""
            if self._decompressor.needs_input:
                data = self._input()
                if not data:
                    raise CorruptStream(f"the {self._magic} stream is truncated after {self._stored:,} bytes")
            piece = self._expand(data)
            if self._decompressor.eof:
                self._at -= len(self._decompressor.unused_data)
                self._decompressor = None
            if piece:
                return piece

    def _expand(self, data: bytes) -> bytes:
        assert self._decompressor is not None
        try:
            piece = self._decompressor.decompress(data, _PIECE)
        except self._errors as error:
            if _NO_ROOM in str(error):
                raise MemoryError(f"{NO_MEMORY} to decompress it") from error
            raise CorruptStream(f"the {self._magic} stream is damaged near byte {self._stored:,}: {error}") from error
        self.expanded += len(piece)
        check_ratio(self._stored, self.expanded, self._limits)
        return piece

    def _input(self) -> bytes:
        if self._at >= len(self._buffer):
            self._load(b"")
        data = self._buffer[self._at : self._at + self._feed]
        self._at += len(data)
        self._feed = min(self._feed * 4, _STORED_PIECE)
        return data

    def _load(self, kept: bytes) -> bool:
        more = self._read(_STORED_PIECE)
        self._stored += len(more)
        self._buffer, self._at = kept + more, 0
        return len(more) > 0

    def _next_member(self) -> bool:
        """Begin the next member; False (and what follows is counted) where there is none."""
        head = self._head()
        while self._magic == ZSTD and _is_skippable(head):
            self._skip_frame(head)
            head = self._head()
        if compression_of(head) == self._magic:
            self._decompressor = self._new()
            self._feed = _FIRST_FEED
            return True
        while self._at < len(self._buffer) or self._load(b""):
            rest = self._buffer[self._at :]
            self.trailing += len(rest)
            self.trailing_nonzero += len(rest) - rest.count(0)
            if self.trailing_nonzero:
                self.trailing_start += rest[: TRAILING_START - len(self.trailing_start)]
            self._at = len(self._buffer)
        return False

    def _head(self) -> bytes:
        while len(self._buffer) - self._at < HEAD_BYTES and self._load(self._buffer[self._at :]):
            pass
        return self._buffer[self._at : self._at + HEAD_BYTES]

    def _skip_frame(self, head: bytes) -> None:
        left = size = int.from_bytes(head[4:8], "little")
        self._at += _FRAME_HEAD
        start = b""
        while left or len(head) < _FRAME_HEAD:
            if self._at >= len(self._buffer) and not self._load(b""):
                raise CorruptStream(f"the {self._magic} stream is truncated after {self._stored:,} bytes")
            piece = self._buffer[self._at : self._at + left]
            self._at += len(piece)
            left -= len(piece)
            start += piece[: _FRAME_START - len(start)]
        if len(self.skipped) < _MOST_FRAMES:
            self.skipped.append(SkippedFrame(size, start))
        else:
            self.skipped[-1] = self.skipped[-1]._replace(size=self.skipped[-1].size + size)


def check_ratio(stored: int, expanded: int, limits: Limits) -> None:
    """Refuse what expands beyond reason.

    Raises: LimitExceeded
    """
    if expanded > RATIO_FLOOR and expanded > stored * limits.ratio:
        raise LimitExceeded("ratio", limits.ratio, f"{stored:,} stored bytes expand to {expanded:,} or more")


class Gunzip:
    """Expands gzip with isal straight into a buffer: a fifth faster than Expander, which takes over where a stream is not sound.

    isal says neither how many bytes follow the last member nor where a damaged one breaks off. In these cases the blob is read a
    second time (*reopen*) by an Expander, whose answers are exact; what was given already is skipped.
    """

    _PADDED = 17  # no sound gzip stream ends in so many zeros: its last deflate byte and an all-zero trailer are 9

    def __init__(self, readinto: Callable[[memoryview], int], reopen: Callable[[], Callable[[int], bytes]], limits: Limits) -> None:
        from isal import igzip

        self._errors = (_isal_error(), igzip.BadGzipFile, EOFError, zlib.error)
        self._stored = _Counting(readinto)
        self._file: Any = igzip.IGzipFile(  # type: ignore[no-untyped-call]
            fileobj=self._stored, mode="rb"
        )
        self._reopen = reopen
        self._limits = limits
        self._exact: Expander | None = None
        self.expanded = 0

    @property
    def trailing(self) -> int:
        """Bytes behind the last member, once the stream has ended."""
        return self._exact.trailing if self._exact else 0

    @property
    def trailing_nonzero(self) -> int:
        """How many of the trailing bytes are not zero."""
        return self._exact.trailing_nonzero if self._exact else 0

    @property
    def trailing_start(self) -> bytes:
        """See Expander."""
        return self._exact.trailing_start if self._exact else b""

    def readinto(self, target: memoryview) -> int:
        """See Expander."""
        filled = 0
        while self._exact is None and filled < len(target):
            try:
                count = self._file.readinto(target[filled:])
            except self._errors:  # the exact reader tells what it is
                self._read_exactly(self.expanded)
                break
            if not count:
                if self._stored.tail.endswith(bytes(self._PADDED)):
                    self._read_exactly(self.expanded)
                break
            filled += count
            self.expanded += count
            check_ratio(self._stored.count, self.expanded, self._limits)
        if self._exact is not None:
            count = self._exact.readinto(target[filled:])
            filled += count
            self.expanded += count
        return filled

    def _read_exactly(self, given: int) -> None:
        self._file = None  # the collector of garbage cannot see through isal's reader
        self._exact = Expander(GZIP, self._reopen(), self._limits)
        scratch = memoryview(bytearray(_PIECE))
        while given and (count := self._exact.readinto(scratch[:given])):
            given -= count


class _Counting:
    """The file that isal reads stored bytes from; it remembers how many there were, and the last of them."""

    def __init__(self, readinto: Callable[[memoryview], int]) -> None:
        self._readinto = readinto
        self.count = 0
        self.tail = b""

    def read(self, size: int) -> bytes:
        """Up to *size* bytes."""
        buffer = bytearray(size)
        return bytes(memoryview(buffer)[: self.readinto(buffer)])

    def readinto(self, target: bytearray) -> int:
        """Fill *target*; how many bytes there were."""
        view = memoryview(target)
        count = self._readinto(view)
        self.count += count
        if count:
            self.tail = (self.tail + bytes(view[:count]))[-32:] if count < 32 else bytes(view[count - 32 : count])
        return count


def pack(data: bytes) -> bytes:
    """*data* as a zlib stream, made quickly rather than small."""
    return bytes(_zlib().compress(data, 1))


def unpack(data: bytes, most: int) -> bytes:
    """What a zlib stream expands to.

    Raises: CorruptStream - it is none, it ends early, or it expands to more than *most* bytes
    """
    stream = _zlib().decompressobj()
    try:
        expanded = bytes(stream.decompress(data, most + 1))  # one more than there may be: a limit of 0 is none
    except (zlib.error, _zlib().error) as error:
        raise CorruptStream(f"not a zlib stream: {error}") from error
    if not stream.eof or len(expanded) > most:
        raise CorruptStream(f"the zlib stream is truncated, or expands to more than {most:,} bytes")
    return expanded


def _zlib() -> Any:
    """isal's twin of zlib, twice as quick, where it is installed."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    return isal_zlib


def has_isal() -> bool:
    """Whether ``Gunzip`` can be used here."""
    try:
        import isal.igzip  # noqa: F401
    except ImportError:
        return False
    return True
