"""``imginspect find``: files of the image by name."""

from __future__ import annotations

import click

from imginspect.cli.files import listing_options, printer
from imginspect.cli.source import request, source_options


@click.command("find")
@source_options
@click.argument("pattern")
@listing_options
def command(pattern: str, all_layers: bool, format_name: str, **source: object) -> None:
    """Find files of the image in SOURCE whose name matches PATTERN, such as '*.lic'.

    A pattern with a slash is matched against the whole path: '/app/*.py'. Finding no match is not an error.
    """
    from imginspect.cli.image_argument import chosen_image, gaps, read_contents
    from imginspect.cli.output import warn_incomplete
    from imginspect.filesystem.filesystem import matches

    with chosen_image(request(**source)) as (archive, image):  # type: ignore[arg-type]
        contents = read_contents(archive, image)
        show = printer(format_name, with_state=all_layers)
        for node in contents.filesystem.glob(pattern):
            show(node)
        if all_layers:
            for hidden in contents.filesystem.hidden():
                if matches(hidden.node.path, pattern):
                    show(hidden)
        unread = gaps(archive, contents)
        warn_incomplete(unread)
        if unread:
            raise click.exceptions.Exit(4)
