"""Docker's manifest version 2 schema 1: deprecated, but still in registries and ``dir:`` trees.

It has no config blob and no diff_ids: what the image would run is in the history of its newest step.
Source: distribution, "Image Manifest Version 2, Schema 1"
"""

from __future__ import annotations

from imginspect.errors import LimitExceeded
from imginspect.limits import Limits
from imginspect.oci.config import HistoryEntry, ImageConfig, parse_config
from imginspect.oci.descriptor import Descriptor, InvalidManifest
from imginspect.oci.digest import Digest
from imginspect.oci.document import JsonObject, parse_object, text, texts
from imginspect.oci.manifest import Schema1Layer, Schema1Manifest

LAYER_TYPE = "application/vnd.docker.container.image.rootfs.diff+x-gtar"


def parse_schema1(document: JsonObject, what: str, limits: Limits) -> Schema1Manifest:
    """The schema 1 manifest in *document*, its steps base first.

    Raises: InvalidManifest, InvalidDigest, InvalidDocument, LimitExceeded
    """
    blobs, history = document.get("fsLayers"), document.get("history")
    if not isinstance(blobs, list) or not isinstance(history, list) or len(blobs) != len(history) or not blobs:
        raise InvalidManifest(f"{what}: expected as many fsLayers as history entries")
    if len(blobs) > limits.layers:
        raise LimitExceeded("layers", limits.layers, f"{what}: {len(blobs):,} layers")
    steps = []
    for number, (blob, entry) in enumerate(zip(blobs, history, strict=True)):
        if not isinstance(blob, JsonObject) or not isinstance(entry, JsonObject):
            raise InvalidManifest(f"{what}: layer {number} is not an object")
        compatibility = text(entry.get("v1Compatibility"))
        state = parse_object(compatibility.encode("utf-8", "surrogatepass"), f"{what}, v1Compatibility {number}", limits)
        descriptor = Descriptor(LAYER_TYPE, Digest.parse(blob.get("blobSum")))
        steps.append(Schema1Layer(descriptor, compatibility, state.get("throwaway") is True))
    return Schema1Manifest(
        text(document.get("name")), text(document.get("tag")), text(document.get("architecture")), tuple(reversed(steps))
    )


def config_of(manifest: Schema1Manifest, limits: Limits) -> ImageConfig:
    """The config that the newest step states, with the history of all steps; diff_ids are not known."""
    newest = parse_object(manifest.layers[-1].compatibility.encode("utf-8", "surrogatepass"), "v1Compatibility", limits)
    config = parse_config(newest, "v1Compatibility")
    return config._replace(
        architecture=config.architecture or manifest.architecture,
        os=config.os or "linux",
        history=tuple(_history_of(layer, limits) for layer in manifest.layers),
        diff_ids=(),
        unread_fields=(),
    )


def _history_of(layer: Schema1Layer, limits: Limits) -> HistoryEntry:
    state = parse_object(layer.compatibility.encode("utf-8", "surrogatepass"), "v1Compatibility", limits)
    container = state.get("container_config")
    command = texts(container.get("Cmd")) if isinstance(container, JsonObject) else ()
    return HistoryEntry(
        created_by=" ".join(command),
        created=text(state.get("created")),
        author=text(state.get("author")),
        comment=text(state.get("comment")),
        empty_layer=layer.throwaway,
    )
