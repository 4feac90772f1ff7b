"""Contents: an image that was read. Each of its blobs is read once, or not at all where a cache knows what a pass found in it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from imginspect.archive import Archive
from imginspect.errors import ImgInspectError
from imginspect.evidence import verify_layers
from imginspect.filesystem import Filesystem, FilesystemBuilder
from imginspect.image import Image, Layer
from imginspect.layer import LayerIndex, LayerJob, Look, read_layers
from imginspect.layer.fetch import Fetch
from imginspect.layer.index import NOT_READ
from imginspect.layer.kept import KeptContents
from imginspect.layer_cache import LayerCache
from imginspect.oci import media_types
from imginspect.problems import Problem, Problems, Topic

Progress = Callable[[int], None]
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Contents:
    """An image that was read: an index for each layer, the filesystem they make, and the problems met in reading."""

    image: Image
    layers: tuple[LayerIndex, ...]
    filesystem: Filesystem
    problems: tuple[Problem, ...]


def read_contents(
    archive: Archive, image: Image, look: Look | None = None, progress: Progress | None = None, cache: LayerCache | None = None
) -> Contents:
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
    problems.extend(list(verify_layers(image, read)))
    return Contents(image, tuple(read), filesystem, tuple(problems.listed()))


def read_again(
    archive: Archive,
    image: Image,
    layers: Sequence[LayerIndex],
    missed: Sequence[tuple[int, int]],
    store: KeptContents,
    cache: LayerCache | None = None,
) -> int:
    """Serve contents that were not kept, *missed* as (layer index, ordinal), by a second pass over their layers; how many there were."""
    served = 0
    for number in sorted({number for number, _ in missed}):
        index, layer = layers[number], image.layers[number]
        fetch = Fetch(index, {ordinal for at, ordinal in missed if at == number}, store)
        key = cache.key(str(index.blob_digest), _hashing(layer)) if cache is not None else ""
        if cache is not None:
            fetch.take(partial(cache.content, key))
        if fetch.is_open:
            for _ in read_layers([_job(archive, layer)], archive.limits, Look(fetch)):
                pass
            if cache is not None and index.is_repeatable:
                for ordinal in fetch.fetched:
                    cache.put_content(key, ordinal, fetch.kept[ordinal].read())
        index.kept.update(fetch.kept)
        served += len(fetch.kept)
    return served


def _read_layers(
    archive: Archive, layers: Sequence[Layer], look: Look | None, progress: Progress | None, cache: LayerCache | None
) -> list[LayerIndex]:
    """An index for each layer. Blobs are read in the archive's order, each once, however often it is a layer."""
    found: dict[int, LayerIndex] = {layer.index: _absent(layer) for layer in layers if layer.blob.member is None}
    first: dict[str, Layer] = {}
    for layer in layers:
        if layer.blob.member is not None:
            first.setdefault(layer.blob.member.name, layer)
    in_order = sorted(first.values(), key=lambda layer: (layer.blob.member.offset if layer.blob.member else 0, layer.index))
    known = _by_cache(archive, in_order, look, progress, cache) if cache is not None else None
    found |= known if known is not None else _together(archive, in_order, look, progress)
    for layer in layers:
        if layer.index not in found and layer.blob.member is not None:
            found[layer.index] = found[first[layer.blob.member.name].index].as_layer(layer.index)
    return [found[layer.index] for layer in layers]


def _together(archive: Archive, layers: Sequence[Layer], look: Look | None, progress: Progress | None) -> dict[int, LayerIndex]:
    """All *layers* read, with the limits holding for them together."""
    with closing(read_layers([_job(archive, layer) for layer in layers], archive.limits, look, progress)) as reads:
        return {job.index: index for job, index in reads}


def _by_cache(
    archive: Archive, layers: Sequence[Layer], look: Look | None, progress: Progress | None, cache: LayerCache
) -> dict[int, LayerIndex] | None:
    """All *layers*, those read that *cache* does not know; None where a limit was met and they have to be read together."""
    began = time.time_ns()
    identities = {layer.index: archive.identity(layer.blob, began) for layer in layers}
    found: dict[int, LayerIndex] = {}
    for layer in layers:
        known = _known(archive, layer, identities[layer.index], progress, cache)
        if known is not None:
            found[layer.index] = known.as_layer(layer.index)
    unknown = [layer for layer in layers if layer.index not in found]
    by_index = {layer.index: layer for layer in unknown}
    with closing(read_layers([_job(archive, layer) for layer in unknown], archive.limits, look, progress, apart=True)) as reads:
        for job, index in reads:
            found[job.index] = index
            if index.blob_digest is not None and index.is_repeatable:
                layer = by_index[job.index]
                cache.put(cache.key(str(index.blob_digest), _hashing(layer)), index)
                _note(archive, layer, identities[layer.index], began, str(index.blob_digest), cache)
    return found if _fits(archive, list(found.values())) else None


def _known(archive: Archive, layer: Layer, identity: str, progress: Progress | None, cache: LayerCache) -> LayerIndex | None:
    """What *cache* knows of *layer*: its file is as it was when it was verified, or its bytes have a digest that there is a record of."""
    digest = cache.verified(identity)
    if digest:
        return cache.get(cache.key(digest, _hashing(layer)))
    claimed = layer.blob.digest or layer.diff_id  # of a docker archive's plain layer the config tells the digest
    if claimed is None or not cache.has(cache.key(str(claimed), _hashing(layer))):
        return None
    began = time.time_ns()
    found = _digest_of(archive, layer, claimed.algorithm, progress)
    if found != claimed.hex:
        return None
    known = cache.get(cache.key(str(claimed), _hashing(layer)))
    if known is not None:
        _note(archive, layer, identity, began, str(claimed), cache)
    return known


def _digest_of(archive: Archive, layer: Layer, algorithm: str, progress: Progress | None) -> str:
    """Hex digest of the blob's bytes as they are; empty where they cannot be read."""
    hasher = hashlib.new(algorithm)
    buffer = memoryview(bytearray(_PIECE))
    try:
        with closing(archive.open_blob(layer.blob)) as reader:
            while count := reader.readinto(buffer):
                hasher.update(buffer[:count])
                if progress is not None:
                    progress(count)
    except (ImgInspectError, OSError):
        return ""
    return hasher.hexdigest()


def _note(archive: Archive, layer: Layer, identity: str, began: int, digest: str, cache: LayerCache) -> None:
    """Remember what was verified, if the file is still the one that it was before."""
    if identity and archive.identity(layer.blob, began) == identity:
        cache.note(identity, digest)


def _fits(archive: Archive, layers: Sequence[LayerIndex]) -> bool:
    """Whether layers that were read apart are what they would be together: no limit was met, and none would be."""
    limits = archive.limits
    return (
        all(index.is_repeatable for index in layers)
        and sum(len(index.entries) for index in layers) <= limits.entries
        and sum(index.kept_bytes for index in layers) <= limits.kept_bytes
        and sum(index.expanded for index in layers) <= limits.expanded_bytes
        and sum(index.sparse_bytes for index in layers) <= limits.expanded_bytes
    )


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
        not_readable="" if hashing else "it is encrypted: only its stored bytes could be checked",
    )


def _absent(layer: Layer) -> LayerIndex:
    reason = layer.blob.missing
    if media_types.is_foreign(layer.blob.media_type) or layer.blob.urls:
        reason = "it is a foreign layer, which is fetched from elsewhere and is not in the archive"
    problem = Problem(
        Topic.UNREAD, f"layer {layer.index}", reason, str(layer.blob.digest or layer.blob.name), "nothing", layer.index, unread=True
    )
    return LayerIndex(status=NOT_READ, reason=reason, problems=[problem])
