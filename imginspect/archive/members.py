"""Members: the named things of an archive, whether it is a tar or a directory; links are followed inside it only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from imginspect.errors import ArchiveError
from imginspect.limits import Limits
from imginspect.tar.header import FILE, HARDLINK, SYMLINK


class BlobNotFound(ArchiveError):
    """No member of that name, or a link that leads nowhere or out of the archive."""


class ByteReader(Protocol):
    """Reads a member from its start."""

    def read(self, count: int) -> bytes:
        """Up to *count* bytes; none at the end."""

    def readinto(self, target: memoryview) -> int:
        """Fill *target*; how many bytes there were, 0 at the end."""

    def close(self) -> None:
        """Give up what the reader holds; more than once does no harm."""


class Member(NamedTuple):
    """One member: its normalised relative name, kind, size in bytes, and where its content starts (-1 in a directory)."""

    name: str
    kind: str
    size: int
    offset: int = -1
    link: str = ""
    available: int = -1
    """Bytes that are really there; -1 where that is *size*."""

    @property
    def is_truncated(self) -> bool:
        """Whether the archive ends before this member does."""
        return 0 <= self.available < self.size


def read_whole(reader: ByteReader, size: int) -> bytes:
    """Up to *size* bytes from *reader*, which is closed."""
    data = b""
    try:
        while len(data) < size and (piece := reader.read(size - len(data))):
            data += piece
    finally:
        reader.close()
    return data


class Members(Protocol):
    """What a format reader needs of an archive."""

    def look_up(self, name: str) -> Member | None:
        """The member of exactly that name, links not followed."""

    def open(self, member: Member) -> ByteReader:
        """A reader of *member*, a file."""

    def status(self, member: Member) -> os.stat_result | None:
        """The status of the file on the host that holds the bytes of *member* as they are; None where none does, or it is not known."""

    def walk(self) -> Iterator[Member]:
        """All members, in the archive's order (tar) or by name (directory)."""

    def children(self, name: str) -> list[str]:
        """Names directly below the folder *name* (``""`` is the top), sorted."""


def find(members: Members, name: str, limits: Limits) -> Member:
    """The file that *name* leads to; links are followed, inside the archive only.

    Raises: BlobNotFound
    """
    parts = [part for part in reversed(name.split("/")) if part not in ("", ".")]
    at: list[str] = []
    hops = 0
    while parts:
        part = parts.pop()
        if part == "..":
            if not at:
                raise BlobNotFound(f"{name} leads out of the archive")
            at.pop()
            continue
        here = "/".join([*at, part])
        member = members.look_up(here)
        if member is not None and member.kind in (SYMLINK, HARDLINK):
            hops += 1
            if hops > limits.link_hops:
                raise BlobNotFound(f"{name}: too many links (more than {limits.link_hops})")
            if member.link.startswith("/"):
                raise BlobNotFound(f"{here} is a link that leads out of the archive, to {member.link}")
            if member.kind == HARDLINK:
                at = []
            parts += [piece for piece in reversed(member.link.split("/")) if piece not in ("", ".")]
            continue
        at.append(part)
        if not parts:
            if member is None or member.kind != FILE:
                raise BlobNotFound(f"{here} is not in the archive" if member is None else f"{here} is a {member.kind}, not a file")
            return member
    raise BlobNotFound(f"{name} is not a file")


def normalise(name: str) -> str | None:
    """*name* without ``.`` parts, doubled and outer slashes; None where it is absolute or leads out of the archive."""
    parts: list[str] = []
    for part in name.split("/"):
        if part == "..":
            return None
        if part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
