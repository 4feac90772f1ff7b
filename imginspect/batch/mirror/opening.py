"""Opens a planned unit again and finds the planned image in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from imginspect.archive import Access, Archive, ListingScope, open_archive
from imginspect.batch.mirror.host_files import HostFiles
from imginspect.batch.mirror.image_plan import NOT_LOADED, draw, finish
from imginspect.batch.mirror.planning import said
from imginspect.batch.values.plans import ImagePlan
from imginspect.errors import ArchiveError, ImageError
from imginspect.image import Image, Listing, list_images
from imginspect.oci.digest import Digest

_CHANGED = "the archive has changed since the run was planned"


@contextmanager
def open_planned(plan: ImagePlan, access: Access) -> Iterator[tuple[Archive, Image, Listing]]:
    """The open archive of a planned image, with the image (under all names of the plan) and the other listed content.

    Raises: ImgInspectError - it cannot be read, is no longer there, or has been replaced by another
    """
    try:
        archive = open_archive(Path(plan.unit.path), access)
        try:
            listing = list_images(archive, None, _scope(plan))
            image = _found(plan, archive, listing)
        except BaseException:
            archive.close()
            raise
    except OSError as error:
        raise ArchiveError(said(error)) from error
    named = image._replace(stored=replace(image.stored, references=plan.references))
    images = tuple(named if item is image else item for item in listing.images)
    with archive:
        yield archive, named, Listing(images, listing.others)


def is_unchanged(plan: ImagePlan, archive: Archive, image: Image) -> bool:
    """Whether an image that ``open_planned`` gave is still what *plan* says, so that what came of it may be kept under the plan's identity.

    Ask after its layers were read: a file that was changed meanwhile tells by its times.
    """
    if not plan.identity:
        return False
    files = HostFiles(archive, plan.unit.path)
    drawn = draw(plan.unit, files, image, plan.ordinal)
    if not drawn.is_sure or drawn.plan.digests != plan.digests or drawn.plan.layers != plan.layers:
        return False
    if plan.only:  # its identity may be made of several units
        documents = [*image.stored.trail, *([image.config_document] if image.config_document else [])]
        return all(document.status != "mismatch" for document in documents)
    drawn = drawn._replace(plan=drawn.plan._replace(references=plan.references))
    return finish(drawn, only=False, whole=files.whole()).identity == plan.identity


def _scope(plan: ImagePlan) -> ListingScope:
    start = f"{plan.unit.within}:"
    tags = tuple(name.removeprefix(start) for name in plan.references if name.startswith(start)) if plan.unit.within else None
    only = frozenset(Digest.parse(digest) for digest in (*plan.digests, *plan.promised)) if plan.only and plan.digests else None
    return ListingScope(plan.unit.within, tags, only)


def _found(plan: ImagePlan, archive: Archive, listing: Listing) -> Image:
    """The planned image among those listed."""
    if plan.digests:
        for image in listing.images:
            if str(image.manifest_digest) == plan.digests[-1]:
                return image
    elif plan.ordinal == NOT_LOADED:
        raise ImageError(next((item.absent for item in listing.others if item.absent), _CHANGED))
    elif plan.ordinal < len(listing.images):
        image = listing.images[plan.ordinal]
        if draw(plan.unit, HostFiles(archive, plan.unit.path), image, plan.ordinal).plan.key == plan.key:
            return image
        raise ImageError(f"{_CHANGED}: another image is in its place")
    for item in listing.others:
        if item.absent and str(item.manifest_digest) == plan.digests[-1]:
            raise ImageError(item.absent)
    raise ImageError(f"{_CHANGED}: the image is no longer there")
