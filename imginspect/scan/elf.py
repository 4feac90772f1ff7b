"""Elf: the few facts of a compiled program that decide whether it can start; read while its bytes go by.

Source: System V ABI, "Object Files" and "Program Loading and Dynamic Linking". Every number in a file may be hostile: an offset outside
the file, or outside what is kept of a large one, makes the summary incomplete and nothing else.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from imginspect.limits import PATH_MAX

MAGIC = b"\x7fELF"
_HEAD = 768 << 10
"""Bytes of a program's start that are kept: its headers, and the names of its libraries in most. Anything elsewhere makes it incomplete."""
_TAIL = 192 << 10
"""Bytes of its end that are kept, where tools that change the names of libraries put them."""
_MOST_HEADERS = 256
"""Program headers; of a file with more the summary is incomplete. Linkers write about a dozen."""
_MOST_DYNAMIC = 64 << 10
"""Bytes of the dynamic section, 4,096 entries; of a longer one the summary is incomplete."""
_MOST_NAMES = 512
"""Libraries that one file needs; of a file with more the summary is incomplete."""


class Elf(NamedTuple):
    """A summary of one ELF file. *machine* is the architecture in Docker's words (amd64, arm64) or ``machine N`` where it has none.

    *bits* is 32 or 64. *interpreter* is the loader's path, empty for a static program or a library. *needed*, *rpath* and *runpath* come
    from the dynamic section; *is_whole* says whether that could be read (a section beyond what is buffered could not). Of a damaged file
    whose header cannot be read *machine* is empty and *bits* 0.
    """

    machine: str
    bits: int
    kind: str
    """``executable``, ``shared`` (libraries, and position-independent programs), ``relocatable``, ``core`` or ``other``."""
    interpreter: str
    needed: tuple[str, ...]
    rpath: tuple[str, ...]
    runpath: tuple[str, ...]
    is_dynamic: bool
    is_whole: bool


class ElfReader:
    """Reads one file of *size* bytes that is fed in pieces, in order; of a large one at most 1 MiB is kept.

    Kept are its head, its tail, and the dynamic section and the loader's name where the program headers are in the first piece.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._seen = 0
        self._elf: Elf | None = None
        self._windows: list[_Window] = []

    def feed(self, piece: memoryview) -> None:
        """The next bytes; the buffer is only used during the call."""
        at = self._seen
        self._seen += len(piece)
        if not at:
            if piece[:4] != MAGIC:
                return
            if len(piece) >= self._size:
                self._elf = parse(piece)
                return
            self._windows = _windows(piece, self._size)
        for window in self._windows:
            window.take(at, piece)

    def finish(self) -> Elf | None:
        """The summary; None where the file is no ELF file."""
        if self._elf is None and self._windows:
            self._elf = _summary(_Kept([(window.start, memoryview(window.data)) for window in self._windows]))
        return self._elf


def parse(content: bytes | memoryview) -> Elf | None:
    """The summary of a whole file; None where it is no ELF file."""
    view = memoryview(content)
    return _summary(_Kept([(0, view)])) if view[:4] == MAGIC else None


class _Window:
    """The bytes from *start* to *end* of a file, as far as they have gone by."""

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self.data = bytearray()

    def take(self, at: int, piece: memoryview) -> None:
        """Keep what is wanted of *piece*, which starts at *at*."""
        first, last = max(self.start, at), min(self.end, at + len(piece))
        if first < last:
            self.data += piece[first - at : last - at]


def _windows(first: memoryview, size: int) -> list[_Window]:
    """What to keep of a file of *size* bytes whose *first* piece is here."""
    windows = [_Window(0, _HEAD), _Window(max(_HEAD, size - _TAIL), size)]
    form = _form(first)
    if form is not None:
        segments = _segments(_Kept([(0, first)]), form, *_table(first, form))
        for segment in (segments.dynamic, segments.interp):  # the loader's name of the C library stands far behind its head
            if segment is not None:
                windows.append(_Window(segment.offset, segment.offset + min(segment.size, _MOST_DYNAMIC)))
    return windows


class _Kept:
    """What is there of a file: parts of it with the offsets at which they start; the first of them is its head."""

    def __init__(self, parts: list[tuple[int, memoryview]]) -> None:
        self.head = parts[0][1]
        self._parts = parts

    def read(self, offset: int, length: int) -> memoryview | None:
        """Exactly *length* bytes from *offset*, or None."""
        for start, part in self._parts:
            at = offset - start
            if at >= 0 and at + length <= len(part):
                return part[at : at + length]
        return None

    def name(self, offset: int) -> str | None:
        """The text at *offset* up to a NUL, or None."""
        for start, part in self._parts:
            at = offset - start
            if 0 <= at < len(part):
                for length in (64, PATH_MAX):
                    text, nul, _ = bytes(part[at : at + length]).partition(b"\0")
                    if nul:
                        return text.decode("utf-8", "surrogateescape")
        return None


_KINDS = {1: "relocatable", 2: "executable", 3: "shared", 4: "core"}
_BY_BITS = {
    (3, 32): "386",
    (8, 32): "mips",
    (8, 64): "mips64",
    (20, 32): "ppc",
    (21, 64): "ppc64",
    (22, 64): "s390x",
    (40, 32): "arm",
    (43, 64): "sparc64",
    (62, 64): "amd64",
    (62, 32): "x32",
    (183, 64): "arm64",
    (243, 32): "riscv32",
    (243, 64): "riscv64",
    (258, 64): "loong64",
}
_LITTLE = {"mips": "mipsle", "mips64": "mips64le", "ppc64": "ppc64le"}
_DAMAGED = Elf("", 0, "other", "", (), (), (), is_dynamic=False, is_whole=False)


class _Format(NamedTuple):
    """How headers of one class and byte order are laid out."""

    header: struct.Struct
    program: struct.Struct
    dynamic: struct.Struct
    bits: int
    is_little: bool


_FORMATS = {
    (bits, data): _Format(
        struct.Struct(order + ("16xHHIQQQIHHHHHH" if bits == 64 else "16xHHIIIIIHHHHHH")),
        struct.Struct(order + ("IIQQQQQQ" if bits == 64 else "IIIIIIII")),
        struct.Struct(order + ("qQ" if bits == 64 else "iI")),
        bits,
        data == 1,
    )
    for bits in (32, 64)
    for data, order in ((1, "<"), (2, ">"))
}


class _Segment(NamedTuple):
    offset: int
    address: int
    size: int


class _Segments(NamedTuple):
    """Where the loaded segments are, the dynamic one and the loader's name, and whether the table could be read."""

    loads: list[_Segment]
    dynamic: _Segment | None
    interp: _Segment | None
    is_whole: bool


_LOAD, _DYNAMIC, _INTERP = 1, 2, 3


def _form(head: memoryview) -> _Format | None:
    form = _FORMATS.get((32 * head[4], head[5])) if len(head) > 5 else None
    return form if form is not None and len(head) >= form.header.size else None


def _table(head: memoryview, form: _Format) -> tuple[int, int, int]:
    """Where the program headers are, how large each is, and how many there are."""
    fields = form.header.unpack_from(head)
    return fields[4], fields[8], fields[9]


def _summary(kept: _Kept) -> Elf:
    form = _form(kept.head)
    if form is None:
        return _DAMAGED
    kind, number = form.header.unpack_from(kept.head)[:2]
    segments = _segments(kept, form, *_table(kept.head, form))
    interpreter: str | None = ""
    if segments.interp is not None:
        interpreter = kept.name(segments.interp.offset) if segments.interp.size <= PATH_MAX else None
    names = _dynamic(kept, form, segments.dynamic, segments.loads) if segments.dynamic is not None else _Names(is_whole=True)
    return Elf(
        _machine(number, form), form.bits, _KINDS.get(kind, "other"), interpreter or "", names.needed, names.rpath, names.runpath,
        segments.dynamic is not None, segments.is_whole and interpreter is not None and names.is_whole,
    )  # fmt: skip


def _machine(number: int, form: _Format) -> str:
    name = _BY_BITS.get((number, form.bits), f"machine {number}")
    return _LITTLE.get(name, name) if form.is_little else name


def _segments(kept: _Kept, form: _Format, at: int, entry_size: int, count: int) -> _Segments:
    if not count:
        return _Segments([], None, None, is_whole=True)
    table = kept.read(at, form.program.size * count) if count <= _MOST_HEADERS and entry_size == form.program.size else None
    if table is None:
        return _Segments([], None, None, is_whole=False)
    loads: list[_Segment] = []
    dynamic = interp = None
    offset_at, address_at, size_at = (2, 3, 5) if form.bits == 64 else (1, 2, 4)
    for fields in form.program.iter_unpack(table):
        kind = fields[0]
        if kind == _LOAD:
            loads.append(_Segment(fields[offset_at], fields[address_at], fields[size_at]))
        elif kind == _DYNAMIC:
            dynamic = _Segment(fields[offset_at], fields[address_at], fields[size_at])
        elif kind == _INTERP:
            interp = _Segment(fields[offset_at], fields[address_at], fields[size_at])
    return _Segments(loads, dynamic, interp, is_whole=True)


class _Names(NamedTuple):
    needed: tuple[str, ...] = ()
    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    is_whole: bool = False


_NULL, _NEEDED, _STRTAB, _RPATH, _RUNPATH = 0, 1, 5, 15, 29


def _dynamic(kept: _Kept, form: _Format, segment: _Segment, loads: list[_Segment]) -> _Names:
    size = min(segment.size, _MOST_DYNAMIC)
    table = kept.read(segment.offset, size - size % form.dynamic.size)
    if table is None:
        return _Names()
    needed, rpath, runpath, strings = [], 0, 0, None
    has_end = False
    for tag, value in form.dynamic.iter_unpack(table):
        if tag == _NEEDED:
            needed.append(value)
        elif tag == _STRTAB:
            strings = value
        elif tag == _RPATH:
            rpath = value
        elif tag == _RUNPATH:
            runpath = value
        elif tag == _NULL:
            has_end = True
            break
    if not (needed or rpath or runpath):
        return _Names(is_whole=has_end or size == segment.size)
    base = (
        next((load.offset + strings - load.address for load in loads if 0 <= strings - load.address < load.size), None) if strings else None
    )
    if base is None:
        return _Names()
    found = list(_texts(kept, base, needed[:_MOST_NAMES]))
    paths = [kept.name(base + value) if value else "" for value in (rpath, runpath)]
    is_whole = (has_end or size == segment.size) and len(found) == len(needed) and None not in paths
    return _Names(tuple(found), _parts(paths[0]), _parts(paths[1]), is_whole)


def _offset(address: int | None, loads: list[_Segment]) -> int | None:
    """Where in the file *address* is loaded from."""
    if address is None:
        return None
    return next((load.offset + address - load.address for load in loads if 0 <= address - load.address < load.size), None)


def _texts(kept: _Kept, base: int, offsets: list[int]) -> Iterator[str]:
    for offset in offsets:
        name = kept.name(base + offset)
        if name is not None:
            yield name


def _parts(path: str | None) -> tuple[str, ...]:
    return tuple(part for part in path.split(":") if part) if path else ()
