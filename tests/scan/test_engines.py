"""Both engines find the same, wherever in a content it stands and in whatever pieces the content comes."""

from __future__ import annotations

import hashlib
import re
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imginspect.rules.patterns import Published
from imginspect.scan import matcher as matcher_module
from imginspect.scan.literals import required_literals
from imginspect.scan.matcher import Matcher, MatchSpan
from imginspect.scan.redaction import Redactor
from imginspect.scan.search import BLOCK_BYTES, MOST_MATCHES, ContentSearch, masked
from tests.scan.patterns import PATTERNS, pattern, pattern_set

pytestmark = pytest.mark.slow

ENGINES = {name: Matcher(PATTERNS, name) for name in ("hyperscan", "literals")}
WORDS = st.sampled_from(
    [b"tok_abcd1234", b"tok_abcd1234!", b"tok_", b"key-ABCDEF", b"key-ABCDEFx", b" ", b"\n", b"SeCret=", b"hello", b"worlds", b"acme",
     b"PIN ", b"123456", b"abc_123", b"xyz-99999", b"BEGIN\n", b"\nEND", b"word", b"\0", b"\xff\xfe", b"=", b"x"]
)  # fmt: skip
CONTENTS = st.lists(st.one_of(WORDS, st.binary(max_size=3)), max_size=40).map(b"".join)


def everywhere(data: bytes) -> list[tuple[str, int, int]]:
    """What each pattern matches by ``re`` over all of *data*, without any engine."""
    found = []
    for item in PATTERNS.patterns:
        near = re.compile(b"|".join(word.encode() for word in item.near), re.IGNORECASE)
        for match in re.finditer(item.regex.encode(), data, re.IGNORECASE if item.ignore_case else 0):
            group = 1 if match.re.groups else 0
            if any(word.end() + item.within >= match.start() for word in near.finditer(data, 0, match.start())) or not item.near:
                found.append((item.id, match.start(group), match.end(group)))
    return found


def places(spans: list[MatchSpan]) -> list[tuple[str, int, int]]:
    return [(span.kind, span.secret_start, span.secret_end) for span in spans]


@given(CONTENTS)
@settings(max_examples=300, deadline=None)
def test_both_engines_agree_and_lose_nothing(data: bytes) -> None:
    found = {name: matcher.find(data) for name, matcher in ENGINES.items()}
    assert found["hyperscan"] == found["literals"]
    covered = places(found["hyperscan"][0])
    assert set(covered) <= set(everywhere(data))
    for _, start, end in everywhere(data):
        assert any(first < end and start < last for _, first, last in covered), "a match is neither reported nor overlapped by one"


@given(CONTENTS, st.lists(st.integers(1, 60), min_size=1, max_size=30))
@settings(max_examples=200, deadline=None)
def test_pieces_make_no_difference(data: bytes, sizes: list[int]) -> None:
    search = ContentSearch(ENGINES["hyperscan"])
    whole = search.whole(data, is_text=True)
    search.begin(is_text=True)
    at = number = 0
    while at < len(data):
        size = sizes[number % len(sizes)]
        search.feed(memoryview(data)[at : at + size])
        at += size
        number += 1
    assert search.end() == whole


@pytest.mark.parametrize("engine", ["hyperscan", "literals"])
@pytest.mark.parametrize("offset", [0, 5, BLOCK_BYTES - 12, BLOCK_BYTES - 6, BLOCK_BYTES, 2 * BLOCK_BYTES - 3, 2 * BLOCK_BYTES + 100])
def test_a_large_content_is_searched_across_its_blocks(engine: str, offset: int) -> None:
    size = 2 * BLOCK_BYTES + 112
    data = bytearray(b"line\n" * (size // 5 + 1))[:size]
    data[offset : offset + 12] = b"tok_abcd1234"
    search = ContentSearch(ENGINES[engine])
    found = search.whole(bytes(data), is_text=True)
    assert [(match.kind, match.start, match.end) for match in found.matches] == [("fixed", offset, offset + 12)]
    assert found.matches[0].line == bytes(data[:offset]).count(b"\n") + 1


@pytest.mark.parametrize("engine", ["hyperscan", "literals"])
def test_a_match_at_the_very_end_of_a_large_content_is_found(engine: str) -> None:
    data = b"." * (BLOCK_BYTES * 2 - 12) + b"tok_abcd1234"
    assert [match.start for match in ContentSearch(ENGINES[engine]).whole(data, is_text=True).matches] == [len(data) - 12]


def test_the_more_certain_of_two_overlapping_matches_stands() -> None:
    spans, _ = ENGINES["hyperscan"].find(b"a tok_abcd1234! b tok_abcd1234 c")
    assert [(span.kind, span.is_verified) for span in spans] == [("certain", True), ("fixed", False)]


@pytest.mark.parametrize("engine", ["hyperscan", "literals"])
def test_a_flood_of_matches_stops_the_search_and_says_so(engine: str) -> None:
    search = ContentSearch(Matcher(PATTERNS, engine))
    found = search.whole(b"tok_abcd1234 " * 30_000, is_text=True)
    assert not found.is_whole
    assert 0 < len(found.matches) <= MOST_MATCHES


def test_excerpts_show_the_line_without_any_secret_of_it() -> None:
    text = b"first\nuser tok_abcd1234 and key-ABCDEF here\nlast"
    found = ContentSearch(ENGINES["hyperscan"]).whole(text, is_text=True)
    assert [(match.kind, match.line) for match in found.matches] == [("fixed", 2), ("bounded", 2)]
    for match in found.matches:
        assert "abcd1234" not in match.excerpt
        assert "ABCDEF" not in match.excerpt
        assert "user" in match.excerpt
        assert "last" not in match.excerpt


def test_masking_keeps_the_length() -> None:
    text = b"a tok_abcd1234 b"
    found = ContentSearch(ENGINES["hyperscan"]).whole(text, is_text=True)
    assert masked(text, found.matches) == b"a ************ b"
    assert masked(text[:8], found.matches) == b"a ******"


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_secret_passes_the_redactor_and_all_else_does(before: str, after: str) -> None:
    redactor = Redactor(ENGINES["hyperscan"])
    shown = redactor.masked(f"{before} tok_abcd1234 {after}")
    assert "tok_abcd1234" not in shown
    assert "[masked: fixed]" in shown
    if not ENGINES["hyperscan"].find(f"{before} {after}".encode("utf-8", "surrogatepass"))[0]:
        assert redactor.masked(f"{before} {after}") == f"{before} {after}"


def test_names_that_are_no_utf_8_pass_the_redactor_unchanged() -> None:
    assert Redactor(ENGINES["hyperscan"]).masked("/data/\udcff\ud800 file name") == "/data/\udcff\ud800 file name"


def test_what_is_too_long_to_search_is_not_shown() -> None:
    assert Redactor(ENGINES["hyperscan"]).masked("tok_abcd1234" + "x" * (2 << 20)).startswith("[masked: 2,097,164 characters")


def test_no_pattern_no_match() -> None:
    assert Matcher(pattern_set()).find(b"tok_abcd1234") == ([], True)


@pytest.mark.parametrize(
    ("regex", "literals"),
    [
        (rb"tok_[a-z]{3}", {b"tok_"}),
        (rb"(?:abc_|XYZ-)[0-9]{3}", {b"abc_", b"XYZ-"}),
        (rb"[a-z]{3,5}://[a-z]{1,5}", {b"://"}),
        (rb"a?bcd(?:ef)?", {b"bcd"}),
        (rb"b[kl](?:ua|pi)_[0-9]{9}", {b"bkua_", b"bkpi_", b"blua_", b"blpi_"}),
        (rb"(?i:SECRET)=[0-9]{4}", {b"secret"}),
        (rb"(?:abcd)?x[0-9]", set()),
        (rb"[0-9a-f]{32}", set()),
        (rb"(?:long_one_|[0-9]{3})z", set()),
    ],
)
def test_literals_are_in_every_match(regex: bytes, literals: set[bytes]) -> None:
    assert {literal.text for literal in required_literals(regex, ignore_case=False)} == literals


def test_an_expression_without_a_literal_is_still_found_by_the_slow_engine() -> None:
    patterns = pattern_set(pattern("hex", r"\b[0-9a-f]{8}\b"))
    for engine in ("hyperscan", "literals"):
        assert places(Matcher(patterns, engine).find(b"x 0123abcd y")[0]) == [("hex", 2, 10)]


@pytest.mark.parametrize("engine", ["hyperscan", "literals"])
def test_a_credential_that_begins_within_a_match_that_is_none(engine: str) -> None:
    patterns = pattern_set(pattern("block", r"BEGIN[ -~\n]{8,60}?END", validators=("without-two",)))
    with mock.patch.dict(matcher_module.__dict__, VALIDATORS={"without-two": lambda match, _: match.count(b"BEGIN") == 1}):
        spans = Matcher(patterns, engine).find(b"the word BEGIN\n BEGIN abcdefgh END")[0]
    assert places(spans) == [("block", 16, 34)]


@pytest.mark.parametrize("engine", ["hyperscan", "literals"])
def test_every_value_near_one_word_is_found(engine: str) -> None:
    spans = Matcher(PATTERNS, engine).find(b"pin 111111 222222, and beyond twenty bytes 333333")[0]
    assert places(spans) == [("near", 4, 10), ("near", 11, 17)]


@pytest.mark.parametrize(("engine", "sought"), [("hyperscan", b"-----BEGIN\n"), ("literals", b"-----END\n")])
def test_a_flood_of_what_an_engine_looks_for_stops_the_search_and_says_so(engine: str, sought: bytes) -> None:
    matcher = Matcher(pattern_set(pattern("block", r"-----BEGIN[ -~\n]{8,9000}?-----END", longest=9020)), engine)
    assert not matcher.find(sought * 10_000)[1], "there are thousands of bytes to read for each of them"
    assert matcher.find(sought * 100)[1]


def test_what_is_published_is_known_by_its_digest() -> None:
    digest = hashlib.sha256(b"tok_abcd1234").hexdigest()
    published = Published("example", "Example of a manual", (digest,), "", 1, "")
    for engine in ENGINES:
        spans, _ = Matcher(PATTERNS._replace(published=(published,)), engine).find(b"tok_abcd1234 tok_wxyz9876")
        assert [span.known_as for span in spans] == ["Example of a manual", ""]


def test_the_beginning_of_a_known_credential_is_masked() -> None:
    redactor = Redactor(ENGINES["hyperscan"], ["swordfish-77x", "abcdefghijklmnopqrst"])
    assert redactor.masked("it leads to /a/swordf, and") == "it leads to /a/[masked: part of a credential], and"
    assert redactor.masked("tok_abcd1234 and abcdefghijk") == "[masked: fixed] and [masked: part of a credential]"
    assert redactor.masked("a sword and abcdefg here") == "a sword and abcdefg here"
    assert redactor.masked("swordfish" * 3) == "[masked: part of a credential]" * 3
