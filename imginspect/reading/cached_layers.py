"""Layers read through a cache: known results are used for blobs whose bytes are certain; all others are read and stored there."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from typing import NamedTuple

from imginspect.errors import ImgInspectError, LayerError
from imginspect.layer import ContentSpool, LayerIndex, LayerJob, PassVisitors, read_layers
from imginspect.layer.layer_pass import is_beyond_ratio
from imginspect.limits import Limits
from imginspect.oci.digest import Digest
from imginspect.reading.layer_cache import LayerCache

Progress = Callable[[int], None]
_PIECE = 1 << 20
"""Bytes that are hashed at a time; all of a blob is."""
_MOST_OPEN = 50
"""Layers of an image from which on what was kept of them is copied, so that there is not an open file for each."""


class LayerSource(NamedTuple):
    """A layer to read: its *job*; *identity*, which names its bytes as they are on the host (given the time before which they were last
    changed; empty where nothing names them); the digest that its blob is said to have; and the algorithm that its content is hashed by
    (empty where it is not expanded)."""

    job: LayerJob
    identity: Callable[[int], str]
    claimed: Digest | None
    hashing: str


def read_through(
    cache: LayerCache,
    sources: Sequence[LayerSource],
    limits: Limits,
    look: PassVisitors | None,
    progress: Progress | None = None,
    *,
    threads: int = 2,
) -> dict[int, LayerIndex] | None:
    """All *sources* by the index of their job. None where a limit was met that holds for all layers together: so they have to be read."""
    began = time.time_ns()
    found: dict[int, LayerIndex] = {}
    unknown: dict[int, tuple[LayerSource, str]] = {}
    for source in sources:
        identity = source.identity(began)
        index = _known(cache, source, identity, progress)
        if index is not None:
            with suppress(LayerError):  # what was kept of it is gone
                found[source.job.index] = _own(index, source.job.index, look.store if look and len(sources) > _MOST_OPEN else None)
        if source.job.index not in found:
            unknown[source.job.index] = source, identity
    jobs = [source.job for source, _ in unknown.values()]
    with closing(read_layers(jobs, limits, look, progress, apart=True, threads=threads)) as reads:
        for job, index in reads:
            found[job.index] = index
            if index.blob_digest is not None and index.is_repeatable:
                source, identity = unknown[job.index]
                cache.put(cache.key(str(index.blob_digest), source.hashing), index)
                _note(cache, source, identity, began, str(index.blob_digest))
    return found if _fit([found[source.job.index] for source in sources], limits) else None


def _own(index: LayerIndex, number: int, store: ContentSpool | None) -> LayerIndex:
    """*index*, which is shared, as layer *number*; what was kept of it is copied to *store*, where there is one."""
    own = index.as_layer(number)
    if store is not None:
        own.kept = {ordinal: store.add(content.read()) for ordinal, content in own.kept.items()}
    return own


def _known(cache: LayerCache, source: LayerSource, identity: str, progress: Progress | None) -> LayerIndex | None:
    """What *cache* knows of the layer: its file is as it was when it was verified, or its bytes have a digest that there is a record of."""
    digest = cache.verified(identity)
    if digest.startswith(f"{source.job.blob_algorithm}:"):
        return cache.get(cache.key(digest, source.hashing))
    claimed = source.claimed
    if claimed is None or claimed.algorithm != source.job.blob_algorithm or not cache.has(cache.key(str(claimed), source.hashing)):
        return None
    began = time.time_ns()
    if _digest_of(source, claimed.algorithm, progress) != claimed.hex:
        return None
    index = cache.get(cache.key(str(claimed), source.hashing))
    if index is not None:
        _note(cache, source, identity, began, str(claimed))
    return index


def _digest_of(source: LayerSource, algorithm: str, progress: Progress | None) -> str:
    """Hex digest of the blob's bytes as they are; empty where they cannot be read."""
    hasher = hashlib.new(algorithm)
    buffer = memoryview(bytearray(_PIECE))
    try:
        with closing(source.job.open()) as reader:
            while count := reader.readinto(buffer):
                hasher.update(buffer[:count])
                if progress is not None:
                    progress(count)
    except (ImgInspectError, OSError):
        return ""
    return hasher.hexdigest()


def _note(cache: LayerCache, source: LayerSource, identity: str, began: int, digest: str) -> None:
    """Remember what was verified, if the file is still the one that it was before."""
    if identity and source.identity(began) == identity:
        cache.note(identity, digest)


def _fit(layers: Sequence[LayerIndex], limits: Limits) -> bool:
    """Whether *layers* that were read apart are what they would be together, in that order: no limit was met, and none would be."""
    return (
        all(index.is_repeatable for index in layers)
        and sum(len(index.entries) for index in layers) <= limits.entries
        and sum(index.attribute_bytes for index in layers) <= limits.kept_bytes
        and sum(index.expanded for index in layers) <= limits.expanded_bytes
        and sum(index.sparse_bytes for index in layers) <= limits.expanded_bytes
        and _holes_fit(layers, limits)
    )


def _holes_fit(layers: Sequence[LayerIndex], limits: Limits) -> bool:
    """Whether the holes of sparse files fit in the ratio after each layer; without holes each blob has kept to it."""
    stored = expanded = holes = 0
    for index in layers:
        stored, expanded, holes = stored + index.stored, expanded + index.expanded, holes + index.sparse_bytes
        if holes and is_beyond_ratio(stored, expanded + holes, limits):
            return False
    return True
