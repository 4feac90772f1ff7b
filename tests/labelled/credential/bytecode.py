"""Compiled Python modules, written without a compiler: the same bytes in every run and under every Python.

Source: CPython's Python/marshal.c, and the order of a code object's fields in 3.8 and in 3.11 and later.
"""

from __future__ import annotations

import struct
from typing import NamedTuple, TypeAlias, Union

Constant: TypeAlias = Union[str, bytes, int, tuple["Constant", ...], "Code", None]
MAGIC = {(3, 8): 3413, (3, 11): 3495, (3, 12): 3531}
"""The numbers that the versions' modules begin with."""
CODE = b"\x97\x00d\x00Z\x00d\x01S\x00"
FLAG_REF = 0x80


class Code(NamedTuple):
    """A code object: its constants and names. What it does is of no matter here."""

    name: str
    constants: tuple[Constant, ...]
    names: tuple[str, ...] = ()


def module(code: Code, version: tuple[int, int] = (3, 12)) -> bytes:
    """The file of a module, without a time."""
    return struct.pack("<H", MAGIC[version]) + b"\r\n" + bytes(12) + _marshalled(code, version)


def _marshalled(value: Constant, version: tuple[int, int]) -> bytes:
    match value:
        case None:
            return b"N"
        case str():
            return _text(value)
        case bytes():
            return b"s" + struct.pack("<i", len(value)) + value
        case int():
            return b"i" + struct.pack("<i", value)
        case Code():
            return _code(value, version)
        case _:
            return b")" + bytes([len(value)]) + b"".join(_marshalled(each, version) for each in value)


def _text(value: str) -> bytes:
    """As CPython writes it: names and short texts interned, long ones and those beyond ASCII not."""
    data = value.encode("utf-8", "surrogatepass")
    if not value.isascii():
        return b"u" + struct.pack("<i", len(data)) + data
    if len(data) < 256:
        return bytes([ord("Z" if value.isidentifier() else "z") | FLAG_REF, len(data)]) + data
    return bytes([ord("a") | FLAG_REF]) + struct.pack("<i", len(data)) + data


def _code(code: Code, version: tuple[int, int]) -> bytes:
    numbers = struct.pack("<6i", 0, 0, 0, 0, 2, 0) if version < (3, 11) else struct.pack("<5i", 0, 0, 0, 2, 0)
    body = _marshalled(CODE, version) + _marshalled(code.constants, version) + _marshalled(code.names, version)
    where = _text("/app/settings.py") + _text(code.name)
    if version < (3, 11):
        body += b")\0" * 3 + where + struct.pack("<i", 1) + _marshalled(b"", version)
    else:
        body += b")\0" + _marshalled(b"", version) + where + _text(code.name) + struct.pack("<i", 1)
        body += _marshalled(b"", version) + _marshalled(b"", version)
    return bytes([ord("c") | FLAG_REF]) + numbers + body
