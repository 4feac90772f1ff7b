"""Private keys in armour: whether what is between the lines can be a key. A shortened or invented body is none."""

from __future__ import annotations

import re

from imginspect.scan.validators.decoding import from_base64

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{0,30})PRIVATE KEY-----(.*?)-----END ", re.DOTALL)
_PGP = re.compile(rb"-----BEGIN PGP PRIVATE KEY BLOCK-----(.*?)-----END ", re.DOTALL)
_LINE_END = rb"(?:\\r|\\n|[\r\n])"
_JOINT = re.compile(rb"[\"'][ \t]*[+.]?[ \t]*\\?[ \t]*[\r\n]+[ \t]*[+.]?[ \t]*[\"']")
_HEADERS = re.compile(rb"^(?:[A-Za-z-]{3,20}: [\x20-\x7e]{1,200}?" + _LINE_END + rb"{1,4})+")
_BLANK = re.compile(rb"(?:\\+(?:[nrt]|u000[9aAdD])|[ \t\r\n\"',\\])+")
_MARGIN = re.compile(rb"[\r\n]([^\r\nA-Za-z0-9=\"']{1,12})\Z")
_SMALLEST_KEY = 32
"""Bytes of the smallest private key; a shorter body is none."""
_MOST = 1 << 15
"""Bytes of a private key that are checked: one of RSA with 16,384 bits has 13 kB in PEM."""
_OPENSSH_MAGIC = b"openssh-key-v1\0"
_PUTTY_PRIVATE = re.compile(rb"Private-Lines: ([0-9]{1,4})\r?\n((?:[A-Za-z0-9+/=]{1,64}\r?\n?){1,400})")
_PGP_SECRET_KEY_TAGS = frozenset({5, 7})


def is_pem_private_key(match: bytes, secret: bytes) -> bool:
    """Whether the body decodes to what the label promises: an OpenSSH key, a DER SEQUENCE of that length, or one encrypted.

    Line ends may be real, or written as in JSON and in source code; a margin before every line (of a comment, a change) is ignored.
    Source: RFC 7468, section 10; RFC 1421, section 4.6 (encrypted, in the old manner); OpenSSH, PROTOCOL.key.
    """
    found = _PEM.search(match[:_MOST])
    if found is None:
        return False
    text = _JOINT.sub(b"\n", _without_margin(found[2])).lstrip(b" \t")
    text = re.sub(rb"^" + _LINE_END + rb"+", b"", text)
    headers = _HEADERS.match(text)
    body = from_base64(_BLANK.sub(b"", text[headers.end() :] if headers else text))
    if body is None or len(body) < _SMALLEST_KEY:
        return False
    if found[1] == b"OPENSSH ":
        return body.startswith(_OPENSSH_MAGIC)
    if headers and b"ENCRYPTED" in headers[0]:
        return len(body) % 8 == 0
    return _is_der_sequence(body)


def _without_margin(body: bytes) -> bytes:
    """*body* without what stands before its last line, the one of the armour, where it stands before every other line too."""
    margin = _MARGIN.search(body[-16:])
    if margin is None:
        return body
    first, *lines = body.split(b"\n")
    if not all(line.startswith(margin[1]) for line in lines):
        return body
    return b"\n".join([first, *(line[len(margin[1]) :] for line in lines)])


def _is_der_sequence(body: bytes) -> bool:
    if body[0] != 0x30:
        return False
    if body[1] < 0x80:
        return len(body) == 2 + body[1]
    width = body[1] & 0x7F
    return 1 <= width <= 3 and len(body) == 2 + width + int.from_bytes(body[2 : 2 + width], "big")


def is_pgp_private_key(match: bytes, secret: bytes) -> bool:
    """Whether the armour holds OpenPGP packets that begin with a secret key.

    Source: RFC 9580, sections 4.2 and 6.2.
    """
    found = _PGP.search(match[:_MOST])
    if found is None:
        return False
    text = found[1].replace(b"\r", b"").replace(b"\\n", b"\n")
    lines = [line.strip() for line in text.split(b"\n")]
    body = from_base64(b"".join(line for line in lines if line and b": " not in line and not line.startswith(b"=")))
    if not body or not body[0] & 0x80:
        return False
    tag = body[0] & 0x3F if body[0] & 0x40 else (body[0] & 0x3C) >> 2
    return tag in _PGP_SECRET_KEY_TAGS


def is_putty_private_key(match: bytes, secret: bytes) -> bool:
    """Whether the private lines are as many as announced and are base64.

    Source: PuTTY User Manual, appendix C, "PPK file format".
    """
    found = _PUTTY_PRIVATE.search(match[:_MOST])
    if found is None:
        return False
    lines = found[2].split()[: int(found[1])]
    return len(lines) == int(found[1]) and from_base64(b"".join(lines)) is not None
