"""write_pack: writes a pack as a directory or zip, completely or not at all."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from imginspect.errors import UsageError
from imginspect.evidence_pack.contents import Pack
from imginspect.evidence_pack.names import INSPECTION
from imginspect.evidence_pack.reading import foreign_files, is_pack_file
from imginspect.evidence_pack.zipped import zip_bytes
from imginspect.host.writing import FOLDER, complaints, folder_of, replace_files, temporary_name, write_in


def write_pack(pack: Pack, inspection: bytes, target: Path) -> None:
    """Write *pack* to the folder *target*, or to a zip if its name ends with .zip, and *inspection* with it.

    inspection.json goes into the directory, or beside a zip. An existing pack is replaced as a whole.
    Raises: UsageError - it cannot be written, or *target* exists and is not a pack; then it is left unchanged
    """
    with complaints(target):
        if target.name.lower().endswith(".zip"):
            _write_zip(pack, inspection, target)
        else:
            _write_folder(pack.files, inspection, target)


def inspection_path(target: Path) -> Path:
    """Where inspection.json goes for a pack at *target*."""
    if target.name.lower().endswith(".zip"):
        return target.with_name(f"{target.name[:-4]}.{INSPECTION}")
    return target / INSPECTION


def _write_zip(pack: Pack, inspection: bytes, target: Path) -> None:
    with folder_of(target) as folder:
        there = _kind(folder, target.name)
        if there not in (0, stat.S_IFREG, stat.S_IFLNK) or (there == stat.S_IFREG and not is_pack_file(folder, target.name)):
            raise UsageError(f"{target} already exists and is not an evidence pack. It was left unchanged; choose another name")
        replace_files(folder, {target.name: zip_bytes(pack), inspection_path(target).name: inspection})


def _write_folder(files: Mapping[str, bytes], inspection: bytes, target: Path) -> None:
    with folder_of(target) as parent:
        _refuse_other(parent, target)
        temporary = temporary_name(target.name)
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
        raise UsageError(f"{target} is a symbolic link: name the directory itself")
    if kind != stat.S_IFDIR:
        raise UsageError(f"{target} already exists and is not a directory: choose another name")
    other = foreign_files(parent, target.name)
    if other:
        raise UsageError(
            f"{target} contains a file that does not belong to an evidence pack ({other!a}). It was left unchanged; "
            "choose another directory"
        )


def _fill(parent: int, temporary: str, files: Mapping[str, bytes]) -> None:
    """Write *files* into the new folder *temporary*, with the folders that they are in."""
    opened = {"": os.open(temporary, FOLDER | os.O_NOFOLLOW, dir_fd=parent)}
    try:
        for path, content in files.items():
            folder, _, name = path.rpartition("/")
            write_in(_opened(opened, folder), name, content)
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
        opened[folder] = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=parent)
    return opened[folder]


def _put_in_place(parent: int, temporary: str, name: str) -> None:
    """Rename *temporary* to *name*; what was there is put aside first, and back if the second rename fails."""
    aside = temporary_name(name)
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
