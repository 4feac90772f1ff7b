"""An input that could not be inspected: its name, size and sha256, as far as they are known."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path, PurePath
from typing import NamedTuple

from imginspect.archive import Archive
from imginspect.errors import ArchiveError, InputDigest
from imginspect.reading.custody import Link, LinkStatus

_PIECE = 1 << 20
"""Bytes that are copied at a time; all of the input is."""
_NO_DIGEST = " (a directory, which has no digest of its own)"


class Given(NamedTuple):
    """An archive as it was given: *name* as reports show it; *path* is None for a stream. No more than *most* bytes are hashed."""

    name: str
    path: Path | None = None
    most: int | None = None


def given(source: str | os.PathLike[str], most: int | None = None) -> Given:
    """*source* (``-`` is standard input) with its name: as it was written, but of an absolute path only the last part.

    A relative name is input, which a report may hold. An absolute path says how the host is set up: the report of one archive would
    differ between machines, and tell whose folder it was in.
    """
    text = os.fspath(source)
    if text == "-":
        return Given("standard input")
    path = PurePath(text)
    return Given((path.name or "the root directory") if path.is_absolute() else text, Path(text), most)


def link_of_archive(what: Given, archive: Archive) -> Link:
    """*archive*, which was opened, as the chain's first link."""
    if archive.file is None:
        return Link("archive", what.name + _NO_DIGEST, LinkStatus.COMPUTED)
    try:
        return Link("archive", what.name, LinkStatus.COMPUTED, f"sha256:{archive.file.finish_digest()}", size=archive.file.stored_size)
    except ArchiveError:  # it shrank, or the medium failed
        return Link("archive", what.name, LinkStatus.NOT_READ, size=archive.file.stored_size)


def link_of_unopened(what: Given, seen: InputDigest | None) -> Link:
    """What could not be opened as an archive. *seen* are the bytes of a stream; those of a file are read here."""
    if what.path is not None and what.path.is_dir():
        return Link("archive", what.name + _NO_DIGEST, LinkStatus.COMPUTED)
    if seen is None and what.path is not None:
        seen = _read(what.path, what.most)
    if seen is None:
        return Link("archive", what.name, LinkStatus.NOT_READ)
    return Link(
        "archive",
        what.name,
        LinkStatus.COMPUTED if seen.is_whole else LinkStatus.NOT_READ,
        f"sha256:{seen.sha256}" if seen.sha256 else None,
        size=seen.size,
    )


def _read(path: Path, most: int | None) -> InputDigest | None:
    """Size and sha256 of the plain file at *path*: of what can be read of it. None where it is no file; no digest beyond *most* bytes."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return _size_alone(path)
    with os.fdopen(descriptor, "rb", buffering=0) as handle:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        if most is not None and status.st_size > most:
            return InputDigest(status.st_size, "", is_whole=False)
        digest, read = hashlib.sha256(), 0
        try:
            while piece := handle.read(_PIECE):
                digest.update(piece)
                read += len(piece)
        except OSError:
            return InputDigest(read, digest.hexdigest() if read else "", is_whole=False)
    return InputDigest(read, digest.hexdigest(), is_whole=True)


def _size_alone(path: Path) -> InputDigest | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return InputDigest(status.st_size, "", is_whole=False) if stat.S_ISREG(status.st_mode) else None
