"""Planning: finds the images of one unit, from its documents alone. No layer is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from imginspect.archive import Access, Archive, ListingScope, StoredImage, open_archive
from imginspect.archive.directory_members import DirectoryMembers
from imginspect.batch.mirror.host_files import HostFiles
from imginspect.batch.mirror.image_plan import Drawn, draw, finish, qualified, unreadable
from imginspect.batch.mirror.platform_filter import Candidate, ListedState, Wish, choose_each
from imginspect.batch.mirror.unreferenced import strays, without_tag
from imginspect.batch.mirror.walk import further_folders
from imginspect.batch.values.plans import ImagePlan, Skipped, Unit, UnitPlan
from imginspect.errors import ImgInspectError, describe
from imginspect.image import Image
from imginspect.image.listing import load_each
from imginspect.limits import Limits
from imginspect.oci.platform import Platform

_LISTED_IN_FULL = 32
"""Manifests of a directory up to which each image's report looks at all of it."""
FAILURES = (ImgInspectError, OSError, MemoryError, RecursionError)
"""What can be wrong with an archive, or with the machine while it is read."""


class PlanOptions(NamedTuple):
    """How to open units, and the platform wanted for each name: *platform*, *every_platform*, or else linux/amd64 if present."""

    limits: Limits = Limits()
    tmp_dir: Path | None = None
    platform: Platform | None = None
    every_platform: bool = False


class _Listed(NamedTuple):
    """One item that an archive lists, with its plan if it is an image."""

    stored: StoredImage
    candidate: Candidate | None
    drawn: Drawn | None


def plan_unit(unit: Unit, options: PlanOptions) -> UnitPlan:
    """The images of *unit* to inspect, and the skipped items. Faults of the unit are not raised.

    An image that is listed but cannot be read is also planned; opening it gives the reason.
    """
    try:
        with open_archive(Path(unit.path), Access(options.limits, options.tmp_dir)) as archive:
            return _plan(unit, archive, options)
    except FAILURES as error:
        return UnitPlan(unit, (), failed=said(error))


def said(error: BaseException) -> str:
    """The error in words, without the host path."""
    return f"cannot read it: {error.strerror or type(error).__name__}" if isinstance(error, OSError) else describe(error)


def _plan(unit: Unit, archive: Archive, options: PlanOptions) -> UnitPlan:
    files = HostFiles(archive, unit.path)
    stored = archive.stored_images(None, ListingScope(unit.within))
    listed = list(_listed(unit, archive, files, stored))
    only = _is_store(archive, listed)
    whole = "" if only else files.whole()
    candidates = [item.candidate for item in listed if item.candidate is not None]
    images = [item for item in listed if item.candidate is not None]
    chosen = choose_each(candidates, Wish(options.platform, options.every_platform))
    planned = [_planned(unit, item, only=only, whole=whole) for number, item in enumerate(images) if number in chosen]
    passed = [_artefact(unit, item.stored) for item in listed if item.candidate is None]
    passed += [_left(unit, item, options) for number, item in enumerate(images) if number not in chosen]
    passed += _further(unit, archive, stored, only=only)
    failed = ""
    if not listed:
        passed += [Skipped(unit.shown, "it lists no images")] if unit.repository else []
        failed = "" if unit.repository else "it lists no images"
    return UnitPlan(unit, tuple(planned), tuple(passed), failed)


def _listed(unit: Unit, archive: Archive, files: HostFiles, stored: Iterable[StoredImage]) -> Iterator[_Listed]:
    """Each listed item. Images are loaded one by one, and only their plans are kept."""
    ordinal = 0
    is_directory = archive.file is None
    for item, loaded in zip(stored, load_each(archive, stored), strict=True):
        if is_directory:
            archive.reader.count_anew()
        if isinstance(loaded, Image):
            yield _Listed(item, Candidate(_groups(item), loaded.platform, ListedState.THERE), draw(unit, files, loaded, ordinal))
            ordinal += 1
        elif loaded.artefact:
            yield _Listed(loaded, None, None)
        else:
            state = ListedState.DAMAGED if loaded.is_damaged else ListedState.MISSING
            yield _Listed(loaded, Candidate(_groups(loaded), loaded.platform, state), None)


def _groups(stored: StoredImage) -> tuple[str, ...]:
    """The names that an image shares with its variants for other platforms; for images without a name, the index that lists them."""
    return stored.references or ("\0".join(str(digest) for digest in stored.index_digests),)


def _is_store(archive: Archive, listed: list[_Listed]) -> bool:
    """Whether an image's report covers only its own files: in a directory of many images, or one whose files others share."""
    if archive.layout.shared is not None:
        return True
    if archive.layout.own_folders is None or not isinstance(archive.members, DirectoryMembers):
        return False
    if len(listed) > _LISTED_IN_FULL or any(item.drawn is not None and item.drawn.is_linked for item in listed):
        return True
    return bool(further_folders(archive.members, archive.layout))


def _planned(unit: Unit, item: _Listed, *, only: bool, whole: str) -> ImagePlan:
    return finish(item.drawn, only=only, whole=whole) if item.drawn is not None else unreadable(unit, item.stored, only=only)


def _artefact(unit: Unit, stored: StoredImage) -> Skipped:
    about = f" of {stored.attests}" if stored.attests else ""
    absent = f"; it could not be read: {stored.absent}" if stored.absent else ""
    return Skipped(_shown(unit, stored), f"not a container image: {stored.artefact}{about}{absent}")


def _left(unit: Unit, item: _Listed, options: PlanOptions) -> Skipped:
    """An image that was not selected, with the reason."""
    candidate = item.candidate
    platform = candidate.platform if candidate is not None else None
    if item.drawn is None:
        listed = f"listed for {platform}" if platform else "listed without a platform"
        return Skipped(_shown(unit, item.stored), f"{listed}, but not available: {item.stored.absent}")
    if options.platform is not None:
        return Skipped(_shown(unit, item.stored), f"it is for {platform}; {options.platform} was requested")
    return Skipped(_shown(unit, item.stored), f"it is for {platform}; the image of this name for linux/amd64 is inspected")


def _further(unit: Unit, archive: Archive, stored: list[StoredImage], *, only: bool) -> Iterator[Skipped]:
    """The items that no image of the unit refers to, and those that could not be listed."""
    members = archive.members
    if not isinstance(members, DirectoryMembers):
        return
    if archive.layout.shared is not None:
        yield from without_tag(unit, archive.layout.shared.revisions(members, archive.top, unit.within), stored)
    elif only:
        yield from strays(unit, archive, members)
    for name, reason in sorted(members.unlisted.items()):
        yield Skipped(f"{unit.shown}/{name}", reason, unread=not reason.startswith("a link"))


def _shown(unit: Unit, stored: StoredImage) -> str:
    names = ", ".join(qualified(unit, stored)) or str(stored.manifest_digest or (stored.config.name if stored.config else "an image"))
    return f"{unit.shown}: {names}"
