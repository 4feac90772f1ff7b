"""Reads a pack that may be forged: bounded, without following links, with plain and unique names only."""

from __future__ import annotations

import lzma
import os
import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from imginspect.evidence_pack.checksums import parse_checksums
from imginspect.evidence_pack.names import CHECKSUMS, CRATE, FIRST_LINE, INSPECTION, MOST_BYTES, MOST_FILES, README, REPORT, is_safe
from imginspect.report.strict_json import NotReadable
from imginspect.wording import cut

_DEPTH = 6
"""Folders inside folders; a pack has fewer, and what is deeper is told as something that is no file of it."""
_END = 22
"""Bytes of a zip's last record where it has no comment."""
_MOST_DIRECTORY = 16 << 20
"""Bytes of a zip's directory: 300 for each file that a pack may have. A larger one is refused."""
_MOST_ZIP = MOST_BYTES + _MOST_DIRECTORY + (1 << 20)
"""Bytes of a zip: its files stored as they are, its directory, and a header for each. A larger one is refused."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(slots=True)
class StoredPack:
    """A pack as it is stored: its files by name, and a sentence for each item that cannot be a file of a pack."""

    files: dict[str, bytes] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, name: str, content: bytes) -> None:
        """Add a file.

        Raises: NotReadable - there are too many, or too large ones
        """
        self.size += len(content)
        if len(self.files) >= MOST_FILES or self.size > MOST_BYTES:
            raise NotReadable(f"it contains more than {MOST_FILES:,} files or {MOST_BYTES:,} bytes, the maximum for a pack")
        self.files[name] = content

    def complain(self, sentence: str) -> None:
        """Note what is wrong; beyond the first hundred only that there is more."""
        if len(self.wrong) < 100:
            self.wrong.append(sentence)
        elif len(self.wrong) == 100:
            self.wrong.append("and more of this kind")


def read_pack(path: Path) -> StoredPack:
    """The pack in the directory or zip *path*. The path itself may contain links; the pack may not.

    Raises: NotReadable
    """
    try:
        return _stored(path)
    except FileNotFoundError as error:
        raise NotReadable(f"{path}: no such file or directory") from error
    except OSError as error:
        raise NotReadable(f"{path} cannot be read: {error.strerror}") from error
    except NotReadable as error:
        raise NotReadable(f"{path}: {error}") from error


def _stored(path: Path) -> StoredPack:
    if path.is_dir():
        descriptor = os.open(path, _FOLDER & ~os.O_NOFOLLOW)
        return _read_folder(descriptor)
    return _read_zip(_bounded(path))


def foreign_files(parent: int, name: str) -> str:
    """The first item in the directory *name* that is not part of a pack; empty for an empty directory and for a pack alone."""
    stored = _read_folder(os.open(name, _FOLDER, dir_fd=parent))
    if not stored.files and not stored.wrong:
        return ""
    if not _is_pack(stored.files):
        return next(iter([*stored.files, *stored.wrong]))
    listed, _ = parse_checksums(stored.files[CHECKSUMS])
    other = [file for file in stored.files if file not in listed and file not in (CHECKSUMS, INSPECTION)]
    return next(iter([*other, *stored.wrong]), "")


def is_pack_file(parent: int, name: str) -> bool:
    """Whether the file *name* is empty, or a zip with a pack in it."""
    descriptor = os.open(name, _FILE, dir_fd=parent)
    with os.fdopen(descriptor, "rb") as handle:
        content = _read(handle, _MOST_ZIP)
    try:
        return not content or _is_pack(_read_zip(content).files)
    except NotReadable:
        return False


def _is_pack(files: dict[str, bytes]) -> bool:
    return {REPORT, CHECKSUMS, CRATE} <= files.keys() and files.get(README, b"").startswith(FIRST_LINE.encode())


def _bounded(path: Path) -> bytes:
    descriptor = os.open(path, _FILE & ~os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as handle:
        if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
            raise NotReadable("neither a file nor a directory")
        content = _read(handle, _MOST_ZIP)
    if len(content) > _MOST_ZIP:
        raise NotReadable(f"larger than {_MOST_ZIP:,} bytes, the maximum for a pack")
    return content


def _read(handle: BinaryIO, most: int) -> bytes:
    """The content of a file, up to one byte more than *most*; the buffer is no larger than the file."""
    return handle.read(min(os.fstat(handle.fileno()).st_size, most) + 1)


# -- folders -----------------------------------------------------------------------------------------------------------


def _read_folder(descriptor: int, prefix: str = "", stored: StoredPack | None = None) -> StoredPack:
    stored = stored if stored is not None else StoredPack()
    try:
        for name in sorted(os.listdir(descriptor)):
            _read_entry(descriptor, name, prefix + name, stored)
    finally:
        os.close(descriptor)
    return stored


def _read_entry(descriptor: int, name: str, path: str, stored: StoredPack) -> None:
    mode = os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode
    if not is_safe(path):
        stored.complain(f"{path!a} is not a valid file name in a pack")
    elif stat.S_ISDIR(mode) and path.count("/") < _DEPTH:
        before = len(stored.files) + len(stored.wrong)
        _read_folder(os.open(name, _FOLDER, dir_fd=descriptor), f"{path}/", stored)
        if before == len(stored.files) + len(stored.wrong):
            stored.complain(f"the directory {path} is empty")
    elif stat.S_ISREG(mode):
        with os.fdopen(os.open(name, _FILE, dir_fd=descriptor), "rb") as handle:
            stored.add(path, _read(handle, MOST_BYTES - stored.size))
    else:
        what = "a symbolic link" if stat.S_ISLNK(mode) else "neither a file nor a directory"
        stored.complain(f"{path} is {what}: it was not followed or read")


# -- zips --------------------------------------------------------------------------------------------------------------


_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
"""What zipfile and the decompressors behind it raise for damaged members; the last two for methods they do not know, and for encryption."""


def _read_zip(content: bytes) -> StoredPack:
    """The members of a zip in the layout that we write: nothing before, between or after its parts, and no comment."""
    _check_end(content)
    stored = StoredPack()
    try:
        with zipfile.ZipFile(BytesIO(content)) as opened:
            _check_sizes(opened)
            for member in opened.infolist():
                _read_member(opened, member, stored)
    except _DAMAGED as error:
        raise NotReadable(f"the zip is damaged: {cut(str(error))!a}") from error
    return stored


def _check_end(content: bytes) -> None:
    """Raises: NotReadable - it is not a zip, or its central directory is very long or has no plain position"""
    end = content[-_END:]
    if len(end) < _END or end[:4] != b"PK\5\6" or content[-_END - 20 : -_END - 16] == b"PK\6\7":
        raise NotReadable("neither a directory nor a zip written by imginspect")
    size, offset = int.from_bytes(end[12:16], "little"), int.from_bytes(end[16:20], "little")
    if size > _MOST_DIRECTORY or offset + size + _END != len(content) or end[20:] != b"\0\0":
        raise NotReadable("the zip's central directory is too long, or not where it should be")


def _check_sizes(opened: zipfile.ZipFile) -> None:
    """Raises: NotReadable - too many members, or more bytes than a pack may have"""
    if len(opened.infolist()) > MOST_FILES or sum(member.file_size for member in opened.infolist()) > MOST_BYTES:
        raise NotReadable(f"it contains more than {MOST_FILES:,} files or {MOST_BYTES:,} bytes, the maximum for a pack")


def _read_member(opened: zipfile.ZipFile, member: zipfile.ZipInfo, stored: StoredPack) -> None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if not is_safe(member.filename) or member.filename != member.orig_filename:
        stored.complain(f"{cut(member.orig_filename)!a} is not a valid file name in a pack")
    elif kind not in (0, stat.S_IFREG):
        stored.complain(f"{member.filename} is a link or not a regular file: it was not read")
    elif member.filename in stored.files:
        stored.complain(f"{member.filename} appears twice in the zip; the first one was read")
    else:
        with opened.open(member) as handle:
            stored.add(member.filename, handle.read(member.file_size + 1))
