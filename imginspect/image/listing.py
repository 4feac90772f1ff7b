"""Listing: everything that an archive lists, as images and as what is no image."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.archive import Archive, StoredImage
from imginspect.image.image import Image, load_image


class Listing(NamedTuple):
    """*images* can be inspected; *others* are artefacts and manifests that are listed but not there."""

    images: tuple[Image, ...]
    others: tuple[StoredImage, ...]


def list_images(archive: Archive, wanted: str | None = None) -> Listing:
    """All that *archive* lists; *wanted* narrows a registry's storage tree.

    Raises: ImgInspectError - the listing itself cannot be read
    """
    stored = archive.stored_images(wanted)
    images = tuple(load_image(archive, item) for item in stored if not item.absent and not item.artefact)
    return Listing(images, tuple(item for item in stored if item.absent or item.artefact))
