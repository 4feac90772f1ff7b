"""Chain of custody: from the archive file to each layer's content, every digest found and the digest stated for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from imginspect.archive import Archive, StoredDocument
from imginspect.image import Image, Layer
from imginspect.layer import LayerIndex
from imginspect.oci.digest import Digest


class LinkStatus(StrEnum):
    """How what was found compares with what was promised: *computed* where nothing was promised, *stated* for a name in the archive."""

    VERIFIED = "verified"
    COMPUTED = "computed"
    MISMATCH = "mismatch"
    MISSING = "missing"
    NOT_READ = "not-read"
    STATED = "stated"


class Link(NamedTuple):
    """One link of the chain: something with a digest, what was promised of it, and how that compares. Sizes are in bytes as stored."""

    role: str
    name: str
    status: LinkStatus
    digest: str | None = None
    expected: str | None = None
    size: int | None = None
    expected_size: int | None = None
    layer_index: int | None = None


def chain_of_custody(archive: Archive, image: Image, layers: Sequence[LayerIndex]) -> tuple[Link, ...]:
    """All links, from the archive down. A directory has no digest of its own."""
    return tuple(_links(archive, image, layers))


def archive_link(archive: Archive) -> Link:
    """The archive file itself; nothing inside it can promise its digest."""
    if archive.file is None:
        return Link("archive", "a directory, which has no digest of its own", LinkStatus.COMPUTED)
    return Link(
        "archive", "the archive as given", LinkStatus.COMPUTED, f"sha256:{archive.file.finish_digest()}", size=archive.file.stored_size
    )


def _links(archive: Archive, image: Image, layers: Sequence[LayerIndex]) -> Iterator[Link]:
    yield archive_link(archive)
    for reference in image.references:
        yield Link("reference", reference, LinkStatus.STATED)
    for document in image.stored.trail:
        yield _document_link(document)
    if image.config_document is not None:
        yield _document_link(image.config_document)
    elif image.stored.config is not None:
        expected = image.stored.config.digest
        yield Link("config", image.stored.config.name, LinkStatus.MISSING, expected=str(expected) if expected else None)
    for layer, index in zip(image.layers, layers, strict=True):
        yield _blob_link(layer, index)
        yield _content_link(layer, index)


def _document_link(document: StoredDocument) -> Link:
    return Link(
        role=document.role,
        name=document.name,
        status=LinkStatus(document.status),
        digest=str(document.digest),
        expected=str(document.expected) if document.expected else None,
        size=len(document.data),
        expected_size=document.expected_size,
    )


def _blob_link(layer: Layer, index: LayerIndex) -> Link:
    blob = layer.blob
    expected = str(blob.digest) if blob.digest else None
    if blob.member is None:
        return Link("layer", blob.name, LinkStatus.MISSING, expected=expected, expected_size=blob.size, layer_index=layer.index)
    status = _compare(blob.digest, index.blob_digest)
    if index.blob_digest is not None and blob.size not in (None, index.stored):
        status = LinkStatus.MISMATCH
    found = str(index.blob_digest) if index.blob_digest else None
    return Link("layer", blob.name, status, found, expected, index.stored, blob.size, layer.index)


def _content_link(layer: Layer, index: LayerIndex) -> Link:
    expected = str(layer.diff_id) if layer.diff_id else None
    found = str(index.diff_id) if index.diff_id else None
    size = index.expanded if index.diff_id else None
    padded = layer.diff_id is not None and layer.diff_id in index.padded
    status = LinkStatus.VERIFIED if padded else _compare(layer.diff_id, index.diff_id)
    found = expected if padded else found
    return Link("layer content (diff_id)", f"layer {layer.index}", status, found, expected, size, None, layer.index)


def _compare(expected: Digest | None, found: Digest | None) -> LinkStatus:
    if found is None:
        return LinkStatus.NOT_READ
    if expected is None:
        return LinkStatus.COMPUTED
    return LinkStatus.VERIFIED if expected == found else LinkStatus.MISMATCH
