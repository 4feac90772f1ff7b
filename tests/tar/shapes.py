"""Tar headers of many shapes, right and odd, for comparing readers."""

from __future__ import annotations

from tests.tar_writer import BLOCK, gnu_long, header, padded, pax

END = bytes(2 * BLOCK)
GNU = b"ustar  \0"
BASE_256_UID = b"\x80\0\0\0\x7f\xff\xff\xff"
LONG = b"usr/share/" + b"d" * 60 + b"/" + b"e" * 40


def patched(block: bytes, *patches: tuple[int, bytes], checksum: bytes | None = None) -> bytes:
    """*block* with other bytes at some offsets, and the right checksum unless another field is given."""
    changed = bytearray(block)
    for at, data in patches:
        changed[at : at + len(data)] = data
    changed[148:156] = b" " * 8
    changed[148:156] = (b"%06o\0 " % sum(changed)) if checksum is None else checksum
    return bytes(changed)


def total(block: bytes) -> int:
    """The sum of *block* as its checksum field should hold it."""
    return sum(block[:148]) + 8 * 32 + sum(block[156:])


PLAIN = header(b"name", 3)
BODY = padded(b"abc")
NEXT = header(b"next", 2) + padded(b"xy") + END


def one(block: bytes, body: bytes = BODY) -> bytes:
    """A tar of *block* with its content, and of one more file."""
    return block + body + NEXT


def gnu(prefix: bytes, *patches: tuple[int, bytes], size: int = 3, name: bytes = b"name", typeflag: bytes = b"0") -> bytes:
    """A header with GNU's magic and *prefix* in the place of its times."""
    return patched(header(name, size, typeflag, magic=GNU), (345, prefix), *patches)


_SUM = b"%o" % total(PLAIN)
_STAR = patched(header(b"name", 3, prefix=b"p" * 131 + b"00000000000 11111111111 "), (508, b"tar\0"))
_PAX = pax({"path": "pax/name"})
_ATIME = b"14371573061\0"

SHAPES: dict[str, bytes] = {
    "plain": one(PLAIN),
    "ustar prefix": one(header(b"name", 3, prefix=b"some/folder")),
    "ustar prefix of another version": one(header(b"name", 3, prefix=b"some/folder", magic=b"ustar\x0001")),
    "ustar prefix with spaces for a version": one(header(b"name", 3, prefix=b"some/folder", magic=b"ustar\0  ")),
    "prefix without a magic": one(header(b"name", 3, prefix=b"some/folder", magic=bytes(8))),
    "prefix with half of GNU's magic": one(header(b"name", 3, prefix=b"some/folder", magic=b"ustar 00")),
    "star prefix": one(_STAR),
    "star prefix that has no end": one(patched(header(b"name", 3, prefix=b"p" * 131 + b"00000000000\x0011111111111\0"), (508, b"tar\0"))),
    "gnu without times": one(gnu(b"")),
    "gnu with access time": one(gnu(_ATIME)),
    "gnu with both times": one(gnu(_ATIME + _ATIME)),
    "gnu with a base-256 access time": one(gnu(b"\x80" + bytes(7) + b"\x61\x01\x02\x03")),
    "gnu with change time only": one(gnu(bytes(12) + _ATIME)),
    "gnu with text for a change time only": one(gnu(bytes(12) + b"usr/share/doc")),
    "gnu with access time and text for a change time": one(gnu(_ATIME + b"usr/share")),
    "gnu prefix": one(gnu(b"usr/share/doc")),
    "gnu prefix of old Go": one(gnu(LONG, (108, BASE_256_UID))),
    "gnu prefix of old Go without need": one(gnu(b"usr/share/doc", (108, BASE_256_UID))),
    "gnu prefix of a full field": one(gnu(b"p" * 155)),
    "gnu prefix that is octal": one(gnu(b"0755/bin")),
    "gnu prefix that reads as a number": one(gnu(b"1234567")),
    "gnu prefix that is not ASCII": one(gnu("usr/café".encode())),
    "gnu prefix of a directory": gnu(b"usr/share/doc", size=0, name=b"name/", typeflag=b"5") + NEXT,
    "gnu prefix of a link": gnu(b"usr/share/doc", (157, b"target"), size=0, typeflag=b"2") + NEXT,
    "gnu prefix behind a long name": gnu_long(b"long/name", b"L") + one(gnu(b"usr/share/doc")),
    "gnu prefix behind a PAX path": pax({"path": "pax/name"}) + one(gnu(b"usr/share/doc")),
    "checksum without padding": one(patched(PLAIN, checksum=_SUM.ljust(8, b"\0"))),
    "checksum with spaces in front": one(patched(PLAIN, checksum=_SUM.rjust(7, b" ") + b"\0")),
    "checksum with NULs in front": one(patched(PLAIN, checksum=_SUM.rjust(8, b"\0"))),
    "checksum of eight digits": one(patched(PLAIN, checksum=_SUM.rjust(8, b"0"))),
    "checksum with leftovers behind its NUL": one(patched(PLAIN, checksum=_SUM + b"\0" + b"7" * (7 - len(_SUM)))),
    "checksum with text behind its space": one(patched(PLAIN, checksum=_SUM + b" " + b"7" * (7 - len(_SUM)))),
    "signed checksum": one(header(b"caf\xe9", 3, checksum=total(header(b"caf\xe9", 3)) - 256)),
    "size with spaces in front": one(patched(PLAIN, (124, b"          3\0"))),
    "size with spaces behind": one(patched(PLAIN, (124, b"3           "))),
    "size without an end": one(patched(PLAIN, (124, b"000000000003"))),
    "size with NULs in front": one(patched(PLAIN, (124, b"\0\0\0\0\0\0\0\x000003"))),
    "size with a space and a NUL in front": one(patched(PLAIN, (124, b" \0\0\0\0\0\0\x000003"))),
    "size with leftovers behind its NUL": one(patched(PLAIN, (124, b"3\x00junkjunk12"))),
    "size with leftovers behind space and NUL": one(patched(PLAIN, (124, b"3 \x00junkjunk1"))),
    "size in two parts": one(patched(PLAIN, (124, b"3 0        \0"))),
    "size that is empty": one(patched(header(b"name"), (124, bytes(12))), b""),
    "size in base-256": one(header(b"name", 3, base256=True)),
    "size in base-256 with a bit more": one(patched(PLAIN, (124, b"\x81" + bytes(10) + b"\3"))),
    "size in base-64": one(patched(PLAIN, (124, b"+D\0\0\0\0\0\0\0\0\0\0"))),
    "size below zero": one(patched(PLAIN, (124, b"\xff" * 12)), b""),
    "mode with text": one(patched(PLAIN, (100, b"rw-r--r-"))),
    "uid in base-256": one(patched(PLAIN, (108, BASE_256_UID))),
    "PAX size": pax({"size": "3"}) + one(header(b"name", 0)),
    "PAX size with leading zeros": pax({"size": "3".zfill(24)}) + one(PLAIN),
    "PAX size with very many leading zeros": pax({"size": "3".zfill(2000)}) + one(PLAIN),
    "PAX size with a sign": pax({"size": "+3"}) + one(PLAIN),
    "PAX size that is empty": pax({"size": ""}) + one(PLAIN),
    "PAX size that is no number": pax({"size": "3x"}) + one(PLAIN),
    "PAX size below zero": pax({"size": "-3"}) + one(PLAIN),
    "PAX size that another contradicts": pax({"size": "512"}) + header(b"name", 3) + padded(b"z" * 512) + NEXT,
    "PAX path": pax({"path": "pax/name"}) + one(PLAIN),
    "PAX path that is empty": pax({"path": ""}) + one(PLAIN),
    "PAX header with text for its mode": patched(_PAX[:BLOCK], (100, b"rw-r--r-")) + _PAX[BLOCK:] + one(PLAIN),
    "two PAX headers": pax({"path": "first"}) + pax({"path": "second"}) + one(PLAIN),
    "two PAX headers of other keys": pax({"path": "first"}) + pax({"mtime": "5"}) + one(PLAIN),
    "two PAX headers that agree": pax({"path": "same"}) + pax({"path": "same"}) + one(PLAIN),
    "a global header": pax({"comment": "c" * 40}, typeflag=b"g") + one(PLAIN),
    "a global header with a path": pax({"path": "global"}, typeflag=b"g") + one(PLAIN),
    "a global header behind a PAX header": pax({"path": "pax/name"}) + pax({"comment": "c"}, typeflag=b"g") + one(PLAIN),
    "a global header behind a long name": gnu_long(b"long/name", b"L") + pax({"comment": "c"}, typeflag=b"g") + one(PLAIN),
    "a long name": gnu_long(b"long/name", b"L") + one(header(b"name", 3, magic=GNU)),
    "a long name that is empty": gnu_long(b"", b"L") + one(header(b"name", 3, magic=GNU)),
    "two long names": gnu_long(b"first", b"L") + gnu_long(b"second", b"L") + one(header(b"name", 3, magic=GNU)),
    "a long name, then a PAX path": gnu_long(b"long/name", b"L") + pax({"path": "pax/name"}) + one(PLAIN),
    "a PAX path, then a long name": pax({"path": "pax/name"}) + gnu_long(b"long/name", b"L") + one(PLAIN),
    "a PAX path and the same long name": pax({"path": "same"}) + gnu_long(b"same", b"L") + one(PLAIN),
    "a file with a slash": one(header(b"name/", 3)),
    "an empty file with a slash": one(header(b"name/"), b""),
    "an old file with a slash": one(header(b"name/", 0, b"\0"), b""),
    "an old file with a slash that states a size": one(header(b"name/", 3, b"\0"), b""),
    "an old file": one(header(b"name", 3, b"\0", magic=bytes(8))),
    "a contiguous file": one(header(b"name", 3, b"7")),
}  # fmt: skip
