"""Extension headers: PAX records, and the sparse maps of GNU tar in their four formats.

Source: POSIX.1-2017 pax, "pax Extended Header"; GNU tar manual, "Storing Sparse Files".
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

from imginspect.tar.header import MAX_NUMBER, MalformedHeader, parse_number

Records: TypeAlias = dict[bytes, bytes]
SparseMap: TypeAlias = tuple[tuple[int, int], ...]
"""(offset, length) of each piece that is stored, in bytes, ascending; all between is zeros."""

_NUL_FREE_VALUES = frozenset({b"path", b"linkpath", b"uname", b"gname"})
_OLD_GNU_MAP = 386
_OLD_GNU_REAL_SIZE = 483


def parse_records(body: bytes) -> Records:
    """The PAX records of one extension header; of a repeated key the last one counts.

    The repeated offset and numbytes of sparse format 0.0 come back joined as ``GNU.sparse.map``, as in format 0.1.
    Raises: MalformedHeader - a record that is not ``LENGTH KEY=VALUE\\n``
    """
    records: Records = {}
    pieces: list[bytes] = []
    position = 0
    while position < len(body):
        space = body.find(b" ", position, position + 20)
        digits = body[position:space]
        if space < 0 or not digits.isdigit():
            raise MalformedHeader(f"PAX record: expected its length, found {body[position : position + 20]!r}")
        end = position + int(digits)
        equals = body.find(b"=", space, end)
        if end > len(body) or end <= space + 1 or body[end - 1] != 0x0A or equals < 0:
            raise MalformedHeader(f"PAX record is not LENGTH KEY=VALUE: {body[position : min(end, position + 60)]!r}")
        key, value = body[space + 1 : equals], body[equals + 1 : end - 1]
        if not key or b"\0" in key or (key in _NUL_FREE_VALUES and b"\0" in value):
            raise MalformedHeader(f"PAX record with an empty key or a NUL: {key[:40]!r}={value[:40]!r}")
        if key in (b"GNU.sparse.offset", b"GNU.sparse.numbytes"):
            wanted = b"GNU.sparse.numbytes" if len(pieces) % 2 else b"GNU.sparse.offset"
            if key != wanted or b"," in value:
                raise MalformedHeader(f"sparse map: expected {wanted.decode()}, found {key.decode()}={value[:40]!r}")
            pieces.append(value)
        else:
            records[key] = value
        position = end
    if pieces:
        records[b"GNU.sparse.map"] = b",".join(pieces)
    return records


def decimal(value: bytes, name: str) -> int:
    """A decimal number of a PAX record, which may have a sign and leading zeros.

    Raises: MalformedHeader - anything else, or one that does not fit in 64 bits
    """
    sign, digits = (value[:1], value[1:]) if value[:1] in (b"-", b"+") else (b"", value)
    significant = digits.lstrip(b"0") or b"0"
    if not digits.isdigit() or len(significant) > 19 or int(significant) > MAX_NUMBER:
        raise MalformedHeader(f"PAX {name}: expected a number, found {value[:40]!r}")
    return -int(significant) if sign == b"-" else int(significant)


def seconds(value: bytes) -> int:
    """Whole seconds of a PAX time such as ``1700000000.25``, rounded down."""
    whole, _, fraction = value.partition(b".")
    if fraction and not fraction.isdigit():
        raise MalformedHeader(f"PAX time: expected a number, found {value[:40]!r}")
    number = decimal(whole, "time") if whole not in (b"", b"-") else 0
    return number - 1 if value.startswith(b"-") and fraction.strip(b"0") else number


def sparse_map(numbers: list[int], real_size: int, stored: int | None) -> SparseMap:
    """The checked map of a sparse file of *real_size* bytes, of which *stored* bytes are in the tar.

    Raises: MalformedHeader - pieces that overlap, leave the file, or do not add up
    """
    if len(numbers) % 2:
        raise MalformedHeader("sparse map: an offset without a length")
    pieces = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    if any(offset < 0 or length < 0 or offset + length > real_size for offset, length in pieces):
        raise MalformedHeader(f"sparse map: a piece lies outside the file of {real_size} bytes")
    if any(left[0] + left[1] > right[0] for left, right in pairwise(pieces)):
        raise MalformedHeader("sparse map: pieces overlap or are out of order")
    if stored is not None and sum(length for _, length in pieces) != stored:
        raise MalformedHeader(f"sparse map: its pieces do not add up to the {stored} stored bytes")
    return pieces


def old_gnu_pieces(area: bytes, count: int) -> list[int]:
    """Offsets and lengths, in turn, from *count* 24-byte slots of a GNU sparse header; an empty slot ends the list."""
    numbers: list[int] = []
    for slot in range(count):
        offset, length = area[slot * 24 : slot * 24 + 12], area[slot * 24 + 12 : slot * 24 + 24]
        if offset[0] == 0:
            break
        numbers += [parse_number(offset, "sparse offset"), parse_number(length, "sparse length")]
    return numbers


def old_gnu_header(block: bytes) -> tuple[list[int], bool, int]:
    """(pieces, whether more follow in an extension block, real size) of a header of type ``S``."""
    pieces = old_gnu_pieces(block[_OLD_GNU_MAP : _OLD_GNU_MAP + 96], 4)
    return pieces, block[482] != 0, parse_number(block[_OLD_GNU_REAL_SIZE : _OLD_GNU_REAL_SIZE + 12], "real size")
