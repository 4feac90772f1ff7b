"""Members of a tar file: one walk over its headers, skipping contents."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterator

from imginspect.archive.members import ByteReader, Member, normalise
from imginspect.archive.source import ArchiveFile
from imginspect.errors import ImgInspectError, LimitExceeded
from imginspect.limits import Limits
from imginspect.problems import Problem, Problems, Topic
from imginspect.tar.header import FILE, HARDLINK, SYMLINK
from imginspect.tar.reader import RawEntry, TarReader
from imginspect.wording import counted

_HEADER_PIECE = 16 << 10
"""Bytes that are read at once where a header is expected; the next ones follow when they are asked for."""
_BUILDPACKS_LAYER = re.compile(r"/(?:sha256:)?[0-9a-f]{64}\.tar")
"""How Buildpacks (imgutil, local/store.go) name a layer; every reader takes it from the archive's top."""


class NotATar(ImgInspectError):
    """The bytes do not start with a tar header."""


class _SeekingBlocks:
    """Reads a little at each header and skips contents without reading them."""

    def __init__(self, file: ArchiveFile) -> None:
        self._file = file
        self.at = 0

    def next_block(self) -> memoryview:
        data = self._file.read_at(self.at, _HEADER_PIECE)
        self.at += len(data)
        return memoryview(data)

    def skip(self, count: int) -> int:
        passed = max(0, min(count, self._file.size - self.at))
        self.at += passed
        return passed


class TarMembers:
    """The members of a tar archive. Of two members of one name the last one counts, as when it is unpacked; that is a problem."""

    def __init__(self, file: ArchiveFile, limits: Limits, problems: Problems) -> None:
        self._file = file
        self._problems = problems
        self._all: list[Member] = []
        self._by_name: dict[str, Member] = {}
        self._sorted: list[str] | None = None
        self.end = 0
        """Bytes up to the end of the tar; what follows is no member."""
        self._read_headers(limits)

    def look_up(self, name: str) -> Member | None:
        """See Members."""
        return self._by_name.get(name)

    def open(self, member: Member) -> ByteReader:
        """See Members."""
        return self._file.stream(member.offset, member.size)

    def status(self, member: Member) -> os.stat_result | None:
        """See Members."""
        return None if self._file.is_spooled else self._file.status()

    def walk(self) -> Iterator[Member]:
        """See Members; overwritten members included."""
        return iter(self._all)

    def children(self, name: str) -> list[str]:
        """See Members."""
        if self._sorted is None:
            self._sorted = sorted(self._by_name)
        start = name + "/" if name else ""
        found: list[str] = []
        position = bisect_left(self._sorted, start)
        while position < len(self._sorted) and self._sorted[position].startswith(start):
            child = self._sorted[position][len(start) :].partition("/")[0]
            found.append(child)
            position = bisect_left(self._sorted, start + child + "0", position)  # "0" follows "/"
            if position < len(self._sorted) and self._sorted[position] == start + child:
                position += 1
        return sorted(set(found) - {""})

    def _read_headers(self, limits: Limits) -> None:
        blocks = _SeekingBlocks(self._file)
        reader = TarReader(blocks, limits, self._notice)
        try:
            while (entry := reader.next_entry()) is not None:
                if len(self._all) >= limits.members:
                    raise LimitExceeded("members", limits.members, "members of the archive")
                self._add(entry, reader.offset)
            self.end = reader.offset
        except (ImgInspectError, MemoryError) as error:
            if not self._all:
                raise NotATar(str(error)) from error
            self.end = min(reader.offset, self._file.size)
            if not self._note_truncation():
                what = f"its tar cannot be read in full: {error}; {counted(len(self._all), 'member')} read before that"
                self._problems.add(Problem(Topic.UNREAD, "the archive", what, unread=True))
            return
        self._note_truncation()

    def _add(self, entry: RawEntry, offset: int) -> None:
        raw = entry.name.decode("utf-8", "surrogateescape")
        name = normalise(raw)
        if name is None or (raw.startswith("/") and not _BUILDPACKS_LAYER.fullmatch(raw)):
            self._problems.add(Problem(Topic.ESCAPE, "the archive", "a member's name leads out of the archive", found=raw, path=raw))
            name = raw if name is None else name
        kind = entry.kind
        if entry.extra and entry.extra.sparse:
            kind = "sparse file"
            self._problems.add(
                Problem(Topic.UNREAD, "the archive", "a member is stored as a sparse file, as no known tool does", found=raw, unread=True)
            )
        link = entry.link.decode("utf-8", "surrogateescape")
        available = max(0, min(entry.size, self._file.size - offset))
        member = Member(name, kind, entry.size, offset, link, available)
        before = self._by_name.get(name)
        if before is not None and before.kind in (FILE, SYMLINK, HARDLINK) and name:
            self._problems.add(
                Problem(
                    Topic.INDEXES,
                    "the archive",
                    "two members have the same name: some readers use the first, others the last",
                    found=name,
                    path=name,
                )
            )
        self._all.append(member)
        if name:
            self._by_name[name] = member

    def _note_truncation(self) -> bool:
        """Whether the archive ends in the middle of a member; then it is a problem."""
        last = max(self._all, key=lambda member: member.offset + member.size, default=None)
        if last is None or not last.is_truncated:
            return False
        end = last.offset + last.size
        what = f"it is truncated: {last.name} extends to byte {end:,}, but the archive has only {self._file.size:,} bytes"
        self._problems.add(
            Problem(Topic.UNREAD, "the archive", what, expected=f"{end:,} bytes or more", found=f"{self._file.size:,} bytes", unread=True)
        )
        return True

    def _notice(self, topic: Topic, name: bytes, what: str) -> None:
        path = name.decode("utf-8", "surrogateescape")
        self._problems.add(Problem(topic, "the archive", what, path=path or None))
