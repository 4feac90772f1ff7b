"""Span: the place of a secret in a credential file, and the test whether a value is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from imginspect.scan.validators.code import is_no_reference
from imginspect.scan.validators.placeholders import is_placeholder

_SHORTEST = 3
"""Bytes of a value that can be a password; a shorter one is a switch or a placeholder."""
_QUOTES = b"\"'"
_SETTING = re.compile(rb"[0-9.]{1,6}|true|false|yes|off|none|null|disabled?|enabled?|basic|bearer|required|optional")


class SecretSpan(NamedTuple):
    """A secret in a file: from *start* to *end*, in bytes. *is_verified* says that its structure was checked, not its place alone."""

    kind: str
    start: int
    end: int
    is_verified: bool


def span_of(kind: str, content: bytes, start: int, end: int, *, is_verified: bool = False) -> Iterator[SecretSpan]:
    """The value at that place without blanks and quotation marks around it, where it can be a secret; else nothing."""
    while start < end and content[start : start + 1].isspace():
        start += 1
    while start < end and content[end - 1 : end].isspace():
        end -= 1
    if end - start >= 2 and content[start] == content[end - 1] and content[start] in _QUOTES:
        start, end = start + 1, end - 1
    if is_secret_value(content[start:end]):
        yield SecretSpan(kind, start, end, is_verified)


def is_secret_value(value: bytes) -> bool:
    """Whether a value in a credential file is a secret: long enough, no number or switch, no placeholder, no reference."""
    return len(value) >= _SHORTEST and not _SETTING.fullmatch(value.lower()) and not is_placeholder(value) and is_no_reference(b"", value)
