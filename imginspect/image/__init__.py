"""Images: a manifest, its config and its layers joined; which image is meant; and how it was built."""

from imginspect.image.image import BuildStep, Image, Layer
from imginspect.image.listing import Listing, list_images
from imginspect.image.selection import Choice, NoSingleImage, choose

__all__ = ["BuildStep", "Choice", "Image", "Layer", "Listing", "NoSingleImage", "choose", "list_images"]
