"""Databases of SQLite with a few rows, the same bytes for each version of the library."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

_WRITER = slice(96, 100)
"""Where the header holds the version of the library that wrote it. Source: sqlite.org, file format, section 1.3."""


def database(
    statements: Sequence[str], rows: Sequence[tuple[str, Sequence[object]]] = (), *, encoding: str = "UTF-8", page: int = 1024
) -> bytes:
    """The file of a database in which *statements* were run, and then each of *rows* with its values."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {page}")
        connection.execute(f"PRAGMA encoding = '{encoding}'")
        connection.execute("PRAGMA secure_delete = OFF")
        for statement in statements:
            connection.execute(statement)
        for statement, values in rows:
            connection.execute(statement, values)
        data = bytearray(connection.serialize())
    finally:
        connection.close()
    data[_WRITER] = (3040001).to_bytes(4, "big")
    return bytes(data)
