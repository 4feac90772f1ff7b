"""Members of a directory on the host: looked up one by one, links read and never followed by the system."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from imginspect.archive.members import BlobNotFound, ByteReader, Member
from imginspect.archive.source import FileReader
from imginspect.tar.header import DIRECTORY, FILE, SYMLINK


class DirectoryMembers:
    """The files below *root*. Opening refuses links and anything that is not a plain file, so no pipe can hang the reader."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def look_up(self, name: str) -> Member | None:
        """See Members."""
        path = self._root / name
        try:
            status = path.lstat()
            link = os.readlink(path) if stat.S_ISLNK(status.st_mode) else ""
        except (OSError, ValueError):
            return None
        return _member(name, status, link)

    def open(self, member: Member) -> ByteReader:
        """See Members."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            descriptor = os.open(self._root / member.name, flags)
        except OSError as error:
            raise BlobNotFound(f"{member.name} cannot be opened: {error.strerror}") from error
        handle = os.fdopen(descriptor, "rb", buffering=0)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            handle.close()
            raise BlobNotFound(f"{member.name} is not a plain file")
        return FileReader(handle)

    def status(self, member: Member) -> os.stat_result | None:
        """See Members."""
        try:
            return (self._root / member.name).lstat()
        except (OSError, ValueError):
            return None

    def walk(self) -> Iterator[Member]:
        """See Members."""
        stack = [""]
        while stack:
            folder = stack.pop()
            below: list[str] = []
            for child in self.children(folder):
                name = f"{folder}/{child}" if folder else child
                member = self.look_up(name)
                if member is None:
                    continue
                yield member
                if member.kind == DIRECTORY:
                    below.append(name)
            stack += reversed(below)

    def children(self, name: str) -> list[str]:
        """See Members."""
        path = self._root
        try:
            for part in name.split("/"):
                path /= part
                if path != self._root and path.is_symlink():
                    return []  # it may lead out of the tree, or round in it
            return sorted(os.listdir(path))
        except (OSError, ValueError):
            return []


def _member(name: str, status: os.stat_result, link: str) -> Member:
    mode = status.st_mode
    if stat.S_ISREG(mode):
        return Member(name, FILE, status.st_size)
    if stat.S_ISLNK(mode):
        return Member(name, SYMLINK, 0, link=link)
    return Member(name, DIRECTORY if stat.S_ISDIR(mode) else "special file", 0)
