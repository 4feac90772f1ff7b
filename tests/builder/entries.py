"""Entries of a layer tar, and the low-level blocks that hostile tars are made of."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from tests import tar_writer
from tests.tar_writer import BLOCK, Entry, padded

AS_TARGET = -1
"""The mode of a hard link that states what its target does."""
Name = str | bytes
Records = Mapping[str, str | bytes]


class Written(Protocol):
    """Anything that can be put in a layer tar."""

    def write(self, form: str = "pax") -> bytes:
        """Its blocks, long names in PAX or GNU form."""


@dataclass(frozen=True)
class Raw:
    """Blocks put in the tar as they are."""

    blocks: bytes

    def write(self, form: str = "pax") -> bytes:
        """The blocks."""
        del form
        return self.blocks


def encode(name: Name) -> bytes:
    """*name* as it stands in a tar: surrogate escapes become the bytes that they stand for."""
    return name.encode("utf-8", "surrogateescape") if isinstance(name, str) else name


def _entry(path: Name, typeflag: bytes, keep_name: bool, xattrs: Records | None, pax: Records | None, **fields: object) -> Entry:
    name = encode(path)
    if not keep_name:
        name = name[1:] if name.startswith(b"/") else name
    records: dict[str, str | bytes] = {f"SCHILY.xattr.{key}": value for key, value in (xattrs or {}).items()}
    records.update(pax or {})
    return replace(Entry(name, typeflag, records=records), **fields)  # type: ignore[arg-type]


def file(
    path: Name,
    content: bytes = b"",
    mode: int = 0o644,
    uid: int = 0,
    gid: int = 0,
    mtime: int = 0,
    xattrs: Records | None = None,
    pax: Records | None = None,
    *,
    keep_name: bool = False,
) -> Entry:
    """A regular file; *pax* holds further records, of which a `path` or `size` may lie."""
    return _entry(path, b"0", keep_name, xattrs, pax, content=content, mode=mode, uid=uid, gid=gid, mtime=mtime)


def directory(
    path: Name,
    mode: int = 0o755,
    uid: int = 0,
    gid: int = 0,
    mtime: int = 0,
    xattrs: Records | None = None,
    pax: Records | None = None,
    *,
    keep_name: bool = False,
) -> Entry:
    """A directory; its name ends in a slash unless *keep_name*."""
    name = encode(path) if keep_name else encode(path).rstrip(b"/") + b"/"
    return _entry(name, b"5", keep_name, xattrs, pax, mode=mode, uid=uid, gid=gid, mtime=mtime)


def symlink(path: Name, target: Name, *, keep_name: bool = False, **fields: object) -> Entry:
    """A symbolic link; *target* is written as given."""
    return _entry(path, b"2", keep_name, None, None, **{"link": encode(target), "mode": 0o777, **fields})


def hardlink(path: Name, target: Name, *, keep_name: bool = False, **fields: object) -> Entry:
    """A hard link; *target* loses its leading slash as every name does, unless *keep_name*.

    Without a *mode* its header repeats mode and owner of the file that the same layer has under that name, as real tools write it.
    """
    link = encode(target)
    link = link[1:] if link.startswith(b"/") and not keep_name else link
    return _entry(path, b"1", keep_name, None, None, **{"link": link, "mode": AS_TARGET, **fields})


def char_device(path: Name, major: int = 1, minor: int = 3, **fields: object) -> Entry:
    """A character device; 0, 0 is a whiteout of overlayfs."""
    return _entry(path, b"3", False, None, None, **{"device": (major, minor), **fields})


def block_device(path: Name, major: int = 8, minor: int = 0, **fields: object) -> Entry:
    """A block device."""
    return _entry(path, b"4", False, None, None, **{"device": (major, minor), **fields})


def fifo(path: Name, **fields: object) -> Entry:
    """A named pipe."""
    return _entry(path, b"6", False, None, None, **fields)


def whiteout(path: Name) -> Entry:
    """`.wh.NAME` beside *path*."""
    folder, slash, name = encode(path).strip(b"/").rpartition(b"/")
    return file(folder + slash + b".wh." + name)


def opaque(path: Name) -> Entry:
    """`.wh..wh..opq` in *path*."""
    return file((encode(path).strip(b"/") + b"/.wh..wh..opq").lstrip(b"/"))


def raw(blocks: bytes) -> Raw:
    """Blocks put in the tar as they are."""
    return Raw(blocks)


def sparse_file(path: Name, pieces: list[tuple[int, bytes]], size: int, form: str = "gnu") -> Raw:
    """A sparse file of *size* bytes with *pieces* of data, in the form gnu, pax-0.0, pax-0.1 or pax-1.0."""
    return Raw(tar_writer.sparse(encode(path).decode("utf-8", "surrogateescape"), pieces, size, form).write())


def _number(value: int, width: int, base256: bool) -> bytes:
    """*value* in octal, or in base-256 where asked for, negative or too big."""
    if base256 or value < 0 or value >= 8 ** (width - 1):
        data = value.to_bytes(width, "big", signed=True)
        return bytes([data[0] | 0x80]) + data[1:]
    return b"%0*o\0" % (width - 1, value)


def tar_header(
    name: bytes,
    size: int = 0,
    typeflag: bytes = b"0",
    *,
    mode: int = 0o644,
    uid: int = 0,
    gid: int = 0,
    mtime: int = 0,
    linkname: bytes = b"",
    magic: bytes = b"ustar\x0000",
    uname: bytes = b"",
    gname: bytes = b"",
    major: int = 0,
    minor: int = 0,
    prefix: bytes = b"",
    checksum: int | None = None,
    base256: bool = False,
    size_field: bytes | None = None,
) -> bytes:
    """One header block with a right checksum; *checksum* and *size_field* put in something else as it is."""
    parts = [
        (name, 100), (_number(mode, 8, False), 8), (_number(uid, 8, False), 8), (_number(gid, 8, False), 8),
        (_number(size, 12, base256) if size_field is None else size_field, 12), (_number(mtime, 12, False), 12), (b" " * 8, 8),
        (typeflag, 1), (linkname, 100), (magic, 8), (uname, 32), (gname, 32), (_number(major, 8, False), 8), (_number(minor, 8, False), 8),
        (prefix, 155), (b"", 12),
    ]  # fmt: skip
    block = b"".join(data[:width].ljust(width, b"\0") for data, width in parts)
    total = sum(block) if checksum is None else checksum
    return block[:148] + b"%06o\0 " % total + block[156:]


def pax_block(records: Records | list[tuple[str, str | bytes]], typeflag: bytes = b"x") -> bytes:
    """A PAX extension header (`x`, or `g` for a global one); a list may repeat keys."""
    return tar_writer.pax(dict(records) if isinstance(records, Mapping) else records, typeflag=typeflag)


def tar_bytes(entries: Iterable[Written], format: str = "pax", trailing: bytes = b"", end_blocks: int = 2) -> bytes:  # noqa: A002 - the name of tarfile's argument
    """A tar of *entries*, ended by *end_blocks* zero blocks and followed by *trailing*."""
    return b"".join(entry.write(format) for entry in _with_modes_of_links(entries)) + b"\0" * (BLOCK * end_blocks) + trailing


def _with_modes_of_links(entries: Iterable[Written]) -> Iterator[Written]:
    known: dict[bytes, Entry] = {}
    for entry in entries:
        if not isinstance(entry, Entry):
            yield entry
            continue
        target = known.get(_cleaned(entry.link)) if entry.mode == AS_TARGET else None
        written = _as_target(entry, target) if entry.mode == AS_TARGET else entry
        known[_cleaned(entry.name)] = written
        yield written


def _as_target(link: Entry, target: Entry | None) -> Entry:
    if target is None:
        return replace(link, mode=0o644)
    return replace(link, mode=target.mode, uid=link.uid or target.uid, gid=link.gid or target.gid)


def _cleaned(name: bytes) -> bytes:
    return posixpath.normpath(b"/" + name).lstrip(b"/")


__all__ = [
    "BLOCK", "Entry", "Raw", "Written", "block_device", "char_device", "directory", "encode", "fifo", "file", "hardlink", "opaque",
    "padded", "pax_block", "raw", "sparse_file", "symlink", "tar_bytes", "tar_header", "whiteout",
]  # fmt: skip
