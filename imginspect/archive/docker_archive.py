"""Docker archives: manifest.json names configs and layers as members.

Written by ``docker save``, podman, skopeo, crane, jib, kaniko and Bazel's rules, each with file names of its own.
Source: Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset Format"
"""

from __future__ import annotations

import re
from collections.abc import Callable

from imginspect.archive.json_reader import Reader
from imginspect.archive.layout import Layout, Prefix, Probe
from imginspect.archive.members import BlobNotFound
from imginspect.archive.stored import Blob, StoredImage
from imginspect.errors import ImageError, ImgInspectError, LimitExceeded
from imginspect.oci.digest import Digest
from imginspect.oci.document import JsonObject, Value
from imginspect.oci.manifest import SavedImage, parse_saved_images

DOCKER_ARCHIVE = Prefix("docker-archive", "a docker archive", in_file=True)

_CONFIG_NAME = re.compile(r"(?:blobs/sha256/|sha256:)?([0-9a-f]{64})(?:\.json)?")
_BLOB_NAME = re.compile(r"blobs/(sha256|sha384|sha512)/([0-9a-f]+)")


def read_archive(reader: Reader) -> list[StoredImage]:
    """The images that manifest.json lists, in order.

    Raises: BlobNotFound, ImageError, LimitExceeded
    """
    document = reader.document("manifest.json", "manifest.json")
    saved = () if document.data.strip() == b"null" else parse_saved_images(reader.parse(document))
    limits = reader.limits
    if len(saved) > limits.manifests:
        raise LimitExceeded("manifests", limits.manifests, f"manifest.json: {len(saved):,} images")
    most = max((len(item.layers) for item in saved), default=0)
    if most > limits.layers:
        raise LimitExceeded("layers", limits.layers, f"manifest.json: an image of {most:,} layers")
    return [
        StoredImage(
            references=item.repo_tags,
            trail=(document,),
            config=_config(reader, item),
            layers=tuple(_layer(reader, name) for name in item.layers),
            listed_in=("manifest.json",),
        )
        for item in saved
    ]


def names_of_blobs(reader: Reader) -> Callable[[Digest], str]:
    """Gives the member that holds a digest in a docker archive without a blobs folder, by the names that its tools give to blobs."""
    listed = _listed_names(reader)

    def name_of(digest: Digest) -> str:
        names = (f"{digest}", f"{digest.hex}.tar.gz", f"{digest.hex}.tar", f"{digest.hex}.json", digest.hex)
        return next((name for name in names if name in listed or reader.has(name)), names[0])

    return name_of


def _listed_names(reader: Reader) -> frozenset[str]:
    """The names of blobs in manifest.json; none where it cannot be read, which the reading of its images tells."""
    try:
        saved = parse_saved_images(reader.parse(reader.document("manifest.json", "manifest.json")))
    except (BlobNotFound, ImageError, LimitExceeded):
        return frozenset()
    return frozenset(name for item in saved for name in (item.config, *item.layers))


def _config(reader: Reader, item: SavedImage) -> Blob:
    """The config; a name made of a digest is a promise to check."""
    match = _CONFIG_NAME.fullmatch(item.config)
    return reader.blob_at(item.config, "config", digest=Digest("sha256", match[1]) if match else None)


def _layer(reader: Reader, name: str) -> Blob:
    """A layer; only ``blobs/<algorithm>/<hex>`` promises the digest of the blob (other names are ids or diff_ids)."""
    match = _BLOB_NAME.fullmatch(name)
    return reader.blob_at(name, "layer", digest=Digest(match[1], match[2]) if match else None)


def has_docker_manifest(probe: Probe) -> bool:
    """Whether manifest.json is a docker archive's (a list). A damaged one is judged by its first character."""
    if not probe.has_file("manifest.json"):
        return False
    try:
        document = probe.document("manifest.json")
    except ImgInspectError:
        return True
    try:
        return not isinstance(probe.value("manifest.json"), JsonObject)
    except ImgInspectError:
        return document.data.lstrip()[:1] != b"{"


def _is_of_images(listing: Value) -> bool:
    return isinstance(listing, list) and any(isinstance(item, JsonObject) and item.get("Config") is not None for item in listing)


LAYOUT = Layout(
    "docker archive",
    detect=lambda probe: "" if has_docker_manifest(probe) else None,
    read=lambda reader, _wanted, _scope: read_archive(reader),
    prefixes=(DOCKER_ARCHIVE,),
    is_for_images=lambda probe: probe.lists_images("version", "manifest.json", _is_of_images),
)
