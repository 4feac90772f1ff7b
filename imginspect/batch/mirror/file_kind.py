"""Classifies a file in a mirror: an archive to open, or something to skip with a reason."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from imginspect.archive.identify import HEAD_BYTES, identify_bytes
from imginspect.host.compression import PLAIN, compression_of
from imginspect.tar.header import BLOCK, ZERO_BLOCK, checksum_matches

_NAMES = (".tar", ".tgz", ".tzst", ".txz", ".tbz", ".tbz2", ".oci", *(f".tar.{end}" for end in ("gz", "zst", "zstd", "xz", "bz2")))
FileKey = tuple[int, int]
"""Device and inode."""


class FileKind(NamedTuple):
    """*is_archive*: open it; *reason*: why not; *unread*: it could not be read. *key* is None if the file is missing."""

    is_archive: bool
    reason: str = ""
    key: FileKey | None = None
    unread: bool = False


def has_archive_name(path: str) -> bool:
    """Whether the file has an archive suffix. Such a file is always opened, so that a failure is reported."""
    return path.lower().endswith(_NAMES)


def file_kind(path: str) -> FileKind:
    """The kind of the file at *path*, by its content; for compressed files also by its name."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        return FileKind(has_archive_name(path), f"cannot be read: {error.strerror}", _key(path), unread=True)
    try:
        status = os.fstat(descriptor)
        key = (status.st_dev, status.st_ino)
        if not stat.S_ISREG(status.st_mode):
            return FileKind(is_archive=False, reason="not a regular file", key=key)
        if has_archive_name(path):
            return FileKind(is_archive=True, key=key)
        return _by_content(os.pread(descriptor, BLOCK, 0), descriptor, key)
    except OSError as error:
        return FileKind(has_archive_name(path), f"cannot be read: {error.strerror}", None, unread=True)
    finally:
        os.close(descriptor)


def _by_content(block: bytes, descriptor: int, key: FileKey) -> FileKind:
    if len(block) == BLOCK and block != ZERO_BLOCK and checksum_matches(block):
        return FileKind(is_archive=True, key=key)
    compression = compression_of(block)
    if compression != PLAIN:  # there may be an image in it
        what = f"compressed with {compression}, but without an archive suffix such as .tar.gz; to inspect it, name it as a source"
        return FileKind(is_archive=False, reason=what, key=key, unread=True)
    return FileKind(is_archive=False, reason=f"not an archive: {identify_bytes(os.pread(descriptor, HEAD_BYTES, 0))}", key=key)


def _key(path: str) -> FileKey | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
