"""Manifests and indexes of every kind that archives hold, as frozen values."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.oci import media_types
from imginspect.oci.descriptor import Descriptor, InvalidManifest
from imginspect.oci.digest import Digest
from imginspect.oci.document import JsonObject, Value, text, text_map, texts


class Manifest(NamedTuple):
    """One image (or artefact): its config and its layers, base first. *artifact_type* is set where the manifest has one."""

    media_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]
    artifact_type: str = ""
    annotations: tuple[tuple[str, str], ...] = ()


class Index(NamedTuple):
    """Several manifests, in the order in which the index lists them."""

    media_type: str
    manifests: tuple[Descriptor, ...]
    annotations: tuple[tuple[str, str], ...] = ()


class Schema1Layer(NamedTuple):
    """One step of a schema 1 manifest: its blob and what its history says of it. A throwaway step has no content."""

    blob: Descriptor
    compatibility: str
    throwaway: bool


class Schema1Manifest(NamedTuple):
    """A Docker manifest version 2 schema 1, base first. It has no config blob and no diff_ids."""

    name: str
    tag: str
    architecture: str
    layers: tuple[Schema1Layer, ...]


class SavedImage(NamedTuple):
    """One item of a docker archive's manifest.json; config and layers are names of members."""

    config: str
    repo_tags: tuple[str, ...]
    layers: tuple[str, ...]


def kind_of(document: JsonObject, declared: str) -> str:
    """``index``, ``manifest`` or ``schema1``: what *document* is, by its content; *declared* is its descriptor's media type.

    A document with both ``manifests`` and ``layers`` is what its media type says (CVE-2021-41190: the caller reports it). A list that is
    null is an empty one, as Go writes and reads it (Docker 25 wrote such).
    Raises: InvalidManifest
    """
    media_type = text(document.get("mediaType")) or declared
    has_index, has_layers = document.get("manifests") is not None, document.get("layers") is not None
    if has_index and has_layers:
        return "index" if media_type in media_types.INDEXES else "manifest"
    if has_index or media_type in media_types.INDEXES:
        return "index"
    if has_layers or document.get("config") is not None:
        return "manifest"
    if document.get("fsLayers") is not None:
        return "schema1"
    if document.has("manifests") or document.has("layers"):
        return "index" if document.has("manifests") else "manifest"
    raise InvalidManifest("no manifests, layers or config: this is not a manifest")


def is_ambiguous(document: JsonObject) -> bool:
    """Whether one reader could take *document* for an index and another for a manifest."""
    return document.get("manifests") is not None and (document.get("layers") is not None or document.get("config") is not None)


def parse_index(document: JsonObject, what: str, only: frozenset[Digest] | None = None) -> Index:
    """The index in *document*; where *only* is given, with the manifests of these digests alone.

    Raises: InvalidManifest, InvalidDigest
    Source: OCI image-spec, image-index.md
    """
    items = document.get("manifests")
    if items is None and document.has("manifests"):
        items = []
    if not isinstance(items, list):
        raise InvalidManifest(f"{what}: expected a list of manifests")
    wanted = None if only is None else {str(digest) for digest in only}
    descriptors = tuple(
        Descriptor.parse(item, f"{what}, manifest {number}")
        for number, item in enumerate(items)
        if wanted is None or (isinstance(item, JsonObject) and text(item.get("digest")) in wanted)
    )
    return Index(text(document.get("mediaType")), descriptors, text_map(document.get("annotations")))


def parse_manifest(document: JsonObject, what: str) -> Manifest:
    """The OCI or Docker schema 2 manifest in *document*.

    Raises: InvalidManifest, InvalidDigest
    Source: OCI image-spec, manifest.md
    """
    items = document.get("layers")
    if items is not None and not isinstance(items, list):
        raise InvalidManifest(f"{what}: expected a list of layers")
    return Manifest(
        media_type=text(document.get("mediaType")),
        config=Descriptor.parse(document.get("config"), f"{what}, config"),
        layers=tuple(Descriptor.parse(item, f"{what}, layer {number}") for number, item in enumerate(items or [])),
        artifact_type=text(document.get("artifactType")),
        annotations=text_map(document.get("annotations")),
    )


def parse_saved_images(document: Value) -> tuple[SavedImage, ...]:
    """The images that a docker archive's manifest.json lists, which may be none.

    Raises: InvalidManifest
    """
    if not isinstance(document, list):
        raise InvalidManifest("manifest.json: expected a list of images")
    images = []
    for number, item in enumerate(document):
        config = text(item.get("Config")) if isinstance(item, JsonObject) else ""
        if not config:
            raise InvalidManifest(f"manifest.json, image {number}: expected an object with a Config")
        images.append(SavedImage(config, texts(item.get("RepoTags")), texts(item.get("Layers"))))
    return tuple(images)
