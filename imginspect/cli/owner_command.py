"""``imginspect owner``: which package a file of the image belongs to."""

from __future__ import annotations

import click

from imginspect.cli.source import request, source_options


@click.command("owner")
@source_options
@click.argument("path")
def command(path: str, **source: object) -> None:
    """Show which package the file at PATH of the image in SOURCE belongs to, and whether it is as installed.

    This is what the image states of itself.
    """
    from imginspect.cli.image_argument import chosen_image
    from imginspect.cli.masking import shown
    from imginspect.cli.output import warn_incomplete
    from imginspect.cli.package_owners import package_owners
    from imginspect.errors import UsageError

    absolute = "/" + "/".join(part for part in path.split("/") if part not in ("", "."))
    with chosen_image(request(**source)) as (archive, image), package_owners(archive, image, absolute) as found:  # type: ignore[arg-type]
        node = found.view.find(absolute)
        if node is None:
            raise UsageError(f"{absolute} does not exist in the image")
        owner = found.owners.of(node)
        if owner is None:
            click.echo(f"{shown(node.path)}: no package claims it")
        else:
            package = owner.package
            stated = f"stated by {shown(package.database)}, layer {package.layer_index}"
            name = f"{package.manager} package {shown(package.name)} {shown(package.version)}".rstrip()
            click.echo(f"{shown(node.path)}: {name} ({owner.state}; {stated})")
    warn_incomplete(found.gaps)
    if found.gaps:
        raise click.exceptions.Exit(4)
