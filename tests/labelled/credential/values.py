"""Values in the formats that issuers use, drawn from a source seeded by a name: the same in every run, and in no source file.

The checksums are those that the issuers publish or that follow from their own code: GitHub and npm (CRC-32 of the random part in base 62),
GitLab's routable tokens (CRC-32 of all before it in base 36), Grafana (CRC-32, little endian, in hex), age (Bech32), PyPI (macaroon).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import string
import uuid
import zlib

DIGITS = string.digits
LOWER = string.ascii_lowercase
UPPER = string.ascii_uppercase
HEX = DIGITS + "abcdef"
BASE32 = UPPER + "234567"
BASE36 = DIGITS + LOWER
BASE62 = DIGITS + UPPER + LOWER
BASE64 = BASE62 + "+/"
BASE64URL = BASE62 + "-_"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

PYPI_HOST = "pypi" + ".org"
NPM_HOST = "registry.npm" + "js.org"


class Values:
    """Draws values; two with one name draw the same ones."""

    def __init__(self, name: str) -> None:
        self.random = random.Random(f"labelled credentials: {name}")

    def draw(self, alphabet: str, length: int) -> str:
        """*length* characters of *alphabet*."""
        return "".join(self.random.choice(alphabet) for _ in range(length))

    def hex(self, length: int) -> str:
        """Lower-case hexadecimal digits."""
        return self.draw(HEX, length)

    def word(self, length: int) -> str:
        """Letters of both cases and digits, of each at least one."""
        while True:
            text = self.draw(BASE62, length)
            if any(c in DIGITS for c in text) and any(c in LOWER for c in text) and any(c in UPPER for c in text):
                return text

    def url(self, length: int) -> str:
        """As `word`, with ``-`` and ``_`` inside."""
        return self.word(1) if length < 2 else self.draw(BASE62, 1) + self.draw(BASE64URL, length - 2) + self.draw(BASE62, 1)

    def bytes(self, length: int) -> bytes:
        """Random bytes."""
        return self.random.randbytes(length)

    def base64(self, length: int) -> str:
        """The base64 of *length* random bytes."""
        return base64.b64encode(self.bytes(length)).decode()

    def uuid(self) -> str:
        """A version 4 UUID."""
        return str(uuid.UUID(bytes=self.bytes(16), version=4))

    def password(self, length: int = 14) -> str:
        """A password as a generator makes it: letters, digits, and a sign or two that need no quoting in a URL."""
        text = list(self.word(length))
        for place in self.random.sample(range(1, length - 1), 2):
            text[place] = self.random.choice("-_.~")
        return "".join(text)


def base62(number: int, width: int) -> str:
    """*number* in base 62, digits first, then upper and lower case, filled with zeros to *width*."""
    return _in_base(number, BASE62).rjust(width, "0")


def base36(number: int, width: int) -> str:
    """*number* in base 36, filled with zeros to *width*."""
    return _in_base(number, BASE36).rjust(width, "0")


def _in_base(number: int, alphabet: str) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, len(alphabet))
        digits = alphabet[rest] + digits
    return digits


def github(values: Values, prefix: str) -> str:
    """A classic GitHub token (``ghp_`` and its siblings), which npm's have the form of."""
    body = values.word(30)
    return f"{prefix}{body}{base62(zlib.crc32(body.encode()), 6)}"


def spoiled(token: str) -> str:
    """*token* with another last character, so that its checksum is wrong."""
    return token[:-1] + ("a" if token[-1] != "a" else "b")


def gitlab_routable(values: Values, prefix: str = "glpat-") -> str:
    """A GitLab token that says where it belongs, with length and checksum at its end."""
    routing = f"o:{base36(values.random.randrange(2, 40), 1)}\nu:{base36(values.random.randrange(10**5, 10**7), 1)}".encode()
    payload = unpadded(routing + values.bytes(16) + b"\x10")
    head = f"{prefix}{payload}.{base36(len(payload), 2)}"
    return head + base36(zlib.crc32(head.encode()), 7)


def grafana(values: Values) -> str:
    """A Grafana service account token."""
    head = "gl" + "sa_" + values.word(32)
    return f"{head}_{zlib.crc32(head.encode()).to_bytes(4, 'little').hex()}"


def pypi(values: Values, host: str = PYPI_HOST) -> str:
    """An upload token of the Python package index: a version 2 macaroon of that place."""
    identifier = values.uuid().encode()
    caveat = json.dumps([3, values.uuid()]).encode()
    body = b"\x02" + b"\x01" + _counted(host.encode()) + b"\x02" + _counted(identifier) + b"\x00"
    body += b"\x02" + _counted(caveat) + b"\x00\x00\x06" + _counted(values.bytes(32))
    return "pypi-" + unpadded(body)


def aws_key_id(values: Values, prefix: str = "AKIA") -> str:
    """An AWS access key id: the account's number is in its upper bits."""
    account = values.random.randrange(10**11, 10**12)
    head = (1 << 47) | (account << 7) | values.random.randrange(128)
    return prefix + base64.b32encode(head.to_bytes(6, "big") + values.bytes(4)).decode()


def jwt(values: Values, claims: dict[str, object], algorithm: str = "HS256") -> str:
    """A signed JSON Web Token."""
    head = unpadded(json.dumps({"alg": algorithm, "typ": "JWT"}, separators=(",", ":")).encode())
    body = unpadded(json.dumps(claims, separators=(",", ":")).encode())
    if algorithm == "HS256":
        signature = hmac.new(values.bytes(32), f"{head}.{body}".encode(), hashlib.sha256).digest()
    else:
        signature = values.bytes(256)
    return f"{head}.{body}.{unpadded(signature)}"


def age(values: Values) -> str:
    """An age identity: a Curve25519 key in Bech32, in upper case."""
    return _bech32("age-secret-key-", values.bytes(32)).upper()


def age_recipient(values: Values) -> str:
    """The public half of an age identity (some other one's)."""
    return _bech32("age", values.bytes(32))


def wireguard(values: Values) -> str:
    """A WireGuard private key: 32 bytes, clamped as Curve25519 wants them."""
    key = bytearray(values.bytes(32))
    key[0] &= 248
    key[31] = key[31] & 127 | 64
    return base64.b64encode(bytes(key)).decode()


def basic(user: str, password: str) -> str:
    """User and password as in HTTP basic authentication."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def unpadded(data: bytes) -> str:
    """*data* in URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _counted(data: bytes) -> bytes:
    assert len(data) < 128
    return bytes([len(data)]) + data


def _bech32(readable: str, data: bytes) -> str:
    """Source: BIP 173."""
    number = int.from_bytes(data, "big") << (-len(data) * 8 % 5)
    count = -(-len(data) * 8 // 5)
    words = [(number >> 5 * (count - 1 - place)) & 31 for place in range(count)]
    spread = [ord(c) >> 5 for c in readable] + [0] + [ord(c) & 31 for c in readable]
    check = bech32_polymod(spread + words + [0] * 6) ^ 1
    words += [(check >> 5 * (5 - place)) & 31 for place in range(6)]
    return readable + "1" + "".join(BECH32[word] for word in words)


def bech32_polymod(words: list[int]) -> int:
    """The Bech32 checksum's remainder of *words*; 1 for a valid text."""
    check = 1
    for word in words:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ word
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check
