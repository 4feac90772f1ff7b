"""The packages of an image and the owners of its files, for the commands that show them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from imginspect.archive import Archive
from imginspect.cli.image_argument import gaps
from imginspect.filesystem.view import View
from imginspect.image import Image
from imginspect.layer import PassVisitors
from imginspect.layer.content_spool import ContentSpool
from imginspect.packages.owners import Owners
from imginspect.reading.contents import read_again, read_contents
from imginspect.reading.retention import PackageRetention


class PackageOwners(NamedTuple):
    """The owners, the view that they are of, and what could not be determined or read, a sentence each."""

    owners: Owners
    view: View
    not_determined: tuple[str, ...]
    gaps: tuple[str, ...]


@contextmanager
def package_owners(archive: Archive, image: Image, path: str = "") -> Iterator[PackageOwners]:
    """The owners of the files of *image*; the content of the file at *path* is there for its digest."""
    with ContentSpool() as spool:
        contents = read_contents(archive, image, PassVisitors(None, PackageRetention(path), spool))
        view = View(image, contents.layers, contents.filesystem)
        owners = Owners(view)
        node = view.find(path) if path else None
        if node is not None:
            view.content(node)
        if view.missed:
            read_again(archive, image, contents.layers, spool, None, list(view.missed))
            view.missed.clear()
            owners = Owners(view)
        not_determined = (*(f"{item.database}: {item.why}" for item in owners.not_determined), *_still_missed(owners, view))
        yield PackageOwners(owners, view, not_determined, (*gaps(archive, contents), *not_determined))


def _still_missed(owners: Owners, view: View) -> list[str]:
    """A sentence for each file of a database that was not read and that no reader named itself."""
    named = {item.database for item in owners.not_determined}
    paths = sorted({view.layers[layer].entries[ordinal].path for layer, ordinal in view.missed})
    return [f"{path}: it was not read" for path in paths if path not in named]
