"""Coverage: every byte of the archive with its use, and everything that was not read, with the reason. It only counts and reads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from imginspect.archive import Archive
from imginspect.archive.unreferenced import Unreferenced
from imginspect.filesystem import Filesystem
from imginspect.image import Image
from imginspect.layer import LayerIndex
from imginspect.layer.index import LayerStatus
from imginspect.problems import Problem
from imginspect.reading.unreferenced_search import UnreferencedBytes
from imginspect.tar.header import FILE

LAYERS = "layers of this image"
DOCUMENTS = "indexes, manifests and config of this image"
OTHER_IMAGES = "other images and artefacts of the archive, not inspected here"
METADATA = "metadata of tools, read"
UNREFERENCED = "files that nothing refers to, read"
TAR = "headers and padding of the archive's tar"
TRAILING = "bytes behind the end of the archive's tar, read"


@dataclass(frozen=True, slots=True)
class LayerCoverage:
    """One layer. Bytes: *stored* in the archive, *expanded* of the tar, *file_bytes* of files.

    *not_hashed* counts files whose content was skipped, *trailing* non-zero bytes after the tar's end, *packed* files that
    are compressed or archives: their bytes were searched as they are, what is packed in them was not.
    """

    index: int
    status: LayerStatus
    reason: str
    compression: str
    stored: int
    expanded: int
    entries: int
    files: int
    file_bytes: int
    not_hashed: int
    trailing: int
    packed: int


class Coverage(NamedTuple):
    """What was read. *bytes_by_use* adds up to *archive_bytes*: the archive after whole-archive decompression, or a directory's files."""

    archive_bytes: int
    bytes_by_use: tuple[tuple[str, int], ...]
    layers: tuple[LayerCoverage, ...]
    unreferenced: tuple[Unreferenced, ...]
    gaps: tuple[str, ...]
    """Everything that was not read, one sentence each; empty where the whole image was read."""
    visible_nodes: int
    hidden_nodes: int
    second_pass: int = 0
    """Files that the checks asked for and that one more pass over their layers served."""
    findings_not_listed: int = 0
    places_not_listed: int = 0
    """Findings, and places of findings, beyond the limits of these names: judged like the others, and only counted."""

    @property
    def is_complete(self) -> bool:
        """Whether everything that belongs to the image was read."""
        return not self.gaps


def count_coverage(
    archive: Archive,
    image: Image,
    layers: Sequence[LayerIndex],
    filesystem: Filesystem,
    unreferenced: UnreferencedBytes,
    problems: Iterable[Problem],
) -> Coverage:
    """What was read of *image* and of the archive around it; of *problems* those that left something unread are its gaps."""
    total, uses = _uses(archive, image, unreferenced)
    return Coverage(
        archive_bytes=total,
        bytes_by_use=uses,
        layers=tuple(_layer(number, index) for number, index in enumerate(layers)),
        unreferenced=unreferenced.files,
        gaps=tuple(dict.fromkeys(f"{problem.where}: {problem.what}" for problem in problems if problem.unread)),
        visible_nodes=filesystem.node_count(),
        hidden_nodes=filesystem.hidden_count(),
    )


def _uses(archive: Archive, image: Image, unreferenced: UnreferencedBytes) -> tuple[int, tuple[tuple[str, int], ...]]:
    own_layers = {layer.blob.member.name: layer.blob.member.size for layer in image.layers if layer.blob.member}
    own_documents = {document.name: len(document.data) for document in image.stored.trail}
    if image.config_document is not None:
        own_documents[image.config_document.name] = len(image.config_document.data)
    if archive.is_shared:
        used = ((LAYERS, sum(own_layers.values())), (DOCUMENTS, sum(own_documents.values())))
        return sum(count for _, count in used), used
    left, trailing = unreferenced.files, unreferenced.trailing
    known = own_layers.keys() | own_documents.keys() | {item.name for item in left}
    others = files = 0
    for member in archive.members.walk():
        if member.kind != FILE:
            continue
        available = member.size if member.available < 0 else member.available
        files += available
        if member.name not in known:
            others += available
    uses = [
        (LAYERS, sum(_available(archive, name, size) for name, size in own_layers.items())),
        (DOCUMENTS, sum(own_documents.values())),
        (OTHER_IMAGES, others),
        (METADATA, sum(_available(archive, item.name, item.size) for item in left if item.is_metadata)),
        (UNREFERENCED, sum(_available(archive, item.name, item.size) for item in left if not item.is_metadata)),
    ]
    if archive.file is None:
        return files, tuple(uses)
    total = archive.file.size
    uses += [(TRAILING, trailing), (TAR, total - trailing - sum(count for _, count in uses))]
    return total, tuple(uses)


def _available(archive: Archive, name: str, size: int) -> int:
    member = archive.members.look_up(name)
    return size if member is None or member.available < 0 else member.available


def _layer(number: int, index: LayerIndex) -> LayerCoverage:
    return LayerCoverage(
        index=number,
        status=index.status,
        reason=index.reason,
        compression=index.stored_as,
        stored=index.stored,
        expanded=index.expanded,
        entries=len(index.entries),
        files=index.files,
        file_bytes=index.file_bytes,
        not_hashed=sum(1 for entry in index.entries if entry.kind == FILE and entry.digest is None),
        trailing=index.trailing,
        packed=sum(index.packed.values()),
    )
