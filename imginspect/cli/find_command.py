"""``imginspect find``: files of the image by name."""

from __future__ import annotations

import click

from imginspect.cli.files import FORMATS, printer
from imginspect.cli.source import request, source_options


@click.command("find")
@source_options
@click.argument("pattern")
@click.option("--all-layers", is_flag=True, help="Include files that later layers overwrote or deleted.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="Output format: a table, or one JSON object per line.",
)
def command(pattern: str, all_layers: bool, form: str, **source: object) -> None:
    """Find files of the image in SOURCE whose name matches PATTERN, such as '*.lic'.

    A pattern with a slash is matched against the whole path: '/app/*.py'. Finding no match is not an error.
    """
    from imginspect.cli.image_argument import chosen_image, gaps, read_contents
    from imginspect.cli.output import warn_incomplete
    from imginspect.filesystem.filesystem import matches

    with chosen_image(request(**source)) as (archive, image):  # type: ignore[arg-type]
        contents = read_contents(archive, image)
        show = printer(form, with_state=all_layers)
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
