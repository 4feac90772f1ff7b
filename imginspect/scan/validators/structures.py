"""Structures inside tokens, which an issuer encodes in them and which do not occur by chance."""

from __future__ import annotations

import re
from collections.abc import Callable

from imginspect.scan.validators.decoding import from_base64, json_object
from imginspect.scan.validators.placeholders import is_placeholder

_AWS_ID = re.compile(rb"A[A-Z]{3}[A-Z2-7]{16}")
_EMBEDDED = re.compile(rb"eyJ[A-Za-z0-9_+/-]{5,8000}={0,2}")
_SNOWFLAKE = re.compile(rb"[0-9]{15,21}")
_REGISTERED_CLAIMS = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})
_MOST_PACKETS = 64
"""Fields of a macaroon that are gone through; one with more is taken for no macaroon."""
_SIGNATURE_BYTES = 32
"""Bytes of an HMAC with sha256."""


def is_base64_of(size: int) -> Callable[[bytes, bytes], bool]:
    """A validator: the secret is base64 of exactly *size* bytes, which are not all of few kinds."""

    def is_that(match: bytes, secret: bytes) -> bool:
        decoded = from_base64(secret)
        return decoded is not None and len(decoded) == size and len(set(decoded)) > size // 4

    return is_that


def is_aws_access_key_id(match: bytes, secret: bytes) -> bool:
    """Whether it is four letters and sixteen characters of base32, and none of the documentation's examples.

    Source: AWS IAM User Guide, "IAM identifiers", unique ids.
    """
    return _AWS_ID.fullmatch(secret) is not None and b"EXAMPLE" not in secret and not is_placeholder(secret[4:])


def is_signed_jwt(match: bytes, secret: bytes) -> bool:
    """Whether header and payload are JSON objects, the header names an algorithm other than ``none``, and a signature follows.

    The token that every introduction to JWT shows (its bearer is John Doe) is no credential, nor is ``{"some": "payload"}``.
    Source: RFC 7519, sections 3 and 4.1; RFC 7515, section 7.1.
    """
    parts = secret[secret.find(b"eyJ") :].split(b".")
    if len(parts) != 3:
        return False
    header, payload, signature = (from_base64(part) for part in parts)
    first, second = json_object(header or b""), json_object(payload or b"")
    if first is None or second is None or not signature:
        return False
    algorithm = first.get("alg")
    if not isinstance(algorithm, str) or algorithm.lower() == "none" or second.get("name") == "John Doe":
        return False
    return len(second) >= 3 or not _REGISTERED_CLAIMS.isdisjoint(second)


def has_embedded_json(match: bytes, secret: bytes) -> bool:
    """Whether the first base64 in the secret that looks like a JSON object is one."""
    found = _EMBEDDED.search(secret)
    if found is None:
        return False
    decoded = (from_base64(text) for text in (found[0], found[0].rpartition(b"_")[0]))  # some issuers append a secret after a _
    return any(text is not None and json_object(text) is not None for text in decoded)


def is_basic_authorization(match: bytes, secret: bytes) -> bool:
    """Whether it is base64 of ``user:password`` in printable characters, the password being no placeholder.

    Source: RFC 7617, section 2.
    """
    decoded = from_base64(secret)
    if decoded is None:
        return False
    user, colon, password = decoded.partition(b":")
    try:
        is_printable = decoded.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False
    return bool(user and colon and len(password) >= 3) and is_printable and not is_placeholder(password)


def is_discord_token(match: bytes, secret: bytes) -> bool:
    """Whether the part before the first full stop is base64 of a user's number.

    Source: Discord Developer Portal, "Authentication".
    """
    decoded = from_base64(secret.partition(b".")[0])
    return decoded is not None and _SNOWFLAKE.fullmatch(decoded) is not None


def is_macaroon(match: bytes, secret: bytes) -> bool:
    """Whether what follows the first hyphen is a binary macaroon of version 2 with its signature at the end.

    Source: PyPI Help, "API tokens"; libmacaroons, format version 2.
    """
    decoded = from_base64(secret.partition(b"-")[2])
    if decoded is None or decoded[:1] != b"\x02":
        return False
    position, before = 1, 0
    for _ in range(_MOST_PACKETS):
        if position >= len(decoded):
            return False
        field = decoded[position]
        position += 1
        if field == 0:  # the end of a section: of the header, of a caveat, and one after the last caveat
            before = 0
            continue
        size, position = _size(decoded, position)
        if field == 6:
            return before == 0 and size == _SIGNATURE_BYTES and position + size == len(decoded)
        before, position = field, position + size
    return False


def _size(data: bytes, position: int) -> tuple[int, int]:
    """(a number of seven bits to the byte, the position behind it)."""
    number = 0
    for shift in range(0, 35, 7):
        byte = data[position] if position < len(data) else 0
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
    return number, position
