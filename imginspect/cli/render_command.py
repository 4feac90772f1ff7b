"""``imginspect render``: converts a saved JSON report to any format."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from imginspect.cli.output import wants_colour, write
from imginspect.cli.report_options import InOrder, check_filesystem, report_options, show_filesystem_option, wanted
from imginspect.cli.signed_options import signed, signed_options
from imginspect.errors import UsageError


@click.command("render", cls=InOrder)
@click.argument("report", type=click.Path(path_type=Path, allow_dash=True))
@report_options
@show_filesystem_option
@signed_options
@click.option(
    "--colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Use colours in the terminal report.",
)
def command(
    report: Path,
    format_names: tuple[str, ...],
    files: tuple[Path, ...],
    show_filesystem: bool,
    by: str | None,
    date: str | None,
    colour: str,
) -> None:
    """Convert the JSON report REPORT (or - for standard input) to other formats. The bytes are the same as those inspect writes.

    imginspect render app.json --format html -o app.html

    --by and --date are for a report that has none yet.

    No rule is evaluated again, and the exit code does not reflect the verdict: 0 written, 2 not written.
    """
    from imginspect.report import formats as renderers
    from imginspect.report.reading import read_report
    from imginspect.report.strict_json import NotReadable

    outputs = wanted(format_names, files, quiet=False, source=str(report))
    check_filesystem(outputs, shown=show_filesystem)
    answers = signed(by, date)
    try:
        filed = read_report(_content(report))
    except NotReadable as error:
        raise UsageError(f"{report}: {error}") from error
    documents = answers.on(filed.documents)
    for output in outputs:
        coloured = wants_colour(colour, output.target)
        text = renderers.render(output.format_name, documents, several=filed.several, colour=coloured, show_filesystem=show_filesystem)
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
