"""Keys and envelopes."""

from __future__ import annotations

import base64
import json
import os
import stat
from pathlib import Path

import pytest

from imginspect.cli.host_facts import PASSPHRASE, signer_from, source_date_epoch
from imginspect.errors import UsageError
from imginspect.evidence_pack.envelope import parse_envelope, pre_authentication_encoding, sign
from imginspect.evidence_pack.keys import PassphraseNeeded, load_signer, load_verifier, new_key_pair
from imginspect.report.strict_json import NotReadable
from tests.evidence_pack.packs import key_pair, signer
from tests.inspecting import run

KINDS = ["ed25519", "ecdsa-p256"]


def test_what_is_signed_is_the_type_and_the_payload_with_their_lengths() -> None:
    """Source: DSSE 1.0.2, protocol.md, the example of its test vectors."""
    assert (
        pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_is_known_by_its_key_only(kind: str) -> None:
    envelope, bundle = sign(b'{"a": 1}', signer(kind))
    assert (envelope, bundle) == sign(b'{"a": 1}', signer(kind))
    for made in (envelope, bundle):
        read = parse_envelope(made, "x")
        assert read.payload == b'{"a": 1}'
        assert read.is_signed_by(load_verifier(key_pair(kind).public))
        assert not read.is_signed_by(load_verifier(key_pair(kind, 1).public))
        assert not read._replace(payload=b'{"a": 2}').is_signed_by(load_verifier(key_pair(kind).public))
        assert not read._replace(payload_type="text/plain").is_signed_by(load_verifier(key_pair(kind).public))


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_the_other_kind_knows_no_signature(kind: str) -> None:
    other = KINDS[1 - KINDS.index(kind)]
    assert not parse_envelope(sign(b"{}", signer(kind))[0], "x").is_signed_by(load_verifier(key_pair(other).public))


@pytest.mark.parametrize(
    "change",
    [{"signatures": []}, {"signatures": "x"}, {"payloadType": "text/plain"}, {"payload": "%%"}, {"payload": 1},
     {"signatures": [{"sig": 3}]}, {"signatures": [{}] * 100}],
)  # fmt: skip
def test_what_is_no_envelope_is_not_read(change: dict[str, object]) -> None:
    tree = json.loads(sign(b"{}", signer())[0]) | change
    with pytest.raises(NotReadable):
        parse_envelope(json.dumps(tree).encode(), "x")


@pytest.mark.parametrize("kind", KINDS)
def test_an_encrypted_key_needs_its_passphrase(kind: str) -> None:
    secret = base64.b64encode(os.urandom(9))
    pair = new_key_pair(kind, secret)
    assert b"ENCRYPTED" in pair.private
    with pytest.raises(PassphraseNeeded):
        load_signer(pair.private)
    with pytest.raises(UsageError, match="passphrase"):
        load_signer(pair.private, b"another")
    assert load_verifier(pair.public).is_signed(b"x", load_signer(pair.private, secret).sign(b"x"))


def test_a_passphrase_that_is_not_needed_does_no_harm() -> None:
    assert load_signer(key_pair().private, b"unneeded").key_id == signer().key_id


def test_other_keys_are_refused() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    for key in (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())):
        with pytest.raises(UsageError, match="unsupported type"):
            load_signer(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        with pytest.raises(UsageError, match="unsupported type"):
            load_verifier(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def test_a_private_key_is_not_taken_for_a_public_one() -> None:
    with pytest.raises(UsageError, match="this is a private key"):
        load_verifier(key_pair().private)
    with pytest.raises(UsageError, match="not a private key"):
        load_signer(b"nonsense")
    with pytest.raises(UsageError, match="not a public key"):
        load_verifier(b"nonsense")


def test_an_openssl_without_deterministic_signatures_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec

    def refuse(*_: object, **__: object) -> None:
        raise UnsupportedAlgorithm("no")

    monkeypatch.setattr(ec, "ECDSA", refuse)
    with pytest.raises(UsageError, match="Ed25519"):
        signer("ecdsa-p256").sign(b"x")


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_key_new_writes_a_pair_for_the_owner_only(tmp_path: Path, kind: str) -> None:
    outcome = run("key", "new", tmp_path / "k", "--kind", kind)
    assert outcome.code == 0, outcome.err
    private, public = tmp_path / "k", tmp_path / "k.pub.pem"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (private, public)] == [0o600, 0o600]
    assert load_verifier(public.read_bytes()).is_signed(b"x", signer_from(private).sign(b"x"))


@pytest.mark.parametrize("there", ["k", "k.pub.pem"])
@pytest.mark.parametrize("as_link", [False, True])
def test_key_new_never_overwrites(tmp_path: Path, there: str, *, as_link: bool) -> None:
    elsewhere = tmp_path / "elsewhere"
    if as_link:
        (tmp_path / there).symlink_to(elsewhere)
    else:
        (tmp_path / there).write_bytes(b"mine")
    outcome = run("key", "new", tmp_path / "k")
    assert outcome.code == 2
    assert "never overwritten" in outcome.err
    assert not elsewhere.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [there]


def test_a_passphrase_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, base64.b64encode(os.urandom(9)).decode())
    assert run("key", "new", tmp_path / "k", "--encrypt").code == 0
    assert b"ENCRYPTED" in (tmp_path / "k").read_bytes()
    assert signer_from(tmp_path / "k")
    monkeypatch.delenv(PASSPHRASE)
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        with pytest.raises(UsageError, match=PASSPHRASE):
            signer_from(tmp_path / "k")


@pytest.mark.parametrize(("given", "seconds"), [("", None), ("0", 0), ("1700000000", 1_700_000_000)])
def test_source_date_epoch(monkeypatch: pytest.MonkeyPatch, given: str, seconds: int | None) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    assert source_date_epoch() == seconds


@pytest.mark.parametrize("given", ["-1", "x", "1e9", "²", "9" * 40])
def test_a_source_date_epoch_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    with pytest.raises(UsageError):
        source_date_epoch()
