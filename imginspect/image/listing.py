"""Listing: everything that an archive lists: images, and entries that are not images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from imginspect.archive import Archive, ListingScope, StoredImage
from imginspect.errors import LimitExceeded
from imginspect.image.image import Image, load_image


class Listing(NamedTuple):
    """*images* can be inspected; *others* are artefacts and manifests that are listed but not there or beyond a limit."""

    images: tuple[Image, ...]
    others: tuple[StoredImage, ...]


def list_images(archive: Archive, wanted: str | None = None, scope: ListingScope | None = None) -> Listing:
    """All that *archive* lists; *wanted* narrows a registry's storage tree, *scope* what is read of a store.

    Raises: ImgInspectError - the listing itself cannot be read, or none of its images because of a limit
    """
    stored = archive.stored_images(wanted, scope)
    loaded = list(load_each(archive, stored))
    images = tuple(item for item in loaded if isinstance(item, Image))
    if not images:
        for item in stored:
            if not item.absent and not item.artefact:
                load_image(archive, item)  # it raises what is wrong with it
    return Listing(images, tuple(item for item in loaded if isinstance(item, StoredImage)))


def load_each(archive: Archive, stored: Iterable[StoredImage]) -> Iterator[Image | StoredImage]:
    """The image of each of *stored*, in order; what is none, or one that is beyond a limit, as it is listed with the reason."""
    for item in stored:
        if item.absent or item.artefact:
            yield item
            continue
        try:
            yield load_image(archive, item)
        except LimitExceeded as error:
            yield replace(item, absent=str(error), is_damaged=True)
