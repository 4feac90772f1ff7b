"""Archive: an opened file, stream or directory, what images it lists, and access to their blobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

from imginspect.archive.directory_members import DirectoryMembers
from imginspect.archive.identify import HEAD_BYTES, identify_bytes
from imginspect.archive.identity import file_identity, is_settled
from imginspect.archive.json_reader import Reader
from imginspect.archive.layout import PlacedLayout, UnsupportedFormat
from imginspect.archive.layouts import find_layout
from imginspect.archive.members import BlobNotFound, ByteReader, Member, Members
from imginspect.archive.source import ArchiveFile, open_file, spool
from imginspect.archive.stored import Blob, ListingScope, StoredDocument, StoredImage
from imginspect.archive.tar_members import NotATar, TarMembers
from imginspect.errors import ArchiveError, ImageError, ImgInspectError, InputDigest, LimitExceeded, UsageError
from imginspect.limits import Limits
from imginspect.oci.reference import normalise
from imginspect.problems import Problem, Problems, Topic

Progress = Callable[[int], None]
"""Called with numbers of bytes as they are read."""


class Access(NamedTuple):
    """How to reach an archive on the host."""

    limits: Limits = Limits()
    tmp_dir: Path | None = None
    progress: Progress | None = None
    threads: int = 2
    """Threads that read a layer, 2 or 1."""


class Archive:
    """An archive of container images. Close it, or use it as a context manager.

    *file* is None for a directory.
    """

    def __init__(self, members: Members, placed: PlacedLayout, access: Access, problems: Problems, file: ArchiveFile | None) -> None:
        self.members = members
        self.layout = placed.layout
        self.top = placed.top
        self.limits = access.limits
        self.tmp_dir = access.tmp_dir
        self.threads = access.threads
        self.problems = problems
        self.file = file
        self.reader = Reader(members, placed.top, access.limits, problems)
        self.is_shared = self.layout.shared is not None
        """Whether it serves many images and only what belongs to one is looked at: then nothing in it is left over."""

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self.file is not None:
            self.file.close()

    def stored_images(self, wanted: str | None = None, scope: ListingScope | None = None) -> list[StoredImage]:
        """What the archive lists: images, other platforms' images and artefacts; each once, with all its references.

        *wanted* narrows a registry's storage tree to one repository and tag; elsewhere it is not looked at. *scope* narrows what is
        read; a directory that is read in part *is_shared* from then on.
        Raises: ImgInspectError - the listing itself cannot be read
        """
        scope = scope or ListingScope()
        if scope.only is not None and self.file is None:
            self.is_shared = True
        try:
            found = self.layout.read(self.reader, wanted, scope)
        except (BlobNotFound, ImageError, LimitExceeded) as error:
            damage = [problem.what for problem in self.problems.listed() if problem.unread]
            if damage:  # it explains what is missing
                raise ArchiveError("; ".join([str(error), *damage])) from error
            raise
        return _merged(found)

    def open_blob(self, blob: Blob) -> ByteReader:
        """A reader of *blob* as stored.

        Raises: BlobNotFound
        """
        if blob.member is None:
            raise BlobNotFound(blob.missing or f"{blob.name} is not in the archive")
        return self.members.open(blob.member)

    def identity(self, blob: Blob, since_ns: int) -> str:
        """Names the bytes of *blob* as they are on the host now; empty where nothing does, or they changed shortly before *since_ns*."""
        status = self.members.status(blob.member) if blob.member is not None else None
        if status is None or blob.member is None or not is_settled(status, since_ns):
            return ""
        return file_identity(status, max(0, blob.member.offset), str(blob.digest or ""))

    def read_document(self, blob: Blob, role: str) -> StoredDocument:
        """The JSON document in *blob*.

        Raises: BlobNotFound, LimitExceeded
        """
        if blob.member is None:
            raise BlobNotFound(blob.missing or f"{blob.name} is not in the archive")
        return self.reader.read(blob.member, role, blob.digest, blob.size)


def open_archive(source: Path | BinaryIO, access: Access | None = None) -> Archive:
    """The archive at a path (file or directory) or in a stream.

    Raises: UsageError - no such path; ArchiveError, UnsupportedFormat - not readable as an archive of images; LimitExceeded
    """
    access = access or Access()
    problems = Problems(access.limits.problems)
    if isinstance(source, Path) and source.is_dir():
        members: Members = DirectoryMembers(source)
        return Archive(members, find_layout(members, access.limits), access, problems, None)
    if isinstance(source, Path):
        if not source.exists():
            raise UsageError("no such file or directory")
        file = open_file(source, access.limits, access.tmp_dir, access.progress)
    else:
        file = spool(source, access.limits, access.tmp_dir, access.progress)
    try:
        return _open_tar(file, access, problems)
    except BaseException as error:
        if file.is_spooled and isinstance(error, ImgInspectError):
            error.seen = InputDigest(file.stored_size, file.finish_digest(), is_whole=True)
        file.close()
        raise


def _open_tar(file: ArchiveFile, access: Access, problems: Problems) -> Archive:
    damage = f" (its {file.compression} compression is damaged: {file.damage})" if file.damage else ""
    try:
        members = TarMembers(file, access.limits, problems)
        placed = find_layout(members, access.limits)
    except NotATar as error:
        head = file.read_at(0, HEAD_BYTES)
        what = "an empty file" if not head else identify_bytes(head)
        raise UnsupportedFormat(f"not a container image: {what}{damage}; {error}") from error
    except UnsupportedFormat as error:
        told = "; ".join(problem.what for problem in problems.listed() if problem.unread)
        if told or damage:  # the listing of its images may be in the missing part
            why = f"the readable part of the archive lists no images: {told}{damage}; transfer or export it again"
            raise UnsupportedFormat(why) from error
        raise
    if file.damage:
        problems.add(Problem(Topic.UNREAD, "the archive", f"its {file.compression} compression is damaged: {file.damage}", unread=True))
    return Archive(members, placed, access, problems, file)


def _merged(found: list[StoredImage]) -> list[StoredImage]:
    """Each image once, with all its references; names that Docker treats as equal are one."""
    merged: dict[object, StoredImage] = {}
    for image in found:
        key: object = image.manifest_digest or (image.content, image.references if image.absent else ())
        merged[key] = merged[key].with_references(image.references, image.listed_in) if key in merged else image
    return [replace(image, references=_distinct(image.references)) for image in merged.values()]


def _distinct(references: tuple[str, ...]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for reference in references:
        seen.setdefault(normalise(reference), reference)
    return tuple(seen.values())


__all__ = ["Access", "Archive", "Blob", "ImgInspectError", "Member", "StoredImage", "UnsupportedFormat", "open_archive"]
