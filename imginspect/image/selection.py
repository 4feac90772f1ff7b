"""Selection: the image of an archive to inspect."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.archive import StoredImage
from imginspect.errors import ImageError, UsageError
from imginspect.image.image import Image
from imginspect.image.listing import Listing
from imginspect.oci.platform import Platform
from imginspect.oci.reference import matches

DEFAULT_PLATFORM = Platform("linux", "amd64")


class NoSingleImage(UsageError):
    """Several images fit and none was chosen; the message lists them."""


class NoImage(ImageError):
    """The archive holds no container image; the message says what it holds."""


class PlatformNotFound(ImageError):
    """The image asked for is not there for that platform."""


class Choice(NamedTuple):
    """What was asked for: a reference or (the start of) a digest, and a platform. None means: not said."""

    image: str | None = None
    platform: Platform | None = None


def choose(listing: Listing, choice: Choice) -> Image:
    """The one image that *choice* means: for its platform, else for linux/amd64, else the only one there is.

    Raises: NoSingleImage, UsageError (nothing of that name), PlatformNotFound, NoImage
    """
    if not listing.images:
        raise NoImage(_nothing(listing))
    named = [image for image in listing.images if choice.image is None or _is_named(image.stored, choice.image, image)]
    if not named:
        absent = [item for item in listing.others if _is_named(item, choice.image or "", None)]
        if absent:
            raise NoImage(f"{choice.image} is {_what_it_is(absent[0])}")
        raise UsageError(f"no image named {choice.image}; the archive has:\n{describe(listing.images)}")
    fitting = for_platform(named, choice.platform)
    if choice.image is None and choice.platform is None and len({image.references for image in named}) > 1:
        fitting = named  # a default platform selects among the platforms of one image, not among images
    if len(fitting) > 1:
        raise NoSingleImage(f"{len(fitting)} images match; select one with --image, or all with --all:\n{describe(fitting)}")
    return fitting[0]


def every_image(listing: Listing, choice: Choice) -> list[Image]:
    """All images of *listing*, for every platform or for the one chosen.

    Raises: NoImage, PlatformNotFound
    """
    if not listing.images:
        raise NoImage(_nothing(listing))
    return list(listing.images) if choice.platform is None else for_platform(list(listing.images), choice.platform)


def for_platform(images: list[Image], wanted: Platform | None) -> list[Image]:
    """Those of *images* that are for *wanted*; where nothing was wanted, for linux/amd64 if there are any.

    Raises: PlatformNotFound
    """
    if wanted is None:
        usual = [image for image in images if image.platform.satisfies(DEFAULT_PLATFORM)]
        return usual or images
    fitting = [image for image in images if image.platform.satisfies(wanted)]
    if not fitting:
        there = ", ".join(sorted({str(image.platform) for image in images}))
        raise PlatformNotFound(f"expected an image for {wanted}, found only {there}")
    return fitting


def describe(images: list[Image] | tuple[Image, ...]) -> str:
    """One line for each of *images*: how to ask for it, and its platform."""
    return "\n".join("  " + _one_line(image) for image in images)


def _one_line(image: Image) -> str:
    """How to ask for *image*, with its platform; a line feed in a name makes no line of its own."""
    return f"{image.references[0] if image.references else short_id(image)}  ({image.platform})".replace("\n", "\\n")


def short_id(image: Image) -> str:
    """The digest to ask for an image without a name by."""
    return str(image.manifest_digest or image.image_id or "an image without a name or digest")


def _is_named(stored: StoredImage, wanted: str, image: Image | None) -> bool:
    name, at, digest = wanted.partition("@")
    if at:
        return _has_digest(stored, digest, image) and (
            not name or any(matches(name, ref.rpartition(":")[0]) or matches(name, ref) for ref in stored.references)
        )
    return any(matches(wanted, reference) for reference in stored.references) or _has_digest(stored, wanted, image)


def _has_digest(stored: StoredImage, wanted: str, image: Image | None) -> bool:
    start = wanted.removeprefix("sha256:").lower()
    if len(start) < 6 or start.strip("0123456789abcdef"):
        return False
    digests = [stored.manifest_digest, *stored.index_digests, image.image_id if image else None]
    return any(digest is not None and digest.hex.startswith(start) for digest in digests)


def _nothing(listing: Listing) -> str:
    if not listing.others:
        return "the archive lists no images"
    return "not a container image: the archive contains " + "; ".join(dict.fromkeys(_what_it_is(item) for item in listing.others))


def _what_it_is(stored: StoredImage) -> str:
    name = f"{', '.join(stored.references)}: " if stored.references else ""
    article = "an" if stored.artefact[:1].lower() in "aeiou" else "a"
    kind = f"{article} {stored.artefact}" if stored.artefact else f"a manifest ({stored.platform or 'platform not stated'})"
    return f"{name}{kind}{', which cannot be read: ' + stored.absent if stored.absent else ''}"
