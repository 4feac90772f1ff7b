"""Validators: what they accept and refuse, and that no bytes make them raise."""

from __future__ import annotations

import base64
import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.rules import load_patterns
from imginspect.rules.ruleset import rules_folder
from imginspect.scan.validators import VALIDATORS
from imginspect.scan.validators.placeholders import is_placeholder
from tests.counting import calls_made

EXAMPLES = [example.encode() for pattern in load_patterns([rules_folder()]).patterns for example in pattern.flag]
PEM = "-----BEGIN {}PRIVATE KEY-----\n{}\n-----END {}PRIVATE KEY-----\n"


def encoded(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def accepts(name: str, secret: str | bytes, match: str | bytes | None = None) -> bool:
    secret = secret.encode() if isinstance(secret, str) else secret
    match = secret if match is None else match.encode() if isinstance(match, str) else match
    return VALIDATORS[name](match, secret)


@given(st.sampled_from(sorted(VALIDATORS)), st.binary(max_size=300), st.binary(max_size=300))
def test_no_bytes_make_a_validator_raise(name: str, match: bytes, secret: bytes) -> None:
    assert VALIDATORS[name](match, secret) in (True, False)


@given(st.data(), st.sampled_from(sorted(VALIDATORS)))
def test_no_damage_to_a_credential_makes_a_validator_raise(data: st.DataObject, name: str) -> None:
    text = bytearray(data.draw(st.sampled_from(EXAMPLES)))
    for _ in range(data.draw(st.integers(0, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(text)[data.draw(st.integers(0, 20)) : len(text) - data.draw(st.integers(0, 20))]
    assert VALIDATORS[name](cut, cut) in (True, False)


@pytest.mark.parametrize("name", sorted(VALIDATORS))
def test_a_large_value_takes_few_calls_a_byte(name: str) -> None:
    for text in (b"[" * 200_000, b"a.b" * 60_000, b"eyJ" * 60_000, b"-----BEGIN PRIVATE KEY-----" * 9000, b"\x02" + b"\xff" * 99_999):
        assert calls_made(partial(VALIDATORS[name], text, text)) <= 60 + 5 * len(text)


def test_the_checksum_of_github_s_published_token_holds_and_one_changed_character_breaks_it() -> None:
    body = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"  # from the blog article that defines the format
    assert accepts("crc32-base62", "ghp_" + body + "0mLq17")
    assert not accepts("crc32-base62", "ghp_" + body + "0mLq18")
    assert not accepts("crc32-base62", "ghp_" + "y" + body[1:] + "0mLq17")


def test_the_checksum_of_grafana_s_test_token_holds() -> None:
    token = "glsa_" + "yscW25imSKJIuav8zF37RZmnbiDvB05G" + "_fcaaf58a"
    assert accepts("crc32-grafana", token)
    assert not accepts("crc32-grafana", token[:-1] + "b")


@pytest.mark.parametrize(
    ("header", "payload", "signature", "is_one"),
    [
        ({"alg": "RS256"}, {"sub": "svc"}, "c2lnbmF0dXJl", True),
        ({"alg": "none"}, {"sub": "svc"}, "c2lnbmF0dXJl", False),
        ({"typ": "JWT"}, {"sub": "svc"}, "c2lnbmF0dXJl", False),
        ({"alg": "HS256"}, {"some": "payload"}, "c2lnbmF0dXJl", False),
        ({"alg": "HS256"}, {"sub": "1234567890", "name": "John Doe", "iat": 1516239022}, "c2lnbmF0dXJl", False),
        ({"alg": "HS256"}, ["sub"], "c2lnbmF0dXJl", False),
        ({"alg": "HS256"}, {"sub": "svc"}, "", False),
    ],
)
def test_a_json_web_token_is_signed_and_says_for_whom(header: object, payload: object, signature: str, is_one: bool) -> None:
    assert accepts("jwt", f"{encoded(header)}.{encoded(payload)}.{signature}") is is_one


def pem(body: bytes, label: str = "") -> str:
    return PEM.format(label, base64.encodebytes(body).decode().strip(), label)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (pem(b"\x30\x2e" + bytes(range(46))), True),
        (pem(b"\x30\x81\x80" + bytes(range(128))), True),
        (pem(b"\x30\x2f" + bytes(range(46))), False),
        (pem(b"\x31\x2e" + bytes(range(46))), False),
        (pem(b"\x30\x05hello"), False),
        (pem(b"openssh-key-v1\0" + bytes(60), "OPENSSH "), True),
        (pem(b"openssh-key-v2\0" + bytes(60), "OPENSSH "), False),
        (pem(b"\x30\x2e" + bytes(range(46))).replace("\n", "\\n"), True),
        (pem(b"\x30\x2e" + bytes(range(46))).replace("\n", "\\u000a"), True),
        ("".join(f"# {line}\n" for line in pem(b"\x30\x81\x80" + bytes(range(128))).splitlines()), True),
        ("".join(f"+{line}\n" for line in pem(b"\x30\x81\x80" + bytes(range(128))).splitlines()), True),
        ("".join(f"   * {line}\n" for line in pem(b"\x30\x81\x80" + bytes(range(128))).splitlines()), True),
        ("".join(f'"{line}\\n" +\n' for line in pem(b"\x30\x81\x80" + bytes(range(128))).splitlines()), True),
        ("".join(f"+{line}\n" for line in pem(b"\x31\x81\x80" + bytes(range(128))).splitlines()), False),
        (pem(b"\x30\x2e" + bytes(range(46))).replace("\n", "\r\n"), True),
        (pem(b"\x30\x2e" + bytes(range(46))).replace("\n", "\n    "), True),
        ('"' + pem(b"\x30\x81\x80" + bytes(range(128))).strip().replace("\n", '\\n"\n  + "') + '"', True),
        (PEM.format("RSA ", "MIIEpAIBAAKCAQEA...", "RSA "), False),
        (PEM.format("RSA ", "your key goes here", "RSA "), False),
        (PEM.format("RSA ", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00AA\n\n" + base64.b64encode(bytes(64)).decode(), "RSA "), True),
    ],
)
def test_a_private_key_holds_what_its_label_promises(text: str, is_one: bool) -> None:
    assert accepts("pem-private-key", text) is is_one


@pytest.mark.parametrize(
    "value",
    [
        "changeme", "CHANGE_ME", "your_token", "YOUR-API-KEY", "xxxxxxxxxxxx", "<token>", "${TOKEN}", "{{ token }}", "$(cat token)", "%s",
        "********", "aaaaaaaaaaaa", "0000-0000-0000", "12345678", "abcdefghijkl", "a1b2c3d4e5f6", "abcabcabcabc", "test-token-1", "foobar",
        "dummy_value", "EXAMPLEKEY", "...", "null", "password", "secret_token", "fedcba9876543210",
    ],
)  # fmt: skip
def test_a_placeholder_is_one(value: str) -> None:
    assert is_placeholder(value.encode())


@pytest.mark.parametrize(
    "value",
    ["Tr0ub4dor&3", "hunter7Horse", "kJ8mQ2vX9pLw", "9f86d081884c7d65", "correct-horse-battery", "S3attle!rain", "pw4Lab2024", "Zx9#kPq2"],
)
def test_a_password_is_no_placeholder(value: str) -> None:
    assert not is_placeholder(value.encode())


@pytest.mark.parametrize(
    "value",
    [
        "os.environ['TOKEN']", "process.env.TOKEN", "get_token()", "config.database.password", "access_token_for_user", "/run/lab/token",
        "~/.token", "$DB_PASSWORD", "https://login.internal.test/token", "token.json", "tokens-and-secrets", "sha256", "oauth2", "{token}",
        "AccessTokenV2", "c85175a4ebcce361",
    ],
)  # fmt: skip
def test_code_is_no_secret(value: str) -> None:
    assert not accepts("not-code", value, f"password = '{value}'")


@pytest.mark.parametrize("name", ["nextToken", "page_token", "pad_token", "ClientToken", "csrf-token", "tokenType", "sort_key"])
def test_a_token_of_pages_and_grammars_is_no_secret(name: str) -> None:
    assert not accepts("not-code", "kJ8mQ2vX9pLw", f"{name}: 'kJ8mQ2vX9pLw'")
    assert accepts("not-code", "kJ8mQ2vX9pLw", "auth_token: 'kJ8mQ2vX9pLw'")


@pytest.mark.parametrize(
    ("url", "password", "is_one"),
    [
        ("https://lab:k8Jm2Qx@git.internal.test", "k8Jm2Qx", True),
        ("https://lab:lab@git.internal.test", "lab", False),
        ("https://user:password@git.internal.test", "password", False),
        ("https://lab:{password}@git.internal.test", "{password}", False),
        ("https://lab:$PASS@git.internal.test", "$PASS", False),
        ("https://host:8080@git.internal.test", "8080", False),
        ("https://lab:rainy@www.example.com", "rainy", False),
        ("https://lab:k8Jm2Qx@www.example.com", "k8Jm2Qx", True),
    ],
)
def test_a_password_in_a_url(url: str, password: str, is_one: bool) -> None:
    assert accepts("url-password", password, url) is is_one


def test_an_access_key_id_of_the_documentation_is_none() -> None:
    assert accepts("aws-access-key-id", "AKIA" + "Q3EGRZ7XW2LMTK5V")
    assert not accepts("aws-access-key-id", "AKIA" + "IOSFODNN7EXAMPLE")
    assert not accepts("aws-access-key-id", "AKIA" + "Q3EGRZ7XW2LMTK5" + "1")


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), min_size=24, max_size=24))
def test_mixed_characters_are_of_two_kinds(text: str) -> None:
    kinds = sum([text != text.upper() and any(c.islower() for c in text), any(c.isupper() for c in text), any(c.isdigit() for c in text)])
    has_letters = any(c.isalpha() for c in text)
    assert accepts("mixed-characters", text) is (kinds >= 2 and has_letters)
