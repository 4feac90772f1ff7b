"""Packages of rpm: rpmdb.sqlite. The older ndb and Berkeley databases are named and not read.

Source: rpm's "Database" and "Package format" documents (headers and tags); measured on rpm 4.18.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from functools import partial

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.host.sqlite_file import CorruptDatabase, SqliteFile
from imginspect.packages.package import Claim, Manager, NotDetermined, Package, Stated, StatedOrNot
from imginspect.tar.header import DIRECTORY

_FOLDERS = ("/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm")
_OLDER = {"Packages.db": "ndb", "Packages": "Berkeley DB"}
_NAME, _VERSION, _RELEASE, _EPOCH, _LICENCE = 1000, 1001, 1002, 1003, 1014
_DIGESTS, _INDEXES, _BASENAMES, _DIRNAMES, _ALGORITHM = 1035, 1116, 1117, 1118, 5011
_NUMBERS = frozenset({_EPOCH, _INDEXES, _ALGORITHM})
_TEXTS = frozenset({_NAME, _VERSION, _RELEASE, _LICENCE, _DIGESTS, _BASENAMES, _DIRNAMES})
_INT32, _STRING, _STRING_ARRAY, _I18N = 4, 6, 8, 9
_MOST_VALUES = 1_000_000
"""Values of one tag: as many as the files that an image may have. Each becomes an object in memory."""
_ALGORITHMS = {1: ("md5", 32), 2: ("sha1", 40), 8: ("sha256", 64), 9: ("sha384", 96), 10: ("sha512", 128)}
"""OpenPGP's numbers of digests; a header without one has md5."""
_PSEUDO = "gpg-pubkey"
"""Keys that rpm trusts are in its database as packages without files."""


def rpm_packages(view: View) -> Iterator[StatedOrNot]:
    """The packages that rpm's database states."""
    seen: set[str] = set()
    for folder in _FOLDERS:
        for name in ("rpmdb.sqlite", *_OLDER):
            node = view.find(f"{folder}/{name}")
            if node is None or node.kind == DIRECTORY or not node.size or node.path in seen:
                continue
            seen.add(node.path)
            if name in _OLDER:
                yield NotDetermined(node.path, f"not determinable: an rpm database in the older format {_OLDER[name]} is not read")
            else:
                yield from _packages(view, node)
                yield from _unwritten(view, f"{folder}/{name}-wal")


def _packages(view: View, node: Node) -> Iterator[StatedOrNot]:
    content = view.content(node)
    if content is None:
        yield NotDetermined(node.path, "it was not read", due_to_unread=True)
        return
    try:
        database = SqliteFile(content)
        first = database.tables().get("Packages")
        for _, row in database.rows(first) if first is not None else ():
            blob = next((field for field in row if isinstance(field, bytes)), b"")
            header = _header(blob)
            name = _one(header, _NAME)
            if name and name != _PSEUDO:
                package = Package(Manager.RPM, name, _version(header), node.path, node.layer_index, _one(header, _LICENCE))
                yield Stated(package, partial(_claims, blob))
    except (CorruptDatabase, struct.error) as error:
        yield NotDetermined(node.path, f"it cannot be read on: {error}", due_to_unread=True)


def _unwritten(view: View, path: str) -> Iterator[NotDetermined]:
    """The log of changes that are not in the database itself yet, where there is one."""
    log = view.find(path)
    if log is not None and log.size:
        yield NotDetermined(log.path, "changes in a write-ahead log are not read", due_to_unread=True)


def _version(header: dict[int, list[str] | list[int]]) -> str:
    version = "-".join(part for part in (_one(header, _VERSION), _one(header, _RELEASE)) if part)
    epoch = header.get(_EPOCH)
    return f"{epoch[0]}:{version}" if epoch else version


def _one(header: dict[int, list[str] | list[int]], tag: int) -> str:
    values = header.get(tag)
    return str(values[0]) if values else ""


def _header(blob: bytes) -> dict[int, list[str] | list[int]]:
    """The texts and numbers of the tags that are used here."""
    if len(blob) < 8:
        return {}
    count, size = struct.unpack_from(">II", blob)
    start = 8 + 16 * count
    if start + size > len(blob):
        raise CorruptDatabase("a header is longer than its row")
    found: dict[int, list[str] | list[int]] = {}
    for number in range(count):
        tag, kind, offset, many = struct.unpack_from(">IIII", blob, 8 + 16 * number)
        if tag in found or offset > size:
            continue
        if tag in _NUMBERS | _TEXTS and many > _MOST_VALUES:
            raise CorruptDatabase(f"a tag has {many:,} values")
        at = start + offset
        if tag in _NUMBERS and kind == _INT32 and at + 4 * many <= start + size:
            found[tag] = list(struct.unpack_from(f">{many}I", blob, at))
        elif tag in _TEXTS and kind in (_STRING, _STRING_ARRAY, _I18N):
            found[tag] = [text.decode("utf-8", "replace") for text in blob[at : start + size].split(b"\0", many)[:many]]
    return found


def _claims(blob: bytes) -> Iterable[Claim]:
    header = _header(blob)
    algorithm, length = _ALGORITHMS.get(int(_one(header, _ALGORITHM) or 1), ("", 0))
    names, folders, indexes = header.get(_BASENAMES, []), header.get(_DIRNAMES, []), header.get(_INDEXES, [])
    digests = header.get(_DIGESTS, [])
    for number, name in enumerate(names[: len(indexes)]):
        index = int(indexes[number])
        if index < len(folders):
            digest = str(digests[number]) if number < len(digests) else ""
            yield Claim(f"{folders[index]}{name}", f"{algorithm}:{digest}" if length and len(digest) == length else "")
