"""Members of a directory on the host: looked up one by one, links read and never followed by the system."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from imginspect.archive.members import BlobNotFound, ByteReader, Member
from imginspect.archive.source import FileReader
from imginspect.tar.header import DIRECTORY, FILE, SYMLINK

_MOST_FOLDERS = 100_000
"""Folders that are remembered as such; one beyond is looked up again each time, and nothing is lost."""


class DirectoryMembers:
    """The files below *root*. Opening refuses links and anything that is not a regular file, so no pipe can hang the reader."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._start = os.path.join(root, "")
        self._folders: set[str] = set()
        self.unlisted: dict[str, str] = {}
        """Folders that ``children`` could not list though they are there, with the reason."""

    def host_path(self, name: str) -> str:
        """Where the member *name* is on the host, below the root as it was given."""
        return self._start + name

    def look_up(self, name: str) -> Member | None:
        """See Members. What was found to be a folder is not looked at again: a store's blobs have half a dozen of them in common."""
        if name in self._folders:
            return Member(name, DIRECTORY, 0)
        path = self._start + name
        try:
            status = os.lstat(path)
            link = os.readlink(path) if stat.S_ISLNK(status.st_mode) else ""
        except (OSError, ValueError):
            return None
        member = _member(name, status, link)
        if member.kind == DIRECTORY and len(self._folders) < _MOST_FOLDERS:
            self._folders.add(name)
        return member

    def open(self, member: Member) -> ByteReader:
        """See Members."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            descriptor = os.open(self._start + member.name, flags)
        except OSError as error:
            raise BlobNotFound(f"{member.name} cannot be opened: {error.strerror}") from error
        handle = os.fdopen(descriptor, "rb", buffering=0)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            handle.close()
            raise BlobNotFound(f"{member.name} is not a regular file")
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
        at = ""
        try:
            for part in name.split("/") if name else ():
                at = f"{at}/{part}" if at else part
                if at not in self._folders and os.path.islink(self._start + at):
                    if os.path.isdir(self._start + at):
                        self.unlisted[at] = "a link to a directory, which is not followed"
                    return []  # it may lead out of the tree, or round in it
            return sorted(os.listdir(self._start + name))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return []
        except OSError as error:
            self.unlisted[name] = f"it cannot be read: {error.strerror}"
            return []


def _member(name: str, status: os.stat_result, link: str) -> Member:
    mode = status.st_mode
    if stat.S_ISREG(mode):
        return Member(name, FILE, status.st_size)
    if stat.S_ISLNK(mode):
        return Member(name, SYMLINK, 0, link=link)
    return Member(name, DIRECTORY if stat.S_ISDIR(mode) else "special file", 0)
