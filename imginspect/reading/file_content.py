"""The content of one file of an image: found by path, then served by a second pass over its layer only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from imginspect.archive import Archive
from imginspect.errors import LayerError, UsageError
from imginspect.filesystem import FilesystemBuilder
from imginspect.image import Image
from imginspect.layer import LayerIndex, LayerJob, PassVisitors, read_layers
from imginspect.layer.protocols import ScanResult
from imginspect.reading.contents import read_contents
from imginspect.tar.header import HARDLINK


class EntryPlace(NamedTuple):
    """Where a content is: the layer, the ordinal of its entry there, and the entry's path."""

    layer: int
    ordinal: int
    path: str
    size: int


def find_content(archive: Archive, image: Image, path: str, layer: int | None) -> EntryPlace:
    """Where the content of *path* is: as a container sees it, links followed, or as *layer* alone holds it.

    Raises: UsageError - no such layer, or no file there; PathError
    """
    if layer is not None:
        return _in_layer(archive, image, path, layer)
    contents = read_contents(archive, image)
    node = contents.filesystem.resolve(path).node
    if node.content is None:
        raise UsageError(f"{node.path} is a {node.kind}, not a file with content")
    entry = contents.layers[node.content[0]].entries[node.content[1]]
    return EntryPlace(*node.content, entry.path, entry.size)


def write_content(archive: Archive, image: Image, place: EntryPlace, write: Callable[[bytes], object]) -> None:
    """Give the content at *place* to *write*, piece by piece.

    Raises: LayerError - the layer could not be read that far
    """
    if not place.size:
        return
    extractor = _Extractor(place, write)
    for _ in read_layers([_job(archive, image, place.layer)], archive.limits, PassVisitors(extractor)):
        pass
    if extractor.left:
        raise LayerError(f"layer {place.layer}: {place.path}: {extractor.left:,} bytes could not be read")


def _in_layer(archive: Archive, image: Image, path: str, layer: int) -> EntryPlace:
    if layer >= len(image.layers):
        raise UsageError(f"there is no layer {layer}: the layers are numbered 0 to {len(image.layers) - 1}")
    wanted = "/" + "/".join(part for part in path.split("/") if part not in ("", "."))
    builder = FilesystemBuilder(archive.limits)
    index = LayerIndex()
    for _, index in read_layers([_job(archive, image, layer)], archive.limits):
        builder.apply(index)
    places = [
        EntryPlace(layer, ordinal, entry.path, entry.size)
        for ordinal, entry in enumerate(index.entries)
        if entry.path == wanted and entry.digest is not None
    ]
    if places:
        return places[-1]
    node = builder.freeze().get(wanted)
    if node is not None and node.kind == HARDLINK and node.content is not None:
        return EntryPlace(layer, node.content[1], index.entries[node.content[1]].path, node.size)
    raise UsageError(f"layer {layer} has no file {wanted}")


def _job(archive: Archive, image: Image, layer: int) -> LayerJob:
    blob = image.layers[layer].blob
    return LayerJob(layer, partial(archive.open_blob, blob), stored=blob.stored)


class _Extractor:
    """Writes out one entry's content as the pass goes by it."""

    def __init__(self, place: EntryPlace, write: Callable[[bytes], object]) -> None:
        self._place = place
        self._write = write
        self._active = False
        self.left = place.size

    def wants(self, path: str, size: int, content_class: str) -> bool:
        """See Scanner."""
        del size, content_class
        return path == self._place.path

    def whole(self, ordinal: int, content: memoryview, digest: bytes) -> ScanResult:
        """See Scanner."""
        self.begin(ordinal)
        self.feed(content)
        return self.end(digest)

    def begin(self, ordinal: int) -> None:
        """See Scanner."""
        self._active = ordinal == self._place.ordinal

    def feed(self, piece: memoryview) -> None:
        """See Scanner."""
        if self._active:
            self._write(bytes(piece))
            self.left -= len(piece)

    def end(self, digest: bytes) -> ScanResult:
        """See Scanner."""
        del digest
        self._active = False
        return ScanResult()
