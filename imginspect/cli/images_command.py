"""``imginspect images``: the content of an archive."""

from __future__ import annotations

import json
from typing import Any

import click

from imginspect.cli.masking import shown
from imginspect.cli.output import human
from imginspect.cli.source import naming, opened, request, source_options
from imginspect.cli.streams import say
from imginspect.errors import ImgInspectError


@click.command("images")
@source_options
@click.option("--format", "format_name", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Output format.")
def command(format_name: str, **source: object) -> None:
    """List the images in SOURCE with their references and platforms, and the other contents of SOURCE."""
    from imginspect.image import list_images
    from imginspect.problems import Problem

    asked = request(**source)  # type: ignore[arg-type]
    with opened(asked) as archive:
        try:
            listing = list_images(archive, asked.choice.image)
        except ImgInspectError as error:
            raise naming(asked, error) from error
        rows: list[dict[str, Any]] = [
            {
                "kind": "image",
                "references": [shown(reference) for reference in image.references],
                "platform": shown(str(image.platform)),
                "image_id": str(image.image_id) if image.image_id else None,
                "manifest_digest": str(image.manifest_digest) if image.manifest_digest else None,
                "layers": len(image.layers),
                "stored_bytes": sum(layer.blob.member.size for layer in image.layers if layer.blob.member),
            }
            for image in listing.images
        ]
        rows += [
            {
                "kind": shown(other.artefact or "not in the archive"),
                "references": [shown(reference) for reference in other.references],
                "platform": shown(str(other.platform)) if other.platform else None,
                "image_id": None,
                "manifest_digest": str(other.manifest_digest) if other.manifest_digest else None,
                "layers": len(other.layers),
                "stored_bytes": sum(blob.member.size for blob in other.layers if blob.member),
            }
            for other in listing.others
        ]
        problems: list[Problem] = [*archive.problems.listed(), *(problem for image in listing.images for problem in image.problems)]
    if format_name == "json":
        notes = [f"{shown(problem.where)}: {shown(problem.what)}" for problem in problems]
        click.echo(json.dumps({"archive_layout": archive.layout.name, "images": rows, "problems": notes}, indent=2))
        return
    from tabulate import tabulate

    table = [
        (
            "\n".join(row["references"]) or "(no reference)",
            row["platform"] or "",
            row["kind"],
            (row["image_id"] or row["manifest_digest"] or "")[:19],
            row["layers"],
            human(row["stored_bytes"]),
        )
        for row in rows
    ]
    click.echo(archive.layout.name)
    click.echo(tabulate(table, headers=("reference", "platform", "kind", "id", "layers", "size"), tablefmt="plain", disable_numparse=True))
    for problem in problems:
        say(f"imginspect: {shown(problem.where)}: {shown(problem.what)}")
