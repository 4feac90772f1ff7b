"""PAX and GNU extension headers: values that override, empty ones, repeated ones, global ones, and their limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.errors import LimitExceeded
from imginspect.limits import Limits
from imginspect.problems import Topic
from imginspect.tar.extensions import parse_records, seconds
from imginspect.tar.header import SYMLINK, MalformedHeader
from imginspect.tar.reader import TruncatedTar
from tests.tar.reading import Found, read
from tests.tar_writer import BLOCK, gnu_long, header, padded, pax

END = bytes(2 * BLOCK)
Records = dict[str, bytes | str] | list[tuple[str, bytes | str]]


def with_records(records: Records, block: bytes | None = None) -> Found:
    return read(pax(records) + (block if block is not None else header(b"short", uid=5, gid=6, mtime=7)) + END)


def test_records_override_the_header() -> None:
    entry = with_records({"path": "long/name", "uid": "70000000", "gid": "80000000", "mtime": "1700000000.75"}).only
    assert (entry.name, entry.uid, entry.gid, entry.mtime) == (b"long/name", 70_000_000, 80_000_000, 1_700_000_000)


def test_empty_values_leave_the_header_as_it_is() -> None:
    entry = with_records({"path": "", "uid": "", "gid": "", "mtime": "", "size": ""}).only
    assert (entry.name, entry.uid, entry.gid, entry.mtime, entry.size) == (b"short", 5, 6, 7, 0)


def test_of_a_repeated_key_the_last_counts() -> None:
    assert with_records([("path", "one"), ("path", "two")]).only.name == b"two"


def test_records_hold_for_one_entry_only() -> None:
    found = read(pax({"path": "first"}) + header(b"a") + header(b"b") + END)
    assert [entry.name for entry in found.entries] == [b"first", b"b"]


def test_a_second_extension_header_replaces_the_first() -> None:
    found = read(pax({"path": "one", "uid": "9"}) + pax({"path": "two"}) + header(b"a", uid=1) + END)
    assert (found.only.name, found.only.uid) == (b"two", 1)


def test_a_size_that_the_header_cannot_hold_is_taken_from_the_record() -> None:
    found = read(pax({"size": "5"}) + header(b"a", 5) + padded(b"hello") + END)
    assert found.contents == [b"hello"]
    assert found.notices == []


def test_two_sizes_are_told_and_the_record_counts() -> None:
    found = read(pax({"size": "5"}) + header(b"a", 0) + padded(b"hello") + header(b"b") + END)
    assert [entry.name for entry in found.entries] == [b"a", b"b"]
    assert found.contents[0] == b"hello"
    assert found.topics == [Topic.HEADER]


def test_attributes_are_kept_sorted() -> None:
    entry = with_records({"SCHILY.xattr.user.b": b"\0\xff\n=", "SCHILY.xattr.user.a": "1", "comment": "no"}).only
    assert entry.extra is not None
    assert entry.extra.xattrs == (("user.a", b"1"), ("user.b", b"\0\xff\n="))


def test_links_longer_than_the_header_holds() -> None:
    found = read(pax({"linkpath": "t" * 200}) + header(b"l", 0, b"2", link=b"short") + END)
    assert (found.only.kind, found.only.link) == (SYMLINK, b"t" * 200)


def test_a_linkpath_of_a_file_means_nothing() -> None:
    assert with_records({"linkpath": "elsewhere"}).only.link == b""


def test_gnu_long_names_and_links() -> None:
    found = read(gnu_long(b"n" * 300, b"L") + gnu_long(b"t" * 300, b"K") + header(b"n" * 100, 0, b"2", magic=b"ustar  \0") + END)
    assert (found.only.name, found.only.link) == (b"n" * 300, b"t" * 300)


def test_a_global_header_is_ignored_and_told() -> None:
    found = read(pax({"path": "everything", "uid": "0"}, typeflag=b"g") + header(b"a", uid=3) + END)
    assert (found.only.name, found.only.uid) == (b"a", 3)
    assert found.topics == [Topic.HEADER]


def test_a_global_comment_is_harmless() -> None:
    found = read(pax({"comment": "a git commit"}, typeflag=b"g") + header(b"a") + END)
    assert found.only.name == b"a"
    assert found.notices == []


@pytest.mark.parametrize(
    "body",
    [
        b"5 a=b\n",
        b"99 a=b\n",
        b"6 ab\n\0",
        b"6 a=b ",
        b"x a=b\n",
        b" a=b\n",
        b"5 =b\n",
        b"0 a=b\n",
        b"-6 a=b\n",
        b"12 path=a\0b\n\n",
        b"2 \n",
    ],
)
def test_records_of_another_form_are_refused(body: bytes) -> None:
    with pytest.raises(MalformedHeader):
        parse_records(body)


@given(st.dictionaries(st.text("abcXYZ.", min_size=1), st.binary(), max_size=5))
def test_records_come_back_as_they_were_written(records: dict[str, bytes]) -> None:
    wanted = {key: value for key, value in records.items() if key not in ("path", "linkpath", "uname", "gname")}
    block = pax(dict(wanted))
    size = int(block[124:135], 8)
    assert parse_records(block[BLOCK : BLOCK + size]) == {key.encode(): value for key, value in wanted.items()}


@pytest.mark.parametrize(
    ("text", "value"), [(b"1.9", 1), (b"0", 0), (b"-1.5", -2), (b"-1", -1), (b"-1.0", -1), (b".5", 0), (b"-.5", -1), (b"12.", 12)]
)
def test_times_are_rounded_down(text: bytes, value: int) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("records", [{"uid": "x"}, {"size": "1e3"}, {"mtime": "1.x"}, {"size": "9" * 19}, {"uid": "1 "}])
def test_numbers_that_are_none_are_refused(records: Records) -> None:
    with pytest.raises(MalformedHeader):
        with_records(records)


@pytest.mark.parametrize("front", [pax({"comment": "c" * 5000}), gnu_long(b"n" * 5000, b"L"), pax({"comment": "c" * 5000}, typeflag=b"g")])
def test_the_size_of_an_extension_header_is_bounded(front: bytes) -> None:
    data = front + header(b"a") + END
    assert read(data).entries
    with pytest.raises(LimitExceeded, match="header_bytes"):
        read(data, limits=Limits(header_bytes=4096))


@pytest.mark.parametrize("front", [pax({"comment": "c"}), gnu_long(b"n", b"L"), pax({"comment": "c"}, typeflag=b"g")])
def test_extension_headers_in_a_row_are_bounded(front: bytes) -> None:
    limits = Limits(extension_headers=8)
    assert read(front * 7 + header(b"a") + END, limits=limits).entries
    with pytest.raises(LimitExceeded, match="extension_headers"):
        read(front * 8 + header(b"a") + END, limits=limits)


def test_an_extension_header_at_the_end_is_a_truncated_tar() -> None:
    with pytest.raises(TruncatedTar):
        read(pax({"path": "a"}) + END)
