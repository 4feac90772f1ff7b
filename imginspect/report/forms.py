"""The forms that a report can take: one name for each, the file names that ask for it, and one function that renders any of them."""

from __future__ import annotations

from collections.abc import Sequence

from imginspect.report.report import Report

TERMINAL, JSON, SARIF, JUNIT = FORMS = ("terminal", "json", "sarif", "junit")
SUFFIXES = {".sarif.json": SARIF, ".sarif": SARIF, ".json": JSON, ".xml": JUNIT, ".txt": TERMINAL}
"""Ends of file names and the form they ask for where none is named; the longest comes first."""


def form_of(file_name: str) -> str | None:
    """The form that *file_name* asks for by its end; None where it does not say."""
    return next((form for suffix, form in SUFFIXES.items() if file_name.lower().endswith(suffix)), None)


def render(form: str, reports: Sequence[Report], *, several: bool, colour: bool = False) -> str:
    """*reports* in the form *form*. *several* asks for a document of many even where there is one; *colour* is the terminal form's."""
    match form:
        case "json":
            from imginspect.report import json_form
            from imginspect.report.tree import report_tree

            return json_form.render([report_tree(report) for report in reports], several=several)
        case "sarif":
            from imginspect.report import sarif

            return sarif.render_all(reports)
        case "junit":
            from imginspect.report import junit

            return junit.render_all(reports)
        case _:
            from imginspect.report import terminal

            return terminal.render_all(reports, colour=colour) if len(reports) > 1 else terminal.render(reports[0], colour=colour)
