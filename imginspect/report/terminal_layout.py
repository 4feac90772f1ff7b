"""How text stands on a terminal of 80 columns: colours, wrapped lines, and nothing that a CI system would take for a command."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from imginspect.report.printable import one_line

WIDTH = 80
"""Columns of a terminal that everybody has; longer lines are wrapped."""
_COLOURS = {"red": "31;1", "yellow": "33;1", "green": "32;1", "bold": "1", "dim": "2"}


class Style:
    """Colours, where they are wanted."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def __call__(self, text: str, name: str) -> str:
        return f"\x1b[{_COLOURS[name]}m{text}\x1b[0m" if self._colour else text


def wrapped(text: str, indent: str, hang: str | None = None) -> Iterator[str]:
    """Lines of *text*, the first after *indent*, the others after *hang* or as much space."""
    rest = " " * len(indent) if hang is None else hang
    lines = textwrap.wrap(one_line(text), WIDTH, initial_indent=indent, subsequent_indent=rest, break_on_hyphens=False)
    yield from lines or [indent.rstrip()]
