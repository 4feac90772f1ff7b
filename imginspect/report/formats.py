"""The forms that a report can take: one name for each, the file names that ask for it, and one function that renders any of them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from imginspect.report.document import ReportDocument

TERMINAL = "terminal"
_MODULES = {
    "terminal": "terminal",
    "html": "html",
    "json": "json_form",
    "sarif": "sarif",
    "junit": "junit",
    "markdown": "markdown",
    "csv": "csv_form",
    "github": "github",
    "gitlab": "gitlab",
}
FORMS = tuple(_MODULES)
SHOW_FILESYSTEM = frozenset({"json", "html"})
"""The forms that show the filesystem; it is drawn up for no other."""
SUFFIXES = {
    ".sarif.json": "sarif",
    ".sarif": "sarif",
    ".html": "html",
    ".json": "json",
    ".xml": "junit",
    ".txt": "terminal",
    ".md": "markdown",
    ".csv": "csv",
}
"""Ends of file names and the form they ask for where none is named; the longest comes first."""


def form_of(file_name: str) -> str | None:
    """The form that *file_name* asks for by its end; None where it does not say."""
    return next((form for suffix, form in SUFFIXES.items() if file_name.lower().endswith(suffix)), None)


def render(form: str, documents: Sequence[ReportDocument], *, several: bool, colour: bool = False) -> str:
    """*documents* in the form *form*. *several* asks JSON for a document of many even where there is one; *colour* is the terminal's."""
    module = import_module(f"imginspect.report.{_MODULES[form]}")
    options = {"json": {"several": several}, "terminal": {"colour": colour}}.get(form, {})
    text: str = module.render(documents, **options)
    return text
