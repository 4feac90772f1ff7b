"""read_image: one image of an archive in, a Reading out. Every byte is read and searched here; nothing is judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from imginspect.archive import Archive
from imginspect.filesystem import Filesystem
from imginspect.filesystem.view import View
from imginspect.image import Image
from imginspect.layer import ContentSpool, LayerIndex, PassVisitors
from imginspect.layer.content_scanner import ContentScanner
from imginspect.layer.index import SMALL
from imginspect.layer.protocols import Retention
from imginspect.limits import Limits
from imginspect.problems import Problem, Topic
from imginspect.reading.contents import Progress, read_again, read_contents
from imginspect.reading.coverage import Coverage, count_coverage
from imginspect.reading.custody import Link, chain_of_custody
from imginspect.reading.documents import DocumentMatch, search_documents
from imginspect.reading.names import search_names
from imginspect.reading.second_look import Reread
from imginspect.reading.unreferenced_search import search_unreferenced
from imginspect.scan.matcher import Matcher

if TYPE_CHECKING:
    from imginspect.reading.layer_cache import LayerCache


@dataclass(frozen=True)
class Reading:
    """An image that was read.

    *layers* are base first and hold the credentials of their contents; *matches* are those outside of contents: in documents, in names,
    and in what the archive holds besides the image. *values* are credentials to be masked wherever they stand. *reread* reads contents
    that were not kept, as long as the archive and the spool are open.
    """

    image: Image
    layers: tuple[LayerIndex, ...]
    filesystem: Filesystem
    coverage: Coverage
    chain: tuple[Link, ...]
    problems: tuple[Problem, ...]
    matches: tuple[DocumentMatch, ...]
    values: tuple[str, ...]
    reread: Reread
    limits: Limits

    @cached_property
    def view(self) -> View:
        """The image as analyses see it."""
        return View(self.image, self.layers, self.filesystem)

    @property
    def withheld(self) -> frozenset[str]:
        """Digests (hex sha256) of the small files that may be the one with a credential in it: those that are as long as one."""
        sizes = {size for index in self.layers for ordinal in index.matches if (size := index.entries[ordinal].size) < SMALL}
        if not sizes:
            return frozenset()
        return frozenset(entry.digest.hex() for index in self.layers for entry in index.entries if entry.digest and entry.size in sizes)


def read_image(
    archive: Archive,
    image: Image,
    matcher: Matcher,
    retention: Retention,
    spool: ContentSpool,
    progress: Progress | None = None,
    cache: LayerCache | None = None,
) -> Reading:
    """*image* and all that the archive holds besides it, read once. Contents that *retention* names are kept in *spool*.

    What *cache* knows of layers is not read again; the reading is the same with it and without.
    """
    visitors = PassVisitors(ContentScanner(matcher), retention, spool)
    contents = read_contents(archive, image, visitors, progress, cache)
    unreferenced = search_unreferenced(archive, matcher)
    documents, names = search_documents(image, matcher), search_names(contents.layers, matcher)
    stopped = _not_searched((*unreferenced.stopped, *documents.stopped, *names.stopped))
    problems = (*archive.problems.listed(), *contents.problems, *unreferenced.problems, *stopped)
    return Reading(
        image=image,
        layers=contents.layers,
        filesystem=contents.filesystem,
        coverage=count_coverage(archive, image, contents.layers, contents.filesystem, unreferenced, problems),
        chain=chain_of_custody(archive, image, contents.layers),
        problems=problems,
        matches=(*documents.matches, *names.matches, *unreferenced.matches),
        values=(*documents.values, *names.values),
        reread=partial(read_again, archive, image, contents.layers, spool, cache),
        limits=archive.limits,
    )


def _not_searched(names: Iterable[str]) -> Iterable[Problem]:
    return [Problem(Topic.UNREAD, name, "the credential search in it stopped early", unread=True) for name in names]
