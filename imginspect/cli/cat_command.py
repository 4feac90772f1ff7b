"""``imginspect cat``: a file of the image, byte for byte."""

from __future__ import annotations

import sys

import click

from imginspect.cli.source import request, source_options


@click.command("cat")
@source_options
@click.argument("path")
@click.option("--layer", type=click.IntRange(min=0), help="Print the file from this layer, even if a later layer hides it.")
def command(path: str, layer: int | None, **source: object) -> None:
    """Print the file PATH of the image in SOURCE unchanged.

    Nothing is masked: the output may contain terminal control codes or secrets."""
    from imginspect.cli.image_argument import chosen_image
    from imginspect.reading.file_content import find_content, write_content

    with chosen_image(request(**source)) as (archive, image):  # type: ignore[arg-type]
        place = find_content(archive, image, path, layer)
        write_content(archive, image, place, sys.stdout.buffer.write)
        sys.stdout.buffer.flush()
