"""The walk over a mirror's directories: which directories are images, which files are archives, and what is skipped, with the reason."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from imginspect.archive.directory_members import DirectoryMembers
from imginspect.archive.layout import Layout, SharedStore
from imginspect.archive.layouts import is_unfinished, layout_of_folder
from imginspect.batch.mirror.file_kind import FileKey, file_kind
from imginspect.batch.values.plans import Skipped, Unit
from imginspect.limits import Limits

_ZOT = frozenset({"_trivy", "_zot", "_uploads"})
"""Folders of zot beside its repositories; those that start with a dot are skipped everywhere."""

Found = Unit | Skipped


class HostPlace(NamedTuple):
    """A path on the host, the way it is shown, and its path *below* the SOURCE (empty for the SOURCE itself)."""

    path: str
    shown: str
    below: str

    def child(self, name: str) -> HostPlace:
        """The item *name* in this directory."""
        below = f"{self.below}/{name}" if self.below else name
        return HostPlace(os.path.join(self.path, name), os.path.join(self.shown, name), below)


def name_of_place(below: str) -> tuple[str, str]:
    """(repository, tag) from the path of a directory *below* SOURCE: ``library/app:1.0``, or ``library/app@sha256:…``."""
    folder, slash, last = below.rpartition("/")
    name, mark, tag = last.partition("@") if "@" in last else last.partition(":")
    return (folder + slash + name, tag) if mark and name and tag else (below, "")


def further_folders(members: DirectoryMembers, layout: Layout) -> list[str]:
    """Directories in a layout (and links to them) that are not part of it.

    A store may keep the repository ``app/sub`` inside the directory of ``app``.
    """
    own = layout.own_folders
    if own is None:
        return []
    return [name for name in members.children("") if name not in own and os.path.isdir(members.host_path(name))]


class MirrorWalk:
    """One walk, which remembers visited items: a file or directory that is reached twice is used once."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._seen: set[FileKey] = set()

    def named(self, place: HostPlace) -> Iterator[Found]:
        """The items at *place*, which the user named: a file is always opened as an archive, and a link is followed."""
        if os.path.isdir(place.path):
            yield from self._walk(place)
        else:
            yield from self._file(place, was_named=True)

    def met(self, place: HostPlace) -> Iterator[Found]:
        """The items at *place*, which the walk found."""
        kind = _kind(place.path)
        if kind == "folder":
            yield from self._walk(place)
        else:
            yield from self._one(place, kind)

    def _walk(self, top: HostPlace) -> Iterator[Found]:
        """Depth first and by name, with its own stack, because directories may be nested deeper than function calls."""
        stack: list[Iterator[tuple[HostPlace, str]]] = [iter([(top, "folder")])]
        while stack:
            place, kind = next(stack[-1], (None, ""))
            if place is None:
                stack.pop()
            elif kind == "folder":
                children: list[tuple[HostPlace, str]] = []
                yield from self._folder(place, children)
                stack.append(iter(children))
            else:
                yield from self._one(place, kind)

    def _folder(self, place: HostPlace, children: list[tuple[HostPlace, str]]) -> Iterator[Found]:
        """The items for the directory itself; the entries to visit below it are added to *children*."""
        name = place.below.rpartition("/")[2]
        if name.startswith(".") or name in _ZOT:
            yield Skipped(place.shown, "a hidden directory or one that a registry keeps for itself; to inspect it, name it as a source")
            return
        try:
            status = os.stat(place.path)
            with os.scandir(place.path) as entries:
                names = sorted((entry.name, _kind_of(entry)) for entry in entries)
        except OSError as error:
            yield Skipped(place.shown, f"the directory cannot be read: {error.strerror}", unread=True)
            return
        if self._was_met((status.st_dev, status.st_ino)):
            yield Skipped(place.shown, "the same directory as one already visited")
            return
        members = DirectoryMembers(Path(place.path))
        layout = layout_of_folder(members, self._limits)
        if layout is None and is_unfinished(members):
            repository, tag = name_of_place(place.below)
            yield Unit(place.path, place.shown, repository, tag)
        elif layout is None:
            children += [(place.child(name), kind) for name, kind in names]
        elif layout.shared is not None:
            yield from _repositories(place, members, layout.shared)
            children += [(place.child(name), kind) for name, kind in names if name not in (layout.own_folders or ())]
        else:
            repository, tag = name_of_place(place.below)
            yield Unit(place.path, place.shown, repository, tag)
            further = set(further_folders(members, layout))
            children += [(place.child(name), kind) for name, kind in names if name in further]

    def _one(self, place: HostPlace, kind: str) -> Iterator[Found]:
        if kind == "link":
            kind = _kind(place.path, follow=True)
            if kind == "folder":
                yield Skipped(place.shown, "a link to a directory; such links are not followed", unread=not self._is_within(place))
                return
        if kind == "file":
            yield from self._file(place)
        elif kind == "nothing":
            yield Skipped(place.shown, "a broken link", unread=True)
        else:
            yield Skipped(place.shown, "a special file (a device, pipe or socket)")

    def _file(self, place: HostPlace, *, was_named: bool = False) -> Iterator[Found]:
        kind = file_kind(place.path)
        if not kind.is_archive and not was_named:
            yield Skipped(place.shown, kind.reason, unread=kind.unread)
        elif kind.key is not None and self._was_met(kind.key):
            yield Skipped(place.shown, "the same file as one already visited, through a link or another source")
        else:
            yield Unit(place.path, place.shown)

    def _is_within(self, place: HostPlace) -> bool:
        """Whether a link leads to something below the SOURCE that it is in, which is walked anyway."""
        depth = place.below.count("/") + 1
        top = os.path.realpath(os.path.join(os.path.dirname(place.path), *[".."] * (depth - 1)))
        return os.path.realpath(place.path).startswith(top.rstrip("/") + "/")

    def _was_met(self, key: FileKey) -> bool:
        if key in self._seen:
            return True
        self._seen.add(key)
        return False


def _repositories(place: HostPlace, members: DirectoryMembers, store: SharedStore) -> Iterator[Found]:
    """A unit for each repository of a registry's storage tree; items that could not be listed are reported at the end."""
    count = 0
    for repository in store.repositories(members, ""):
        count += 1
        yield Unit(place.path, os.path.join(place.shown, "repositories", repository), repository, "", repository)
    for name, reason in sorted(members.unlisted.items()):
        yield Skipped(os.path.join(place.shown, name), reason, unread=not reason.startswith("a link"))
    if not count:
        yield Skipped(place.shown, "a registry storage tree without repositories")


def _kind_of(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "special"


def _kind(path: str, *, follow: bool = False) -> str:
    try:
        mode = (os.stat if follow else os.lstat)(path).st_mode
    except OSError:
        return "nothing"
    if stat.S_ISLNK(mode):
        return "link"
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else "special"
