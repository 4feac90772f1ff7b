"""One header block: numbers, checksums, names with a prefix, types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.problems import Topic
from imginspect.tar.header import DIRECTORY, FILE, MalformedHeader, checksum_matches, parse_number, sum_of
from tests.tar.reading import read
from tests.tar_writer import BLOCK, header, padded, tar_bytes

END = bytes(2 * BLOCK)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"0000644\0", 0o644),
        (b"   644 \0", 0o644),
        (b"644     ", 0o644),
        (b"\0\0\0\0\0\0\0\0", 0),
        (b"        ", 0),
        (b"77777777", 0o77777777),
        (b"123\0junk", 0o123),
        (b"\x80\0\0\0\0\0\0\x05", 5),
        (b"\xff" * 8, -1),
        (b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 0x7FFFFFFFFFFFFFFF),
    ],
)
def test_numbers(field: bytes, value: int) -> None:
    assert parse_number(field, "size") == value


@pytest.mark.parametrize("field", [b"0000888\0", b"-000644\0", b"0x644\0\0\0", b"12 34\0\0\0", b"\xbf" + b"\xff" * 11, b"\xc0" + bytes(11)])
def test_what_is_no_number_is_refused(field: bytes) -> None:
    with pytest.raises(MalformedHeader):
        parse_number(field, "size")


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_base_256_holds_every_64_bit_number(value: int) -> None:
    data = value.to_bytes(12, "big", signed=True)
    assert parse_number(bytes([data[0] | 0x80]) + data[1:], "size") == value


@given(st.binary(min_size=BLOCK, max_size=BLOCK))
def test_the_fast_sum_is_the_sum(block: bytes) -> None:
    assert sum_of(block) == sum(block)


def test_a_size_in_base_256_is_read() -> None:
    found = read(header(b"a", 5, base256=True) + padded(b"hello") + END)
    assert found.contents == [b"hello"]


def test_signed_checksums_of_old_tars_are_taken() -> None:
    name = b"caf\xe9\xff"
    block = header(name)
    unsigned = sum(block[:148]) + 8 * 32 + sum(block[156:])
    signed = header(name, checksum=unsigned - 256 * 2)
    assert checksum_matches(signed)
    assert read(signed + END).only.name == name


@pytest.mark.parametrize("difference", [-1, 1, -256, 256])
def test_a_wrong_checksum_is_refused(difference: int) -> None:
    block = header(b"plain")
    wrong = header(b"plain", checksum=sum(block[:148]) + 8 * 32 + sum(block[156:]) + difference)
    assert not checksum_matches(wrong)
    with pytest.raises(MalformedHeader, match="checksum"):
        read(wrong + END)


@pytest.mark.parametrize("field", [b"\0" * 8, b" " * 8, b"0x1234\0 ", b"99999999"])
def test_a_checksum_field_without_a_number_is_refused(field: bytes) -> None:
    block = header(b"a")
    assert not checksum_matches(block[:148] + field + block[156:])


def test_the_ustar_prefix_stands_before_the_name() -> None:
    assert read(header(b"name", prefix=b"some/folder") + END).only.name == b"some/folder/name"


def test_gnu_headers_have_no_prefix() -> None:
    assert read(header(b"name", prefix=b"12345", magic=b"ustar  \0") + END).only.name == b"name"


def test_the_star_format_ends_its_prefix_early() -> None:
    block = bytearray(header(b"name", prefix=b"p" * 131 + b"00000000000 11111111111 "))
    block[508:512] = b"tar\0"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    assert read(bytes(block) + END).only.name == b"p" * 131 + b"/name"


@pytest.mark.parametrize("typeflag", [b"0", b"\0", b"7"])
def test_all_regular_types_are_files(typeflag: bytes) -> None:
    found = read(header(b"a", 3, typeflag) + padded(b"abc") + END)
    assert (found.only.kind, found.contents) == (FILE, [b"abc"])


def test_an_old_entry_whose_name_ends_in_a_slash_is_a_directory() -> None:
    assert read(header(b"a/", 0, b"\0") + END).only.kind == DIRECTORY


def test_an_entry_of_unknown_type_is_passed_over_and_told() -> None:
    found = read(header(b"a", 3, b"V") + padded(b"abc") + header(b"b") + END, contents=False)
    assert [entry.name for entry in found.entries] == [b"a", b"b"]
    assert found.entries[0].kind == "unknown type b'V'"
    assert found.entries[0].size == 3


@pytest.mark.parametrize("typeflag", [b"1", b"2", b"3", b"4", b"5", b"6"])
def test_a_size_of_what_has_no_content_counts_as_zero_and_is_told(typeflag: bytes) -> None:
    found = read(header(b"a", 512, typeflag, link=b"x") + header(b"b") + END)
    assert [entry.name for entry in found.entries] == [b"a", b"b"]
    assert found.entries[0].size == 0
    assert found.topics == [Topic.HEADER]


def test_a_negative_size_is_refused() -> None:
    block = bytearray(header(b"a"))
    block[124:136] = b"\xff" * 12
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    with pytest.raises(MalformedHeader, match="negative"):
        read(bytes(block) + END)


def test_an_empty_tar_has_no_entries() -> None:
    found = read(tar_bytes([]))
    assert (found.entries, found.end_marker) == ([], True)
