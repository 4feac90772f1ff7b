"""Changes to a saved archive, which stays a valid tar (or directory)."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path


def member_names(path: Path) -> list[str]:
    """Names of an archive's members in order, or of a directory's files, sorted. A tar may be gz, xz or bz2."""
    if path.is_dir():
        return sorted(item.relative_to(path).as_posix() for item in path.rglob("*") if item.is_symlink() or not item.is_dir())
    with tarfile.open(path) as tar:
        return tar.getnames()


def read_member(path: Path, name: str) -> bytes:
    """The content of a member."""
    if path.is_dir():
        return (path / name).read_bytes()
    with tarfile.open(path) as tar:
        stream = tar.extractfile(name)
        if stream is None:
            raise KeyError(name)
        return stream.read()


def replace_member(path: Path, name: str, new: bytes) -> Path:
    """Gives a member another content, under its old name."""
    return _edit(path, name, lambda _: [(name, new)])


def remove_member(path: Path, name: str) -> Path:
    """Takes a member out."""
    return _edit(path, name, lambda _: [])


def truncate_member(path: Path, name: str, size: int) -> Path:
    """Cuts a member to *size* bytes."""
    return _edit(path, name, lambda data: [(name, data[:size])])


def rename_member(path: Path, name: str, new_name: str) -> Path:
    """Gives a member another name."""
    return _edit(path, name, lambda data: [(new_name, data)])


def duplicate_member(path: Path, name: str, second: bytes) -> Path:
    """Puts a second member of the same name, with *second* in it, after the first. Tars only."""
    return _edit(path, name, lambda data: [(name, data), (name, second)])


def add_member(path: Path, name: str, data: bytes) -> Path:
    """Adds a member at the end."""
    if path.is_dir():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        return path
    with tarfile.open(path, "a") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return path


def flip_byte(path: Path, offset: int, name: str | None = None) -> Path:
    """Inverts one byte: of the member *name*, whose headers stay right, or of the file as it is; negative counts from the end."""
    if name is None:
        data = bytearray(path.read_bytes())
        data[offset] ^= 0xFF
        path.write_bytes(data)
        return path
    content = bytearray(read_member(path, name))
    content[offset] ^= 0xFF
    return replace_member(path, name, bytes(content))


def _edit(path: Path, name: str, edit: Callable[[bytes], list[tuple[str, bytes]]]) -> Path:
    """Puts what *edit* makes of the content of *name* in its place; raises KeyError where there is none."""
    if path.is_dir():
        target = path / name
        if not target.is_file():
            raise KeyError(name)
        replaced = edit(target.read_bytes())
        target.unlink()
        for new_name, data in replaced:
            (path / new_name).write_bytes(data)
        return path
    buffer = io.BytesIO()
    with tarfile.open(path) as old, tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as new:
        if name not in old.getnames():
            raise KeyError(name)
        for info in old:
            stream = old.extractfile(info) if info.isreg() else None
            data = stream.read() if stream else b""
            for new_name, content in edit(data) if info.name == name else [(info.name, data)]:
                info.name, info.size = new_name, len(content) if info.isreg() else 0
                new.addfile(info, io.BytesIO(content))
    path.write_bytes(buffer.getvalue())
    return path
