"""Opening of the SOURCE argument, and the options that choose an image in it; shared by all commands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click

from imginspect.archive import Access, Archive, open_archive
from imginspect.cli import completion
from imginspect.cli.source_name import SourceName, check_prefix, parse_source
from imginspect.errors import ImgInspectError, PathError, UsageError
from imginspect.image import Choice
from imginspect.limits import Limits
from imginspect.oci.platform import Platform

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class ImageArgument:
    """What was asked for on the command line: where the archive is, and which image of it. *prefix* is the layout that it said."""

    source: str
    choice: Choice
    limits: Limits
    tmp_dir: Path | None
    prefix: str = ""

    @property
    def name(self) -> str:
        """The source as the user wrote it, for messages."""
        return "standard input" if self.source == "-" else self.source


def source_options(function: F) -> F:
    """Adds SOURCE, --image, --platform, --limit and --tmp-dir; the command gets them as keyword arguments for ``request``."""
    for decorate in reversed(
        (
            click.argument("source", shell_complete=completion.files),
            click.option(
                "--image", shell_complete=completion.images, metavar="REF|DIGEST", help="Select an image by reference or digest prefix."
            ),
            click.option("--platform", metavar="OS/ARCH", help="Select a platform (default: linux/amd64, or the only one present)."),
            click.option("--limit", "limits", multiple=True, metavar="NAME=N", help="Change a limit, such as entries=5M. May be repeated."),
            click.option(
                "--tmp-dir",
                type=click.Path(path_type=Path, file_okay=False),
                help="Directory for the temporary file of a streamed archive.",
            ),
        )
    ):
        function = decorate(function)
    return function


def request(source: str, image: str | None, platform: str | None, limits: tuple[str, ...], tmp_dir: Path | None) -> ImageArgument:
    """The request that these options make.

    Raises: UsageError
    """
    named = parse_source(source)
    if named.image and image:
        raise UsageError(f"both {source} and --image select an image: give only one of them")
    choice = Choice(image or named.image, Platform.parse(platform) if platform else None)
    return ImageArgument(named.path, choice, Limits().with_settings(list(limits)), tmp_dir, named.prefix)


def unnamed(asked: ImageArgument, progress: Callable[[int], None] | None = None) -> Archive:
    """The archive, to be closed by the caller. Errors do not name the source: they may go into a report.

    Raises: ImgInspectError
    """
    source: Path | BinaryIO = Path(asked.source)
    if asked.source == "-":
        if sys.stdin is None or sys.stdin.isatty():
            what = "closed" if sys.stdin is None else "a terminal"
            raise UsageError(f"standard input is {what}: expected an archive, as from docker save app | imginspect inspect -")
        source = sys.stdin.buffer
    archive = open_archive(source, Access(asked.limits, asked.tmp_dir, progress))
    try:
        check_prefix(SourceName(asked.source, prefix=asked.prefix), archive)
    except UsageError:
        archive.close()
        raise
    return archive


@contextmanager
def opened(asked: ImageArgument, progress: Callable[[int], None] | None = None) -> Iterator[Archive]:
    """The archive, closed at the end. Errors of opening name the source.

    Raises: ImgInspectError
    """
    try:
        archive = unnamed(asked, progress)
    except ImgInspectError as error:
        raise naming(asked, error) from error
    with archive:
        yield archive


def naming(asked: ImageArgument, error: ImgInspectError) -> ImgInspectError:
    """*error* with the source's name in front: asking for what is not there is a usage error, else nothing could be read."""
    kind = UsageError if isinstance(error, UsageError | PathError) else ImgInspectError
    return kind(f"{asked.name}: {error}")
