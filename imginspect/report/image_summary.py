"""ImageSummary: what a report says an image is."""

from __future__ import annotations

from dataclasses import dataclass

from imginspect.archive import StoredImage
from imginspect.image import BuildStep, Image, Layer, Listing
from imginspect.image.selection import short_id
from imginspect.oci.config import ImageConfig
from imginspect.oci.digest import Digest


@dataclass(frozen=True, slots=True)
class ImageSummary:
    """What the image is: names, ids (Docker before 29 shows the config's digest as image id, later ones the manifest's), config."""

    references: tuple[str, ...]
    image_id: Digest | None
    manifest_digest: Digest | None
    platform: str
    config: ImageConfig | None
    layers: tuple[Layer, ...]
    steps: tuple[BuildStep, ...]
    layout: str
    also_present: tuple[str, ...]
    annotations: tuple[tuple[str, str], ...] = ()
    """Those of the manifest."""


def summary_of(image: Image, listing: Listing, layout: str) -> ImageSummary:
    """What *image* is, and what else *listing* has; *layout* is the archive's."""
    others = [f"{', '.join(other.references) or short_id(other)} ({other.platform})" for other in listing.images if other is not image]
    others += [_other(item) for item in listing.others]
    return ImageSummary(
        references=image.references,
        image_id=image.image_id,
        manifest_digest=image.manifest_digest,
        platform=str(image.platform),
        config=image.config,
        layers=image.layers,
        steps=image.steps,
        layout=layout,
        also_present=tuple(others),
        annotations=image.stored.annotations,
    )


def _other(item: StoredImage) -> str:
    name = ", ".join(item.references) or str(item.manifest_digest or "no name")
    if item.artefact:
        return f"{name} ({item.artefact})"
    return f"{name} ({item.platform or 'platform not stated'}; listed, but not in the archive)"
