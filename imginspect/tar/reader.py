"""TarReader: the entries of a tar stream in order, strict where readers are known to disagree.

The stream comes as blocks of bytes whose lengths are multiples of 512 (except the last), so a header never straddles two of them.
Nothing is ever extracted. Differences from Go's archive/tar, which the container runtimes use, are noted where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol, TypeAlias

from imginspect.errors import LayerError, LimitExceeded
from imginspect.limits import Limits
from imginspect.problems import Topic
from imginspect.tar.disagreement import Extensions, contradictions, merged_records, prefixed
from imginspect.tar.extensions import (
    Records,
    SparseMap,
    decimal,
    old_gnu_header,
    old_gnu_pieces,
    parse_records,
    seconds,
    sparse_map,
)
from imginspect.tar.header import (
    BLOCK,
    BLOCK_DEVICE,
    CHARACTER_DEVICE,
    DIRECTORY,
    FIELDS,
    FILE,
    HARDLINK,
    KIND_OF_TYPEFLAG,
    MAGIC_GNU,
    MAGIC_USTAR,
    SYMLINK,
    ZERO_BLOCK,
    MalformedHeader,
    checksum_matches,
    parse_number,
    sum_of,
    text_of,
    wanted_sum,
)
from imginspect.wording import LONGEST_SHOWN


class TruncatedTar(LayerError):
    """The stream ends in the middle of an entry."""


class BlockSource(Protocol):
    """Where a TarReader gets its bytes."""

    def next_block(self) -> memoryview:
        """The next bytes: a multiple of 512 of them, or fewer at the end of the stream; none at all after it."""

    def skip(self, count: int) -> int:
        """Skip up to *count* bytes; return how many were skipped. May always be 0."""


class Extra(NamedTuple):
    """What few entries have."""

    xattrs: tuple[tuple[str, bytes], ...] = ()
    device: tuple[int, int] | None = None
    sparse: bool = False


class RawEntry(NamedTuple):
    """One entry as its headers say it; names are bytes as stored, *size* is what a reader of the file would get."""

    name: bytes
    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    link: bytes
    extra: Extra | None


Notice: TypeAlias = Callable[[Topic, bytes, str], None]
"""Called with (topic, entry name, what) for what is legal to read but would be read otherwise by other readers."""

_ZEROS = memoryview(bytes(1 << 20))
_MAX_REMEMBERED = 4096
"""Fields whose number is remembered; others are parsed again, and nothing is lost."""
_EXTENSIONS = frozenset({b"x", b"g", b"L", b"K"})
_EXTENSION_BYTES = b"xgLK"
_NUMBERS = ((100, 108, "mode"), (108, 116, "uid"), (116, 124, "gid"), (136, 148, "mtime"))
_GLOBAL_HARMLESS = frozenset({b"comment"})
_XATTR = b"SCHILY.xattr."
_USUAL_DEVICES = frozenset({b"0000000\0", bytes(8), b"000000 \0"})
"""The device number fields of nearly all entries."""


class TarReader:
    """Iterate with ``next_entry``; read the current entry's bytes with ``content``; then ``drain`` what follows the end."""

    def __init__(self, source: BlockSource, limits: Limits, notice: Notice) -> None:
        self._source = source
        self._limits = limits
        self._notice = notice
        self._block = memoryview(b"")
        self._position = 0
        self._base = 0  # offset in the stream of the start of _block
        self._left = 0  # stored bytes of the current entry that were not consumed
        self._padding = 0
        self._sparse: SparseMap | None = None
        self._size = 0
        self._numbers: dict[bytes, int] = {}
        self._sums: dict[bytes, int] = {}
        self.end_marker = False
        """Whether the two zero blocks that end a tar were seen."""
        self.old_sparse = False
        """Whether there was a sparse file in the old GNU format, which container runtimes do not support."""
        self.lone_zero_block = False

    @property
    def offset(self) -> int:
        """Bytes of the stream read or skipped."""
        return self._base + self._position

    @property
    def stored(self) -> int:
        """Bytes of the current entry's content that the tar holds and that were not read yet: those of a sparse file without its holes."""
        return self._left

    def next_entry(self) -> RawEntry | None:
        """The next entry, or None at the end of the archive. The unread rest of the entry before is skipped.

        Raises: MalformedHeader, TruncatedTar, LimitExceeded
        """
        if self._left or self._padding:
            self._pass_over(self._left + self._padding)
            self._left = self._padding = 0
        block = self._next_header()
        if block is None:
            return None
        if block[156] in _EXTENSION_BYTES:
            return self._extended_entry(block)
        return self._entry(block, None, b"", b"")

    def content(self) -> Iterator[memoryview]:
        """The current entry's bytes as a reader of the file would get them, holes as zeros; to be consumed at most once.

        Raises: TruncatedTar - the stream ends before the entry does
        """
        if self._sparse is not None:
            return self._sparse_content(self._sparse)
        if self._left <= len(self._block) - self._position:
            start, self._position = self._position, self._position + self._left
            self._left = 0
            return iter((self._block[start : self._position],))
        return self._take(self._left)

    def drain(self, sink: Callable[[memoryview], object] | None = None) -> tuple[int, int]:
        """Read the rest of the stream: how many bytes, and how many of them are not zero. *sink* is given them."""
        rest = nonzero = 0
        while True:
            piece = self._block[self._position :]
            self._position = len(self._block)
            rest += len(piece)
            nonzero += len(piece) - bytes(piece).count(0)
            if sink is not None:
                sink(piece)
            if not self._refill():
                return rest, nonzero

    # -- entries ---------------------------------------------------------------------------------------------------

    def _next_header(self) -> memoryview | None:
        position = self._position
        if position + BLOCK > len(self._block):
            if not self._refill():
                return None
            position = 0
            if len(self._block) < BLOCK:  # the rest of a header could be zeros, and its checksum right
                self._refill()
                return None
        block = self._block[position : position + BLOCK]
        field = bytes(block[148:156])
        wanted = self._sums.get(field)
        if wanted is None:
            wanted = wanted_sum(field)
            if wanted is not None and len(self._sums) < _MAX_REMEMBERED:
                self._sums[field] = wanted
        if sum_of(block) != wanted and not checksum_matches(block):
            if block == ZERO_BLOCK:
                self._position = position + BLOCK
                self._end_of_archive()
                return None
            raise MalformedHeader(f"no valid tar header at byte {self.offset:,}: its checksum is wrong")
        self._position = position + BLOCK
        if not field[0]:
            what = "a checksum with a leading NUL: container runtimes read the entry, GNU tar and Python's tarfile do not"
            self._notice(Topic.HEADER, text_of(bytes(block[:100])), what)
        return block

    def _end_of_archive(self) -> None:
        """After one zero block: a second one ends the tar, anything else is a contradiction (Go refuses it, GNU tar reads on)."""
        if self._position + BLOCK > len(self._block) and not self._refill():
            return
        if self._block[self._position : self._position + BLOCK] == ZERO_BLOCK:
            self._position += BLOCK
            self.end_marker = True
        else:
            self.lone_zero_block = True

    def _extended_entry(self, block: memoryview) -> RawEntry | None:
        found = Extensions({})
        for _ in range(self._limits.extension_headers):
            flag = bytes(block[156:157])
            size = parse_number(bytes(block[124:136]), "size of an extension header")
            if flag not in _EXTENSIONS:
                entry = self._entry(block, found.records, found.long_name, found.long_link)
                self._check_sizes(size, found.records, entry)
                for what in contradictions(found, is_link=entry.kind in _LINKS):
                    self._notice(Topic.HEADER, entry.name, what)
                return entry
            for start, end, what in _NUMBERS:  # Go refuses an extension header without them
                self._number(bytes(block[start:end]), what)
            found = self._with_extension(found, flag, self._extension_body(size))
            following = self._next_header()
            if following is None:
                if flag != b"g":
                    raise TruncatedTar("the tar ends after an extension header")
                return None
            block = following
        raise LimitExceeded("extension_headers", self._limits.extension_headers, "extension headers before one entry")

    def _with_extension(self, found: Extensions, flag: bytes, body: bytes) -> Extensions:
        """*found* with what one more extension header says."""
        if flag == b"g":
            self._note_global(parse_records(body))
            if found != Extensions({}):
                what = "a global PAX header between an extension header and its entry: container runtimes discard the extension header"
                self._notice(Topic.HEADER, found.long_name or found.records.get(b"path", b""), what)
            return Extensions({})
        if flag == b"x":
            records, told = merged_records(found.records, parse_records(body))
            if told:
                self._notice(told[0], records.get(b"path", b""), told[1])
            return found._replace(records=records)
        value = text_of(body)
        before = found.long_name if flag == b"L" else found.long_link
        if not value or value != (before or value):
            what = "an empty GNU long name" if not value else "two GNU long names before one entry"
            self._notice(Topic.HEADER, value, f"{what}: container runtimes and other readers use different names")
        return found._replace(long_name=value) if flag == b"L" else found._replace(long_link=value)

    def _extension_body(self, size: int) -> bytes:
        if size > self._limits.header_bytes or size < 0:
            raise LimitExceeded("header_bytes", self._limits.header_bytes, f"an extension header of {size:,} bytes")
        self._left, self._padding = size, -size % BLOCK
        body = b"".join(bytes(piece) for piece in self._take(size))
        self._pass_over(self._padding)
        self._padding = 0
        return body

    def _note_global(self, records: Records) -> None:
        """Container runtimes ignore global headers, other readers obey them: say so where it makes a difference."""
        telling = sorted(key.decode("ascii", "replace") for key in records if key not in _GLOBAL_HARMLESS)
        if telling:
            self._notice(
                Topic.HEADER, b"", f"a global PAX header sets {', '.join(telling)}: container runtimes ignore it, other readers do not"
            )

    def _check_sizes(self, in_header: int, records: Records, entry: RawEntry) -> None:
        """Report a PAX size that contradicts a header field which could have held it (CVE-2025-62518)."""
        value = records.get(b"size")
        if value and entry.kind == FILE and in_header != (size := decimal(value, "size")) < 8**11:
            what = f"its size is {size:,} in the PAX header and {in_header:,} in the ustar header"
            self._notice(Topic.HEADER, entry.name, what)

    def _entry(self, block: memoryview, records: Records | None, long_name: bytes, long_link: bytes) -> RawEntry:
        (name, mode, uid, gid, size, mtime, _, flag, link, _, _, _, major, minor, prefix) = FIELDS.unpack(block)
        name = name.partition(b"\0")[0]
        if prefix[0]:
            name, told = prefixed(bytes(block), name)
            if told and not long_name and not (records and records.get(b"path")):
                self._notice(told[0], name, told[1])
        if major not in _USUAL_DEVICES or minor not in _USUAL_DEVICES:
            self._check_device(name, bytes(block[257:262]), flag, major, minor)
        numbers = self._numbers
        try:
            values = [numbers[mode], numbers[uid], numbers[gid], numbers[mtime]]
        except KeyError:
            values = [self._number(mode, "mode"), self._number(uid, "uid"), self._number(gid, "gid"), self._number(mtime, "mtime")]
        stored = parse_number(size, "size")
        if size[0] in b"\0 " and stored and not size.partition(b"\0")[0].strip(b" "):
            self._notice(Topic.HEADER, name, f"its size has a leading NUL: container runtimes read {stored:,}, other readers 0")
        if flag == b"0" and records is None and stored >= 0 and not name.endswith(b"/"):  # most entries
            self._sparse = None
            self._left = self._size = stored
            self._padding = -stored % BLOCK
            return _raw(RawEntry, (name, FILE, values[0], values[1], values[2], stored, values[3], b"", None))
        kind = KIND_OF_TYPEFLAG.get(flag)
        link = link.partition(b"\0")[0] if kind in _LINKS else b""
        xattrs: tuple[tuple[str, bytes], ...] = ()
        if records:
            name = records.get(b"path") or name
            if kind in _LINKS:
                link = records.get(b"linkpath") or link
            stored = self._apply_numbers(records, values, stored)
            xattrs = _xattrs(records)
        name = long_name or name
        if long_link and kind in _LINKS:
            link = long_link
        if stored < 0:
            raise MalformedHeader(f"negative size of {name[:LONGEST_SHOWN]!r}")
        if flag == b"\0" and name.endswith(b"/"):
            kind = DIRECTORY
        elif kind == FILE and name.endswith(b"/"):
            topic = Topic.HEADER if stored else Topic.ENTRIES
            self._notice(topic, name, "a file whose name ends in a slash: container runtimes create a file, GNU tar a directory")
        if kind is None:
            kind = f"{UNKNOWN_KIND} {flag!r}"
        if kind == FILE and (flag == b"S" or (records and any(key.startswith(b"GNU.sparse.") for key in records))):
            return self._sparse_entry(block, name, values, stored, records or {}, xattrs)
        device = None
        if kind in _DEVICES:
            device = (self._number(major, "device number"), self._number(minor, "device number"))
        size_of_entry = 0 if kind in _WITHOUT_CONTENT else stored
        if stored and kind in _WITHOUT_CONTENT:
            self._notice(
                Topic.HEADER, name, f"a {kind} with a size of {stored:,} bytes: container runtimes treat it as 0, other readers do not"
            )
            stored = 0
        self._sparse = None
        self._left = stored
        self._padding = -stored % BLOCK
        self._size = size_of_entry
        extra = Extra(xattrs, device) if xattrs or device else None
        return RawEntry(name, kind, values[0], values[1], values[2], size_of_entry, values[3], link, extra)

    def _check_device(self, name: bytes, magic: bytes, flag: bytes, *fields: bytes) -> None:
        """Report invalid device numbers of entries that are no devices; for a device they are an error."""
        if magic != MAGIC_USTAR[:5] or KIND_OF_TYPEFLAG.get(flag) in _DEVICES:
            return
        try:
            for field in fields:
                self._number(field, "device number")
        except MalformedHeader:
            what = "its device numbers are not valid: container runtimes refuse the layer; GNU tar and imginspect read it"
            self._notice(Topic.RUNTIME, name, what)

    def _number(self, field: bytes, what: str) -> int:
        value = self._numbers.get(field)
        if value is None:
            value = parse_number(field, what)
            if len(self._numbers) < _MAX_REMEMBERED:
                self._numbers[field] = value
        return value

    def _apply_numbers(self, records: Records, values: list[int], stored: int) -> int:
        """Put the numbers of PAX *records* in *values* (mode, uid, gid, mtime); the size that then holds. Empty values change nothing."""
        if value := records.get(b"uid"):
            values[1] = decimal(value, "uid")
        if value := records.get(b"gid"):
            values[2] = decimal(value, "gid")
        if value := records.get(b"mtime"):
            values[3] = seconds(value)
        if value := records.get(b"size"):
            return decimal(value, "size")
        return stored

    # -- sparse files ----------------------------------------------------------------------------------------------

    def _sparse_entry(
        self, block: memoryview, name: bytes, values: list[int], stored: int, records: Records, xattrs: tuple[tuple[str, bytes], ...]
    ) -> RawEntry:
        self._left, self._padding = stored, -stored % BLOCK
        if block[156] == ord("S"):
            numbers, real_size = self._old_gnu_map(block)
            self.old_sparse = True
        else:
            version = (records.get(b"GNU.sparse.major", b""), records.get(b"GNU.sparse.minor", b""))
            joined = records.get(b"GNU.sparse.map", b"")
            real = records.get(b"GNU.sparse.size") or records.get(b"GNU.sparse.realsize")
            real_size = decimal(real, "sparse size") if real else stored
            sparse_name = records.get(b"GNU.sparse.name") or name
            if version == (b"1", b"0"):
                name, numbers = sparse_name, self._map_in_content()
            elif version in ((b"0", b"0"), (b"0", b"1")) or (version == (b"", b"") and joined):
                name, numbers = sparse_name, [decimal(number, "sparse map") for number in joined.split(b",")] if joined else []
                self._check_pieces(name, numbers, records)
            else:  # not a defined format: bytes and name are used unchanged
                numbers, real_size = [0, stored], stored
                self._notice(
                    Topic.HEADER, name, "GNU sparse records of an unknown version: container runtimes ignore them, other readers do not"
                )
        if real_size < 0:
            raise MalformedHeader(f"negative size of {name[:LONGEST_SHOWN]!r}")
        self._sparse = sparse_map(numbers, real_size, self._left)
        self._size = real_size
        return RawEntry(name, FILE, values[0], values[1], values[2], real_size, values[3], b"", Extra(xattrs, None, sparse=True))

    def _check_pieces(self, name: bytes, numbers: list[int], records: Records) -> None:
        count = records.get(b"GNU.sparse.numblocks", b"")
        if not count or decimal(count, "sparse map") * 2 != len(numbers):
            stated = count.decode("ascii", "replace")[:40] or "none"
            what = f"its sparse map has {len(numbers) // 2:,} pieces but its header states {stated}"
            self._notice(Topic.HEADER, name, f"{what}: container runtimes refuse it, other readers do not")

    def _old_gnu_map(self, block: memoryview) -> tuple[list[int], int]:
        if bytes(block[257:265]) != MAGIC_GNU:
            raise MalformedHeader("a GNU sparse entry without GNU's magic")
        numbers, more, real_size = old_gnu_header(bytes(block))
        left, padding = self._left, self._padding
        self._left = self._padding = 0
        while more:
            if len(numbers) * 12 > self._limits.header_bytes:
                raise LimitExceeded("header_bytes", self._limits.header_bytes, "the map of a sparse file")
            area = b"".join(bytes(piece) for piece in self._take(BLOCK, counted=False))
            numbers += old_gnu_pieces(area, 21)
            more = area[504] != 0
        self._left, self._padding = left, padding
        return numbers, real_size

    def _map_in_content(self) -> list[int]:
        """The map of sparse format 1.0: a count, then offset and length of each piece, a decimal number a line, padded to a block."""
        text = b""
        numbers: list[int] = []
        wanted = 1
        while len(numbers) < wanted:
            if len(text) > self._limits.header_bytes:
                raise LimitExceeded("header_bytes", self._limits.header_bytes, "the map of a sparse file")
            if self._left < BLOCK:
                raise MalformedHeader("sparse map: it ends before its last piece")
            text += b"".join(bytes(piece) for piece in self._take(BLOCK))
            lines = text.split(b"\n")[:-1]
            if lines and wanted == 1:
                pieces = decimal(lines[0], "sparse map")
                if not 0 <= pieces <= self._limits.header_bytes // 2:
                    raise LimitExceeded("header_bytes", self._limits.header_bytes, f"a sparse map of {pieces:,} pieces")
                wanted = 1 + 2 * pieces
            if len(lines) >= wanted:
                numbers = [decimal(line, "sparse map") for line in lines[:wanted]]
        return numbers[1:]

    def _sparse_content(self, pieces: SparseMap) -> Iterator[memoryview]:
        self._sparse = None
        at = 0
        for offset, length in pieces:
            yield from _zeros(offset - at)
            yield from self._take(length)
            at = offset + length
        yield from _zeros(self._size - at)

    # -- bytes -----------------------------------------------------------------------------------------------------

    def _refill(self) -> bool:
        """Get the next block; False at the end of the stream. A rest of less than a header is an error, as it is in Go."""
        rest = self._block[self._position :]
        if bytes(rest).strip(b"\0"):
            raise TruncatedTar(f"the tar ends at byte {self._base + len(self._block):,} in the middle of a block")
        self._base += len(self._block)
        self._position = 0
        self._block = self._source.next_block()
        return len(self._block) > 0

    def _take(self, count: int, *, counted: bool = True) -> Iterator[memoryview]:
        """The next *count* bytes in pieces. *counted* ones belong to the current entry's content."""
        while count:
            if self._position >= len(self._block) and not self._refill():
                raise TruncatedTar(f"the tar ends at byte {self.offset:,}, {count:,} bytes before the end of its last entry")
            piece = self._block[self._position : self._position + count]
            self._position += len(piece)
            count -= len(piece)
            if counted:
                self._left -= len(piece)
            yield piece

    def _pass_over(self, count: int) -> None:
        here = min(count, len(self._block) - self._position)
        self._position += here
        count -= here
        if count:
            passed = self._source.skip(count)
            self._base += passed
            for _ in self._take(count - passed, counted=False):
                pass


UNKNOWN_KIND = "unknown type"
"""The start of the kind of an entry with an undefined type flag; its content is skipped."""
_raw = tuple.__new__
_LINKS = frozenset({SYMLINK, HARDLINK})
_DEVICES = frozenset({CHARACTER_DEVICE, BLOCK_DEVICE})
_WITHOUT_CONTENT = frozenset(KIND_OF_TYPEFLAG.values()) - {FILE}


def _xattrs(records: Records) -> tuple[tuple[str, bytes], ...]:
    found = [(key[len(_XATTR) :].decode("utf-8", "surrogateescape"), value) for key, value in records.items() if key.startswith(_XATTR)]
    return tuple(sorted(found))


def _zeros(count: int) -> Iterator[memoryview]:
    while count > 0:
        piece = _ZEROS[:count]
        count -= len(piece)
        yield piece
