"""Checksums that issuers put into their tokens. Only those are here whose computation is public; a guess would lose real tokens."""

from __future__ import annotations

import binascii

_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CRC_DIGITS = 6
"""Characters of a checksum of 32 bits in base 62."""
_BECH32 = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_AGE_PREFIX = b"age-secret-key-"


def has_crc32_in_base62(match: bytes, secret: bytes) -> bool:
    """Whether the last six characters are the CRC-32, in base 62, of those between the last underscore and them.

    Source: GitHub Blog, "Behind GitHub's new authentication token formats" (2021); npm's tokens follow it.
    """
    body = secret.rpartition(b"_")[2]
    if len(body) <= _CRC_DIGITS:
        return False
    return body[-_CRC_DIGITS:] == _in_base62(binascii.crc32(body[:-_CRC_DIGITS]))


def _in_base62(number: int) -> bytes:
    digits = bytearray()
    for _ in range(_CRC_DIGITS):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return bytes(reversed(digits))


def has_grafana_crc32(match: bytes, secret: bytes) -> bool:
    """Whether the hexadecimal digits after the last underscore are the CRC-32, low byte first, of all that is before it.

    Source: Grafana, pkg/components/satokengen.
    """
    body, _, digits = secret.rpartition(b"_")
    return digits.lower() == binascii.crc32(body).to_bytes(4, "little").hex().encode()


def is_age_identity(match: bytes, secret: bytes) -> bool:
    """Whether the Bech32 checksum of an age identity holds.

    Source: BIP 173, "Checksum"; the age specification, "The X25519 recipient type".
    """
    text = secret.lower()
    prefix, _, data = text.rpartition(b"1")
    values = [_BECH32.find(character) for character in data]
    if prefix != _AGE_PREFIX or len(values) < _CRC_DIGITS or -1 in values:
        return False
    expanded = [character >> 5 for character in prefix] + [0] + [character & 31 for character in prefix]
    return _polymod(expanded + values) == 1


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, step in enumerate(_BECH32_STEPS):
            if top >> bit & 1:
                check ^= step
    return check
