"""Cache: results that can be computed again, kept between runs in a directory of the user.

Nothing is trusted because it exists. The folder must be the user's own, no link, and writable by nobody else; so must each entry,
which begins with the sha256 of its key and content. Any fault counts as *missing*: a cache makes a run faster, never different.

A cache is a folder of files, one for each entry, and no database: any number of processes, on any number of machines that share the
folder, put entries in by renaming and need no lock.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import secrets
import stat
import time
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from imginspect.errors import UsageError

_KEY = re.compile(r"[a-z]+-[0-9a-f]{64}")
_SUFFIX = ".imginspect"
_OURS = re.compile(rf"\.?{_KEY.pattern}(?:\.[0-9a-f]{{16}})?{re.escape(_SUFFIX)}")
_DIGEST_BYTES = hashlib.sha256().digest_size
_MOST_BYTES = 256 << 20
"""Bytes of one entry, which is held while it is verified; a larger one is not kept, and the work is done again."""
_MOST_ENTRIES = 32
"""Entries of a folder without a bound in bytes; the oldest are removed, and the work is done again."""
_USED_AGAIN = 3600.0
"""Seconds after which a use of an entry is noted again."""
_LOOKS = 64
"""The folder's size is looked at each time that a process has put this part of its bound into it."""
_OVERHEAD = 4096
"""Bytes that an entry occupies at the least, on most file systems."""
_STALE = 24 * 3600.0
"""Seconds after which a temporary file is nobody's any more."""
_PIECE = 1 << 20
"""Bytes that are copied and hashed at a time; all of an entry is."""
_FAILURES = (OSError, ValueError, MemoryError)
"""Of the system, of a folder's name with a NUL in it, and of an entry too large for this machine."""


class CacheEntry:
    """An entry that was found, and whose bytes were verified when it was opened. It stays readable when others remove the entry."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self.size = size
        """Bytes of the content."""
        weakref.finalize(self, os.close, descriptor)

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to *count* bytes of the content at *offset*.

        Raises: OSError - the medium fails, or another machine removed the entry from a folder that is shared over a network
        """
        pieces = []
        left = max(0, min(count, self.size - offset))
        while left and (piece := os.pread(self._descriptor, left, _DIGEST_BYTES + offset)):  # systems give at most 2 GiB at once
            pieces.append(piece)
            offset += len(piece)
            left -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class Cache:
    """Contents by key in *folder*; without a folder nothing is kept. Deleting the folder is always safe.

    *most_bytes* bounds what all entries occupy: those that were not used for longest go. Without it there are at most a few dozen.
    """

    def __init__(self, folder: Path | None, most_bytes: int | None = None) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self._unseen: int | None = None
        """Bytes put since the size of the folder was last looked at; None where it never was."""

    @property
    def _largest(self) -> int:
        """Bytes of the largest entry."""
        return _MOST_BYTES - _DIGEST_BYTES if self.most_bytes is None else self.most_bytes // 4

    def check(self) -> None:
        """Make the folder if it is not there, and see that it can be used.

        Raises: UsageError
        """
        if self.folder is None:
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._opened():
                if not os.access(self.folder, os.W_OK):
                    raise PermissionError(errno.EACCES, "it is not writable")
        except PermissionError as error:
            why = error.strerror or "it must belong to you and must not be writable by others"
            raise UsageError(f"cannot use the cache directory {self.folder}: {why}") from error
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot use the cache directory {self.folder}: {getattr(error, 'strerror', None) or error}") from error

    def get(self, key: str) -> bytes | None:
        """The content that was put under *key*; None where there is none that can be trusted."""
        stored = self.open(key)
        with suppress(*_FAILURES):
            content = stored.read_at(0, stored.size) if stored is not None else None
            return content if stored is not None and content is not None and len(content) == stored.size else None
        return None

    def open(self, key: str) -> CacheEntry | None:
        """As ``get``, of an entry that may be too large to hold; its bytes are verified now and read later."""
        name = _name(key)
        with suppress(*_FAILURES), self._opened() as folder:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
            try:
                status = os.fstat(descriptor)
                if (
                    stat.S_ISREG(status.st_mode)
                    and _is_own(status)
                    and status.st_size - _DIGEST_BYTES <= self._largest
                    and _is_whole(descriptor, key)
                ):
                    if self.most_bytes is not None and abs(time.time() - status.st_mtime) > _USED_AGAIN:
                        with suppress(OSError):  # a folder that can be read only
                            os.utime(descriptor)
                    stored = CacheEntry(descriptor, status.st_size - _DIGEST_BYTES)
                    descriptor = -1
                    return stored
            finally:
                if descriptor >= 0:
                    os.close(descriptor)
        return None

    def has(self, key: str) -> bool:
        """Whether there is an entry of that name: whether it can be trusted only ``get`` can say."""
        name = _name(key)
        with suppress(*_FAILURES):
            return self.folder is not None and stat.S_ISREG(os.lstat(self.folder / name).st_mode)
        return False

    def put(self, key: str, *parts: bytes) -> None:
        """Keep all *parts*, one behind the other, under *key*, as far as that is possible: readers see all of it or nothing."""
        self.put_pieces(key, parts)

    def put_pieces(self, key: str, pieces: Iterable[bytes]) -> None:
        """As ``put``, of a content that need not be held as a whole. What *pieces* raises is passed on, but for errors of the system."""
        name = _name(key)
        if self.folder is None:
            return
        with suppress(*_FAILURES):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._opened() as folder:
                size = _replace(folder, name, key, pieces, self._largest)
                if self.most_bytes is None:
                    _remove_oldest(folder)
                else:
                    self._keep_bounded(folder, self.most_bytes, size)

    def put_file(self, key: str, path: Path) -> None:
        """Keep the content of the file at *path*, likewise."""
        with suppress(*_FAILURES), path.open("rb", buffering=0) as file:
            if os.fstat(file.fileno()).st_size <= self._largest:
                self.put_pieces(key, iter(partial(file.read, _PIECE), b""))

    def _keep_bounded(self, folder: int, most: int, more: int) -> None:
        """Look at the size of the folder now and then, and make room where it is full. Processes do not do so at the same time."""
        self._unseen = None if self._unseen is None else self._unseen + more + _OVERHEAD
        if self._unseen is not None and self._unseen < most // _LOOKS:
            return
        self._unseen = 0
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go when the folder is closed
        except BlockingIOError:  # another process that makes room makes it for all
            return
        except OSError:  # a file system without such locks: two may do so at the same time, and remove too much
            pass
        _remove_least_used(folder, most)

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


def _is_whole(descriptor: int, key: str) -> bool:
    """Whether the file begins with the digest of *key* and all that follows."""
    digest = hashlib.sha256(key.encode() + b"\0")
    at = _DIGEST_BYTES
    while piece := os.pread(descriptor, _PIECE, at):
        digest.update(piece)
        at += len(piece)
    return os.pread(descriptor, _DIGEST_BYTES, 0) == digest.digest()


def _is_own(status: os.stat_result) -> bool:
    """Whether it belongs to the user who runs this, and nobody else may write to it."""
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _replace(folder: int, name: str, key: str, pieces: Iterable[bytes], most: int) -> int:
    """Put *pieces* in the place of the entry *name*; how many bytes they are.

    Raises: OSError; ValueError - they are more than *most*
    """
    temporary = f".{name.removesuffix(_SUFFIX)}.{secrets.token_hex(8)}{_SUFFIX}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(bytes(_DIGEST_BYTES))
            digest, size = hashlib.sha256(key.encode() + b"\0"), 0
            for piece in pieces:
                size += len(piece)
                if size > most:
                    raise ValueError("too large to be kept")
                digest.update(piece)
                handle.write(piece)
            handle.seek(0)
            handle.write(digest.digest())
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise
    return size


def _remove_oldest(folder: int) -> None:
    """Leave ``_MOST_ENTRIES``. Only names of our own making are touched: the folder may be one with other things in it."""
    for name, _, _ in sorted(_entries(folder), key=lambda entry: entry[2])[:-_MOST_ENTRIES]:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)


def _remove_least_used(folder: int, most: int) -> None:
    """Where the entries occupy more than *most* bytes, leave nine tenths of that; and no temporary file of a process that is gone."""
    entries = sorted(_entries(folder), key=lambda entry: entry[2])
    total = sum(size for _, size, _ in entries)
    wanted = most - most // 10 if total > most else most
    long_ago = time.time_ns() - int(_STALE * 1e9)
    for name, size, used in entries:
        if total > wanted or (name.startswith(".") and used < long_ago):
            try:
                os.unlink(name, dir_fd=folder)
            except FileNotFoundError:  # another process was quicker
                pass
            except OSError:
                continue
            total -= size


def _entries(folder: int) -> Iterator[tuple[str, int, int]]:
    """(name, bytes that it occupies, time of its last use in ns) of everything in *folder* that is of our own making."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if _OURS.fullmatch(entry.name):
                with suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    if not stat.S_ISDIR(status.st_mode):  # nobody's entry, and it would not go
                        yield entry.name, max(status.st_size, _OVERHEAD), status.st_mtime_ns
