"""The few ASN.1 types, encoded in DER, that keys and certificates are made of."""

from __future__ import annotations

NULL = b"\x05\x00"

RSA = "1.2.840.113549.1.1.1"
SHA256_RSA = "1.2.840.113549.1.1.11"
DSA = "1.2.840.10040.4.1"
EC = "1.2.840.10045.2.1"
P256 = "1.2.840.10045.3.1.7"
ED25519 = "1.3.101.112"
PBES2 = "1.2.840.113549.1.5.13"
PBKDF2 = "1.2.840.113549.1.5.12"
HMAC_SHA256 = "1.2.840.113549.2.9"
AES256_CBC = "2.16.840.1.101.3.4.1.42"
COMMON_NAME = "2.5.4.3"


def tagged(tag: int, content: bytes) -> bytes:
    """*content* under *tag*, with its length in as few bytes as there can be."""
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of *parts*."""
    return tagged(0x30, b"".join(parts))


def integer(number: int) -> bytes:
    """A non-negative INTEGER."""
    return tagged(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def octets(content: bytes) -> bytes:
    """An OCTET STRING."""
    return tagged(4, content)


def bits(content: bytes) -> bytes:
    """A BIT STRING of whole bytes."""
    return tagged(3, b"\0" + content)


def identifier(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    return tagged(6, b"".join(_base128(number) for number in (first * 40 + second, *rest)))


def _base128(number: int) -> bytes:
    digits = [number & 127]
    while number := number >> 7:
        digits.append(number & 127 | 128)
    return bytes(reversed(digits))
