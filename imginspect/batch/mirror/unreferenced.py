"""Files in a store that belong to none of its images. No image report shows them, so planning reports them once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from imginspect.archive import Archive, StoredImage
from imginspect.archive.directory_members import DirectoryMembers
from imginspect.archive.members import Member
from imginspect.archive.unreferenced import is_tools_metadata
from imginspect.batch.values.plans import Skipped, Unit
from imginspect.tar.header import DIRECTORY

_MOST_NAMED = 100
"""Files, or manifests, of one place that are told by name; how many more there are is told in one line."""


def strays(unit: Unit, archive: Archive, members: DirectoryMembers) -> Iterator[Skipped]:
    """The files of a directory that no document refers to, after everything in it was listed. Its other subdirectories are not analysed."""
    referenced = archive.reader.referenced
    found = [
        f"{unit.shown}/{member.name}"
        for member in _own_files(members, archive.layout.own_folders or frozenset())
        if member.name not in referenced and not is_tools_metadata(member.name)
    ]
    yield from _told(unit, found, "a file that no image here refers to", "files that no image here refers to")


def without_tag(unit: Unit, revisions: Iterable[str], stored: Sequence[StoredImage]) -> Iterator[Skipped]:
    """The manifests of a registry's repository that no tag refers to."""
    reached = {str(digest) for item in stored for digest in (*item.index_digests, item.manifest_digest)}
    found = [f"{unit.shown}@{digest}" for digest in revisions if digest not in reached]
    yield from _told(unit, found, "a manifest that no tag refers to", "manifests that no tag refers to")


def _told(unit: Unit, found: list[str], one: str, many: str) -> Iterator[Skipped]:
    for name in found[:_MOST_NAMED]:
        yield Skipped(name, one)
    if len(found) > _MOST_NAMED:
        yield Skipped(unit.shown, f"{len(found) - _MOST_NAMED:,} more {many}")


def _own_files(members: DirectoryMembers, own_folders: frozenset[str]) -> Iterator[Member]:
    folders = [""]
    while folders:
        folder = folders.pop()
        for child in members.children(folder):
            name = f"{folder}/{child}" if folder else child
            member = members.look_up(name)
            if member is None:
                continue
            if member.kind != DIRECTORY:
                yield member
            elif name.partition("/")[0] in own_folders:
                folders.append(name)
