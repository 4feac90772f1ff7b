"""Decoders that give None for input not in their format, so that a validator has one thing to ask."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]

_MOST = 1 << 16
"""Bytes that are decoded for a check, more than any pattern's match has; a longer text fails the check."""
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def from_base64(text: bytes) -> bytes | None:
    """The bytes that *text* encodes in base64, in either alphabet, with or without padding; None where it is no base64."""
    if len(text) > _MOST:
        return None
    bare = text.rstrip(b"=").translate(_URL_SAFE)
    if len(bare) % 4 == 1:
        return None
    try:
        return base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return None


def json_object(text: bytes, *, most: int = _MOST) -> JsonObject | None:
    """The JSON object that *text* is, or None; a text longer than *most* bytes is not read."""
    if len(text) > most or text.lstrip()[:1] != b"{":
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
