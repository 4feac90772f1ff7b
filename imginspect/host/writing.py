"""Writing: whole or not at all, for the owner only, and never through a link that somebody planted.

A folder is opened once; from then on everything is done relative to it, so that a path which is changed meanwhile leads nowhere else.
Temporary names are random and made with O_EXCL, which follows no link; the last step is a rename, which replaces a link as such.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from imginspect.errors import UsageError

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
"""How a folder is opened."""
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_whole(target: Path, content: bytes) -> None:
    """Write *content* to the file *target*, readable by its owner only, whole or not at all. A link there is replaced, not followed.

    Raises: UsageError
    """
    with complaints(target), folder_of(target) as folder:
        replace_files(folder, {target.name: content})


def write_new(target: Path, content: bytes) -> None:
    """Write *content* to *target*, readable by its owner only, where nothing, not even a link, is so far.

    Raises: UsageError
    """
    with complaints(target), folder_of(target) as folder:
        write_in(folder, target.name, content)
        os.fsync(folder)


@contextmanager
def complaints(target: Path) -> Iterator[None]:
    """Raises: UsageError - for what the system says"""
    try:
        yield
    except OSError as error:
        why = "that name already exists" if error.errno == errno.EEXIST else error.strerror
        raise UsageError(f"cannot write {target}: {why}") from error


@contextmanager
def folder_of(target: Path) -> Iterator[int]:
    """The folder that *target* is in, opened.

    Raises: UsageError, OSError
    """
    if target.name in ("", "..") or "\0" in str(target):
        raise UsageError(f"cannot write {target}: it does not name a file")
    folder = os.open(target.parent, FOLDER)
    try:
        yield folder
    finally:
        os.close(folder)


def write_in(folder: int, name: str, content: bytes | Iterable[bytes], *, waits: bool = True) -> None:
    """A new file in *folder*, on the disk when this returns if it *waits* for that; if it cannot be written whole it is removed.

    *content* may be in pieces.
    """
    descriptor = os.open(name, _NEW_FILE, 0o600, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            for piece in [content] if isinstance(content, bytes) else content:
                handle.write(piece)
            handle.flush()
            if waits:
                os.fsync(handle.fileno())
    except BaseException:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
        raise


def replace_files(folder: int, files: Mapping[str, bytes]) -> None:
    """All of *files* under temporary names first, then all renamed, in their order."""
    waiting: dict[str, str] = {}
    try:
        for name, content in files.items():
            waiting[_temporary(folder, name, content)] = name
        for temporary in list(waiting):
            os.rename(temporary, waiting[temporary], src_dir_fd=folder, dst_dir_fd=folder)
            del waiting[temporary]
        os.fsync(folder)
    finally:
        for temporary in waiting:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=folder)


def replace_file(folder: int, name: str, pieces: Iterable[bytes], *, waits: bool = True) -> None:
    """The file *name* of *pieces*, which are written as they come: it need not fit into memory.

    Unless it *waits* for the disk, the file may be empty, or not be there, after a power cut.
    Raises: OSError
    """
    temporary = temporary_name(name)
    write_in(folder, temporary, pieces, waits=waits)
    try:
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        with suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise
    if waits:
        os.fsync(folder)


def _temporary(folder: int, name: str, content: bytes) -> str:
    temporary = temporary_name(name)
    write_in(folder, temporary, content)
    return temporary


def temporary_name(name: str) -> str:
    """A hidden name beside *name* that nobody can guess."""
    return f".{name[:100]}.{secrets.token_hex(8)}"
