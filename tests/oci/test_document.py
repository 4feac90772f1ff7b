"""JSON as Go reads it: case does not count, the last of equal keys wins; what is no JSON is refused, and everything is bounded."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.errors import LimitExceeded
from imginspect.limits import Limits
from imginspect.oci.document import InvalidDocument, JsonObject, collisions, folded, parse_document, parse_object

LIMITS = Limits()


def parsed(text: str | bytes, limits: Limits = LIMITS) -> JsonObject:
    return parse_object(text if isinstance(text, bytes) else text.encode(), "test", limits)


@pytest.mark.parametrize(
    ("text", "as_go", "exact"),
    [
        ('{"Key": 1}', 1, 1),
        ('{"key": 1}', 1, None),
        ('{"KEY": 1, "Key": 2}', 2, 2),
        ('{"Key": 1, "kEY": 2}', 2, 1),
        ('{"Key": 1, "Key": 2}', 2, 2),
        ('{"\\u212aey": 1}', 1, None),
        ('{"Key": 1, "key": null}', 1, 1),
        ('{"Key": ["a"], "key": null}', None, ["a"]),
        ("{}", None, None),
        ('{"Keys": 1}', None, None),
    ],
)
def test_which_value_a_key_has(text: str, as_go: object, exact: object) -> None:
    assert parsed(text).get("Key") == as_go
    assert parsed(text).read_exactly().get("Key") == exact


def test_objects_of_one_key_are_merged_as_go_does() -> None:
    document = parsed('{"config": {"A": 1, "B": 2}, "Config": {"a": 3}}')
    assert [document.get("config").get(key) for key in ("A", "B")] == [3, 2]
    exact = document.read_exactly().get("config")
    assert [exact.get(key) for key in ("A", "B", "a")] == [1, 2, None]


def test_maps_keep_their_keys_as_written() -> None:
    assert dict(parsed('{"a": 1, "A": 2, "a": 3}').items()) == {"a": 3, "A": 2}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('{"a": 1, "b": 2}', []),
        ('{"a": 1, "a": 2}', ["a"]),
        ('{"a": 1, "A": 2}', ["A and a"]),
        ('{"x": {"k": [{"a": 1, "a": 2}]}}', ["x.k[0].a"]),
        ('{"Labels": {"a": "1", "A": "2"}}', []),
        ('{"Labels": {"a": "1", "a": "2"}}', ["Labels.a"]),
        ('{"\\u017fize": 1, "size": 2}', ["size and \u017fize"]),
    ],
)
def test_collisions(text: str, places: list[str]) -> None:
    assert collisions(parsed(text)) == places


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}', b"{'a': 1}", b'{"a": 1,}', b'{"a": 1} x', b"null", b'"text"',
        b"5", b"\xef\xbb\xbf{}", b'{"a": "\n"}', b'{"a": ' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidDocument):
        parse_document(data, "test", LIMITS)


def test_an_array_is_no_object() -> None:
    assert parse_document(b"[1]", "test", LIMITS) == [1]
    with pytest.raises(InvalidDocument, match="array"):
        parsed("[]")


@pytest.mark.parametrize(
    ("data", "text"), [(b'{"a": "\xff"}', "\udcff"), (b'{"a": "\\ud800"}', "\ud800"), (b'{"a": "\\udc80\\u0000"}', "\udc80\0")]
)
def test_surrogates_and_bytes_that_are_no_utf8_are_kept(data: bytes, text: str) -> None:
    assert parsed(data).get("a") == text


def test_size_and_depth_are_bounded() -> None:
    with pytest.raises(LimitExceeded, match="json_bytes"):
        parsed('{"a": "%s"}' % ("x" * 100), Limits(json_bytes=100))
    deep = '{"a":' * 20 + "1" + "}" * 20
    assert parsed(deep, Limits(json_depth=20))
    with pytest.raises(LimitExceeded, match="json_depth"):
        parsed(deep, Limits(json_depth=19))


def test_brackets_in_strings_are_no_depth() -> None:
    assert parsed(json.dumps({"a": '[{"\\' * 500}), Limits(json_depth=3)).get("a")


def test_a_raised_depth_ends_in_an_error_of_ours() -> None:
    with pytest.raises((InvalidDocument, LimitExceeded)):
        parsed('{"a":' * 200_000 + "1" + "}" * 200_000, Limits(json_depth=10**9))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


def plain(value: object) -> object:
    if isinstance(value, JsonObject):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=4))
def test_any_document_is_read_as_python_reads_it(document: dict[str, object]) -> None:
    assert plain(parsed(json.dumps(document))) == document


@given(st.text())
def test_case_folding_is_stable_and_no_letter_becomes_two(text: str) -> None:
    assert folded(folded(text)) == folded(text) or "\u0130" in text
    if text.isascii():
        assert folded(text) == text.lower() == folded(text.upper())
