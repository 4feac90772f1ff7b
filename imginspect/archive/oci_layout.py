"""OCI image layouts: index.json, nested indexes, manifests and the blobs they point to.

Source: OCI image-spec, image-layout.md and image-index.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from imginspect.archive.json_reader import Reader
from imginspect.archive.layout import Layout, Prefix, Probe
from imginspect.archive.members import BlobNotFound
from imginspect.archive.stored import Blob, ListingScope, StoredDocument, StoredImage
from imginspect.errors import ImageError, LimitExceeded
from imginspect.oci import media_types, schema1
from imginspect.oci.descriptor import Descriptor, InvalidManifest
from imginspect.oci.digest import Digest
from imginspect.oci.document import JsonObject, Value, text
from imginspect.oci.manifest import Manifest, Schema1Manifest, is_ambiguous, kind_of, parse_index, parse_manifest
from imginspect.problems import Problem, Topic

OCI_PREFIXES = (
    Prefix("oci-archive", "an OCI image layout in a file", in_file=True),
    Prefix("oci", "an OCI image layout in a directory", in_file=False),
)
BlobName = Callable[[Digest], str]
"""Gives the member name under which a digest is stored."""

_REFERENCE_NAMES = ("io.containerd.image.name", "org.opencontainers.image.ref.name")
_ATTESTATION = "attestation-manifest"
_ROLES = dict.fromkeys(media_types.MANIFESTS, "manifest") | dict.fromkeys(media_types.INDEXES, "nested index")


def blob_name(digest: Digest) -> str:
    """Where an OCI layout stores *digest*."""
    return f"blobs/{digest.algorithm}/{digest.hex}"


def read_layout(reader: Reader, only: frozenset[Digest] | None = None, name_of: BlobName = blob_name) -> list[StoredImage]:
    """The images that index.json lists, nested indexes unfolded, in order; *only* as for ``unfold``.

    Raises: BlobNotFound, ImageError, LimitExceeded
    """
    document = reader.document("index.json", "index")
    return list(unfold(reader, document, name_of, only=only))


def unfold(
    reader: Reader,
    document: StoredDocument,
    name_of: BlobName,
    references: tuple[str, ...] = (),
    *,
    keep_names: bool = True,
    only: frozenset[Digest] | None = None,
) -> Iterator[StoredImage]:
    """The images under *document*, which is an index or a manifest; *references* are the names it is known by already.

    Where *only* is given, indexes and manifests whose digest is not in it are passed by unread.
    """
    walk = _Walk(reader, name_of, document.name, keep_names=keep_names, only=only)
    yield from walk.visit(document, _Trail((document,), references, (), None), "")


class _Trail(NamedTuple):
    """How a document was reached."""

    trail: tuple[StoredDocument, ...]
    references: tuple[str, ...]
    indexes: tuple[Digest, ...]
    descriptor: Descriptor | None


class _Walk:
    """One depth-first walk over indexes, which may be nested, repeat themselves, or be made to."""

    def __init__(self, reader: Reader, name_of: BlobName, listed_in: str, *, keep_names: bool, only: frozenset[Digest] | None) -> None:
        self._reader = reader
        self._name_of = name_of
        self._listed_in = (listed_in,)
        self._seen = 0
        self._keep_names = keep_names
        self._only = only

    def visit(self, document: StoredDocument, place: _Trail, declared: str) -> Iterator[StoredImage]:
        """The images that *document* holds or leads to."""
        value = self._reader.parse_object(document)
        if value is None:
            raise ImageError(f"{document.role} {document.name}: expected a JSON object, found an array")
        if is_ambiguous(value):
            self._reader.problems.add(
                Problem(
                    Topic.JSON_KEYS,
                    f"{document.role} {document.name}",
                    "it has both manifests and layers or a config: some readers treat it as an index, others as an image (CVE-2021-41190)",
                )
            )
        if (text(value.get("mediaType")) or declared) == media_types.OCI_ARTIFACT:
            yield self._artifact(value, document, place)
            return
        kind = kind_of(value, declared)
        if kind == "index" or is_ambiguous(value):
            yield from self._index(value, document, place)
        if kind == "manifest":
            yield self._image(parse_manifest(value, f"manifest {document.name}"), document, place)
        elif kind == "schema1":
            yield self._schema1(schema1.parse_schema1(value, f"manifest {document.name}", self._reader.limits), document, place)

    def _index(self, value: JsonObject, document: StoredDocument, place: _Trail) -> Iterator[StoredImage]:
        limits = self._reader.limits
        if len(place.indexes) >= limits.index_depth:
            raise LimitExceeded("index_depth", limits.index_depth, f"{document.name}: indexes inside indexes")
        if document.digest in place.indexes:
            raise ImageError(f"{document.name}: the index contains itself")
        index = parse_index(value, f"{document.role} {document.name}", self._only)
        if any(descriptor.media_type.startswith(media_types.BUILD_CACHE) for descriptor in index.manifests):
            yield self._other(index.manifests, document, place, media_types.artefact_name(media_types.BUILD_CACHE))
            return
        for descriptor in index.manifests:
            self._seen += 1
            if self._seen > limits.manifests:
                raise LimitExceeded("manifests", limits.manifests, f"{document.name}: manifests and indexes")
            names = place.references
            if self._keep_names and (not place.indexes or not names):
                names = tuple(dict.fromkeys((*names, *_reference_of(descriptor))))
            yield from self._follow(descriptor, _Trail(place.trail, names, (*place.indexes, document.digest), descriptor))

    def _follow(self, descriptor: Descriptor, place: _Trail) -> Iterator[StoredImage]:
        if media_types.is_layer_tar(descriptor.media_type):  # it is no document, and may have gigabytes
            blob = self._blob(descriptor, "layer")
            yield StoredImage(
                references=place.references,
                trail=place.trail,
                manifest_digest=descriptor.digest,
                manifest_media_type=descriptor.media_type,
                index_digests=place.indexes,
                layers=(blob,),
                artefact="layer without a manifest",
                absent=blob.missing,
                listed_in=self._listed_in,
            )
            return
        role = _ROLES.get(descriptor.media_type, "index or manifest")
        try:
            document = self._reader.document(self._name_of(descriptor.digest), role, descriptor.digest, descriptor.size)
            inner = _Trail((*place.trail, document), place.references, place.indexes, descriptor)
            yield from self.visit(document, inner, descriptor.media_type)
        except (BlobNotFound, ImageError, LimitExceeded) as error:
            yield StoredImage(
                references=place.references,
                trail=place.trail,
                manifest_digest=descriptor.digest,
                manifest_media_type=descriptor.media_type,
                index_digests=place.indexes,
                platform=descriptor.platform,
                artefact=_artefact_of(descriptor, None),
                absent=str(error),
                is_damaged=not isinstance(error, BlobNotFound),
                listed_in=self._listed_in,
            )

    def _image(self, manifest: Manifest, document: StoredDocument, place: _Trail) -> StoredImage:
        descriptor = place.descriptor
        return StoredImage(
            references=place.references,
            trail=place.trail,
            manifest_digest=document.digest,
            manifest_media_type=manifest.media_type or (descriptor.media_type if descriptor else ""),
            index_digests=place.indexes,
            platform=descriptor.platform if descriptor else None,
            config=self._blob(manifest.config, "config"),
            layers=tuple(self._blob(layer, "layer") for layer in manifest.layers),
            artefact=_artefact_of(descriptor, manifest),
            listed_in=self._listed_in,
            attests=descriptor.annotation("vnd.docker.reference.digest") if descriptor else "",
            annotations=manifest.annotations,
        )

    def _artifact(self, value: JsonObject, document: StoredDocument, place: _Trail) -> StoredImage:
        items = value.get("blobs") or []
        if not isinstance(items, list):
            raise InvalidManifest(f"manifest {document.name}: expected a list of blobs")
        blobs = tuple(Descriptor.parse(item, f"manifest {document.name}, blob {number}") for number, item in enumerate(items))
        types = (text(value.get("artifactType")), *(blob.media_type for blob in blobs))
        return self._other(blobs, document, place, media_types.artefact_name(*types))

    def _other(self, blobs: tuple[Descriptor, ...], document: StoredDocument, place: _Trail, what: str) -> StoredImage:
        """What *document* lists where that is no image: its *blobs* belong to it."""
        return StoredImage(
            references=place.references,
            trail=place.trail,
            manifest_digest=document.digest,
            manifest_media_type=place.descriptor.media_type if place.descriptor else "",
            index_digests=place.indexes,
            platform=place.descriptor.platform if place.descriptor else None,
            layers=tuple(self._blob(blob, "blob of an artefact") for blob in blobs),
            artefact=what,
            listed_in=self._listed_in,
        )

    def _schema1(self, manifest: Schema1Manifest, document: StoredDocument, place: _Trail) -> StoredImage:
        named = (f"{manifest.name}:{manifest.tag}",) if manifest.name and manifest.tag else ()
        return StoredImage(
            references=tuple(dict.fromkeys(place.references + named)),
            trail=place.trail,
            manifest_digest=document.digest,
            manifest_media_type="application/vnd.docker.distribution.manifest.v1+json",
            index_digests=place.indexes,
            platform=place.descriptor.platform if place.descriptor else None,
            layers=tuple(self._blob(layer.blob, "layer") for layer in manifest.layers if not layer.throwaway),
            schema1_config=schema1.config_of(manifest, self._reader.limits),
            listed_in=self._listed_in,
        )

    def _blob(self, descriptor: Descriptor, role: str) -> Blob:
        return self._reader.blob_at(self._name_of(descriptor.digest), role, descriptor)


def _reference_of(descriptor: Descriptor) -> tuple[str, ...]:
    """The name that an index gives a manifest: containerd's full one where there is one, else the reference name."""
    for name in _REFERENCE_NAMES:
        if value := descriptor.annotation(name):
            return (value,)
    return ()


def _artefact_of(descriptor: Descriptor | None, manifest: Manifest | None) -> str:
    """What a manifest is where it is no container image, in words, else the empty string.

    Anything that runtimes would run is an image, whatever its index says: an image's config and the tar of a layer. With an empty config
    nothing runs, no matter how its layers are named (ORAS gives files the media type of a layer).
    """
    is_attestation = descriptor is not None and descriptor.annotation("vnd.docker.reference.type") == _ATTESTATION
    if manifest is None:
        stated = media_types.artefact_kind(descriptor.artifact_type) if descriptor else None
        return "attestation" if is_attestation else stated or ""
    config, layers = manifest.config.media_type, [layer.media_type for layer in manifest.layers]
    is_image = config in media_types.IMAGE_CONFIGS
    has_tar = any(media_types.is_layer_tar(media_type) for media_type in layers)
    if is_image and has_tar:
        return ""
    if is_attestation:
        return "attestation"
    types = [descriptor.artifact_type if descriptor else "", manifest.artifact_type, config]
    types += [] if has_tar and config != media_types.EMPTY else layers  # cosign gives its signatures an image's config
    known = any(media_types.artefact_kind(media_type) for media_type in types)
    is_open = is_image or (media_types.says_nothing(config) and config != media_types.EMPTY)
    if not known and is_open and (has_tar or is_image or media_types.says_nothing(manifest.artifact_type)):
        return ""
    return media_types.artefact_name(*types)


def has_index(probe: Probe) -> bool:
    """Whether there is an index.json, or the file that marks a layout."""
    return probe.has_file("index.json") or probe.has_file("oci-layout")


def note_missing_mark(reader: Reader) -> None:
    """Take note of a layout that has no oci-layout file."""
    if not reader.has("oci-layout"):
        reader.problems.add(Problem(Topic.MEDIA_TYPE, "the archive", "an OCI image layout without its oci-layout file"))


def _read(reader: Reader, _wanted: str | None, scope: ListingScope) -> list[StoredImage]:
    images = read_layout(reader, scope.only)
    note_missing_mark(reader)
    return images


def _is_of_images(listing: Value) -> bool:
    return isinstance(listing, JsonObject) and listing.get("manifests") is not None


LAYOUT = Layout(
    "OCI image layout",
    detect=lambda probe: "" if has_index(probe) else None,
    read=_read,
    prefixes=OCI_PREFIXES,
    is_for_images=lambda probe: probe.lists_images("oci-layout", "index.json", _is_of_images),
    own_folders=frozenset({"blobs"}),
)
