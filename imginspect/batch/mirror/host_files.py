"""The host locations of the blobs of an open archive, and an identity for each in its current state."""

from __future__ import annotations

import hashlib
import os
import stat
from time import time_ns as now
from typing import NamedTuple

from imginspect.archive import Archive, Blob
from imginspect.archive.identity import file_identity, is_settled
from imginspect.batch.values.plans import LayerPlan
from imginspect.image import Layer


class HostFiles:
    """The files behind an archive at *path*. *now_ns* is the time at which their identities are taken."""

    def __init__(self, archive: Archive, path: str) -> None:
        self._archive = archive
        self._given = path
        self._real = os.path.realpath(path)
        self.now_ns = now()
        self._tar = archive.file.status() if archive.file is not None and not archive.file.is_spooled else None
        self._whole: str | None = None

    def layer(self, layer: Layer) -> _PlacedLayer:
        """The location of the blob of *layer*, and whether it has been unchanged long enough to be recognised later."""
        blob = layer.blob
        path, offset, status = self._place(blob)
        claimed = str(blob.digest) if blob.digest else ""
        plan = LayerPlan(
            digest=claimed,
            path=path,
            offset=offset,
            size=blob.member.size if blob.member else blob.size or 0,
            identity=file_identity(status, offset, claimed) if status else "",
            media_type=blob.media_type,
            diff_algorithm=layer.diff_id.algorithm if layer.diff_id else "sha256",
            diff_id=str(layer.diff_id) if layer.diff_id else "",
        )
        return _PlacedLayer(plan, blob.missing, self._is_sure(status, blob), status.st_nlink if status else 1)

    def whole(self) -> str:
        """A name of all that an archive that is listed in full consists of; empty where it has not settled or cannot be read."""
        if self._whole is None:
            try:
                self._whole = self._of_file() if self._archive.file is not None else _of_folder(self._real, self.now_ns)
            except OSError:
                self._whole = ""
        return self._whole

    def _of_file(self) -> str:
        status = os.stat(self._given)
        opened = self._tar or status
        same = (status.st_ino, status.st_size, status.st_mtime_ns) == (opened.st_ino, opened.st_size, opened.st_mtime_ns)
        return file_identity(status, 0, "") if same and is_settled(status, self.now_ns) else ""

    def _place(self, blob: Blob) -> tuple[str, int, os.stat_result | None]:
        """(path, offset, status) of a blob; without a status it has no place of its own, or is not there."""
        if blob.member is None:
            return "", 0, None
        if self._archive.file is not None:
            return (self._real, blob.member.offset, self._tar) if self._tar else ("", 0, None)
        path = os.path.join(self._real, blob.member.name)  # the archive has followed the links below its root
        try:
            return path, 0, os.lstat(path)
        except OSError:
            return path, 0, None

    def _is_sure(self, status: os.stat_result | None, blob: Blob) -> bool:
        if status is not None:
            return is_settled(status, self.now_ns)
        return blob.member is None or (self._archive.file is not None and self._archive.file.is_spooled)


class _PlacedLayer(NamedTuple):
    """*missing*: why the blob is missing; *is_settled*: its identity may be remembered; *links*: the number of names of its file."""

    plan: LayerPlan
    missing: str
    is_settled: bool
    links: int


def _of_folder(root: str, now_ns: int) -> str:
    """An identity of everything below the directory *root*; empty if something has not settled.

    Raises: OSError - a directory or file cannot be examined
    """
    hasher = hashlib.sha256()
    stack = [""]
    while stack:
        folder = stack.pop()
        with os.scandir(os.path.join(root, folder)) as entries:
            found = sorted(((entry.name, entry.stat(follow_symlinks=False)) for entry in entries), key=lambda item: item[0])
        for name, status in found:
            path = os.path.join(folder, name)
            target = os.readlink(os.path.join(root, path)) if stat.S_ISLNK(status.st_mode) else ""
            if stat.S_ISDIR(status.st_mode):
                stack.append(path)
                hasher.update(repr((path, "folder")).encode("utf-8", "surrogateescape"))
                continue
            if not is_settled(status, now_ns):
                return ""
            hasher.update(repr((path, target, status.st_mode, file_identity(status, 0, ""))).encode("utf-8", "surrogateescape"))
    return hasher.hexdigest()
