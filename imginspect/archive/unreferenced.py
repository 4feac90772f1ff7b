"""The contents of an archive besides its images: metadata that tools are known to add, and unreferenced files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple, Protocol

from imginspect.archive.archive import Archive
from imginspect.archive.members import Member
from imginspect.archive.tar_members import TarMembers
from imginspect.errors import ImgInspectError
from imginspect.host.compression import HEAD_BYTES, PLAIN, compression_of
from imginspect.oci.document import JsonObject, parse_document
from imginspect.tar.header import BLOCK, FILE, ZERO_BLOCK, checksum_matches

_METADATA = re.compile(
    r"oci-layout|repositories|version|VERSION|(?:.*/)?VERSION|[0-9a-f]{64}/json|signature-\d+|index\.json|manifest\.json"
)
_BLOB_NAME = re.compile(r"(?:\A|/)blobs/sha256/([0-9a-f]{64})\Z")
MISNAMED = "a blob whose digest does not match its name"
BEHIND = "the data after the end of the archive's tar"
_TEXT_BYTES = 4096
"""First bytes by which a text is told from other data: a NUL among them."""
_SMALL = 1 << 20
"""Bytes of a document that is parsed to say what it is; a larger one is called by its first bytes."""
_PIECE = 1 << 20
"""Bytes that are read at a time, all that is held of a file; all of it is read."""


class Unreferenced(NamedTuple):
    """A file of the archive that no document refers to; *is_metadata* where tools are known to write such files."""

    name: str
    size: int
    kind: str
    sha256: str | None
    is_metadata: bool


class UnreferencedListener(Protocol):
    """Is given the bytes that belong to no image while they are read."""

    def begin(self, name: str) -> None:
        """The bytes of *name* follow."""

    def feed(self, piece: bytes) -> None:
        """The next of them."""

    def end(self) -> None:
        """That was the last."""


def unreferenced_files(archive: Archive, listener: UnreferencedListener) -> Iterator[Unreferenced]:
    """Every file that nothing refers to, read and hashed; none of an archive that is shared by images which were not all listed."""
    if archive.is_shared:
        return
    for member in archive.members.walk():
        if member.kind == FILE and member.name not in archive.reader.referenced:
            listener.begin(member.name)
            yield _read(archive, member, listener)
            listener.end()


def is_tools_metadata(name: str) -> bool:
    """Whether tools are known to write a file of that *name* (below the layout's folder) beside an image's own."""
    return _METADATA.fullmatch(name) is not None


def trailing_bytes(archive: Archive, listener: UnreferencedListener) -> tuple[int, int]:
    """(bytes behind the end of the archive's tar, how many of them are not zero)."""
    if archive.file is None or not isinstance(archive.members, TarMembers):
        return 0, 0
    file, start = archive.file, archive.members.end
    total = nonzero = 0
    listener.begin(BEHIND)
    while piece := file.read_at(start + total, _PIECE):
        total += len(piece)
        nonzero += len(piece) - piece.count(0)
        listener.feed(piece)
    listener.end()
    return total, nonzero


def _read(archive: Archive, member: Member, listener: UnreferencedListener) -> Unreferenced:
    name = member.name.removeprefix(archive.top)
    hasher = hashlib.sha256()
    head = b""
    try:
        reader = archive.members.open(member)
        with closing(reader):
            while piece := reader.read(_PIECE):
                if len(head) < _SMALL:
                    head += piece
                hasher.update(piece)
                listener.feed(piece)
    except (ImgInspectError, OSError):
        return Unreferenced(member.name, member.size, "unreadable", None, is_metadata=False)
    promised = _BLOB_NAME.search(name)
    if promised and promised[1] != hasher.hexdigest():
        return Unreferenced(member.name, member.size, MISNAMED, hasher.hexdigest(), is_metadata=False)
    kind = _EMPTY if hasher.hexdigest() == _EMPTY_LAYER else _kind(name, head, member.size, archive)
    return Unreferenced(member.name, member.size, kind, hasher.hexdigest(), is_metadata=kind in _KNOWN or member.size == 0)


_V1 = "layer metadata (version 1)"
_TOOL = "metadata of the tool that wrote the archive"
_EMPTY = "the empty layer of throwaway steps in a schema 1 manifest"
_KNOWN = frozenset({_V1, _TOOL, _EMPTY})
_EMPTY_LAYER = "a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"


def _kind(name: str, head: bytes, size: int, archive: Archive) -> str:
    if size <= _SMALL and _METADATA.fullmatch(name) and name != "index.json":  # one that is read nowhere is no index of images
        return _TOOL
    if size <= _SMALL and head[:1] in (b"{", b"["):
        try:
            document = parse_document(head, name, archive.limits)
        except ImgInspectError:
            return "text"
        if isinstance(document, JsonObject) and _is_v1(document):
            return _V1
        return "JSON document"
    compression = compression_of(head[:HEAD_BYTES])
    if compression != PLAIN:
        return f"{compression} data"
    if len(head) >= BLOCK and head[:BLOCK] != ZERO_BLOCK and checksum_matches(head[:BLOCK]):
        return "tar"
    return "text" if head and b"\0" not in head[:_TEXT_BYTES] else "data"


def _is_v1(document: JsonObject) -> bool:
    """Whether this is one of the per-layer JSON documents that docker save has written since version 1."""
    keys = {key for key, _ in document.pairs}
    return "id" in keys and bool(keys & {"created", "container_config", "parent", "os"}) and "layers" not in keys
