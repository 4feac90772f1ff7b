"""``imginspect render``: converts a saved JSON report to any format."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from imginspect.cli.output import wants_colour, write
from imginspect.cli.report_options import InOrder, report_options, wanted
from imginspect.errors import UsageError


@click.command("render", cls=InOrder)
@click.argument("report", type=click.Path(path_type=Path, allow_dash=True))
@report_options
@click.option(
    "--colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Use colours in the terminal report.",
)
def command(report: Path, forms: tuple[str, ...], files: tuple[Path, ...], colour: str) -> None:
    """Convert the JSON report REPORT (or - for standard input) to other formats. The bytes are the same as those inspect writes.

    imginspect render app.json --format html -o app.html

    No rule is evaluated again, and the exit code does not reflect the verdict: 0 written, 2 not written.
    """
    from imginspect.report import formats as renderers
    from imginspect.report.reading import read_report
    from imginspect.report.strict_json import NotReadable

    outputs = wanted(forms, files, quiet=False, source=str(report))
    try:
        filed = read_report(_content(report))
    except NotReadable as error:
        raise UsageError(f"{report}: {error}") from error
    for output in outputs:
        text = renderers.render(output.form, filed.documents, several=filed.several, colour=wants_colour(colour, output.target))
        write(text, output.target)


def _content(report: Path) -> bytes:
    """At most a byte more than a report may have. Raises: OSError; UsageError"""
    from imginspect.report.reading import LARGEST

    if str(report) == "-":
        if sys.stdin is None:
            raise UsageError("standard input is closed: expected the report there")
        return sys.stdin.buffer.read(LARGEST + 1)
    with report.open("rb") as handle:
        return handle.read(LARGEST + 1)
