"""Contents: an image that was read. Each of its blobs is read once, or not at all where a cache knows what a pass found in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from imginspect.archive import Archive
from imginspect.filesystem import Filesystem, FilesystemBuilder
from imginspect.image import Image, Layer
from imginspect.layer import LayerIndex, LayerJob, PassVisitors, read_layers
from imginspect.layer.content_spool import ContentSpool
from imginspect.layer.fetch import Fetch
from imginspect.layer.index import LayerStatus
from imginspect.oci import media_types
from imginspect.oci.digest import Digest
from imginspect.problems import Problem, Problems, Topic
from imginspect.reading import verify_layers

if TYPE_CHECKING:
    from imginspect.reading.cached_layers import LayerSource
    from imginspect.reading.layer_cache import LayerCache

Progress = Callable[[int], None]
_BLANK = re.compile(r"blank_[0-9]+")


@dataclass(frozen=True, slots=True)
class ImageContents:
    """An image that was read: an index for each layer, the filesystem they make, and the problems met in reading."""

    image: Image
    layers: tuple[LayerIndex, ...]
    filesystem: Filesystem
    problems: tuple[Problem, ...]


def read_contents(
    archive: Archive, image: Image, look: PassVisitors | None = None, progress: Progress | None = None, cache: LayerCache | None = None
) -> ImageContents:
    """All layers of *image* read in one pass, and applied. *cache* is for a *look* with the scanner and the keep that it is made for."""
    read = _read_layers(archive, image.layers, look, progress, cache)
    builder = FilesystemBuilder(archive.limits)
    problems = Problems(archive.limits.problems)
    problems.extend(list(image.problems))
    for index in read:
        builder.apply(index)
        problems.extend(index.problems)
    filesystem = builder.freeze()
    problems.extend(list(filesystem.problems))
    problems.extend(list(verify_layers(image, read, archive.layout.name)))
    return ImageContents(image, tuple(read), filesystem, tuple(problems.listed()))


def read_again(
    archive: Archive,
    image: Image,
    layers: Sequence[LayerIndex],
    spool: ContentSpool,
    cache: LayerCache | None,
    missed: Sequence[tuple[int, int]],
) -> int:
    """Serve contents that were not kept, *missed* as (layer index, ordinal), by a second pass over their layers; how many there were."""
    served = 0
    for number in sorted({number for number, _ in missed}):
        index, layer = layers[number], image.layers[number]
        fetch = Fetch(index, {ordinal for at, ordinal in missed if at == number}, spool)
        key = cache.key(str(index.blob_digest), _hashing(layer)) if cache is not None else ""
        if cache is not None:
            fetch.take(partial(cache.content, key))
        if fetch.is_open:
            for _ in read_layers([_job(archive, layer)], archive.limits, PassVisitors(fetch), threads=archive.threads):
                pass
            if cache is not None and index.is_repeatable:
                for ordinal in fetch.fetched:
                    cache.put_content(key, ordinal, fetch.kept[ordinal].read())
        index.kept.update(fetch.kept)
        served += len(fetch.kept)
    return served


def _read_layers(
    archive: Archive, layers: Sequence[Layer], look: PassVisitors | None, progress: Progress | None, cache: LayerCache | None
) -> list[LayerIndex]:
    """An index for each layer. Blobs are read in the archive's order, each once, however often it is a layer."""
    found: dict[int, LayerIndex] = {layer.index: _absent(layer) for layer in layers if layer.blob.member is None or _is_placeholder(layer)}
    first: dict[str, Layer] = {}
    for layer in layers:
        if layer.blob.member is not None and layer.index not in found:
            first.setdefault(layer.blob.member.name, layer)
    in_order = sorted(first.values(), key=lambda layer: (layer.blob.member.offset if layer.blob.member else 0, layer.index))
    known = None
    if cache is not None:
        from imginspect.reading.cached_layers import read_through

        sources = [_source(archive, layer) for layer in in_order]
        known = read_through(cache, sources, archive.limits, look, progress, threads=archive.threads)
    found |= known if known is not None else _together(archive, in_order, look, progress)
    for layer in layers:
        if layer.index not in found and layer.blob.member is not None:
            found[layer.index] = found[first[layer.blob.member.name].index].as_layer(layer.index)
    return [found[layer.index] for layer in layers]


def _together(archive: Archive, layers: Sequence[Layer], look: PassVisitors | None, progress: Progress | None) -> dict[int, LayerIndex]:
    """All *layers* read, with the limits holding for them together."""
    jobs = [_job(archive, layer) for layer in layers]
    with closing(read_layers(jobs, archive.limits, look, progress, threads=archive.threads)) as reads:
        return {job.index: index for job, index in reads}


def _source(archive: Archive, layer: Layer) -> LayerSource:
    from imginspect.reading.cached_layers import LayerSource

    blob = layer.blob
    hashing = _hashing(layer)
    claimed = blob.digest or layer.diff_id  # of a docker archive's plain layer the config tells the digest
    return LayerSource(_job(archive, layer), partial(archive.identity, blob), claimed, hashing)


def _hashing(layer: Layer) -> str:
    """The algorithm of the layer's diff_id; empty where it cannot be expanded."""
    if media_types.is_encrypted(layer.blob.media_type):
        return ""
    return layer.diff_id.algorithm if layer.diff_id else "sha256"


def _job(archive: Archive, layer: Layer) -> LayerJob:
    blob = layer.blob
    hashing = _hashing(layer)
    return LayerJob(
        index=layer.index,
        open=partial(archive.open_blob, blob),
        blob_algorithm=blob.digest.algorithm if blob.digest else "sha256",
        diff_algorithm=hashing or "sha256",
        stored=blob.stored,
        not_readable="" if hashing else "it is encrypted: only its stored bytes could be checked",
    )


def _is_placeholder(layer: Layer) -> bool:
    """Whether an empty member stands for a layer with another content.

    Buildpacks (imgutil, local/store.go) write ``blank_N`` for each layer that the Docker daemon has already.
    """
    blob = layer.blob
    is_empty = blob.member is not None and not blob.member.size and blob.digest is None
    return is_empty and layer.diff_id is not None and layer.diff_id != Digest.of(b"", layer.diff_id.algorithm)


def _absent(layer: Layer) -> LayerIndex:
    reason = layer.blob.missing
    if layer.blob.member is not None:
        reason = f"{layer.blob.name} is empty: the layer is not in the archive"
        if _BLANK.fullmatch(layer.blob.name):
            reason += " (as written by Buildpacks for a Docker daemon that already has the layer); export the image with docker save"
    if media_types.is_foreign(layer.blob.media_type) or layer.blob.urls:
        reason = "it is a foreign layer, which is fetched from elsewhere and is not in the archive"
    problem = Problem(
        Topic.UNREAD, f"layer {layer.index}", reason, str(layer.blob.digest or layer.blob.name), "nothing", layer.index, unread=True
    )
    return LayerIndex(status=LayerStatus.NOT_READ, reason=reason, problems=[problem])
