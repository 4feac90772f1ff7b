"""Verification: what a layer's pass found, compared with manifest and config."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imginspect.image import Image, Layer
from imginspect.layer import LayerIndex
from imginspect.oci.media_types import compression_said, file_system_said
from imginspect.problems import Problem, Topic
from imginspect.tar.header import BLOCK
from imginspect.wording import counted

_DIRECTORY = "dir: tree"
"""The layout that skopeo 1.9.3 writes with the media type of gzip, whatever the layers of a docker archive are."""


def verify_layers(image: Image, layers: Sequence[LayerIndex], layout: str = "") -> Iterator[Problem]:
    """A problem for each size, digest, diff_id and media type that is not as promised; one for all layers where a tool writes them so.

    *layout* is the name of the archive's.
    """
    by_habit: list[int] = []
    for layer, index in zip(image.layers, layers, strict=True):
        yield from _stored(layer, index)
        yield from _expanded(layer, index)
        for problem in _media_type(layer, index):
            if layout == _DIRECTORY and (problem.expected, problem.found) == ("gzip", "plain"):
                by_habit.append(layer.index)
            else:
                yield problem
    if by_habit:
        what = (
            f"{counted(len(by_habit), 'layer')} stored plain under a media type of gzip, as skopeo copies a docker archive to a dir: tree"
        )
        yield Problem(Topic.MEDIA_TYPE, "manifest.json", what, "gzip", "plain", is_habit=True)


def _stored(layer: Layer, index: LayerIndex) -> Iterator[Problem]:
    blob = layer.blob
    where = f"layer {layer.index}"
    if index.blob_digest is None:
        return
    promised_size = blob.size if blob.size is not None else (blob.member.size if blob.member else None)
    if promised_size is not None and promised_size != index.stored:
        what = "its blob's size does not match the one stated for it"
        yield Problem(Topic.DIGEST, where, what, f"{promised_size:,} bytes", f"{index.stored:,} bytes", layer.index)
    if blob.digest is not None and blob.digest != index.blob_digest:
        yield Problem(
            Topic.DIGEST,
            where,
            "its blob's digest does not match the one stated for it",
            str(blob.digest),
            str(index.blob_digest),
            layer.index,
        )


def _expanded(layer: Layer, index: LayerIndex) -> Iterator[Problem]:
    where = f"layer {layer.index}"
    if layer.diff_id is not None and index.diff_id is not None and layer.diff_id in index.padded:
        zeros = BLOCK * (index.padded.index(layer.diff_id) + 1)
        what = f"its {index.variant} stream lacks {zeros:,} bytes of padding after the end of its tar (as written by skopeo 1.9)"
        yield Problem(Topic.ENTRIES, where, f"{what}; with them, its content matches the diff_id in the config", layer_index=layer.index)
    elif layer.diff_id is not None and index.diff_id is not None and layer.diff_id != index.diff_id:
        what = "its content does not match the diff_id in the config"
        yield Problem(Topic.DIFF_ID, where, what, str(layer.diff_id), str(index.diff_id), layer.index)


def _media_type(layer: Layer, index: LayerIndex) -> Iterator[Problem]:
    where = f"layer {layer.index}"
    file_system = file_system_said(layer.blob.media_type)
    if file_system and index.entries:
        yield Problem(Topic.MEDIA_TYPE, where, "its media type states a file system, but it is a tar", file_system, "a tar", layer.index)
    said = compression_said(layer.blob.media_type)
    if said is not None and index.compression and said != index.compression:
        yield Problem(Topic.MEDIA_TYPE, where, "its media type does not match its compression", said, index.compression, layer.index)
