"""The signature around a statement: a DSSE envelope, alone and in a Sigstore bundle.

Source: DSSE 1.0.2, protocol.md (PAE) and envelope.md; Sigstore protobuf-specs, sigstore_bundle.proto, version 0.3.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, NamedTuple

from imginspect.evidence_pack.keys import Signer, Verifier
from imginspect.report.strict_json import NotReadable, dump, parse

PAYLOAD_TYPE = "application/vnd.in-toto+json"
BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_MOST_SIGNATURES = 16
"""Signatures of one statement; one with more is refused."""


class Envelope(NamedTuple):
    """An envelope: the signed content, and the signatures."""

    payload_type: str
    payload: bytes
    signatures: tuple[bytes, ...]

    def is_signed_by(self, verifier: Verifier) -> bool:
        """Whether one of the signatures over payload and type was made with the private key."""
        signed = pre_authentication_encoding(self.payload_type, self.payload)
        return any(verifier.is_signed(signed, signature) for signature in self.signatures)


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """The signed bytes: the type and the payload, each with its length."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, signer: Signer) -> tuple[bytes, bytes]:
    """(envelope, the same envelope in a Sigstore bundle) of the statement *payload*."""
    signature = signer.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
    envelope = {
        "payload": base64.b64encode(payload).decode("ascii"),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": signer.key_id, "sig": base64.b64encode(signature).decode("ascii")}],
    }
    bundle = {
        "mediaType": BUNDLE_TYPE,
        "verificationMaterial": {"publicKey": {"hint": signer.key_id}},
        # a bundle's envelope names no key a second time
        "dsseEnvelope": {**envelope, "signatures": [{"sig": base64.b64encode(signature).decode("ascii")}]},
    }
    return dump(envelope), dump(bundle)


def parse_envelope(content: bytes, name: str) -> Envelope:
    """The envelope in *content*, which may be a bundle.

    Raises: NotReadable
    """
    tree = parse(content, name)
    if isinstance(tree, dict) and "dsseEnvelope" in tree:
        tree = tree["dsseEnvelope"]
    try:
        signatures: Any = tree["signatures"]
        if not isinstance(signatures, list) or not 0 < len(signatures) <= _MOST_SIGNATURES:
            raise NotReadable(f"{name} has no signature, or too many")
        decoded = tuple(base64.b64decode(item["sig"], validate=True) for item in signatures)
        kind, payload = tree["payloadType"], base64.b64decode(tree["payload"], validate=True)
    except (TypeError, KeyError, binascii.Error, ValueError) as error:
        raise NotReadable(f"{name} is not a signed envelope") from error
    if kind != PAYLOAD_TYPE:
        raise NotReadable(f"{name} is signed, but contains no in-toto statement")
    return Envelope(kind, payload, decoded)
