"""``dir:`` trees as skopeo and podman write them: manifest.json beside blobs with bare hex names.

Source: containers/image, directory transport
"""

from __future__ import annotations

import os

from imginspect.archive.directory_members import DirectoryMembers
from imginspect.archive.docker_archive import has_docker_manifest
from imginspect.archive.json_reader import Reader
from imginspect.archive.layout import Layout, Prefix, Probe
from imginspect.archive.oci_layout import has_index, unfold
from imginspect.archive.stored import StoredImage
from imginspect.oci.digest import Digest
from imginspect.oci.document import JsonObject, Value

_VERSION = b"Directory Transport Version"
"""How the file begins that skopeo writes first."""


def read_directory(reader: Reader, only: frozenset[Digest] | None = None) -> list[StoredImage]:
    """The image (or, where manifest.json is an index, the images) of the tree; *only* as for ``unfold``.

    Raises: BlobNotFound, ImageError, LimitExceeded
    """

    def name_of(digest: Digest) -> str:
        instance = f"{digest.hex}.manifest.json"
        if reader.has(instance):
            return instance
        return digest.hex if digest.algorithm == "sha256" else f"{digest.algorithm}-{digest.hex}"

    document = reader.document("manifest.json", "manifest")
    return list(unfold(reader, document, name_of, only=only))


def _detect(probe: Probe) -> str | None:
    return "" if probe.has_file("manifest.json") and not has_index(probe) and not has_docker_manifest(probe) else None


def _is_of_images(listing: Value) -> bool:
    return isinstance(listing, JsonObject) and any(listing.get(key) is not None for key in ("manifests", "layers", "config", "fsLayers"))


def _is_unfinished(members: DirectoryMembers) -> bool:
    """Whether a writer was interrupted: the manifest is written last."""
    path = members.host_path("version")
    if not os.path.lexists(path) or os.path.lexists(members.host_path("manifest.json")):
        return False
    try:
        with open(path, "rb") as file:
            return file.read(len(_VERSION)) == _VERSION
    except OSError:
        return False


LAYOUT = Layout(
    "dir: tree",
    _detect,
    read=lambda reader, _wanted, scope: read_directory(reader, scope.only),
    prefixes=(Prefix("dir", "a dir: tree", in_file=False, takes_name=False),),
    is_for_images=lambda probe: probe.lists_images("version", "manifest.json", _is_of_images),
    own_folders=frozenset(),
    is_unfinished=_is_unfinished,
)
