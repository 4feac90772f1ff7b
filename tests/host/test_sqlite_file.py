"""SqliteFile reads what SQLite wrote, row by row, and refuses what is corrupt with an error of its own."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imginspect.host.sqlite_file import CorruptDatabase, SqliteFile

VALUES = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=40), st.binary(max_size=9_000))


def database(path: Path, rows: list[tuple[Any, ...]], page_size: int = 4096, encoding: str = "UTF-8") -> bytes:
    """The file that SQLite writes for a table ``t`` with these rows of (a, b)."""
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA page_size = {page_size}")
        connection.execute(f"PRAGMA encoding = '{encoding}'")
        connection.execute("CREATE TABLE t (a, b)")
        connection.execute("CREATE TABLE other (x)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
    connection.close()
    return path.read_bytes()


def read(content: bytes) -> list[tuple[Any, ...]]:
    file = SqliteFile(content)
    return [row for _, row in file.rows(file.tables()["t"])]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(rows=st.lists(st.tuples(VALUES, VALUES), max_size=60), page_size=st.sampled_from([512, 4096, 65536]))
def test_the_rows_are_those_that_sqlite_wrote(tmp_path: Path, rows: list[tuple[Any, ...]], page_size: int) -> None:
    assert read(database(tmp_path / "a.db", rows, page_size)) == rows


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_texts_are_read_in_each_encoding(tmp_path: Path, encoding: str) -> None:
    assert read(database(tmp_path / "a.db", [("naïve", "日本")], encoding=encoding)) == [("naïve", "日本")]


def test_many_rows_make_a_tree_of_pages(tmp_path: Path) -> None:
    rows = [(number, "x" * 100) for number in range(5_000)]
    assert read(database(tmp_path / "a.db", rows, page_size=512)) == rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(data=st.data())
def test_a_garbled_database_is_an_error_or_other_rows_and_nothing_worse(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(database(tmp_path / "a.db", [("x" * 3_000, n) for n in range(40)], page_size=512))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(100, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        file = SqliteFile(bytes(content))
        for first in file.tables().values():
            assert sum(1 for _ in file.rows(first)) < 100_000
    except CorruptDatabase:
        pass


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00", b"x" * 200, b"SQLite format 3\x00" + bytes(100)])
def test_what_is_no_database_is_refused(content: bytes) -> None:
    with pytest.raises(CorruptDatabase):
        SqliteFile(content)
