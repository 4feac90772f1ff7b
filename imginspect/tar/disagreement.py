"""Names that readers do not agree on: the prefix of a header block, and extension headers that repeat or contradict each other.

The name that counts is the one that Go's archive/tar gives, and with it every container runtime. What a known writer makes is told as
ENTRIES, everything else as HEADER.
Source: compared by running Go 1.26, GNU tar 1.34 and Python 3.11's tarfile on the same headers (tests/tar/test_as_go.py)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from imginspect.problems import Topic
from imginspect.tar.extensions import Records
from imginspect.tar.header import MAGIC_GNU, MAGIC_USTAR, is_number, text_of

Told: TypeAlias = tuple[Topic, str] | None
"""The disagreement to tell, if there is one."""

_STAR_PREFIX = 131
"""Bytes of the prefix in the "star" format, which puts times in the rest of the field."""
_NAME = 100
_TIME = 12
_TELLING = frozenset({b"path", b"linkpath", b"size"})


class Extensions(NamedTuple):
    """What the extension headers before an entry say; empty values say nothing."""

    records: Records
    long_name: bytes = b""
    long_link: bytes = b""


def prefixed(block: bytes, name: bytes) -> tuple[bytes, Told]:
    """*name* behind the prefix of its header *block*, as Go reads it, and what other readers make of it."""
    prefix, magic = block[345:500], block[257:265]
    text = text_of(prefix)
    if magic[:6] == MAGIC_USTAR:
        if block[508:512] != b"tar\0":
            return _joined(text, name), None
        short = text_of(prefix[:_STAR_PREFIX])
        told = (Topic.HEADER, "its star prefix is not terminated: Go reads 131 bytes of it, other readers 155") if short != text else None
        return _joined(short, name), told
    if magic == MAGIC_GNU:
        return _behind_gnu_times(block, text, name)
    return name, (Topic.HEADER, "a prefix in a header that is not in ustar format: Python's tarfile uses it, Go and GNU tar do not")


def _behind_gnu_times(block: bytes, text: bytes, name: bytes) -> tuple[bytes, Told]:
    """A GNU header has access and change time instead of the prefix; Go before version 1.8 wrote a prefix there."""
    if is_number(block[345 : 345 + _TIME]) and (not block[357] or is_number(block[357 : 357 + _TIME])):
        if block[156:157] == b"S":
            return name, None
        return name, (Topic.ENTRIES, "a GNU header with an access time: Python's tarfile reads it as a directory before the name")
    if not text.isascii():
        return name, (Topic.HEADER, "a GNU header whose access time is neither a number nor a prefix: readers differ on its name")
    whole = _joined(text, name)
    if _is_of_old_go(block, whole):
        return whole, (
            Topic.ENTRIES,
            "a GNU header with a ustar prefix, as Go wrote it before version 1.8 (Docker before 2017): container runtimes "
            "read the prefix, GNU tar drops it and puts the file in the top directory",
        )
    return whole, (
        Topic.HEADER,
        "a GNU header with a ustar prefix, which no known tool writes for such a file: container runtimes read the prefix, "
        "GNU tar drops it and puts the file in the top directory",
    )


def _is_of_old_go(block: bytes, whole: bytes) -> bool:
    """Whether Go before 1.8 could have written *block*: a name that needed the prefix, and a number that needed base-256."""
    starts = (100, 108, 116, 124, 136, 329, 337)
    return len(whole) > _NAME and any(block[start] & 0x80 for start in starts)


def _joined(prefix: bytes, name: bytes) -> bytes:
    return prefix + b"/" + name if prefix else name


def merged_records(before: Records, after: Records) -> tuple[Records, Told]:
    """Of two PAX headers before one entry the later one counts alone."""
    if any(_is_telling(key) and after.get(key) != value for key, value in before.items()):
        return after, (Topic.HEADER, "two PAX headers before one entry: container runtimes use the second, other readers the first")
    return after, None


def contradictions(found: Extensions, *, is_link: bool) -> Iterator[str]:
    """What extension headers say of one entry's name, link or size that readers do not agree on."""
    records, long_name, long_link = found
    path, link = records.get(b"path"), records.get(b"linkpath") if is_link else None
    if long_name and path and path != long_name:
        yield "a GNU long name and a PAX path that differ: container runtimes use the GNU name, other readers the PAX path"
    if is_link and long_link and link and link != long_link:
        yield "a GNU long link and a PAX linkpath that differ: container runtimes use the GNU link, other readers the PAX linkpath"
    if b"" in (path, link, records.get(b"size")):
        yield "an empty PAX path, linkpath or size: container runtimes use the header's value, other readers the empty one"
    if records.get(b"size", b"")[:1] == b"+":
        yield "a PAX size with a sign: container runtimes accept it, GNU tar uses the size in the header"


def _is_telling(key: bytes) -> bool:
    return key in _TELLING or key.startswith(b"GNU.sparse.")
