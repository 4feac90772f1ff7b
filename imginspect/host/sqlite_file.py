"""Rows of an SQLite database file that lies in memory, read without SQLite: nothing in such a file can make code run.

Source: "Database File Format" (sqlite.org/fileformat2.html). Write-ahead logs are not read; what is corrupt ends the reading with an error.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TypeAlias

from imginspect.errors import ImgInspectError

MAGIC = b"SQLite format 3\x00"
_INTERIOR_TABLE = 5
_LEAF_TABLE = 13
_DEEPEST = 20
"""Levels of a table's tree: SQLite's own bound is the same."""
_MOST_TIMES = 4
"""Times that its own length may be read: rows that share overflow pages would else take time that grows with the square of it."""
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}

Field: TypeAlias = int | float | str | bytes | None


class CorruptDatabase(ImgInspectError):
    """The bytes are no SQLite database, or one that contradicts itself."""


class SqliteFile:
    """The tables of a database. *content* is the whole file.

    Raises: CorruptDatabase
    """

    def __init__(self, content: bytes) -> None:
        if len(content) < 100 or not content.startswith(MAGIC):
            raise CorruptDatabase("it does not begin as an SQLite database does")
        size = struct.unpack_from(">H", content, 16)[0]
        self._size = 65536 if size == 1 else size
        if self._size < 512 or self._size & (self._size - 1):
            raise CorruptDatabase(f"its page size is {self._size}")
        self._usable = self._size - content[20]
        self._encoding = {2: "utf-16-le", 3: "utf-16-be"}.get(struct.unpack_from(">I", content, 56)[0], "utf-8")
        self._content = content
        self._left = _MOST_TIMES * len(content)

    def tables(self) -> dict[str, int]:
        """The first page of each table, by name."""
        found: dict[str, int] = {}
        for _, row in self.rows(1):
            if len(row) > 3 and row[0] == "table" and isinstance(row[1], str) and isinstance(row[3], int):
                found[row[1]] = row[3]
        return found

    def rows(self, first_page: int) -> Iterator[tuple[int, tuple[Field, ...]]]:
        """(rowid, fields) of each row of the table whose tree begins on *first_page*."""
        seen: set[int] = set()
        stack = [(first_page, 0)]
        while stack:
            number, depth = stack.pop()
            if number in seen or depth > _DEEPEST:
                raise CorruptDatabase(f"page {number} is in its own tree twice")
            seen.add(number)
            page, start = self._page(number), 100 if number == 1 else 0
            kind, count = page[start], struct.unpack_from(">H", page, start + 3)[0]
            begin = start + (12 if kind == _INTERIOR_TABLE else 8)
            if kind not in (_INTERIOR_TABLE, _LEAF_TABLE) or begin + 2 * count > len(page):
                raise CorruptDatabase(f"page {number} is no page of a table")
            cells = struct.unpack_from(f">{count}H", page, begin)
            if kind == _INTERIOR_TABLE:
                below = [self._number(page, at) for at in cells]
                stack += [(child, depth + 1) for child in reversed([*below, self._number(page, start + 8)])]
            else:
                yield from (self._row(page, at) for at in cells)

    def _page(self, number: int) -> bytes:
        page = self._content[(number - 1) * self._size : number * self._size] if number > 0 else b""
        if len(page) < self._size:
            raise CorruptDatabase(f"page {number} is not there")
        return page

    @staticmethod
    def _number(page: bytes, at: int) -> int:
        if at + 4 > len(page):
            raise CorruptDatabase("a cell is beyond its page")
        number: int = struct.unpack_from(">I", page, at)[0]
        return number

    def _row(self, page: bytes, at: int) -> tuple[int, tuple[Field, ...]]:
        length, at = _varint(page, at)
        rowid, at = _varint(page, at)
        return rowid, self._fields(self._payload(page, at, length))

    def _payload(self, page: bytes, at: int, length: int) -> bytes:
        """The bytes of a row, with those on its overflow pages."""
        self._left -= length
        if length < 0 or self._left < 0:
            raise CorruptDatabase("its rows are longer than the database")
        most = self._usable - 35
        if length <= most:
            return page[at : at + length]
        least = (self._usable - 12) * 32 // 255 - 23
        local = least + (length - least) % (self._usable - 4)
        local = local if local <= most else least
        parts, left = [page[at : at + local]], length - local
        following = self._number(page, at + local)
        while left > 0:
            overflow = self._page(following)
            parts.append(overflow[4 : 4 + min(left, self._usable - 4)])
            left -= len(parts[-1])
            following = self._number(overflow, 0)
        return b"".join(parts)

    def _fields(self, payload: bytes) -> tuple[Field, ...]:
        size, at = _varint(payload, 0)
        kinds: list[int] = []
        while at < size:
            kind, at = _varint(payload, at)
            kinds.append(kind)
        fields: list[Field] = []
        for kind in kinds:
            field, at = self._field(payload, kind, at)
            fields.append(field)
        return tuple(fields)

    def _field(self, payload: bytes, kind: int, at: int) -> tuple[Field, int]:
        if kind in _INTEGER_BYTES:
            end = at + _INTEGER_BYTES[kind]
            return int.from_bytes(payload[at:end], "big", signed=True), end
        if kind == 7 and at + 8 <= len(payload):
            return float(struct.unpack_from(">d", payload, at)[0]), at + 8
        if kind >= 12:
            end = at + (kind - 12) // 2
            data = payload[at:end]
            return (data if kind % 2 == 0 else data.decode(self._encoding, "replace")), end
        return {8: 0, 9: 1}.get(kind), at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of 1 to 9 bytes at *at*, and where it ends."""
    value = 0
    for count in range(9):
        if at + count >= len(data):
            raise CorruptDatabase("a number is beyond its page")
        byte = data[at + count]
        if count == 8:
            value = (value << 8) | byte
            return value - (1 << 64) if value >= 1 << 63 else value, at + 9
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            return value, at + count + 1
    raise AssertionError
