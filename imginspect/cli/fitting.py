"""Tables that fit the width of a terminal: nothing is cut off, long cells go on in the next line."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence

_GAP = 2
_NARROWEST = 12
"""Columns of a terminal that a long cell needs at the least; where that does not fit, each row becomes a list."""
_BREAK_AFTER = " /,:;-"


def terminal_width() -> int | None:
    """The columns of the terminal that standard output is; None where it is none, or of no known width."""
    try:
        return (shutil.get_terminal_size((0, 0)).columns or None) if sys.stdout.isatty() else None
    except ValueError:
        return None


def display_width(text: str) -> int:
    """The columns that *text* takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """The lines of a table of at most *width* columns; of a list for each row, where so many cells cannot stand side by side."""
    natural = [max(map(display_width, column)) for column in zip(headers, *rows, strict=True)]
    widths = _widths(headers, natural, width - _GAP * (len(headers) - 1))
    if widths is None:
        yield from _lists(headers, rows, width)
        return
    for row in (headers, *rows):
        cells = [wrapped(cell, columns) for cell, columns in zip(row, widths, strict=True)]
        for number in range(max(map(len, cells))):
            parts = [cell[number] if number < len(cell) else "" for cell in cells]
            padded = (part + " " * (columns - display_width(part)) for part, columns in zip(parts, widths, strict=True))
            yield (" " * _GAP).join(padded).rstrip()


def _widths(headers: Sequence[str], natural: Sequence[int], room: int) -> list[int] | None:
    """The width of each column in *room*: the widest are narrowed first. None where they do not fit."""
    least = [min(wide, max(display_width(header), _NARROWEST)) for header, wide in zip(headers, natural, strict=True)]
    if sum(least) > room:
        return None
    widest = max(natural)
    while sum(found := [min(wide, max(widest, low)) for wide, low in zip(natural, least, strict=True)]) > room:
        widest -= 1
    return found


def _lists(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    label = max(map(display_width, headers)) + _GAP
    for number, row in enumerate(rows):
        if number:
            yield ""
        for header, cell in zip(headers, row, strict=True):
            yield from labelled(header, cell, label, width)


def labelled(header: str, text: str, label: int, width: int | None) -> Iterator[str]:
    """*text* after *header*, which takes *label* columns, in lines of at most *width* columns where there is a width."""
    lines = [text] if width is None else wrapped(text, max(_NARROWEST, width - label))
    for number, line in enumerate(lines):
        yield f"{header if number == 0 else '':{label}}{line}".rstrip()


def wrapped(text: str, width: int) -> list[str]:
    """*text* in lines of at most *width* columns, broken after a blank, a slash and the like where there is one in its second half."""
    lines = []
    while display_width(text) > width:
        end = _fitting(text, width)
        breaks = [place for place in range(end, end // 2, -1) if text[place - 1] in _BREAK_AFTER]
        end = breaks[0] if breaks else end
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip(" ")
    return [*lines, text]


def _fitting(text: str, width: int) -> int:
    """How many characters at the beginning of *text* take at most *width* columns; one at the least."""
    taken = 0
    for number, character in enumerate(text):
        taken += _columns(character)
        if taken > width:
            return max(1, number)
    return len(text)
