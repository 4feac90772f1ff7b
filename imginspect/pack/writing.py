"""Writing: whole or not at all, for the owner only, and never through a link that somebody planted.

A folder is opened once; from then on everything is done relative to it, so that a path which is changed meanwhile leads nowhere else.
Temporary names are random and made with O_EXCL, which follows no link; the last step is a rename, which replaces a link as such.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from imginspect.errors import UsageError
from imginspect.pack.contents import Pack
from imginspect.pack.names import INSPECTION
from imginspect.pack.reading import foreign_files, is_pack_file
from imginspect.pack.zipped import zip_bytes

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write_pack(pack: Pack, inspection: bytes, target: Path) -> None:
    """Write *pack* to the folder *target*, or to a zip if its name ends with .zip, and *inspection* with it.

    inspection.json is in the folder, and beside a zip. A pack that is there already is replaced as a whole.
    Raises: UsageError - it cannot be written, or something else than a pack is there, which is left as it is
    """
    with _complaints(target):
        if target.name.lower().endswith(".zip"):
            _write_zip(pack, inspection, target)
        else:
            _write_folder(pack.files, inspection, target)


def inspection_path(target: Path) -> Path:
    """Where inspection.json goes for a pack at *target*."""
    if target.name.lower().endswith(".zip"):
        return target.with_name(f"{target.name[:-4]}.{INSPECTION}")
    return target / INSPECTION


def write_whole(target: Path, content: bytes) -> None:
    """Write *content* to the file *target*, readable by its owner only, whole or not at all. A link there is replaced, not followed.

    Raises: UsageError
    """
    with _complaints(target), _folder_of(target) as folder:
        _replace_files(folder, {target.name: content})


def write_new(target: Path, content: bytes) -> None:
    """Write *content* to *target*, readable by its owner only, where nothing, not even a link, is so far.

    Raises: UsageError
    """
    with _complaints(target), _folder_of(target) as folder:
        _write(folder, target.name, content)
        os.fsync(folder)


@contextmanager
def _complaints(target: Path) -> Iterator[None]:
    """Raises: UsageError - for what the system says"""
    try:
        yield
    except OSError as error:
        why = "there is something of that name already" if error.errno == errno.EEXIST else error.strerror
        raise UsageError(f"cannot write {target}: {why}") from error


@contextmanager
def _folder_of(target: Path) -> Iterator[int]:
    if target.name in ("", "..") or "\0" in str(target):
        raise UsageError(f"cannot write {target}: it has no name of its own")
    folder = os.open(target.parent, _FOLDER)
    try:
        yield folder
    finally:
        os.close(folder)


def _write(folder: int, name: str, content: bytes) -> None:
    """A new file in *folder*, on the disk when this returns; if it cannot be written whole it is removed."""
    descriptor = os.open(name, _NEW_FILE, 0o600, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
    except BaseException:
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
        raise


def _replace_files(folder: int, files: Mapping[str, bytes]) -> None:
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


def _temporary(folder: int, name: str, content: bytes) -> str:
    temporary = _temporary_name(name)
    _write(folder, temporary, content)
    return temporary


def _temporary_name(name: str) -> str:
    return f".{name[:100]}.{secrets.token_hex(8)}"


def _write_zip(pack: Pack, inspection: bytes, target: Path) -> None:
    with _folder_of(target) as folder:
        there = _kind(folder, target.name)
        if there not in (0, stat.S_IFREG, stat.S_IFLNK) or (there == stat.S_IFREG and not is_pack_file(folder, target.name)):
            raise UsageError(f"{target} is there already and is no evidence pack: it is left as it is; give another name")
        _replace_files(folder, {target.name: zip_bytes(pack), inspection_path(target).name: inspection})


def _write_folder(files: Mapping[str, bytes], inspection: bytes, target: Path) -> None:
    with _folder_of(target) as parent:
        _refuse_other(parent, target)
        temporary = _temporary_name(target.name)
        os.mkdir(temporary, 0o700, dir_fd=parent)
        try:
            _fill(parent, temporary, {**files, INSPECTION: inspection})
            _put_in_place(parent, temporary, target.name)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True, dir_fd=parent)
            raise


def _refuse_other(parent: int, target: Path) -> None:
    """Raises: UsageError - *target* is there and is neither an empty folder nor a pack with nothing else in it"""
    kind = _kind(parent, target.name)
    if kind == 0:
        return
    if kind == stat.S_IFLNK:
        raise UsageError(f"{target} is a symbolic link: give the folder itself")
    if kind != stat.S_IFDIR:
        raise UsageError(f"{target} is there already and is no folder: give another name")
    other = foreign_files(parent, target.name)
    if other:
        raise UsageError(f"{target} holds something that is not of an evidence pack ({other!a}): it is left as it is; give another folder")


def _fill(parent: int, temporary: str, files: Mapping[str, bytes]) -> None:
    """Write *files* into the new folder *temporary*, with the folders that they are in."""
    opened = {"": os.open(temporary, _FOLDER | os.O_NOFOLLOW, dir_fd=parent)}
    try:
        for path, content in files.items():
            folder, _, name = path.rpartition("/")
            _write(_opened(opened, folder), name, content)
        for descriptor in reversed(opened.values()):
            os.fsync(descriptor)
    finally:
        for descriptor in opened.values():
            os.close(descriptor)


def _opened(opened: dict[str, int], folder: str) -> int:
    if folder not in opened:
        above, _, name = folder.rpartition("/")
        parent = _opened(opened, above)
        os.mkdir(name, 0o700, dir_fd=parent)
        opened[folder] = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=parent)
    return opened[folder]


def _put_in_place(parent: int, temporary: str, name: str) -> None:
    """Rename *temporary* to *name*; what was there is put aside first, and back if the second rename fails."""
    aside = _temporary_name(name)
    was_there = _kind(parent, name) != 0
    if was_there:
        os.rename(name, aside, src_dir_fd=parent, dst_dir_fd=parent)
    try:
        os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
    except BaseException:
        if was_there:
            os.rename(aside, name, src_dir_fd=parent, dst_dir_fd=parent)
        raise
    try:
        os.fsync(parent)
    finally:
        if was_there:
            shutil.rmtree(aside, ignore_errors=True, dir_fd=parent)


def _kind(folder: int, name: str) -> int:
    """The type bits of what is called *name*, no link followed; 0 where there is nothing."""
    try:
        return stat.S_IFMT(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return 0
