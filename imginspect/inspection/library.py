"""The library, for programs and the command line. A source in, reports out; ``imginspect.__all__`` lists what is public."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from imginspect import archive as archives
from imginspect.archive import Access, Archive
from imginspect.errors import ImgInspectError, UsageError, describe
from imginspect.filesystem import Filesystem
from imginspect.host.cache import Cache
from imginspect.image import Choice, Image, choose, list_images
from imginspect.image.selection import every_image
from imginspect.inspection.criteria import Criteria, load_criteria
from imginspect.inspection.inspect import inspect as inspect_image
from imginspect.inspection.inspect import not_inspected
from imginspect.limits import Limits
from imginspect.oci.platform import Platform
from imginspect.reading.contents import Progress, read_contents
from imginspect.reading.given import Given, given, link_of_archive, link_of_unopened
from imginspect.report import Report
from imginspect.rules import Severity, Undetermined
from imginspect.rules.policy import DEFAULT_POLICY
from imginspect.scan.secret_id import checked_key

if TYPE_CHECKING:
    from imginspect.reading.layer_cache import LayerCache

Source = str | os.PathLike[str] | BinaryIO
"""A path of an archive or directory, or a binary stream of an archive."""


def inspect(
    source: Source,
    *,
    image: str | None = None,
    platform: str | None = None,
    policy: str = DEFAULT_POLICY,
    rules: Sequence[str | os.PathLike[str]] = (),
    fail_on: str | None = None,
    strict: bool = False,
    undetermined: str | None = None,
    fingerprint_key: bytes | None = None,
) -> Report:
    """The report on one image of *source*: the one called *image* (a reference or the start of a digest), or the only one.

    *platform* is ``os/arch``; *policy* a name or a file; *rules* folders of further rules; *fail_on* a severity, from info to critical.
    *undetermined* (fail, undecided or pass; else the policy's) says what a rule counts as that cannot be decided because a fact is missing.
    With *fingerprint_key* (16 to 4,096 bytes, kept secret) each credential that is found has an id, the same wherever it is found.
    What is wrong with the archive is not raised: the report's verdict is then *incomplete* or *not-inspected*.
    Raises: RuleError - a rule or the policy is wrong; UsageError - no such file or image, several images, or the key has another length
    """
    key = checked_key(fingerprint_key) if fingerprint_key is not None else None
    criteria = load_criteria(
        policy,
        [Path(folder) for folder in rules],
        _severity(fail_on),
        strict=strict,
        undetermined=_undetermined(undetermined),
        fingerprint_key=key,
    )
    what = given(source) if isinstance(source, str | os.PathLike) else Given("a stream")
    (report,) = inspect_source(lambda: _opened(source), Choice(image, Platform.parse(platform) if platform else None), criteria, what=what)
    return report


def inspect_source(
    opened: Callable[[], AbstractContextManager[Archive]],
    choice: Choice,
    criteria: Criteria,
    progress: Progress | None = None,
    *,
    what: Given,
    every: bool = False,
    cache: Cache | None = None,
) -> list[Report]:
    """The report on the image that *choice* means, or on *every* one, of the archive that *opened* gives.

    What cannot be inspected gives one report that says so, and names *what* was given. *cache* keeps what is found in layers,
    for the next image that has them.
    Raises: UsageError
    """
    archive = None
    try:
        with opened() as archive:
            try:
                listing = list_images(archive, choice.image)
                images = every_image(listing, choice) if every else [choose(listing, choice)]
                layers = _layers(cache, criteria, archive)
                return [inspect_image(archive, image, listing, criteria, progress, layers) for image in images]
            except UsageError:
                raise
            except (ImgInspectError, MemoryError, RecursionError) as error:
                failure = describe(error)
            # outside of the handler, so that the frames which filled the memory are gone
            return [not_inspected(failure, criteria, archive, link_of_archive(what, archive))]
    except UsageError:
        raise
    except ImgInspectError as error:
        return [not_inspected(describe(error), criteria, link=link_of_unopened(what, error.seen))]


def _layers(cache: Cache | None, criteria: Criteria, archive: Archive) -> LayerCache | None:
    if cache is None:
        return None
    from imginspect.inspection.reader_key import reader_key
    from imginspect.reading.layer_cache import LayerCache

    return LayerCache(cache, criteria.matcher, reader_key(criteria, archive.limits))


class OpenArchive:
    """An archive to look into. Close it, or use it as a context manager. Nothing in it is judged."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    @property
    def images(self) -> tuple[Image, ...]:
        """The images of the archive, with their config and layers.

        Raises: ImgInspectError - its documents cannot be read
        """
        return tuple(list_images(self._archive).images)

    def filesystem(self, image: Image) -> Filesystem:
        """What a container made from *image*, one of ``images``, would see; and what its layers hide. All its layers are read for it."""
        return read_contents(self._archive, image).filesystem

    def close(self) -> None:
        """Lets the file go."""
        self._archive.close()

    def __enter__(self) -> OpenArchive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_archive(source: Source) -> OpenArchive:
    """The archive at *source*, to look into.

    Raises: UsageError - no such path; ArchiveError - not readable as an archive of images; LimitExceeded
    """
    return OpenArchive(_opened(source))


def render(report: Report | Sequence[Report], format_name: str) -> str:
    """*report* in the format named *format_name*: json, html, markdown, sarif, junit, csv, terminal, ...; see ``inspect --help``.

    Raises: UsageError - there is no such format
    """
    from imginspect.report import formats
    from imginspect.report.tree import report_tree

    if format_name not in formats.FORMATS:
        raise UsageError(f"unknown report format {format_name!r}; expected one of: {', '.join(formats.FORMATS)}")
    several = not isinstance(report, Report)
    reports = [report] if isinstance(report, Report) else report
    documents = [report_tree(item, with_filesystem=formats.FORMATS[format_name].needs_filesystem()) for item in reports]
    return formats.render(format_name, documents, several=several)


def _opened(source: Source) -> Archive:
    return archives.open_archive(Path(source) if isinstance(source, str | os.PathLike) else source, Access(Limits()))


def _severity(name: str | None) -> Severity | None:
    if name is not None and name not in list(Severity):
        raise UsageError(f"fail_on is {name!r}; expected one of {', '.join(Severity)}")
    return Severity(name) if name is not None else None


def _undetermined(name: str | None) -> Undetermined | None:
    if name is not None and name not in list(Undetermined):
        raise UsageError(f"undetermined is {name!r}; expected one of {', '.join(Undetermined)}")
    return Undetermined(name) if name is not None else None
