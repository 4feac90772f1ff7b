"""Ids of secrets: made as the source says, the same wherever and however the secret stands, and none without a key."""

from __future__ import annotations

import pytest

from imginspect.errors import UsageError
from imginspect.scan.matcher import Matcher
from imginspect.scan.search import BLOCK_BYTES, ContentSearch
from imginspect.scan.secret_id import checked_key, key_id, secret_id
from tests.scan.patterns import PATTERNS

KEY = b"a key that nobody guesses"
MATCHERS = {name: Matcher(PATTERNS, name, fingerprint_key=KEY) for name in ("hyperscan", "literals")}
TOKEN = b"tok_abcd1234"


def ids(data: bytes, engine: str = "hyperscan", *, is_text: bool = False) -> list[str]:
    return [match.secret_id for match in ContentSearch(MATCHERS[engine]).whole(data, is_text=is_text).matches]


def test_it_is_an_hmac_sha256_cut_in_half() -> None:
    """Source: RFC 4231, section 4.3."""
    assert secret_id(b"Jefe", b"what do ya want for nothing?") == "5bdcc146bf60754e6a042426089575c7"


def test_another_key_or_another_secret_gives_another_id() -> None:
    assert len({secret_id(key, value) for key in (KEY, KEY + b"\n") for value in (b"a", b"b", b"a ", b"a\n")}) == 8


def test_the_name_of_a_key_is_not_the_key() -> None:
    assert len({key_id(KEY), key_id(KEY + b"\n"), KEY.hex()[:32]}) == 3
    assert MATCHERS["literals"].key_id == key_id(KEY)


def test_a_private_key_has_one_id_however_its_lines_end() -> None:
    lines = [b"-----BEGIN PRIVATE KEY-----", b"MIIBVAIBADANBgkqhkiG9w0BAQEFAASCAT4wggE6AgEA", b"AkEAunRqaMe", b"-----END PRIVATE KEY-----"]
    forms = [
        b"\n".join(lines),
        b"\r\n".join(lines),
        b"\\n".join(lines),
        b"\\r\\n".join(lines),
        b"\n  ".join(lines),
        b"\n".join([*lines, b""]),
    ]
    assert len({secret_id(KEY, form) for form in forms}) == 1
    assert secret_id(KEY, forms[0].replace(b"MIIB", b"MIIC")) != secret_id(KEY, forms[0])


@pytest.mark.parametrize("engine", MATCHERS)
def test_the_id_is_that_of_the_secret_part_alone(engine: str) -> None:
    assert ids(b"a secret: abcdefg, another " + TOKEN, engine) == [secret_id(KEY, b"abcdefg"), secret_id(KEY, TOKEN)]


@pytest.mark.parametrize("engine", MATCHERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", ["", "x", "some words before "])
@pytest.mark.parametrize("is_text", [True, False])
def test_the_encoding_does_not_matter(engine: str, encoding: str, before: str, is_text: bool) -> None:
    text = f"{before} {TOKEN.decode()} and secret: ABCDEFG".encode(encoding)
    for data in (text, b"\x07" + text, text + b"\x07"):
        assert ids(data, engine, is_text=is_text) == [secret_id(KEY, TOKEN), secret_id(KEY, b"ABCDEFG")]


@pytest.mark.parametrize("before", [0, BLOCK_BYTES - 20, BLOCK_BYTES - 5, 2 * BLOCK_BYTES + 3])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_the_place_does_not_matter(before: int, encoding: str) -> None:
    data = b"." * before + TOKEN.decode().encode(encoding) + b"." * BLOCK_BYTES
    search = ContentSearch(MATCHERS["hyperscan"])
    search.begin(is_text=False)
    for start in range(0, len(data), 70_001):
        search.feed(data[start : start + 70_001])
    assert [match.secret_id for match in search.end().matches] == [secret_id(KEY, TOKEN)] == ids(data)


def test_without_a_key_there_is_no_id() -> None:
    matcher = Matcher(PATTERNS)
    (match,) = ContentSearch(matcher).whole(TOKEN, is_text=True).matches
    assert (match.secret_id, matcher.key_id) == ("", "")


@pytest.mark.parametrize("size", [0, 15, 4097])
def test_a_key_is_neither_short_nor_endless(size: int) -> None:
    with pytest.raises(UsageError, match="16 to 4,096"):
        checked_key(b"k" * size)
    assert checked_key(b"k" * 16)
    assert checked_key(b"k" * 4096)
