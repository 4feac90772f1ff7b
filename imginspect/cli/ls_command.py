"""``imginspect ls``: files of the image."""

from __future__ import annotations

import click

from imginspect.cli.files import listing_options, printer
from imginspect.cli.source import request, source_options


@click.command("ls")
@source_options
@click.argument("path", default="/")
@click.option("-R", "--recursive", is_flag=True, help="Include everything below the path.")
@listing_options
def command(path: str, recursive: bool, all_layers: bool, format_name: str, **source: object) -> None:
    """List the files of the image in SOURCE at PATH, as seen in a container."""
    from imginspect.cli.image_argument import chosen_image, gaps, read_contents
    from imginspect.cli.output import warn_incomplete
    from imginspect.errors import UsageError
    from imginspect.filesystem import NodeNotFound

    with chosen_image(request(**source)) as (archive, image):  # type: ignore[arg-type]
        contents = read_contents(archive, image)
        filesystem = contents.filesystem
        show = printer(format_name, with_state=all_layers)
        found = False
        base = "/" + "/".join(part for part in path.split("/") if part not in ("", "."))
        try:
            node = filesystem.resolve(path).node
            found, base = True, node.path
            if node.kind != "directory":
                show(node)
            else:
                for item in filesystem.walk(base) if recursive else filesystem.children(base):
                    show(item)
        except NodeNotFound as error:
            if not all_layers:
                raise UsageError(str(error)) from error
        if all_layers:
            inside = base.rstrip("/") + "/"
            for hidden in filesystem.hidden():
                below = hidden.node.path.startswith(inside)
                if hidden.node.path == base or (below and (recursive or "/" not in hidden.node.path[len(inside) :])):
                    found = True
                    show(hidden)
        if not found:
            raise UsageError(f"{path} does not exist in any layer")
        unread = gaps(archive, contents)
        warn_incomplete(unread)
        if unread:
            raise click.exceptions.Exit(4)
