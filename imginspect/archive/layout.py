"""Layout: one way to store images in a tar or a directory. ``layouts.py`` lists them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from imginspect.archive.directory_members import DirectoryMembers
from imginspect.archive.json_reader import Reader
from imginspect.archive.members import BlobNotFound, Members, find
from imginspect.archive.stored import ListingScope, StoredDocument, StoredImage
from imginspect.errors import ArchiveError, ImgInspectError
from imginspect.limits import Limits
from imginspect.oci.document import Value
from imginspect.problems import Problems


class UnsupportedFormat(ArchiveError):
    """It is no container image in any layout that is read here; the message says what it looks like."""


class Prefix(NamedTuple):
    """A prefix that skopeo and podman write before a path; *words* say what it stands for.

    *in_file* tells a file from a directory. *takes_name*: the name of an image may follow the path.
    Source: containers-transports(5).
    """

    name: str
    words: str
    in_file: bool
    takes_name: bool = True


class Probe:
    """The files of *members* below the folder *top* (empty, or ending in a slash), for detection; each document is read once."""

    def __init__(self, members: Members, top: str, limits: Limits) -> None:
        self.members = members
        self.top = top
        self._limits = limits
        self._files: dict[str, bool] = {}
        self._documents: dict[str, StoredDocument | ImgInspectError] = {}
        self._values: dict[str, Value | ImgInspectError] = {}

    def has_file(self, name: str) -> bool:
        """Whether a file *name* is there."""
        if name not in self._files:
            self._files[name] = self._is_file(self.top + name)
        return self._files[name]

    def children(self, folder: str = "") -> list[str]:
        """Names directly below *folder* (empty, or ending in a slash), sorted."""
        return self.members.children((self.top + folder).rstrip("/"))

    def document(self, name: str) -> StoredDocument:
        """The document stored as *name*.

        Raises: BlobNotFound, LimitExceeded
        """
        if name not in self._documents:
            try:
                self._documents[name] = self._reader().document(name, name)
            except ImgInspectError as error:
                self._documents[name] = error
        found = self._documents[name]
        if isinstance(found, ImgInspectError):
            raise found
        return found

    def value(self, name: str) -> Value:
        """The JSON value of the document *name*.

        Raises: BlobNotFound, InvalidDocument, LimitExceeded
        """
        if name not in self._values:
            try:
                self._values[name] = self._reader().parse(self.document(name))
            except ImgInspectError as error:
                self._values[name] = error
        if isinstance(self._values[name], ImgInspectError):
            raise self._values[name]
        return self._values[name]

    def lists_images(self, mark: str, listing: str, is_of_images: Callable[[Value], bool]) -> bool:
        """Whether the document *listing* is one of images: the file *mark* says so, or what it holds. A damaged one is not to be lost."""
        if self.has_file(mark):
            return True
        try:
            return is_of_images(self.value(listing))
        except ImgInspectError:
            return True

    def _reader(self) -> Reader:
        return Reader(self.members, self.top, self._limits, Problems())

    def _is_file(self, path: str) -> bool:
        try:
            find(self.members, path, self._limits)
        except BlobNotFound:
            return False
        return True


class SharedStore(NamedTuple):
    """What a layout of many repositories with shared blobs lists: their names, and the digests of all manifests in one of them.

    Both functions take the members and the folder at which the layout begins.
    """

    repositories: Callable[[Members, str], Iterable[str]]
    revisions: Callable[[Members, str, str], Iterable[str]]


def _always(_: object) -> bool:
    return True


def _never(_: object) -> bool:
    return False


class Layout(NamedTuple):
    """A layout of archives, by its *name*.

    *detect* gives the folder (below the probe's, empty or ending in a slash) at which the layout begins, None where it is not this one.
    *read* gives the images that are listed; *wanted* and *scope* narrow the listing as in ``Archive.stored_images``. *prefixes* are those
    that fit. The rest is for directories on the host: *is_for_images* says whether the files that *detect* found are an image's and not
    something else's; *own_folders* are the layout's own folders where others beside them may be images by themselves (None: all are its
    own); *is_unfinished* says of a directory of no layout whether the writer of this one was interrupted.
    """

    name: str
    detect: Callable[[Probe], str | None]
    read: Callable[[Reader, str | None, ListingScope], list[StoredImage]]
    prefixes: tuple[Prefix, ...] = ()
    is_for_images: Callable[[Probe], bool] = _always
    own_folders: frozenset[str] | None = None
    is_unfinished: Callable[[DirectoryMembers], bool] = _never
    shared: SharedStore | None = None
    """Set where one archive serves many images: a report on one looks at nothing but what belongs to it."""


class PlacedLayout(NamedTuple):
    """The layout of an archive and the folder (empty, or ending in a slash) at which it begins."""

    layout: Layout
    top: str
