"""``dir:`` trees as skopeo and podman write them: manifest.json beside blobs with bare hex names.

Source: containers/image, directory transport
"""

from __future__ import annotations

from imginspect.archive.json_reader import Reader
from imginspect.archive.oci_layout import unfold
from imginspect.archive.stored import StoredImage
from imginspect.oci.digest import Digest


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
