"""Cache: what was worked out once and can be worked out again, kept between runs in a folder of the user's.

Nothing is believed because it is there. The folder must be the user's own, no link, and writable by nobody else; so must each entry,
which begins with the sha256 of its key and content. Whatever is wrong counts as *not there*: a cache makes a run quicker, never different.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_KEY = re.compile(r"[a-z]+-[0-9a-f]{64}")
_SUFFIX = ".imginspect"
_OURS = re.compile(rf"\.?{_KEY.pattern}(?:\.[0-9a-f]{{16}})?{re.escape(_SUFFIX)}")
_DIGEST_BYTES = hashlib.sha256().digest_size
_MOST_BYTES = 256 << 20
_MOST_ENTRIES = 32
_FAILURES = (OSError, ValueError, MemoryError)
"""Of the system, of a folder's name with a NUL in it, and of an entry too large for this machine."""


class Cache:
    """Contents by key in *folder*; without a folder nothing is kept. Deleting the folder is always safe."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def get(self, key: str) -> bytes | None:
        """The content that was put under *key*; None where there is none that can be trusted."""
        name = _name(key)
        with suppress(*_FAILURES), self._opened() as folder:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
            with os.fdopen(descriptor, "rb") as handle:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode) or not _is_own(status) or status.st_size > _MOST_BYTES:
                    return None
                stored = handle.read(_MOST_BYTES)
            content = stored[_DIGEST_BYTES:]
            if stored[:_DIGEST_BYTES] == _digest(key, content):
                return content
        return None

    def put(self, key: str, data: bytes) -> None:
        """Keep *data* under *key*, as far as that is possible: readers see all of it or nothing. The oldest of many entries go."""
        name = _name(key)
        if self.folder is None or len(data) > _MOST_BYTES - _DIGEST_BYTES:
            return
        with suppress(*_FAILURES):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._opened() as folder:
                _replace(folder, name, _digest(key, data) + data)
                _remove_oldest(folder)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The folder's descriptor: everything goes through it, so that the folder that was looked at is the one that is used."""
        if self.folder is None:
            raise FileNotFoundError
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if not _is_own(os.fstat(descriptor)):
                raise PermissionError
            yield descriptor
        finally:
            os.close(descriptor)


def _name(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise TypeError(f"a key is a word, a hyphen and a sha256, not {key!r}")
    return key + _SUFFIX


def _digest(key: str, content: bytes) -> bytes:
    digest = hashlib.sha256(key.encode() + b"\0")
    digest.update(content)
    return digest.digest()


def _is_own(status: os.stat_result) -> bool:
    """Whether it belongs to the user who runs this, and nobody else may write to it."""
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _replace(folder: int, name: str, data: bytes) -> None:
    temporary = f".{name.removesuffix(_SUFFIX)}.{secrets.token_hex(8)}{_SUFFIX}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise


def _remove_oldest(folder: int) -> None:
    """Leave ``_MOST_ENTRIES``. Only names of our own making are touched: the folder may be one with other things in it."""
    ages = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if _OURS.fullmatch(entry.name):
                with suppress(OSError):
                    ages.append((entry.stat(follow_symlinks=False).st_mtime_ns, entry.name))
    for _, name in sorted(ages)[:-_MOST_ENTRIES]:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
