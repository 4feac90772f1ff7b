"""How the answers to questions across images are printed: as they are found, so that an answer of any length takes no memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import click

from imginspect.cli.fitting import labelled, table, terminal_width
from imginspect.cli.masking import shown
from imginspect.report.printable import one_line
from imginspect.report.text import inert

if TYPE_CHECKING:
    from imginspect.batch.store.query import QueryResult, Value

FORMATS = ("table", "json", "csv", "ndjson")
_AT_ONCE = 1_000  # rows of a table, whose columns are as wide as the widest of them
_REMEMBERED = 50_000
"""Paths whose masked form is remembered; others are masked again, and nothing is lost."""
_WIDTHS = {"message": 60, "reason": 60, "instruction": 50, "place": 60}


def print_found(found: QueryResult, format_name: str, *, facts: bool = False) -> int:
    """Prints the rows; how many there were. *facts* are rows of many columns, each of which is a list in a table's form."""
    rows = _Counted(_harmless(found))
    match format_name:
        case "json":
            _as_json(found.columns, rows)
        case "ndjson":
            for row in rows:
                click.echo(json.dumps(dict(zip(found.columns, row, strict=True))))
        case "csv":
            _as_csv(found.columns, rows)
        case _ if facts:
            _as_facts(found.columns, rows)
        case _:
            _as_table(found.columns, rows)
    return rows.count


class _Counted:
    """Rows, and how many of them there were."""

    def __init__(self, rows: Iterator[tuple[Value, ...]]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[tuple[Value, ...]]:
        for row in self._rows:
            self.count += 1
            yield row


def _harmless(found: QueryResult) -> Iterator[tuple[Value, ...]]:
    """The rows as any output may have them: names of files are raw in them, and a database may be anybody's."""
    from imginspect.batch.store.query import RAW

    shown_once = lru_cache(_REMEMBERED)(shown)  # a path that many images have is masked once
    shows = [shown_once if column in RAW else one_line for column in found.columns]
    for row in found.rows:
        yield tuple(
            show(value) if isinstance(value, str) else tuple(map(show, value)) if isinstance(value, tuple) else value
            for show, value in zip(shows, row, strict=True)
        )


def _as_json(columns: tuple[str, ...], rows: _Counted) -> None:
    between = "[\n  "
    for row in rows:
        click.echo(between + json.dumps(dict(zip(columns, row, strict=True))), nl=False)
        between = ",\n  "
    click.echo("[]" if rows.count == 0 else "\n]")


def _as_csv(columns: tuple[str, ...], rows: _Counted) -> None:
    from imginspect.report.csv_format import cell, line

    click.echo(line(columns), nl=False)
    for values in rows:
        click.echo(line(tuple(cell(_text(value)) for value in values)), nl=False)


def _as_table(columns: tuple[str, ...], rows: _Counted) -> None:
    from tabulate import tabulate

    headers = [column.replace("_", " ") for column in columns]
    left, width = iter(rows), terminal_width()
    while some := [_cells(columns, row) for row in islice(left, _AT_ONCE)]:
        if width is None:
            click.echo(tabulate(some, headers=headers, tablefmt="plain", disable_numparse=True))
        else:
            click.echo("\n".join(table(headers, some, width)))


def _as_facts(columns: tuple[str, ...], rows: _Counted) -> None:
    width = terminal_width()
    for row in rows:
        if rows.count > 1:
            click.echo()
        for column, value in zip(columns, row, strict=True):
            texts = value if isinstance(value, tuple) else (_text(value),)
            for number, text in enumerate(texts):
                for line in labelled(column.replace("_", " ") if number == 0 else "", inert(text), 20, width):
                    click.echo(line)


def _cells(columns: tuple[str, ...], row: tuple[Value, ...]) -> list[str]:
    from imginspect.report.printable import shortened

    return [inert(shortened(_text(value), _WIDTHS.get(column, 4_096))) for column, value in zip(columns, row, strict=True)]


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
