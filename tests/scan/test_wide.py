"""Text in UTF-16 is searched wherever it stands: with a mark or without, of either byte order, from an even or an odd byte on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imginspect.scan.matcher import Matcher
from imginspect.scan.search import BLOCK_BYTES, ContentSearch, masked
from tests.scan.patterns import PATTERNS

ENGINES = {name: Matcher(PATTERNS, name) for name in ("hyperscan", "literals")}
ORDERS = ("utf-16-le", "utf-16-be")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("before", [b"", b"x", b"\xff\xfe", b"\x07plain text\x01\x02", b"\0" * 33])
@pytest.mark.parametrize("behind", [b"", b"x", b"\x01\x41\x42\x43", b"\0\0\0"])
def test_a_text_between_other_bytes(engine: str, order: str, before: bytes, behind: bytes) -> None:
    text = "Key é: tok_abcd1234".encode(order)
    data = before + text + behind
    ((kind, start, end),) = [(span.kind, span.secret_start, span.secret_end) for span in ENGINES[engine].find(data)[0]]
    assert kind == "fixed"
    assert data[start:end].replace(b"\0", b"") == b"tok_abcd1234"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("order", ORDERS)
def test_words_near_a_value_and_a_boundary_behind_it(engine: str, order: str) -> None:
    data = "the PIN of acme is 123456".encode(order) + b"\x41\x42\x43\x44"
    assert [span.kind for span in ENGINES[engine].find(data)[0]] == ["near"]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("offset", [0, 3, BLOCK_BYTES - 13, BLOCK_BYTES - 12, BLOCK_BYTES - 1, 2 * BLOCK_BYTES + 5])
def test_a_text_across_the_blocks_of_a_large_content(order: str, offset: int) -> None:
    data = bytearray(b"\x01\x02\x03\x04\x05" * (BLOCK_BYTES // 2))
    token = "tok_abcd1234".encode(order)
    data[offset : offset + len(token)] = token
    found = ContentSearch(ENGINES["hyperscan"]).whole(bytes(data), is_text=False)
    assert [match.kind for match in found.matches] == ["fixed"]
    assert found.is_whole


@given(st.binary(max_size=300), st.sampled_from(ORDERS), st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_both_engines_agree(before: bytes, order: str, behind: bytes) -> None:
    data = before + "SeCret= hello key-ABCDEF acme".encode(order) + behind
    assert ENGINES["hyperscan"].find(data) == ENGINES["literals"].find(data)


def test_every_second_byte_of_other_data_is_no_text() -> None:
    data = b"".join(bytes([character, 0x41 + number]) for number, character in enumerate(b"tok_abcd1234"))
    wide_word = "tok_".encode("utf-16-le")
    for matcher in ENGINES.values():
        assert matcher.find(wide_word + b"\1\2\3" + data)[0] == []


def test_a_match_is_masked_and_its_excerpt_is_readable() -> None:
    data = "user tok_abcd1234 here\n".encode("utf-16-le")
    found = ContentSearch(ENGINES["hyperscan"]).whole(data, is_text=True)
    assert [match.excerpt for match in found.matches] == ["user ******** here"]
    assert b"abcd" not in masked(data, found.matches).replace(b"\0", b"")
