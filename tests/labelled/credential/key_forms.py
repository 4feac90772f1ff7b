"""Private keys, public keys and certificates as files: PEM, DER, OpenSSH, PuTTY, OpenPGP, JWK."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct

from tests.labelled.credential import der
from tests.labelled.credential.mathematics import dsa, ed25519, p256, rsa
from tests.labelled.credential.values import Values, unpadded

DASHES = "-" * 5


def begin(label: str) -> str:
    """The first line of an armoured block. It is put together here so that no source file has one."""
    return f"{DASHES}BEGIN {label}{DASHES}"


def end(label: str) -> str:
    """The last line of an armoured block."""
    return f"{DASHES}END {label}{DASHES}"


def pem(label: str, data: bytes, headers: str = "", width: int = 64) -> str:
    """*data* as a PEM block."""
    text = base64.b64encode(data).decode()
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    return "\n".join([begin(label), *([headers] if headers else []), *lines, end(label), ""])


def pkcs1(name: str, size: int = 2048) -> bytes:
    """An RSAPrivateKey."""
    return der.sequence(der.integer(0), *(der.integer(number) for number in rsa(name, size)))


def pkcs8_rsa(name: str, size: int = 2048) -> bytes:
    """A PrivateKeyInfo with an RSA key."""
    return der.sequence(der.integer(0), der.sequence(der.identifier(der.RSA), der.NULL), der.octets(pkcs1(name, size)))


def pkcs8_ed25519(name: str) -> bytes:
    """A PrivateKeyInfo with an Ed25519 key."""
    return der.sequence(der.integer(0), der.sequence(der.identifier(der.ED25519)), der.octets(der.octets(ed25519(name)[0])))


def sec1(name: str, *, curve: bool = True) -> bytes:
    """An ECPrivateKey on P-256; without its curve when it goes into PKCS #8, which names it itself."""
    private, public = p256(name)
    named = [der.tagged(0xA0, der.identifier(der.P256))] if curve else []
    return der.sequence(der.integer(1), der.octets(private), *named, der.tagged(0xA1, der.bits(public)))


def pkcs8_ec(name: str) -> bytes:
    """A PrivateKeyInfo with a P-256 key."""
    algorithm = der.sequence(der.identifier(der.EC), der.identifier(der.P256))
    return der.sequence(der.integer(0), algorithm, der.octets(sec1(name, curve=False)))


def dsa_traditional(name: str) -> bytes:
    """A DSA private key as OpenSSL wrote it."""
    return der.sequence(der.integer(0), *(der.integer(number) for number in dsa(name)))


def pkcs8_encrypted(values: Values, size: int = 1248) -> bytes:
    """An EncryptedPrivateKeyInfo (PBES2, AES-256-CBC); its ciphertext is random, which looks the same."""
    prf = der.sequence(der.identifier(der.HMAC_SHA256), der.NULL)
    derive = der.sequence(der.identifier(der.PBKDF2), der.sequence(der.octets(values.bytes(8)), der.integer(2048), prf))
    cipher = der.sequence(der.identifier(der.AES256_CBC), der.octets(values.bytes(16)))
    return der.sequence(der.sequence(der.identifier(der.PBES2), der.sequence(derive, cipher)), der.octets(values.bytes(size)))


def encrypted_traditional(values: Values, label: str = "RSA PRIVATE KEY") -> str:
    """A key encrypted in OpenSSL's old way, with headers inside the block."""
    headers = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{values.hex(32).upper()}\n"
    return pem(label, values.bytes(1200), headers)


def public_rsa(name: str, size: int = 2048) -> bytes:
    """A SubjectPublicKeyInfo."""
    key = rsa(name, size)
    numbers = der.sequence(der.integer(key.modulus), der.integer(key.public))
    return der.sequence(der.sequence(der.identifier(der.RSA), der.NULL), der.bits(numbers))


def certificate(name: str, values: Values) -> bytes:
    """A self-issued certificate (its signature is random)."""
    algorithm = der.sequence(der.identifier(der.SHA256_RSA), der.NULL)
    title = der.sequence(der.tagged(0x31, der.sequence(der.identifier(der.COMMON_NAME), der.tagged(0x0C, b"host.example.org"))))
    times = der.sequence(der.tagged(0x17, b"240101000000Z"), der.tagged(0x17, b"340101000000Z"))
    serial = der.integer(values.random.getrandbits(120))
    body = der.sequence(der.tagged(0xA0, der.integer(2)), serial, algorithm, title, times, title, public_rsa(name))
    return der.sequence(body, algorithm, der.bits(values.bytes(256)))


def request(name: str, values: Values) -> bytes:
    """A certificate signing request (its signature is random)."""
    title = der.sequence(der.tagged(0x31, der.sequence(der.identifier(der.COMMON_NAME), der.tagged(0x0C, b"host.example.org"))))
    body = der.sequence(der.integer(0), title, public_rsa(name), der.tagged(0xA0, b""))
    return der.sequence(body, der.sequence(der.identifier(der.SHA256_RSA), der.NULL), der.bits(values.bytes(256)))


# -- OpenSSH -------------------------------------------------------------------------------------------------------------


def _string(data: bytes | str) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    return struct.pack(">I", len(raw)) + raw


def _mpint(number: int) -> bytes:
    return _string(number.to_bytes(number.bit_length() // 8 + 1, "big"))


def ssh_public_ed25519(name: str) -> bytes:
    """The public blob of an Ed25519 key."""
    return _string("ssh-ed25519") + _string(ed25519(name)[1])


def ssh_public_rsa(name: str) -> bytes:
    """The public blob of an RSA key."""
    key = rsa(name)
    return _string("ssh-rsa") + _mpint(key.public) + _mpint(key.modulus)


def openssh_ed25519(name: str) -> str:
    """An unencrypted OpenSSH private key file. Source: OpenSSH, PROTOCOL.key."""
    seed, public = ed25519(name)
    return _openssh(name, ssh_public_ed25519(name), _string("ssh-ed25519") + _string(public) + _string(seed + public), 8)


def openssh_rsa(name: str) -> str:
    """The same with an RSA key."""
    key = rsa(name)
    numbers = (key.modulus, key.public, key.private, key.coefficient, key.first, key.second)
    return _openssh(name, ssh_public_rsa(name), _string("ssh-rsa") + b"".join(_mpint(number) for number in numbers), 8)


def _openssh(name: str, public: bytes, private: bytes, block: int) -> str:
    check = Values(f"openssh {name}").bytes(4)
    body = check + check + private + _string("builder@host")
    body += bytes(range(1, -len(body) % block + 1))
    head = b"openssh-key-v1\0" + _string("none") + _string("none") + _string("") + struct.pack(">I", 1)
    return pem("OPENSSH PRIVATE KEY", head + _string(public) + _string(body), width=70)


def openssh_encrypted(name: str) -> str:
    """The same behind a passphrase; its ciphertext is random."""
    values = Values(f"openssh encrypted {name}")
    options = _string(_string(values.bytes(16)) + struct.pack(">I", 24))
    head = b"openssh-key-v1\0" + _string("aes256-ctr") + _string("bcrypt") + options + struct.pack(">I", 1)
    return pem("OPENSSH PRIVATE KEY", head + _string(ssh_public_ed25519(name)) + _string(values.bytes(144)), width=70)


def putty(name: str) -> str:
    """A PuTTY key file of version 2, unencrypted, with its checksum."""
    seed, _ = ed25519(name)
    public, private, comment = ssh_public_ed25519(name), _string(seed), "builder-key"
    material = b"".join(_string(part) for part in ("ssh-ed25519", "none", comment, public, private))
    mac = hmac.new(hashlib.sha1(b"putty-private-key-file-mac-key").digest(), material, hashlib.sha1).hexdigest()
    return "\r\n".join(
        ["PuTTY-User-Key-File-2: ssh-ed25519", "Encryption: none", f"Comment: {comment}"]
        + [
            f"{kind}-Lines: {-(-len(data) * 8 // 6 // 64) or 1}\r\n{_lines(data)}"
            for kind, data in (("Public", public), ("Private", private))
        ]
        + [f"Private-MAC: {mac}", ""]
    )


def _lines(data: bytes) -> str:
    text = base64.b64encode(data).decode()
    return "\r\n".join(text[at : at + 64] for at in range(0, len(text), 64))


# -- OpenPGP and JWK -----------------------------------------------------------------------------------------------------


def openpgp(name: str, *, secret: bool) -> str:
    """An armoured OpenPGP RSA key, version 4, with a user id. Source: RFC 4880."""
    key = rsa(name)
    body = b"\x04" + struct.pack(">I", 1714560000) + b"\x01" + _mpi(key.modulus) + _mpi(key.public)
    if secret:
        numbers = _mpi(key.private) + _mpi(key.second) + _mpi(key.first) + _mpi(pow(key.second, -1, key.first))
        body += b"\0" + numbers + struct.pack(">H", sum(numbers) & 0xFFFF)
    packets = _packet(5 if secret else 6, body) + _packet(13, b"Builder <builder@example.org>")
    label = f"PGP {'PRIVATE' if secret else 'PUBLIC'} KEY BLOCK"
    text = base64.b64encode(packets).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    check = base64.b64encode(crc24(packets).to_bytes(3, "big")).decode()
    return "\n".join([begin(label), "", *lines, f"={check}", end(label), ""])


def _mpi(number: int) -> bytes:
    return struct.pack(">H", number.bit_length()) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _packet(tag: int, body: bytes) -> bytes:
    return bytes([0xC0 | tag, 0xFF]) + struct.pack(">I", len(body)) + body


def crc24(data: bytes) -> int:
    """The checksum of OpenPGP's armour."""
    value = 0xB704CE
    for byte in data:
        value ^= byte << 16
        for _ in range(8):
            value <<= 1
            if value & 0x1000000:
                value ^= 0x1864CFB
    return value & 0xFFFFFF


def gpg_agent_key(name: str) -> bytes:
    """A key as gpg-agent keeps it: a canonical S-expression."""
    key = rsa(name)
    parts = zip("nedpqu", (key.modulus, key.public, key.private, key.second, key.first, pow(key.second, -1, key.first)), strict=True)
    inner = b"".join(b"(1:%s%s)" % (letter.encode(), _netstring(number)) for letter, number in parts)
    return b"(11:private-key(3:rsa" + inner + b"))"


def _netstring(number: int) -> bytes:
    raw = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return b"%d:%s" % (len(raw), raw)


def jwk(name: str, *, private: bool) -> str:
    """An EC key as JSON. Source: RFC 7517."""
    number, public = p256(name)
    key = {"kty": "EC", "crv": "P-256", "kid": name, "x": unpadded(public[1:33]), "y": unpadded(public[33:])}
    return json.dumps({**key, **({"d": unpadded(number)} if private else {})})
