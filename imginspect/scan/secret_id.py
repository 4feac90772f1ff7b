"""secret_id: a name for a secret that identifies its copies, but only to the holder of the key."""

from __future__ import annotations

import hmac
import re

from imginspect.errors import UsageError

LEAST_BYTES = 16
"""Bytes of a key, 128 bits; a shorter one could be guessed, and is refused."""
MOST_BYTES = 4096
"""Bytes of a key: below 16 it could be guessed, and with it every secret."""
_DIGITS = 32
"""Hexadecimal digits of an id, 128 bits: no two secrets share one by chance."""
_ARMOUR = b"-----BEGIN "
_LINE_ENDS = re.compile(rb"(?:\\+[nrt]|\s)+")
"""Real ones and those of JSON and of source code, with the blanks beside them."""


def secret_id(key: bytes, value: bytes) -> str:
    """32 hex digits for *value*: the first half of its HMAC-SHA256 under *key*.

    Without the key it says nothing but which values are equal. Whoever has the key can try out guesses, and short secrets are guessed
    soon: the key is to be kept like the secrets. Two values may share an id by chance once in about 2 ** 64 values.
    A key in armour (PEM) has one id however its lines end; any other value counts byte for byte, so the same text in base64 is another.
    Source: RFC 2104; on cutting it off, section 5.
    """
    plain = value.strip()
    if plain.startswith(_ARMOUR):
        value = _LINE_ENDS.sub(b"", plain)
    return hmac.digest(key, value, "sha256").hex()[:_DIGITS]


def key_id(key: bytes) -> str:
    """32 hex digits that name *key* and do not tell it: what is kept with ids in it belongs to one key, and to no other."""
    return hmac.digest(key, b"imginspect: name of the fingerprint key", "sha256").hex()[:_DIGITS]


def checked_key(key: bytes) -> bytes:
    """*key*, if it is long enough.

    Raises: UsageError
    """
    if not LEAST_BYTES <= len(key) <= MOST_BYTES:
        many = f"{len(key)} bytes" if len(key) <= MOST_BYTES else "too many bytes"
        raise UsageError(f"it has {many}: a fingerprint key needs {LEAST_BYTES} to {MOST_BYTES:,}, preferably random")
    return key
