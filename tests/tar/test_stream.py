"""The stream behind a tar: blocks of any size, ends that are right, early or missing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imginspect.errors import LayerError
from imginspect.tar.reader import TruncatedTar
from tests.tar.reading import read
from tests.tar_writer import BLOCK, directory, file, header, sparse, symlink, tar_bytes

ENTRIES = [
    directory("/d"),
    file("/d/small", b"abc"),
    file("/d/large", bytes(range(256)) * 40),
    file("/" + "n" * 200, b"z" * 512),
    symlink("/l", "t" * 200),
    sparse("/s", [(512, b"a" * 700), (4096, b"b")], 9000, "pax-1.0"),
    sparse("/g", [(number * 1024, b"c" * 10) for number in range(30)], 40_000, "gnu"),
]
TAR = tar_bytes(ENTRIES, tail=bytes(8 * BLOCK))
WHOLE = read(TAR)


@pytest.mark.parametrize("blocks", [*range(1, 24), 40, 100])
def test_blocks_of_any_multiple_of_512_give_the_same(blocks: int) -> None:
    assert read(TAR, blocks * BLOCK) == WHOLE


@pytest.mark.parametrize("skips", [True, False])
def test_sources_that_skip_give_the_same_entries(skips: bool) -> None:
    assert read(TAR, 1024, skips=skips, contents=False).entries == WHOLE.entries


def test_two_zero_blocks_end_the_tar() -> None:
    assert WHOLE.end_marker
    assert not WHOLE.lone_zero_block
    assert WHOLE.rest == (8 * BLOCK, 0)


@pytest.mark.parametrize("block", [BLOCK, 1 << 16])
def test_a_missing_end_marker_is_told(block: int) -> None:
    found = read(tar_bytes([file("/a", b"1")], end_blocks=0), block)
    assert found.contents == [b"1"]
    assert not found.end_marker


@pytest.mark.parametrize("block", [BLOCK, 1 << 16])
def test_a_lone_zero_block_stops_and_what_follows_is_counted(block: int) -> None:
    hidden = tar_bytes([file("/hidden", b"1")])
    found = read(tar_bytes([file("/a")], end_blocks=1) + hidden, block)
    assert [entry.name for entry in found.entries] == [b"a"]
    assert found.lone_zero_block
    assert not found.end_marker
    assert found.rest == (len(hidden), len(hidden) - hidden.count(0))


def test_one_zero_block_at_the_very_end_is_no_end_marker() -> None:
    found = read(tar_bytes([file("/a")], end_blocks=1))
    assert not found.end_marker
    assert not found.lone_zero_block


def test_bytes_behind_the_end_are_counted() -> None:
    assert read(tar_bytes([file("/a")], tail=b"\0xy\0")).rest == (4, 2)


@pytest.mark.parametrize("missing", [1, 511, 512, 513, 1024])
def test_an_entry_that_is_cut_off_is_told(missing: int) -> None:
    tar = tar_bytes([file("/a", b"x" * 1500)], end_blocks=0)
    with pytest.raises(TruncatedTar):
        read(tar[: BLOCK + 1500 - missing])


def test_padding_that_is_cut_off_behind_zeros_is_told_or_harmless() -> None:
    tar = tar_bytes([file("/a", b"x" * 100)], end_blocks=0)
    with pytest.raises(TruncatedTar):
        read(tar[:-1])


@pytest.mark.parametrize("length", [1, 200, 511])
def test_a_header_that_is_cut_off_is_told(length: int) -> None:
    with pytest.raises(TruncatedTar):
        read(header(b"a") + header(b"b")[:length])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(TAR)), st.integers(1, 5))
def test_a_prefix_of_a_tar_gives_a_prefix_of_its_entries_or_an_error(length: int, blocks: int) -> None:
    try:
        found = read(TAR[:length], blocks * BLOCK)
    except LayerError:
        return
    assert found.entries == WHOLE.entries[: len(found.entries)]
    assert found.contents == WHOLE.contents[: len(found.contents)]
    assert length >= len(TAR) - 9 * BLOCK or not found.end_marker
