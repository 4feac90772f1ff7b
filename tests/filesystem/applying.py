"""Filesystems in tests: layers from entries, read and applied as the inspection does it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import closing
from typing import TypeAlias

from imginspect.filesystem import Filesystem, FilesystemBuilder
from imginspect.layer import LayerIndex, LayerJob, read_layers
from imginspect.limits import Limits
from imginspect.problems import Problem
from tests.image_builder import Written, tar_bytes

Layers: TypeAlias = Sequence[Sequence[Written]]


def indexes(layers: Layers, limits: Limits | None = None) -> list[LayerIndex]:
    """What the pass finds in each of *layers*."""
    tars = [tar_bytes(layer) for layer in layers]
    jobs = [LayerJob(number, lambda tar=tar: io.BytesIO(tar)) for number, tar in enumerate(tars)]  # type: ignore[misc]
    with closing(read_layers(jobs, limits or Limits())) as reads:
        return [index for _, index in reads]


def applied(*layers: Sequence[Written], limits: Limits | None = None) -> Filesystem:
    """The filesystem that *layers* make, base first."""
    builder = FilesystemBuilder(limits or Limits())
    for index in indexes(layers, limits):
        builder.apply(index)
    return builder.freeze()


def problems(*layers: Sequence[Written]) -> list[Problem]:
    """What is wrong with *layers*: entries alone, and together."""
    return [problem for index in indexes(layers) for problem in index.problems] + list(applied(*layers).problems)


def paths(filesystem: Filesystem) -> set[str]:
    """Every visible path but the root."""
    return {node.path for node in filesystem.walk()} - {"/"}


def listing(filesystem: Filesystem) -> list[tuple[object, ...]]:
    """Every visible node, the numbers of layers left out."""
    return [(node.path, node.kind, node.mode, node.uid, node.gid, node.size, node.link_target, node.sha256) for node in filesystem.walk()]


def hidden(filesystem: Filesystem) -> list[tuple[str, str, int, int]]:
    """(path, state, its layer, the layer that hid it) of what is not visible any more."""
    return [(item.node.path, item.state, item.node.layer_index, item.by_layer) for item in filesystem.hidden()]
