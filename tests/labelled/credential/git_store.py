"""Git's stores of objects: loose ones, and packs with and without deltas. Source: git's documentation, gitformat-pack."""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import NamedTuple

from tests.labelled.credential.packing import Members

WHO = "Jane Doe <jane@example.org> 1700000000 +0000"
NUMBERS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
OFFSET_DELTA, NAMED_DELTA = 6, 7


class Object(NamedTuple):
    """An object of git. *delta_of* is the object that a pack stores it as a difference of."""

    kind: str
    data: bytes
    delta_of: Object | None = None
    named: bool = False

    @property
    def name(self) -> str:
        """Its SHA-1 name."""
        return hashlib.sha1(b"%s %d\0" % (self.kind.encode(), len(self.data)) + self.data, usedforsecurity=False).hexdigest()


def blob(data: bytes, delta_of: Object | None = None, *, named: bool = False) -> Object:
    """A file's content."""
    return Object("blob", data, delta_of, named)


def tree(entries: dict[str, Object]) -> Object:
    """A folder of files."""
    return Object("tree", b"".join(b"100644 %s\0" % name.encode() + bytes.fromhex(entries[name].name) for name in sorted(entries)))


def commit(of: Object, message: str, parent: Object | None = None) -> Object:
    """A commit of a folder."""
    before = f"parent {parent.name}\n" if parent else ""
    return Object("commit", f"tree {of.name}\n{before}author {WHO}\ncommitter {WHO}\n\n{message}\n".encode())


def tag(of: Object, name: str, message: str) -> Object:
    """An annotated tag."""
    return Object("tag", f"object {of.name}\ntype {of.kind}\ntag {name}\ntagger {WHO}\n\n{message}\n".encode())


def loose(objects: list[Object], folder: str = "/app/.git") -> Members:
    """The files of loose *objects*."""
    return tuple(
        (f"{folder}/objects/{each.name[:2]}/{each.name[2:]}", zlib.compress(b"%s %d\0" % (each.kind.encode(), len(each.data)) + each.data))
        for each in objects
    )


def pack(objects: list[Object]) -> bytes:
    """A pack of *objects*. The base of a difference must stand before it."""
    body, starts = b"PACK" + struct.pack(">II", 2, len(objects)), {}
    for each in objects:
        starts[each.name] = len(body)
        body += _packed(each, len(body), starts)
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def index(objects: list[Object], packed: bytes) -> bytes:
    """The index of a pack, version 2."""
    starts, checks = _entries(objects, packed)
    names = sorted(each.name for each in objects)
    fan = b"".join(struct.pack(">I", sum(int(name[:2], 16) <= byte for name in names)) for byte in range(256))
    body = b"\xfftOc" + struct.pack(">I", 2) + fan + b"".join(bytes.fromhex(name) for name in names)
    body += b"".join(struct.pack(">I", checks[name]) for name in names) + b"".join(struct.pack(">I", starts[name]) for name in names)
    body += packed[-20:]
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def packed_files(objects: list[Object], folder: str = "/app/.git") -> Members:
    """The files of a pack and its index."""
    data = pack(objects)
    base = f"{folder}/objects/pack/pack-{data[-20:].hex()}"
    return (f"{base}.pack", data), (f"{base}.idx", index(objects, data))


def head(newest: Object, folder: str = "/app/.git") -> Members:
    """The files that make a folder a repository whose branch main is at *newest*."""
    config = b"[core]\n\trepositoryformatversion = 0\n\tbare = false\n"
    return (
        (f"{folder}/HEAD", b"ref: refs/heads/main\n"),
        (f"{folder}/config", config),
        (f"{folder}/refs/heads/main", f"{newest.name}\n".encode()),
    )


def bundle(newest: Object, objects: list[Object]) -> bytes:
    """A bundle: a repository in one file. Source: gitformat-bundle."""
    return f"# v2 git bundle\n{newest.name} refs/heads/main\n\n".encode() + pack(objects)


def _entries(objects: list[Object], packed: bytes) -> tuple[dict[str, int], dict[str, int]]:
    starts: dict[str, int] = {}
    checks: dict[str, int] = {}
    at = 12
    for each in objects:
        starts[each.name] = at
        entry = _packed(each, at, starts)
        checks[each.name] = zlib.crc32(entry)
        at += len(entry)
    assert at == len(packed) - 20
    return starts, checks


def _packed(each: Object, at: int, starts: dict[str, int]) -> bytes:
    if each.delta_of is None:
        return _header(NUMBERS[each.kind], len(each.data)) + zlib.compress(each.data)
    difference = _difference(each.delta_of.data, each.data)
    if each.named:
        base = bytes.fromhex(each.delta_of.name)
        return _header(NAMED_DELTA, len(difference)) + base + zlib.compress(difference)
    return _header(OFFSET_DELTA, len(difference)) + _back(at - starts[each.delta_of.name]) + zlib.compress(difference)


def _header(number: int, size: int) -> bytes:
    byte, size = number << 4 | size & 15, size >> 4
    out = bytearray()
    while size:
        out.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    out.append(byte)
    return bytes(out)


def _back(distance: int) -> bytes:
    out = [distance & 0x7F]
    while distance := distance >> 7:
        distance -= 1
        out.append(distance & 0x7F | 0x80)
    return bytes(reversed(out))


def _size(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _difference(old: bytes, new: bytes) -> bytes:
    """*new* as what begins like *old*, what is new, and what ends like *old*."""
    begin = 0
    while begin < min(len(old), len(new)) and old[begin] == new[begin]:
        begin += 1
    end = 0
    while end < min(len(old), len(new)) - begin and old[-1 - end] == new[-1 - end]:
        end += 1
    middle = new[begin : len(new) - end]
    inserted = b"".join(bytes([len(part)]) + part for part in (middle[at : at + 127] for at in range(0, len(middle), 127)))
    return _size(len(old)) + _size(len(new)) + _copy(0, begin) + inserted + _copy(len(old) - end, end)


def _copy(offset: int, size: int) -> bytes:
    if not size:
        return b""
    command, arguments = 0x80, bytearray()
    for bit, number in [(bit, offset >> 8 * bit & 0xFF) for bit in range(4)] + [(4 + bit, size >> 8 * bit & 0xFF) for bit in range(3)]:
        if number:
            command |= 1 << bit
            arguments.append(number)
    return bytes([command]) + bytes(arguments)
