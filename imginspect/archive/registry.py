"""The storage tree of a Docker registry: repositories with tags that link to manifests, and blobs shared by all.

Source: distribution, registry/storage/paths.go
"""

from __future__ import annotations

from collections.abc import Iterator

from imginspect.archive.json_reader import Reader
from imginspect.archive.layout import Layout, Probe, SharedStore
from imginspect.archive.members import BlobNotFound, Members, find, read_whole
from imginspect.archive.oci_layout import unfold
from imginspect.archive.stored import ListingScope, StoredImage
from imginspect.errors import ImageError, LimitExceeded
from imginspect.oci.digest import Digest
from imginspect.oci.reference import matches
from imginspect.problems import Problem, Topic

_MANIFESTS = "_manifests"
_TOPS = ("", "docker/registry/v2/", "registry/v2/", "v2/")
_OWN_FOLDERS = frozenset({"blobs", "repositories"})
_MAX_DEPTH = 128  # a repository's name has at most 255 characters


def read_registry(reader: Reader, wanted: str | None) -> list[StoredImage]:
    """The images of all tags, or only those that *wanted* (``repository:tag`` or ``repository@digest``) asks for.

    A tag's live manifest is the one that ``current/link`` names; earlier ones are found by digest only.
    """
    found: list[StoredImage] = []
    for repository in repositories(reader.members, reader.top):
        for reference, link in _links(reader, repository, wanted):
            found += _images(reader, repository, reference, link)
    return found


def read_repository(reader: Reader, scope: ListingScope) -> list[StoredImage]:
    """The images of the tags of one repository; no other is looked at."""
    base = f"repositories/{scope.repository}/{_MANIFESTS}/tags"
    tags = reader.members.children(reader.top + base) if scope.tags is None else scope.tags
    found: list[StoredImage] = []
    for tag in tags:
        found += _images(reader, scope.repository, f"{scope.repository}:{tag}", f"{base}/{tag}/current/link", scope.only)
    return found


def revisions(members: Members, top: str, repository: str) -> list[str]:
    """The digests of all manifests that were ever put into *repository* and not removed, with a tag or without."""
    base = f"{top}repositories/{repository}/{_MANIFESTS}/revisions"
    return [f"{algorithm}:{hexadecimal}" for algorithm in members.children(base) for hexadecimal in members.children(f"{base}/{algorithm}")]


def _images(reader: Reader, repository: str, reference: str, link: str, only: frozenset[Digest] | None = None) -> list[StoredImage]:
    digest = None
    try:
        member = find(reader.members, reader.top + link, reader.limits)
        if member.size > 200:
            raise ImageError(f"{link}: expected a digest, found {member.size:,} bytes")
        digest = Digest.parse(read_whole(reader.members.open(member), 200).decode("ascii", "replace").strip())
        if only is not None and digest not in only:
            return []
        document = reader.document(_blob_name(digest), "manifest", digest)
        names = (reference,) if "@" not in reference else ()
        return list(unfold(reader, document, _blob_name, names, keep_names=False, only=only))
    except (BlobNotFound, ImageError, LimitExceeded) as error:
        reader.problems.add(Problem(Topic.UNREAD, f"repository {repository}", f"{reference} cannot be read: {error}"))
        damaged = not isinstance(error, BlobNotFound)
        return [StoredImage(references=(reference,), manifest_digest=digest, absent=str(error), is_damaged=damaged)]


def _links(reader: Reader, repository: str, wanted: str | None) -> Iterator[tuple[str, str]]:
    base = f"repositories/{repository}/{_MANIFESTS}"
    name, at, digest = (wanted or "").partition("@")
    if at:
        if name and not matches(name, repository):
            return
        hexadecimal = digest.removeprefix("sha256:")
        if hexadecimal in reader.members.children(f"{reader.top}{base}/revisions/sha256"):
            yield f"{repository}@{digest}", f"{base}/revisions/sha256/{hexadecimal}/link"
        return
    for tag in reader.members.children(f"{reader.top}{base}/tags"):
        reference = f"{repository}:{tag}"
        if wanted is None or matches(wanted, reference) or _is_digest(wanted):
            yield reference, f"{base}/tags/{tag}/current/link"


def _is_digest(wanted: str) -> bool:
    text = wanted.removeprefix("sha256:")
    return len(text) >= 6 and not text.strip("0123456789abcdef")


def repositories(members: Members, top: str) -> Iterator[str]:
    """Names of all repositories of the tree at *top*, found one by one; they may be nested (``a/b/c``)."""
    stack = [("", 0)]
    while stack:
        name, depth = stack.pop()
        children = members.children(f"{top}repositories/{name}".rstrip("/"))
        if name and _MANIFESTS in children:
            yield name
        if depth < _MAX_DEPTH:
            stack += [(f"{name}/{child}".lstrip("/"), depth + 1) for child in reversed(children) if not child.startswith("_")]


def _blob_name(digest: Digest) -> str:
    return f"blobs/{digest.algorithm}/{digest.hex[:2]}/{digest.hex}/data"


def _detect(probe: Probe) -> str | None:
    return next((top for top in _TOPS if set(probe.children(top)) >= _OWN_FOLDERS), None)


def _read(reader: Reader, wanted: str | None, scope: ListingScope) -> list[StoredImage]:
    return read_repository(reader, scope) if scope.repository else read_registry(reader, wanted)


LAYOUT = Layout("registry storage tree", _detect, _read, own_folders=_OWN_FOLDERS, shared=SharedStore(repositories, revisions))
