"""``imginspect history``: the build steps."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import click

from imginspect.cli.masking import show_secrets_option, shown
from imginspect.cli.output import human, warn_incomplete
from imginspect.cli.source import request, source_options


@click.command("history")
@source_options
@click.option("--format", "format_name", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Output format.")
@show_secrets_option
def command(format_name: str, show_secrets: bool, **source: object) -> None:
    """Show the build steps of the image in SOURCE, oldest first, with their layers, sizes and wasted bytes.

    Wasted bytes belong to files that a later layer overwrote or deleted: they are in the image but not visible in a container.
    """
    from imginspect.cli.image_argument import chosen_image, gaps, read_contents
    from imginspect.image.history import instruction
    from imginspect.report.text import visible

    show = visible if show_secrets else shown

    with chosen_image(request(**source)) as (archive, image):  # type: ignore[arg-type]
        contents = read_contents(archive, image)
        wasted = contents.filesystem.wasted_bytes()
        sizes = [index.file_bytes for index in contents.layers]
        rows: list[dict[str, Any]] = [
            {
                "layer": step.layer_index,
                "size": sizes[step.layer_index] if step.layer_index is not None else 0,
                "wasted": wasted.get(step.layer_index, 0) if step.layer_index is not None else 0,
                "instruction": show(instruction(step.entry.created_by)),
                "created": show(step.entry.created),
                "comment": show(step.entry.comment),
            }
            for step in image.steps
        ]
        layers = [
            {
                "index": layer.index,
                "digest": str(index.blob_digest or ""),
                "diff_id": str(index.diff_id or ""),
                "size": index.file_bytes,
                "wasted": wasted.get(layer.index, 0),
            }
            for layer, index in zip(image.layers, contents.layers, strict=True)
        ]
        unread = gaps(archive, contents)
        if format_name == "json":
            click.echo(json.dumps({"matches_layers": image.history_matches, "steps": rows, "layers": layers}, indent=2))
        else:
            _print(rows, layers, matches=image.history_matches)
        warn_incomplete(unread)
        if unread:
            raise click.exceptions.Exit(4)


def _print(rows: list[dict[str, Any]], layers: list[dict[str, Any]], *, matches: bool) -> None:
    click.echo(f"{'layer':>5}  {'size':>9}  {'wasted':>9}  instruction")
    for row in rows:
        number = "-" if row["layer"] is None else str(row["layer"])
        lines = textwrap.wrap(row["instruction"] or "(not stated)", 50, break_on_hyphens=False) or [""]
        size, wasted = (human(row["size"]), human(row["wasted"])) if row["layer"] is not None else ("", "")
        click.echo(f"{number:>5}  {size:>9}  {wasted:>9}  {lines[0]}")
        for line in lines[1:]:
            click.echo(" " * 30 + line)
    if not matches:
        click.echo("\nThe history does not state which step created which layer. The layers:")
        for layer in layers:
            sizes = f"{human(layer['size']):>9}  {human(layer['wasted']):>9}"
            click.echo(f"{layer['index']:>5}  {sizes}  {layer['diff_id'] or layer['digest']}")
