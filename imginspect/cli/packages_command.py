"""``imginspect packages``: what the package databases of the image state."""

from __future__ import annotations

import json

import click

from imginspect.cli.source import request, source_options

_WIDEST = 40
"""Characters of a cell of the table, so that a row fits a wide terminal; JSON and CSV have all of them."""


@click.command("packages")
@source_options
@click.option(
    "--format", "format_name", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True, help="Output format."
)
def command(format_name: str, **source: object) -> None:
    """List the packages of the image in SOURCE: dpkg, apk, rpm, conda, Python, R, npm and Julia.

    The list is what the image states of itself. A database that cannot be read is named, and the exit code is then 4.
    """
    from imginspect.cli.image_argument import chosen_image
    from imginspect.cli.masking import shown
    from imginspect.cli.output import warn_incomplete
    from imginspect.cli.package_owners import package_owners

    with chosen_image(request(**source)) as (archive, image), package_owners(archive, image) as found:  # type: ignore[arg-type]
        rows: list[dict[str, object]] = [
            {
                "name": shown(package.name),
                "version": shown(package.version),
                "manager": package.manager.value,
                "licence": shown(package.licence),
                "layer": package.layer_index,
                "stated_by": shown(package.database),
                "is_project": package.is_project,
            }
            for package in found.owners.packages
        ]
    if format_name == "json":
        click.echo(json.dumps({"packages": rows, "not_determined": [shown(gap) for gap in found.not_determined]}, indent=2))
    elif format_name == "csv":
        click.echo(_as_csv(rows), nl=False)
    else:
        _print_table(rows, is_whole=not found.not_determined)
    warn_incomplete(found.gaps)
    if found.gaps:
        raise click.exceptions.Exit(4)


def _as_csv(rows: list[dict[str, object]]) -> str:
    from imginspect.report.csv_format import cell, line

    names = ("name", "version", "manager", "licence", "layer", "stated_by", "is_project")
    return "".join([line(names), *(line([cell(str(row[name])) for name in names]) for row in rows)])


def _print_table(rows: list[dict[str, object]], *, is_whole: bool) -> None:
    from tabulate import tabulate

    from imginspect.wording import counted

    if not rows:
        click.echo("No package database was found." if is_whole else "No package database could be read.")
        return
    names = ("name", "version", "manager", "licence", "layer")
    texts = [[_cut(str(row[name])) for name in names] for row in rows]
    click.echo(tabulate(texts, names, tablefmt="simple", disable_numparse=True))
    click.echo(f"\n{counted(len(rows), 'package')}, as stated by the image.")


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
