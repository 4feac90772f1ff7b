"""Lines: on which line of a file each part of an inline text is, as far as that is known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Protocol, TypeAlias

Lines: TypeAlias = tuple[tuple[int, int], ...]
"""(offset in a text, line of the file that holds the text from there on), ascending; empty where that is not known."""
_LAST = 1 << 62
_BLOCK = 256
"""Characters for which one sum is kept, so that a column is found without counting from the start of a long line."""


class LocatedText(Protocol):
    """A text that knows its lines: a Value."""

    @property
    def text(self) -> str | None:
        """The text, where it is known."""

    @property
    def lines(self) -> Lines:
        """The lines that it stands on."""


def literal(text: str, line: int) -> Lines:
    """The lines of a *text* that the file holds as it is, from *line* on."""
    found, at = [(0, line)], text.find("\n")
    while at >= 0:
        found.append((at + 1, line + len(found)))
        at = text.find("\n", at + 1)
    return tuple(found)


def line_at(lines: Lines, offset: int) -> int:
    """The line at *offset*; that of the text's beginning in front of the first one that is known."""
    return lines[max(0, bisect_right(lines, (offset, _LAST)) - 1)][1]


def chained(parts: Iterable[tuple[int, Lines]]) -> Lines:
    """The lines of texts that follow one another, given the length and the lines of each."""
    found: list[tuple[int, int]] = []
    at = 0
    for length, lines in parts:
        for offset, line in lines:
            if not found or found[-1][1] != line:
                found.append((at + offset, line))
        at += length
    return tuple(found)


def without_tabs(text: str, lines: Lines) -> tuple[str, Lines]:
    """The text without the tabs at the start of its lines, as ``<<-`` takes it."""
    kept: list[str] = []
    removed: list[tuple[int, int]] = []
    at = gone = 0
    for row in text.split("\n"):
        bare = row.lstrip("\t")
        gone += len(row) - len(bare)
        removed.append((at, gone - (len(row) - len(bare))))
        kept.append(bare)
        at += len(row) + 1
    return "\n".join(kept), tuple((offset - removed[bisect_right(removed, (offset, _LAST)) - 1][1], line) for offset, line in lines)


class Rows:
    """A text by its rows: where in the file each of its places stands. Without *lines* the text is the file itself."""

    def __init__(self, text: str, lines: Lines = ()) -> None:
        self._rows = text.split("\n")
        self._lines = lines
        self._blocks: dict[int, list[int]] = {}
        """Of rows that are not ASCII: the byte at which each block of letters begins."""
        self._starts = [0, *accumulate(len(row) + 1 for row in self._rows)]

    def line(self, row: int, column: int = 0) -> int:
        """The line of the file at byte *column* of *row*, from 1."""
        if not self._lines or not 0 < row <= len(self._rows):
            return self._lines[0][1] if self._lines else row
        return line_at(self._lines, self._starts[row - 1] + self._letters(row, column))

    def _letters(self, row: int, column: int) -> int:
        """How many letters of *row* are before byte *column*."""
        text = self._rows[row - 1]
        if text.isascii():
            return min(column, len(text))
        if row not in self._blocks:
            sizes = (len(text[at : at + _BLOCK].encode("utf-8", "replace")) for at in range(0, len(text), _BLOCK))
            self._blocks[row] = [0, *accumulate(sizes)]
        block = bisect_right(self._blocks[row], column) - 1
        near = text[block * _BLOCK : (block + 1) * _BLOCK].encode("utf-8", "replace")[: column - self._blocks[row][block]]
        return block * _BLOCK + len(near.decode("utf-8", "ignore"))

    def literal(self, text: str, first: int, last: int, column: int = 0) -> Lines:
        """The lines of a string that rows *first* to *last* write as it is; the first one's where it is written otherwise."""
        start = self.line(first, column)
        if "\n" not in text:
            return ((0, start),)
        found = "\n".join(self._rows[first - 1 : last])
        at = found.find(text)
        if at < 0:
            return ((0, start),)
        row = first + found.count("\n", 0, at)
        rows = literal(text, row)
        return tuple((offset, start if number == first else self.line(number)) for offset, number in rows)


def in_bytes(text: str, lines: Lines) -> Lines:
    """*lines* with offsets in the text's UTF-8."""
    if text.isascii():
        return lines
    found, at, length = [], 0, 0
    for offset, line in lines:
        length += len(text[at:offset].encode("utf-8", "replace"))
        found.append((length, line))
        at = offset
    return tuple(found)


def lines_of(text: str, given: Sequence[LocatedText], line: int | None) -> Lines:
    """The lines of a *text* that a command is given in one of its words, at the end of one, or in several of them a line each.

    Where none of *given* has it, all of it stands on the command's own *line*.
    """
    for item in given:
        if item.text == text and item.lines:
            return item.lines
    for item in given:
        if item.lines and item.text and item.text.endswith(text):
            start = len(item.text) - len(text)
            return ((0, line_at(item.lines, start)), *((offset - start, at) for offset, at in item.lines if offset > start))
    whole = [item for item in given if item.text and item.lines and item.text in text]
    for first in range(len(whole)):
        for last in range(first + 2, len(whole) + 1):
            if "\n".join(item.text or "" for item in whole[first:last]) == text:
                return chained((len(item.text or "") + 1, item.lines) for item in whole[first:last])
    return ((0, line),) if line is not None else ()
