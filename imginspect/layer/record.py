"""Record: what a pass found in a layer, as bytes to keep, and back.

Columns and not rows: a layer has a hundred thousand entries, and most of what they say is said many times. Nothing is unpickled; a
record that is not what ``encode`` writes is an error and nothing worse. Contents come masked, and the digests of small files with a
credential are withheld by the pass already; whoever stores records sees to it that names hold none either.
"""

from __future__ import annotations

import gc
import json
import struct
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, repeat
from typing import NamedTuple, Protocol

from imginspect.errors import LayerError
from imginspect.host.compression import CorruptStream, pack, unpack
from imginspect.layer.content_spool import ContentSpool, SpooledContent
from imginspect.layer.index import Entry, LayerIndex, LayerStatus, OlderDigests
from imginspect.oci.digest import Digest
from imginspect.problems import Problem, Topic
from imginspect.rules import codec
from imginspect.scan.elf import Elf
from imginspect.scan.match import Match
from imginspect.tar.reader import Extra

_HEAD = struct.Struct("<4sI")
_MAGIC = b"IIL4"
_BLOCK = 256 << 10
"""Bytes of kept contents that are packed together."""
_NUMBERS = ("mode", "uid", "gid", "size", "mtime")
_WORDS = ("parent", "kind", "link", "content_class")
_MOST = 1 << 30
"""Bytes of all columns: more than a million entries have."""
_DIGEST_BYTES = 32
"""Bytes of a sha256."""
_SECTIONS = 4 + len(_NUMBERS) + len(_WORDS)
_PLAIN_SECTION = 1
"""The one that is not compressed: digests."""
_WRONG = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    struct.error,
    CorruptStream,
    RecursionError,
    OSError,
    MemoryError,
)
"""What comes of reading bytes that are no record, or of too little memory for one."""


class NoRecord(ValueError):
    """The bytes are no record of this version, or the layer has something that no record can hold."""


class ContentSource(Protocol):
    """Where kept contents are read from."""

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to *count* bytes at *offset*."""


class _Plain(NamedTuple):
    """The fields of a LayerIndex that are no columns. Values of extended attributes are written in hex."""

    status: str
    reason: str
    compression: str
    stored: int
    expanded: int
    files: int
    file_bytes: int
    trailing: int
    blob_digest: Digest | None
    diff_id: Digest | None
    variant: str
    padded: tuple[Digest, ...]
    packed: dict[str, int]
    attribute_bytes: int
    sparse_bytes: int
    behind: tuple[Match, ...]
    matches: tuple[tuple[int, tuple[Match, ...]], ...]
    older_digests: tuple[tuple[int, OlderDigests], ...]
    elf: tuple[tuple[int, Elf], ...]
    extras: tuple[tuple[int, tuple[tuple[str, str], ...], tuple[int, int] | None, bool], ...]
    kept: tuple[tuple[int, int, int], ...]
    """Ordinal, where it begins in all kept contents, one behind the other, and its bytes."""
    blocks: tuple[tuple[int, int], ...]
    """Of each block of these contents its bytes, and its bytes as packed."""
    problems: tuple[tuple[str, str, str, str | None, str | None, bool, str | None, bool, bool], ...]


class _SpoolPlace:
    """See ContentStore: the kept contents of a record, packed in *blocks* (bytes, bytes as packed) from *start* of *contents* on."""

    def __init__(self, contents: ContentSource, start: int, blocks: Sequence[tuple[int, int]]) -> None:
        self._contents = contents
        self._sizes = blocks
        self._begins = [0, *accumulate(size for size, _ in blocks)]
        self._places = [start, *accumulate((packed for _, packed in blocks), initial=start)][1:]
        self._at_hand = (-1, b"")

    def read(self, offset: int, size: int) -> bytes:
        """See ContentStore."""
        number = bisect_right(self._begins, offset) - 1
        pieces: list[bytes] = []
        left = size
        while left > 0:
            if not 0 <= number < len(self._sizes):
                raise LayerError("the cached contents of the layer no longer exist")
            begin = offset + size - left - self._begins[number]
            pieces.append(self._block(number)[begin : begin + left])
            left -= len(pieces[-1])
            number += 1
        return b"".join(pieces)

    def _block(self, number: int) -> bytes:
        if self._at_hand[0] != number:
            size, packed = self._sizes[number]
            try:
                block = unpack(self._contents.read_at(self._places[number], packed), size)
            except OSError as error:
                raise LayerError(f"the cached contents of the layer can no longer be read: {error.strerror or error}") from error
            if len(block) != size or not size:
                raise LayerError("the cached contents of the layer no longer exist")
            self._at_hand = number, block
        return self._at_hand[1]


def encode(index: LayerIndex) -> Iterator[bytes]:
    """*index* as bytes, in pieces: what is known of the layer, then the kept contents, credentials masked as they are.

    Raises: NoRecord
    """
    with ContentSpool() as contents:
        packed_blocks: list[tuple[int, SpooledContent]] = []
        for block in _blocks(content.read() for content in index.kept.values()):
            packed_blocks.append((len(block), contents.add(pack(block))))
        begins = accumulate((content.size for content in index.kept.values()), initial=0)
        kept = tuple((ordinal, begin, content.size) for (ordinal, content), begin in zip(index.kept.items(), begins, strict=False))
        blocks = tuple((size, item.size) for size, item in packed_blocks)
        try:
            sections = [codec.encode(_plain(index, kept, blocks)), *_columns(index.entries)]
        except (OverflowError, TypeError) as error:
            raise NoRecord(str(error)) from error
        if sum(map(len, sections)) > _MOST:
            raise NoRecord("larger than a record may be")
        packed = [section if number == _PLAIN_SECTION else pack(section) for number, section in enumerate(sections)]
        yield _HEAD.pack(_MAGIC, len(packed)) + struct.pack(f"<{len(packed)}Q", *map(len, packed))
        yield from packed
        for _, item in packed_blocks:
            yield item.read()


def _blocks(contents: Iterable[bytes]) -> Iterator[bytes]:
    """*contents*, one behind the other, in blocks that are worth packing and quick to unpack for one of them."""
    waiting = bytearray()
    for content in contents:
        waiting += content
        while len(waiting) >= _BLOCK:
            yield bytes(waiting[:_BLOCK])
            del waiting[:_BLOCK]
    if waiting:
        yield bytes(waiting)


def decode(contents: ContentSource) -> LayerIndex:
    """The index that ``encode`` wrote, as of layer 0. Kept contents are read when they are asked for.

    Raises: NoRecord
    """
    try:
        magic, count = _HEAD.unpack(contents.read_at(0, _HEAD.size))
        if magic != _MAGIC or count != _SECTIONS:
            raise NoRecord("another format")
        lengths = struct.unpack(f"<{count}Q", contents.read_at(_HEAD.size, 8 * count))
        if sum(lengths) > _MOST:
            raise NoRecord("larger than a record may be")
        start, left = _HEAD.size + 8 * count, _MOST
        sections = []
        for number, length in enumerate(lengths):
            section = contents.read_at(start, length)
            sections.append(section if number == _PLAIN_SECTION else unpack(section, left))
            start, left = start + length, left - len(sections[-1])
        with _no_collection():
            plain = codec.decode(sections[0], _Plain)
            return _index(plain, _entries(sections[1:], plain), _SpoolPlace(contents, start, plain.blocks))
    except _WRONG as error:
        raise NoRecord(str(error)) from error


@contextmanager
def _no_collection() -> Iterator[None]:
    """No search for garbage meanwhile: it would take as long as the work, and of a hundred thousand new entries none is garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


# -- columns -----------------------------------------------------------------------------------------------------------


def _columns(entries: Sequence[Entry]) -> Iterator[bytes]:
    """The digests (not compressed), which entries have one, the names, then numbers and words."""
    yield b"".join([entry.digest for entry in entries if entry.digest is not None])
    yield bytes([entry.digest is not None for entry in entries])
    yield json.dumps([entry.name for entry in entries], separators=(",", ":")).encode("ascii")
    for field in _NUMBERS:
        yield _numbers(getattr(entry, field) for entry in entries)
    for field in _WORDS:
        table: dict[str, int] = {}
        places = [table.setdefault(getattr(entry, field), len(table)) for entry in entries]
        yield json.dumps(list(table)).encode("ascii") + b"\0" + _numbers(places)


def _entries(sections: Sequence[bytes], plain: _Plain) -> list[Entry]:
    digests, has_digest, names = sections[:3]
    count = len(has_digest)
    if len(digests) != _DIGEST_BYTES * sum(has_digest):
        raise NoRecord("digests that do not match the entries")
    at = iter(range(0, len(digests), _DIGEST_BYTES))
    columns = {
        "name": json.loads(names),
        "digest": [digests[(start := next(at)) : start + _DIGEST_BYTES] if has else None for has in has_digest],
    }
    for field, section in zip(_NUMBERS, sections[3:], strict=False):
        columns[field] = _from_numbers(section)
    for field, section in zip(_WORDS, sections[3 + len(_NUMBERS) :], strict=True):
        table, _, places = section.partition(b"\0")
        columns[field] = list(map(json.loads(table).__getitem__, _from_numbers(places)))
    if any(len(column) != count for column in columns.values()):
        raise NoRecord("columns of different lengths")
    ordinals = (item[0] for table in (plain.matches, plain.older_digests, plain.elf, plain.extras, plain.kept) for item in table)
    if any(not 0 <= ordinal < count for ordinal in ordinals):
        raise NoRecord("data of a missing entry")
    entries = list(map(Entry, *(columns[field] for field in Entry._fields[:-1]), repeat(None)))
    for ordinal, xattrs, device, sparse in plain.extras:
        extra = Extra(tuple((key, bytes.fromhex(value)) for key, value in xattrs), device, sparse)
        entries[ordinal] = entries[ordinal]._replace(extra=extra)
    return entries


def _numbers(values: Iterable[int]) -> bytes:
    numbers = array("q", values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _from_numbers(data: bytes) -> list[int]:
    numbers = array("q", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()


# -- all else ----------------------------------------------------------------------------------------------------------


def _plain(index: LayerIndex, kept: tuple[tuple[int, int, int], ...], blocks: tuple[tuple[int, int], ...]) -> _Plain:
    extras = ((ordinal, entry.extra) for ordinal, entry in enumerate(index.entries) if entry.extra is not None)
    return _Plain(
        status=index.status,
        reason=index.reason,
        compression=index.compression,
        stored=index.stored,
        expanded=index.expanded,
        files=index.files,
        file_bytes=index.file_bytes,
        trailing=index.trailing,
        blob_digest=index.blob_digest,
        diff_id=index.diff_id,
        variant=index.variant,
        padded=index.padded,
        packed=index.packed,
        attribute_bytes=index.attribute_bytes,
        sparse_bytes=index.sparse_bytes,
        behind=index.behind,
        matches=tuple(index.matches.items()),
        older_digests=tuple(index.older_digests.items()),
        elf=tuple(index.elf.items()),
        extras=tuple((at, tuple((key, value.hex()) for key, value in extra.xattrs), extra.device, extra.sparse) for at, extra in extras),
        kept=kept,
        blocks=blocks,
        problems=tuple(
            (
                item.topic,
                item.where,
                item.what,
                item.expected,
                item.found,
                item.layer_index is not None,
                item.path,
                item.unread,
                item.is_habit,
            )
            for item in index.problems
        ),
    )


def _index(plain: _Plain, entries: list[Entry], place: _SpoolPlace) -> LayerIndex:
    return LayerIndex(
        entries=entries,
        status=LayerStatus(plain.status),
        reason=plain.reason,
        compression=plain.compression,
        stored=plain.stored,
        expanded=plain.expanded,
        files=plain.files,
        file_bytes=plain.file_bytes,
        trailing=plain.trailing,
        blob_digest=plain.blob_digest,
        diff_id=plain.diff_id,
        variant=plain.variant,
        padded=plain.padded,
        kept={ordinal: SpooledContent(place, offset, size) for ordinal, offset, size in plain.kept},
        behind=plain.behind,
        packed=plain.packed,
        older_digests=dict(plain.older_digests),
        elf=dict(plain.elf),
        matches=dict(plain.matches),
        problems=[
            Problem(Topic(topic), where, what, expected, found, 0 if has_layer else None, path, unread, is_habit)
            for topic, where, what, expected, found, has_layer, path, unread, is_habit in plain.problems
        ],
        attribute_bytes=plain.attribute_bytes,
        sparse_bytes=plain.sparse_bytes,
        has_plain_names=True,
    )
