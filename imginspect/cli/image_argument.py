"""The chosen image of SOURCE, and its contents, for the commands that show files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from imginspect.archive import Archive
from imginspect.cli.source import ImageArgument, naming, opened
from imginspect.errors import ImgInspectError
from imginspect.image import Image, choose, list_images
from imginspect.reading.contents import ImageContents, read_contents


@contextmanager
def chosen_image(asked: ImageArgument) -> Iterator[tuple[Archive, Image]]:
    """The archive and the image meant. Errors inside name the source.

    Raises: ImgInspectError
    """
    with opened(asked) as archive:
        try:
            yield archive, choose(list_images(archive, asked.choice.image), asked.choice)
        except ImgInspectError as error:
            raise naming(asked, error) from error


def gaps(archive: Archive, contents: ImageContents) -> tuple[str, ...]:
    """What could not be read, a sentence each."""
    problems = [*archive.problems.listed(), *contents.problems]
    return tuple(dict.fromkeys(f"{problem.where}: {problem.what}" for problem in problems if problem.unread))


__all__ = ["chosen_image", "gaps", "read_contents"]
