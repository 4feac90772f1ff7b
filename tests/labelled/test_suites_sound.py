"""The suites themselves: that they are what they promise, before anything is measured by them."""

from __future__ import annotations

import base64
import binascii
import json
import re
import shlex
import zlib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from imginspect.examples.sample import build
from tests.labelled.credential.values import BECH32, PYPI_HOST, Values, bech32_polymod
from tests.labelled.credentials import CASES, PARTS, Case, as_image

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
GITHUB_FORM = re.compile(r"(?<![A-Za-z0-9])(?:gh[pousr]_|npm_)([A-Za-z0-9]{30})([A-Za-z0-9]{6})(?![A-Za-z0-9])")
PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\n([A-Za-z0-9+/=\n]+)-----END \1-----")
ARGUMENTS = ("entrypoint", "cmd")
SOURCES = sorted(Path(__file__).parent.rglob("*.py"))


def text_of(case: Case) -> str:
    """The case's content or field as text, in the encoding that its first bytes announce."""
    if case.kind == "config":
        return case.text
    if case.content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return case.content.decode("utf-16")
    return case.content.decode("utf-8", "replace").replace("\\n", "\n").replace("\r\n", "\n")


def test_each_case_has_an_id_and_a_content_of_its_own() -> None:
    assert [name for name, count in Counter(case.id for case in CASES).items() if count > 1] == []
    assert len({(case.path, case.content, case.field, case.text) for case in CASES}) == len(CASES)


def test_there_are_enough_cases_of_both_kinds() -> None:
    expected = sum(case.expected for case in CASES)
    assert len(CASES) >= 2300
    assert 0.4 <= expected / len(CASES) <= 0.65
    for kind in ("content", "config"):
        assert min(Counter(case.expected for case in CASES if case.kind == kind).values()) >= 30
    assert len({case.issuer for case in CASES if case.expected}) >= 70


def test_few_labels_are_arguable_and_each_says_why() -> None:
    arguable = [case for case in CASES if case.arguable]
    assert len(arguable) < len(CASES) * 0.05
    assert [case.id for case in arguable if not case.note] == []


def test_a_case_is_either_content_or_config_and_only_credentials_have_an_issuer() -> None:
    for case in CASES:
        assert (case.kind == "content") == case.path.startswith("/") == (not case.field), case.id
        assert bool(case.content) != bool(case.text), case.id
        assert bool(case.issuer) == case.expected == case.id.startswith("pos-"), case.id


def test_the_values_are_the_same_whenever_they_are_made() -> None:
    assert tuple(case for part in PARTS for case in part.all_cases()) == CASES
    assert Values("pinned").word(12) == "aEEz9qAIcMk1"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_each_case_makes_an_image(case: Case) -> None:
    archive = build(as_image(case))
    value = case.text.partition("=")[2] if case.field == "labels" else shlex.split(case.text)[-1] if case.field in ARGUMENTS else case.text
    assert (case.content or json.dumps(value).encode()) in archive


# -- checksums -----------------------------------------------------------------------------------------------------------


def github_checks(text: str) -> list[bool]:
    """For each token of GitHub's form in *text*, whether its checksum is right."""
    return [zlib.crc32(body.encode()) == number(check) for body, check in GITHUB_FORM.findall(text)]


def number(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * 62 + ALPHABET.index(digit)
    return value


def test_github_and_npm_tokens_have_the_right_checksum() -> None:
    checks = {case.id: github_checks(text_of(case)) for case in CASES if case.expected}
    assert [name for name, each in checks.items() if not all(each)] == []
    assert sum(map(len, checks.values())) >= 25


def test_what_has_a_wrong_checksum_is_no_credential() -> None:
    wrong = {case.id for case in CASES if not all(github_checks(text_of(case)))}
    assert {"neg-checksum-ghp", "neg-checksum-npm", "neg-placeholder-github-x"} <= wrong
    assert all(name.startswith("neg-") for name in wrong)


def test_no_clean_case_holds_a_token_of_githubs_form_with_the_right_checksum() -> None:
    assert [case.id for case in CASES if not case.expected and any(github_checks(text_of(case)))] == []


def test_routable_gitlab_tokens_have_length_and_checksum() -> None:
    case = next(case for case in CASES if case.id == "pos-gitlab-routable")
    head, check = re.findall(r"(glpat-[\w-]+\.[0-9a-z]{2})([0-9a-z]{7})", text_of(case))[0]
    assert zlib.crc32(head.encode()) == int(check, 36)
    assert len(head) - len("glpat-") - 3 == int(head[-2:], 36)


def test_grafana_tokens_have_the_right_checksum() -> None:
    case = next(case for case in CASES if case.id == "pos-grafana")
    head, check = re.findall(r"(glsa_\w{32})_([0-9a-f]{8})", text_of(case))[0]
    assert zlib.crc32(head.encode()) == int.from_bytes(bytes.fromhex(check), "little")


def test_age_identities_have_the_right_checksum() -> None:
    case = next(case for case in CASES if case.id == "pos-age")
    readable, _, data = re.findall(r"AGE-SECRET-KEY-1\w+", text_of(case))[0].lower().rpartition("1")
    words = [ord(c) >> 5 for c in readable] + [0] + [ord(c) & 31 for c in readable] + [BECH32.index(c) for c in data]
    assert len(data) == 58
    assert bech32_polymod(words) == 1


def test_index_tokens_are_macaroons_of_their_index() -> None:
    tokens = [token for case in CASES if case.expected for token in re.findall(r"pypi-([\w-]{80,})", text_of(case))]
    assert len(tokens) >= 3
    for token in tokens:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        assert re.match(rb"\x02\x01[\x08\x0d](?:test\.)?" + re.escape(PYPI_HOST.encode()) + rb"\x02\x24[0-9a-f-]{36}\x00\x02", raw)
        assert raw[-34:-32] == b"\x06\x20"


def test_aws_key_ids_hold_an_account_number() -> None:
    keys = [key for case in CASES if case.expected for key in re.findall(r"\b(?:AKIA|ASIA)([A-Z2-7]{16})\b", text_of(case))]
    assert len(keys) >= 6
    for key in keys:
        account = (int.from_bytes(base64.b32decode(key)[:6], "big") & 0x7FFFFFFFFF80) >> 7
        assert 10**11 <= account < 10**12


def json_of(part: str) -> object:
    """The value that *part* of a token stands for, None where it is none."""
    try:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error):
        return None


def test_json_web_tokens_hold_json_and_what_only_looks_like_one_does_not() -> None:
    form = re.compile(r"\b(eyJ[\w-]+)\.(eyJ[\w-]+)\.[\w-]{40,}")
    held = {case.id: [json_of(part) for match in form.findall(text_of(case)) for part in match] for case in CASES}
    assert sum(bool(parts) for name, parts in held.items() if name.startswith("pos-")) >= 8
    assert [name for name, parts in held.items() if name.startswith("pos-") and None in parts] == []
    assert held["neg-word-jwt-shaped"] == [None, None]


# -- keys ----------------------------------------------------------------------------------------------------------------


def der_length(data: bytes) -> int:
    """How long the DER value at the start of *data* is, with its header."""
    if data[1] < 128:
        return 2 + data[1]
    size = data[1] & 127
    return 2 + size + int.from_bytes(data[2 : 2 + size], "big")


def blocks(case: Case) -> list[tuple[str, bytes]]:
    """(label, data) of the PEM blocks in the case that hold DER."""
    found = PEM.findall(re.sub(r"\n +", "\n", text_of(case)))
    return [
        (label, base64.b64decode(body)) for label, body in found if not label.startswith(("PGP", "OPENSSH", "X509", "PRIVATE KEY BLOCK"))
    ]


def test_pem_blocks_hold_whole_der() -> None:
    every = [(case.id, label, data) for case in CASES for label, data in blocks(case)]
    assert len(every) >= 40
    assert [(name, label) for name, label, data in every if data[0] not in (0x30, 0x06) or der_length(data) != len(data)] == []


def test_only_credential_cases_hold_a_private_key_with_a_body() -> None:
    assert [case.id for case in CASES if not case.expected and any("PRIVATE" in label for label, _ in blocks(case))] == []


def test_openssh_keys_are_whole() -> None:
    for case in CASES:
        for body in re.findall(r"-----BEGIN OPENSSH PRIVATE KEY-----\n([A-Za-z0-9+/=\n]+)-----END", text_of(case)):
            assert case.expected == base64.b64decode(body + "==").startswith(b"openssh-key-v1\0")


# -- the repository ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_source_file_has_a_secret_in_it(source: Path) -> None:
    text = source.read_text("utf-8")
    assert not any(github_checks(text))
    assert not re.search(r"\b(?:sk-|sk_live_|hf_|glpat-|xox[abp]-|AKIA|AIza|dop_v1_)[A-Za-z0-9]{16}", text)
    begins = [at.start() for at in re.finditer("BEGIN [A-Z ]*PRIVATE KEY", text)]
    assert all(not re.search(r"[A-Za-z0-9+/]{60}", text[at:nearby]) for at, nearby in pairwise([*begins, len(text)]) if nearby - at < 4000)
