"""Layers of built images as one pass over them finds them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from imginspect.archive import open_archive
from imginspect.image import list_images
from imginspect.inspection.criteria import Criteria, load_criteria
from imginspect.layer import ContentSpool, LayerIndex, PassVisitors
from imginspect.layer.content_scanner import ContentScanner
from imginspect.reading.contents import read_contents
from tests.image_builder import ImageBuilder


@cache
def criteria() -> Criteria:
    """The default criteria, loaded once."""
    return load_criteria("generic")


@contextmanager
def index_of(image: ImageBuilder, folder: Path, number: int = 0) -> Iterator[LayerIndex]:
    """Layer *number* of *image*, looked into for credentials, with what would be kept of it."""
    path = image.save(folder / f"read-{number}.tar", "oci")
    look = ContentScanner(criteria().matcher), criteria().retention()
    with open_archive(path) as archive, ContentSpool() as store:
        (listed,) = list_images(archive).images
        yield read_contents(archive, listed, PassVisitors(*look, store)).layers[number]
