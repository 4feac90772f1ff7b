"""The lines on standard output when all reports went to files: the verdict, and the paths of the reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imginspect.cli.output import is_in_devices, wants_colour, write
from imginspect.cli.report_options import ReportTarget
from imginspect.report.text import visible

if TYPE_CHECKING:
    from imginspect.report.document import ReportDocument


def say_where(documents: Sequence[ReportDocument], outputs: Sequence[ReportTarget], *, colour: str) -> None:
    """Prints the verdicts and the places of the reports, unless a report went to standard output, or to a device that may be it."""
    targets = [output.target for output in outputs if output.target is not None]
    if len(targets) < len(outputs) or any(map(is_in_devices, targets)):
        return
    from imginspect.report.terminal import render_headlines

    lines = [render_headlines(documents, colour=wants_colour(colour, None))]
    lines += [f"Report: {visible(str(target))}\n" for target in targets]
    write("".join(lines), None)
