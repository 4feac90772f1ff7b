"""What an archive says it holds: StoredImage, made of verified documents and of blobs still to be read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from imginspect.archive.members import Member
from imginspect.oci.config import ImageConfig
from imginspect.oci.digest import Digest
from imginspect.oci.platform import Platform


class Blob(NamedTuple):
    """One blob as an archive holds it. *digest* and *size* (bytes as stored) are what is claimed of it, None where nothing is."""

    name: str
    media_type: str = ""
    digest: Digest | None = None
    size: int | None = None
    member: Member | None = None
    missing: str = ""
    """Why there is no member."""
    urls: tuple[str, ...] = ()

    @property
    def stored(self) -> int:
        """Bytes of it that the archive holds."""
        if self.member is None:
            return 0
        return self.member.size if self.member.available < 0 else self.member.available


class ListingScope(NamedTuple):
    """The part of a store that is to be listed, where listing all of it for each of its images would take too long.

    *repository* is one of a registry's storage tree (empty: not such a tree), *tags* those wanted of it (None: all). *only* are the
    digests of the indexes and manifests to read, all others are passed by; None means that all are read.
    """

    repository: str = ""
    tags: tuple[str, ...] | None = None
    only: frozenset[Digest] | None = None


class StoredDocument(NamedTuple):
    """A JSON document that was read whole: what it is, its bytes, and whether they are what was promised."""

    role: str
    name: str
    data: bytes
    digest: Digest
    expected: Digest | None = None
    expected_size: int | None = None

    @property
    def status(self) -> str:
        """``verified``, ``computed`` (nothing to compare with) or ``mismatch``."""
        if self.expected_size is not None and self.expected_size != len(self.data):
            return "mismatch"
        if self.expected is None:
            return "computed"
        return "verified" if self.expected == self.digest else "mismatch"


@dataclass(frozen=True, slots=True)
class StoredImage:
    """One image or artefact that an archive lists. *trail* leads from the archive's index to its manifest."""

    references: tuple[str, ...] = ()
    trail: tuple[StoredDocument, ...] = ()
    manifest_digest: Digest | None = None
    manifest_media_type: str = ""
    index_digests: tuple[Digest, ...] = ()
    platform: Platform | None = None
    config: Blob | None = None
    layers: tuple[Blob, ...] = ()
    artefact: str = ""
    """What it is where it is no container image (a Helm chart, an attestation); empty for an image."""
    absent: str = ""
    """Why nothing more than the listing is known: its manifest is not in the archive or is no manifest."""
    is_damaged: bool = False
    """Whether what is absent is there after all, and could not be read."""
    schema1_config: ImageConfig | None = None
    listed_in: tuple[str, ...] = ()
    attests: str = ""
    """The manifest that an attestation is about."""
    annotations: tuple[tuple[str, str], ...] = field(default=())

    @property
    def content(self) -> tuple[str, ...]:
        """What two listings of one image have in common: the members that hold its config and layers."""
        blobs = [self.config, *self.layers] if self.config else list(self.layers)
        return tuple(blob.member.name if blob.member else blob.name for blob in blobs)

    def with_references(self, references: tuple[str, ...], listed_in: tuple[str, ...] = ()) -> StoredImage:
        """The same, known by these *references* too."""
        names = tuple(dict.fromkeys(self.references + references))
        return replace(self, references=names, listed_in=tuple(dict.fromkeys(self.listed_in + listed_in)))
