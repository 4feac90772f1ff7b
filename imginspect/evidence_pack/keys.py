"""Keys: signing and verifying with key files, offline. The only module that imports ``cryptography``.

Ed25519, or ECDSA on P-256 over SHA-256 with the nonce of RFC 6979: the same statement and key always give the same signature.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from imginspect.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KINDS = ("ed25519", "ecdsa-p256")
_MOST_KEY_BYTES = 1 << 16
"""Bytes of a key file: an RSA key of 16,384 bits in PEM has 13 kB. A larger file is refused."""


class PassphraseNeeded(UsageError):
    """The key is encrypted and no passphrase was given."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key. *key_id* identifies its public key by the sha256 of the DER encoding."""

    key: Ed25519PrivateKey | EllipticCurvePrivateKey
    key_id: str

    def sign(self, data: bytes) -> bytes:
        """The signature of *data*, the same every time.

        Raises: UsageError - this machine's OpenSSL cannot make a deterministic signature
        """
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256

        if isinstance(self.key, Ed25519PrivateKey):
            return self.key.sign(data)
        try:
            return self.key.sign(data, ECDSA(SHA256(), deterministic_signing=True))
        except (UnsupportedAlgorithm, TypeError) as error:
            raise UsageError(
                "the OpenSSL library on this machine cannot create deterministic ECDSA signatures (RFC 6979); "
                "use an Ed25519 key: imginspect key new FILE"
            ) from error


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key. *key_id* as in Signer."""

    key: Ed25519PublicKey | EllipticCurvePublicKey
    key_id: str

    def is_signed(self, data: bytes, signature: bytes) -> bool:
        """Whether *signature* over *data* was made with the private key."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.hashes import SHA256

        try:
            if isinstance(self.key, Ed25519PublicKey):
                self.key.verify(signature, data)
            else:
                self.key.verify(signature, data, ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


class KeyPair(NamedTuple):
    """The two halves of a new key, as PEM."""

    private: bytes
    public: bytes


def load_signer(pem: bytes, passphrase: bytes | None = None) -> Signer:
    """The private key in *pem*.

    Raises: PassphraseNeeded; UsageError - no such key, another kind of key, or a wrong passphrase
    """
    _need_cryptography()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key: object = load_pem_private_key(pem, passphrase)
    except TypeError as error:
        if passphrase is None:
            raise PassphraseNeeded("the key is encrypted and needs its passphrase") from error
        key = load_pem_private_key(pem, None)  # a passphrase that is not needed does no harm
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError("not a private key in PEM format, or the passphrase is wrong") from error
    if not _is_private(key):
        raise UsageError(f"unsupported type of key: expected {' or '.join(KINDS)}")
    return Signer(key, _key_id(key.public_key()))


def load_verifier(pem: bytes) -> Verifier:
    """The public key in *pem*.

    Raises: UsageError
    """
    _need_cryptography()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if b"PRIVATE KEY" in pem:
        raise UsageError("this is a private key: give the public key, and keep this one secret")
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError("not a public key in PEM format") from error
    if isinstance(key, Ed25519PublicKey) or (isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)):
        return Verifier(key, _key_id(key))
    raise UsageError(f"unsupported type of key: expected {' or '.join(KINDS)}")


def new_key_pair(kind: str = "ed25519", passphrase: bytes | None = None) -> KeyPair:
    """A new key pair; the private key is encrypted if there is a *passphrase*."""
    _need_cryptography()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate() if kind == "ed25519" else generate_private_key(SECP256R1())
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        encryption = serialization.BestAvailableEncryption(passphrase)
    pem = serialization.Encoding.PEM
    return KeyPair(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, encryption),
        key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo),
    )


def read_key_file(path: Path) -> bytes:
    """The bytes of a key file.

    Raises: UsageError
    """
    try:
        with path.open("rb") as handle:
            content = handle.read(_MOST_KEY_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read the key {path}: {error.strerror}") from error
    if len(content) > _MOST_KEY_BYTES:
        raise UsageError(f"{path} is too large to be a key")
    return content


def _is_private(key: object) -> TypeGuard[Ed25519PrivateKey | EllipticCurvePrivateKey]:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return isinstance(key, Ed25519PrivateKey) or (isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1))


def _key_id(key: Ed25519PublicKey | EllipticCurvePublicKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return "sha256:" + hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _need_cryptography() -> None:
    """Raises: UsageError - the library is not installed"""
    try:
        import cryptography  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise UsageError("signing and checking signatures need the Python library 'cryptography', which is not installed") from error
