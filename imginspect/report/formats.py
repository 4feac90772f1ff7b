"""The formats of reports. A new one is a module with ``render(documents)`` and a line in ``_FORMATS``."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from imginspect.report.document import ReportDocument


class ReportFormat(NamedTuple):
    """A format of reports. *module* renders it; *suffixes* are the ends of file names that ask for it, its own first.

    *shows_filesystem*: it can list the files of the image, which are drawn up for no other. *options* are what its ``render`` takes besides
    the documents: ``several`` (a document of many even where there is one), ``colour``, and ``show_filesystem`` where it lists the files
    only if that is asked for.
    """

    name: str
    module: str
    suffixes: tuple[str, ...] = ()
    shows_filesystem: bool = False
    options: frozenset[str] = frozenset()

    def needs_filesystem(self, *, show_filesystem: bool = False) -> bool:
        """Whether its documents need the list of files."""
        return self.shows_filesystem and (show_filesystem or "show_filesystem" not in self.options)

    def render(
        self, documents: Sequence[ReportDocument], *, several: bool = False, colour: bool = False, show_filesystem: bool = False
    ) -> str:
        """*documents* in this format."""
        module = import_module(f"imginspect.report.{self.module}")
        given = {"several": several, "colour": colour, "show_filesystem": show_filesystem}
        text: str = module.render(documents, **{name: given[name] for name in self.options})
        return text


TERMINAL = "terminal"
_FORMATS = (
    ReportFormat(TERMINAL, "terminal", (".txt",), options=frozenset({"colour"})),
    ReportFormat("html", "html", (".html",), shows_filesystem=True, options=frozenset({"show_filesystem"})),
    ReportFormat("json", "json_format", (".json",), shows_filesystem=True, options=frozenset({"several"})),
    ReportFormat("sarif", "sarif", (".sarif", ".sarif.json")),
    ReportFormat("junit", "junit", (".xml",)),
    ReportFormat("markdown", "markdown", (".md",)),
    ReportFormat("csv", "csv_format", (".csv",)),
    ReportFormat("github", "github"),
    ReportFormat("gitlab", "gitlab"),
)
FORMATS = {item.name: item for item in _FORMATS}
"""All formats by name."""
FILE_FORMATS = tuple(item.name for item in _FORMATS if item.suffixes)
"""Those that have a file name of their own, as a batch run writes them for each image."""
SUFFIXES = dict(
    sorted(((suffix, item.name) for item in _FORMATS for suffix in item.suffixes), key=lambda pair: (-pair[0].count("."), pair[0]))
)
"""Ends of file names with the format they ask for; longer ones come first."""


def format_of(file_name: str) -> str | None:
    """The format that *file_name* asks for by its end; None where it does not say."""
    return next((name for suffix, name in SUFFIXES.items() if file_name.lower().endswith(suffix)), None)


def render(name: str, documents: Sequence[ReportDocument], *, several: bool, colour: bool = False, show_filesystem: bool = False) -> str:
    """*documents* in the format *name*; see ReportFormat for the options."""
    return FORMATS[name].render(documents, several=several, colour=colour, show_filesystem=show_filesystem)
