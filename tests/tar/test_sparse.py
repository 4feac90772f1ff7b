"""Sparse files in GNU tar's four forms: holes are zeros, and a map that contradicts itself is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imginspect.errors import LimitExceeded
from imginspect.limits import Limits
from imginspect.problems import Topic
from imginspect.tar.extensions import sparse_map
from imginspect.tar.header import MalformedHeader
from tests.tar.reading import read
from tests.tar_writer import file, header, padded, pax, sparse, tar_bytes

FORMS = ("gnu", "pax-0.0", "pax-0.1", "pax-1.0")
Pieces = list[tuple[int, bytes]]


def expanded(pieces: Pieces, size: int) -> bytes:
    content = bytearray(size)
    for offset, data in pieces:
        content[offset : offset + len(data)] = data
    return bytes(content)


CASES: list[tuple[Pieces, int]] = [
    ([(0, b"")], 0),
    ([(5000, b"")], 5000),  # how GNU tar writes a file that is one hole
    ([(0, b"a" * 512)], 512),
    ([(512, b"a" * 512), (4096, b"b" * 100)], 8192),
    ([(number * 1024, bytes([number + 1]) * 512) for number in range(60)], 70_000),
    ([(100, b"odd"), (200, b"")], 300),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("pieces", "size"), CASES)
def test_holes_are_zeros(form: str, pieces: Pieces, size: int) -> None:
    found = read(tar_bytes([sparse("/s", pieces, size, form), file("/after", b"after")]), 1024)
    assert [entry.name for entry in found.entries] == [b"s", b"after"]
    assert found.contents == [expanded(pieces, size), b"after"]
    assert found.entries[0].size == size
    assert found.entries[0].extra is not None
    assert found.entries[0].extra.sparse
    assert found.notices == []


@st.composite
def maps(draw: st.DrawFn) -> tuple[Pieces, int]:
    pieces: Pieces = []
    at = 0
    for gap, data in draw(st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=600)), min_size=1, max_size=30)):
        pieces.append((at + gap, data))
        at += gap + len(data)
    return pieces, at + draw(st.integers(0, 3000))


@settings(max_examples=80, deadline=None)
@given(maps(), st.sampled_from(FORMS), st.integers(1, 5))
def test_any_map_in_any_form_gives_the_same_content(case: tuple[Pieces, int], form: str, blocks: int) -> None:
    pieces, size = case
    assert read(tar_bytes([sparse("/s", pieces, size, form)]), blocks * 512).contents == [expanded(pieces, size)]


@pytest.mark.parametrize(
    ("numbers", "size", "stored"),
    [([0, 10, 5, 10], 100, 20), ([50, 10, 0, 10], 100, 20), ([95, 10], 100, 10), ([0, 10], 100, 11), ([0], 100, None), ([-1, 5], 100, 5)],
    ids=["overlap", "out of order", "beyond the end", "does not add up", "odd", "negative"],
)
def test_a_map_that_contradicts_itself_is_refused(numbers: list[int], size: int, stored: int | None) -> None:
    with pytest.raises(MalformedHeader, match="sparse map"):
        sparse_map(numbers, size, stored)


def test_the_map_of_form_1_0_is_bounded() -> None:
    pieces: Pieces = [(number * 2, b"x") for number in range(5000)]
    with pytest.raises(LimitExceeded, match="header_bytes"):
        read(tar_bytes([sparse("/s", pieces, 20_000, "pax-1.0")]), limits=Limits(header_bytes=4096))


def test_the_map_of_the_gnu_form_is_bounded() -> None:
    pieces: Pieces = [(number * 2, b"x") for number in range(5000)]
    with pytest.raises(LimitExceeded, match="header_bytes"):
        read(tar_bytes([sparse("/s", pieces, 20_000, "gnu")]), limits=Limits(header_bytes=4096))


@pytest.mark.parametrize("form", ["gnu", "pax-1.0"])
def test_a_file_without_any_piece_is_one_hole(form: str) -> None:
    assert read(tar_bytes([sparse("/s", [], 5000, form)])).contents == [bytes(5000)]


@pytest.mark.parametrize(
    "version", [{"GNU.sparse.major": "2", "GNU.sparse.minor": "7"}, {"GNU.sparse.major": "1"}, {}, {"GNU.sparse.map": ""}]
)
def test_a_form_that_nobody_defined_is_read_as_it_is_and_told(version: dict[str, str]) -> None:
    """Go, and with it every container runtime, takes neither size nor name from such records; Python's tarfile takes both."""
    found = read(
        pax({**version, "GNU.sparse.realsize": "9999", "GNU.sparse.name": "other"}) + header(b"s", 3) + padded(b"abc") + bytes(1024)
    )
    assert found.contents == [b"abc"]
    assert (found.only.name, found.only.size) == (b"s", 3)
    assert found.topics == [Topic.HEADER]


def test_the_size_of_forms_0_counts_before_that_of_form_1_0() -> None:
    records: dict[str, bytes | str] = {"GNU.sparse.map": "0,3", "GNU.sparse.size": "10", "GNU.sparse.realsize": "20"}
    assert read(pax(records) + header(b"s", 3) + padded(b"abc") + bytes(1024)).contents == [b"abc" + bytes(7)]


def test_a_gnu_sparse_header_without_gnus_magic_is_refused() -> None:
    with pytest.raises(MalformedHeader, match="magic"):
        read(header(b"s", 0, b"S") + bytes(1024))


@pytest.mark.parametrize("count", [None, "2"])
def test_a_number_of_pieces_that_go_refuses_is_told(count: str | None) -> None:
    records: dict[str, bytes | str] = {"GNU.sparse.map": "0,3", "GNU.sparse.size": "10"}
    if count:
        records["GNU.sparse.numblocks"] = count
    found = read(pax(records) + header(b"s", 3) + padded(b"abc") + bytes(1024))
    assert found.contents == [b"abc" + bytes(7)]
    assert found.topics == [Topic.HEADER]
