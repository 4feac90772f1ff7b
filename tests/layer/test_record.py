"""A record: what the pass finds survives encoding and decoding, and bytes that are none are never taken for one, at no great cost."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imginspect.errors import LayerError
from imginspect.layer import ContentSpool, LayerIndex
from imginspect.layer import record as records
from imginspect.layer.index import WITHHELD, Entry, LayerStatus
from imginspect.layer.record import NoRecord, decode, encode
from imginspect.oci.digest import Digest
from imginspect.problems import Problem, Topic
from imginspect.scan.elf import Elf
from imginspect.scan.match import Match
from imginspect.tar.reader import Extra
from tests.image_builder import ImageBuilder, char_device, file, sparse_file, symlink, whiteout
from tests.layer.reading import index_of


class Bytes:
    """Contents in memory."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read_at(self, offset: int, count: int) -> bytes:
        if offset >= 1 << 63:
            raise OverflowError("as os.pread")
        self._file.seek(offset)
        return self._file.read(min(count, 1 << 40))


def written(index: LayerIndex) -> bytes:
    return b"".join(encode(index))


def plain(index: LayerIndex) -> dict[str, Any]:
    """All that is in an index, contents read."""
    fields = [name for name in LayerIndex.__dataclass_fields__ if not name.startswith("_") and name not in ("kept", "has_plain_names")]
    return {**{name: getattr(index, name) for name in fields}, "kept": {at: content.read() for at, content in index.kept.items()}}


# -- what the pass can find ------------------------------------------------------------------------------------------

NAMES = st.one_of(
    st.text(max_size=8),
    st.binary(max_size=8).map(lambda data: data.decode("utf-8", "surrogateescape")),
    st.sampled_from(["", "a\0b", "\udcff", "\ud800", "/", "\U0001f600", '"', "\\u0041", "\x1b[31m", "x" * 300]),
)
NUMBERS = st.integers(-(1 << 63), (1 << 63) - 1)
SIZES = st.integers(0, 1 << 62)
DIGESTS = st.one_of(st.none(), st.binary(min_size=32, max_size=32), st.just(WITHHELD))
EXTRAS = st.one_of(
    st.none(),
    st.builds(
        Extra,
        st.lists(st.tuples(NAMES, st.binary(max_size=9)), max_size=2).map(tuple),
        st.one_of(st.none(), st.tuples(st.integers(), st.integers())),
        st.booleans(),
    ),
)
ENTRIES = st.builds(Entry, NAMES, NAMES, NAMES, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NAMES, DIGESTS, NAMES, EXTRAS)
MATCHES = st.lists(st.builds(Match, NAMES, SIZES, SIZES, SIZES, st.booleans(), NAMES, NAMES, NAMES), max_size=2).map(tuple)
WORDS = st.lists(NAMES, max_size=2).map(tuple)
ELVES = st.builds(Elf, NAMES, st.sampled_from([0, 32, 64]), NAMES, NAMES, WORDS, WORDS, WORDS, st.booleans(), st.booleans())
MAYBE = st.one_of(st.none(), NAMES)
PROBLEMS = st.builds(Problem, st.sampled_from(Topic), NAMES, NAMES, MAYBE, MAYBE, st.sampled_from([None, 0]), MAYBE, st.booleans())
HEX = st.one_of(
    st.none(), st.builds(lambda name, data: Digest.of(data, name), st.sampled_from(["sha256", "sha384", "sha512"]), st.binary(max_size=2))
)


@st.composite
def indexes(draw: st.DrawFn) -> tuple[LayerIndex, dict[int, bytes]]:
    """An index without kept contents, and those."""
    entries = draw(st.lists(ENTRIES, max_size=6))
    ordinals, most = st.integers(0, max(0, len(entries) - 1)), min(2, len(entries))
    numbers = [draw(SIZES) for _ in range(7)]
    index = LayerIndex(
        entries,
        draw(st.sampled_from(LayerStatus)),
        draw(NAMES),
        draw(st.sampled_from(["", "plain", "gzip", "zstd", "xz", "bzip2"])),
        numbers[0],
        numbers[1],
        numbers[2],
        numbers[3],
        numbers[4],
        blob_digest=draw(HEX),
        diff_id=draw(HEX),
        behind=draw(MATCHES),
        packed=draw(st.dictionaries(NAMES, SIZES, max_size=2)),
        elf=draw(st.dictionaries(ordinals, ELVES, max_size=most)),
        matches=draw(st.dictionaries(ordinals, MATCHES, max_size=most)),
        problems=draw(st.lists(PROBLEMS, max_size=3)),
        attribute_bytes=numbers[5],
        sparse_bytes=numbers[6],
    )
    return index, draw(st.dictionaries(ordinals, st.binary(max_size=40), max_size=most))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(made=indexes())
def test_any_index_is_what_was_written(made: tuple[LayerIndex, dict[int, bytes]]) -> None:
    index, contents = made
    with ContentSpool() as store:
        index.kept = {ordinal: store.add(content) for ordinal, content in contents.items()}
        data = written(index)
        again = decode(Bytes(data))
        assert plain(again) == plain(index)
        assert again.is_repeatable
        assert again.has_plain_names
        assert written(again) == data


def test_layers_as_they_are_read_survive(tmp_path: Path) -> None:
    image = (
        ImageBuilder()
        .layer(
            file(b"/a/\xff\xfe".decode("utf-8", "surrogateescape"), b"1", xattrs={"user.x": "y"}),
            file("/key", b"token = glpat-" + b"Zq7xW2mK9pL4vN8sT3yB"),
            file("/copy", b"token = glpat-" + b"Zq7xW2mK9pL4vN8sT3yB"),
            file("/run.sh", b"#!/bin/sh\necho 1\n", mode=0o4755, uid=1 << 20, mtime=-5),
            char_device("/null", 0, 0),
            sparse_file("/sparse", [(0, b"x" * 512)], 1 << 20, "pax-1.0"),
            symlink("/l", "../../.."),
            file("/../out", keep_name=True),
        )
        .layer(whiteout("/a"), tail=b"behind")
    )
    for number in range(2):
        with index_of(image, tmp_path, number) as index:
            assert index.entries
            assert plain(decode(Bytes(written(index.as_layer(0))))) == plain(index.as_layer(0))


@pytest.mark.parametrize("field", ["mode", "uid", "gid", "size", "mtime"])
@pytest.mark.parametrize("number", [1 << 63, -(1 << 63) - 1, 1 << 200])
def test_numbers_that_no_record_can_hold_are_said_to_be_so(field: str, number: int) -> None:
    changes: Any = {field: number}
    entry = Entry("/", "a", "file", 0, 0, 0, 0, 0, "", None, "", None)._replace(**changes)
    with pytest.raises(NoRecord):
        written(LayerIndex([entry]))


# -- what is no record -----------------------------------------------------------------------------------------------


def sample() -> bytes:
    entries = [Entry("/a", f"{number}", "file", 0o644, 0, 0, number, 0, "", bytes([number]) * 32, "text", None) for number in range(9)]
    with ContentSpool() as store:
        index = LayerIndex(entries, kept={1: store.add(b"kept content")}, matches={2: (Match("x", 1, 2, 3, False, "***"),)})
        return written(index)


SAMPLE = sample()


def is_none(data: bytes) -> bool:
    """Whether *data* is no record; anything but an index or NoRecord is an error."""
    try:
        index = decode(Bytes(data))
    except NoRecord:
        return True
    try:
        plain(index)
    except LayerError:
        return True
    return False


def test_a_record_that_ends_early_is_none() -> None:
    assert [size for size in range(len(SAMPLE)) if not is_none(SAMPLE[:size])] == []


def test_a_flipped_bit_gives_a_record_or_none() -> None:
    """What is not compressed (digests, kept contents) has the cache's own digest over it."""
    for at in range(len(SAMPLE)):
        for bit in (1, 128):
            changed = bytearray(SAMPLE)
            changed[at] ^= bit
            is_none(bytes(changed))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.binary(max_size=300).map(lambda data: SAMPLE[:8] + data)))
def test_garbage_is_none(data: bytes) -> None:
    assert is_none(data)


def forged(**changed: bytes) -> bytes:
    """The sample with sections in the place of its own, compressed: plain, digests, has, names, number, word."""
    count = records._SECTIONS
    lengths = struct.unpack_from(f"<{count}Q", SAMPLE, 8)
    sections, at = [], 8 + 8 * count
    for length in lengths:
        sections.append(SAMPLE[at : at + length])
        at += length
    for name, data in changed.items():
        place = ["plain", "digests", "has", "names", "number", "_", "_", "_", "_", "word"].index(name)
        sections[place] = data if name == "digests" else zlib.compress(data)
    return SAMPLE[:8] + struct.pack(f"<{count}Q", *map(len, sections)) + b"".join(sections) + SAMPLE[at:]


def test_a_record_put_together_anew_is_the_record() -> None:
    assert plain(decode(Bytes(forged(has=b"\1" * 9)))) == plain(decode(Bytes(SAMPLE)))


@pytest.mark.parametrize(
    "changed",
    [
        {"plain": b"[]"},
        {"plain": b"{}"},
        {"plain": b"null"},
        {"plain": b"[" * 100_000},
        {"plain": b"9" * 10_000},
        {"plain": b"\xff"},
        {"plain": b""},
        {"digests": b""},
        {"digests": b"x" * 31},
        {"digests": bytes(32 * 10)},
        {"has": b""},
        {"has": b"\1" * 8},
        {"has": b"\1" * 10},
        {"has": b"\0" * 9},
        {"names": b"[]"},
        {"names": b"9"},
        {"names": b'["a"]'},
        {"names": b"[" * 100_000},
        {"number": b"x"},
        {"number": bytes(8 * 8)},
        {"word": b""},
        {"word": b'["a"]'},
        {"word": b'["a"]\0' + struct.pack("<q", 7) * 9},
        {"word": b'["a"]\0' + struct.pack("<q", -9) * 9},
        {"word": b"7\0" + bytes(72)},
    ],
)
def test_sections_that_contradict_each_other_are_no_record(changed: dict[str, bytes]) -> None:
    assert is_none(forged(**changed))


@pytest.mark.parametrize("lengths", [[1 << 63] * 13, [(1 << 64) - 1] * 13, [0] * 13, [1 << 40] + [0] * 12, [0] * 12 + [(1 << 64) - 1]])
def test_absurd_lengths_are_no_record(lengths: list[int]) -> None:
    lengths = lengths[: records._SECTIONS]
    assert is_none(SAMPLE[:8] + struct.pack(f"<{len(lengths)}Q", *lengths) + SAMPLE[8 + 8 * len(lengths) :])


@pytest.mark.parametrize("section", ["plain", "has", "names", "number", "word"])
def test_what_expands_beyond_any_record_is_none(section: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_MOST", 1 << 20)
    assert not is_none(SAMPLE)
    assert is_none(forged(**{section: bytes(2 << 20)}))


def test_all_sections_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [Entry("/a", "x" * 100, "file", 0, 0, 0, 0, 0, "", None, "", None)] * 2000
    data = written(LayerIndex(entries))
    monkeypatch.setattr(records, "_MOST", 300_000)  # the names alone are 200,000 bytes
    with pytest.raises(NoRecord):
        written(LayerIndex(entries))
    assert is_none(data)


@pytest.mark.parametrize("error", [OSError(116, "Stale file handle"), MemoryError()])
def test_a_medium_that_fails_and_too_little_memory_give_no_record(error: Exception) -> None:
    class Failing(Bytes):
        def read_at(self, offset: int, count: int) -> bytes:
            if offset > 100:
                raise error
            return super().read_at(offset, count)

    with pytest.raises(NoRecord):
        decode(Failing(SAMPLE))


def test_contents_that_cannot_be_read_later_are_an_error_of_the_layer() -> None:
    class Leaving(Bytes):
        is_gone = False

        def read_at(self, offset: int, count: int) -> bytes:
            if self.is_gone:
                raise OSError(116, "Stale file handle")
            return super().read_at(offset, count)

    contents = Leaving(SAMPLE)
    index = decode(contents)
    contents.is_gone = True
    with pytest.raises(LayerError, match="Stale"):
        index.kept[1].read()
    contents.is_gone = False
    assert index.kept[1].read() == b"kept content"


def test_contents_are_read_back_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_BLOCK", 1000)
    wanted = {number: bytes([number]) * size for number, size in enumerate((1, 999, 1, 2500, 0, 1000, 700))}
    with ContentSpool() as store:
        index = LayerIndex([Entry("/a", f"{number}", "file", 0, 0, 0, 0, 0, "", None, "", None) for number in wanted])
        index.kept = {number: store.add(content) for number, content in wanted.items()}
        again = decode(Bytes(written(index)))
    for number in (3, 0, 6, 5, 1, 2, 4, 3):
        assert again.kept[number].read() == wanted[number]
