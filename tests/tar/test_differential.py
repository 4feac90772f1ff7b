"""Our tar reader against Python's, on tars that Python wrote."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imginspect.tar.header import BLOCK_DEVICE, CHARACTER_DEVICE, DIRECTORY, FIFO, FILE, HARDLINK, SYMLINK
from tests.tar.reading import Found, read

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
KINDS = {
    tarfile.REGTYPE: FILE,
    tarfile.DIRTYPE: DIRECTORY,
    tarfile.SYMTYPE: SYMLINK,
    tarfile.LNKTYPE: HARDLINK,
    tarfile.CHRTYPE: CHARACTER_DEVICE,
    tarfile.BLKTYPE: BLOCK_DEVICE,
    tarfile.FIFOTYPE: FIFO,
}
Item = tuple[tarfile.TarInfo, bytes]


def written(items: list[Item], form: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=FORMATS[form], encoding="utf-8", errors="surrogateescape") as tar:
        for info, content in items:
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def as_python_reads(data: bytes) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    with tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8", errors="surrogateescape") as tar:
        for info in tar:
            stream = tar.extractfile(info) if info.isreg() else None
            content = stream.read() if stream else b""
            device = (info.devmajor, info.devminor) if info.type in (tarfile.CHRTYPE, tarfile.BLKTYPE) else None
            link = info.linkname if info.type in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            found.append((info.name, KINDS[info.type], info.mode, info.uid, info.gid, int(info.mtime), link, device, content))
    return found


def as_we_read(found: Found) -> list[tuple[object, ...]]:
    return [
        (
            entry.name.decode("utf-8", "surrogateescape").rstrip("/"), entry.kind, entry.mode, entry.uid, entry.gid, entry.mtime,
            entry.link.decode("utf-8", "surrogateescape"), entry.extra.device if entry.extra else None, content,
        )
        for entry, content in zip(found.entries, found.contents, strict=True)
    ]  # fmt: skip


def item(name: str, kind: bytes = tarfile.REGTYPE, content: bytes = b"", **fields: object) -> Item:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.size = len(content)
    for key, value in fields.items():
        setattr(info, key, value)
    return info, content


SAMPLE = [
    item("dir", tarfile.DIRTYPE, mode=0o755),
    item("dir/file", content=b"x" * 1300, mode=0o4755, uid=1000, gid=100, mtime=1_700_000_000),
    item("dir/" + "n" * 90, content=b"y"),
    item("p" * 60 + "/" + "q" * 60, content=b"prefix"),
    item("link", tarfile.SYMTYPE, linkname="dir/file"),
    item("hard", tarfile.LNKTYPE, linkname="dir/file"),
    item("null", tarfile.CHRTYPE, devmajor=1, devminor=3),
    item("sda", tarfile.BLKTYPE, devmajor=8, devminor=0),
    item("pipe", tarfile.FIFOTYPE),
    item("empty"),
]


@pytest.mark.parametrize("form", FORMATS)
def test_every_kind_of_entry_is_read_as_python_reads_it(form: str) -> None:
    data = written(SAMPLE, form)
    found = read(data)
    assert as_we_read(found) == as_python_reads(data)
    assert found.end_marker
    assert found.notices == []
    assert found.rest[1] == 0


@pytest.mark.parametrize("form", ["gnu", "pax"])
def test_what_ustar_cannot_say_is_read_as_python_reads_it(form: str) -> None:
    items = [
        item("n" * 300, content=b"1", uid=70_000_000, gid=2**40, mtime=2**36),
        item("l", tarfile.SYMTYPE, linkname="t" * 500),
        item("h", tarfile.LNKTYPE, linkname="n" * 300),
        item("é\udcff", content=b"2"),
    ]
    data = written(items, form)
    assert as_we_read(read(data)) == as_python_reads(data)


names = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\0"), min_size=1, max_size=40).filter(
    lambda name: name.strip(".") != ""
)
paths = st.lists(names, min_size=1, max_size=5).map("/".join)
numbers = st.integers(0, 0o7777777)


@st.composite
def entries(draw: st.DrawFn) -> Item:
    kind = draw(st.sampled_from(list(KINDS)))
    content = draw(st.binary(max_size=1600)) if kind == tarfile.REGTYPE else b""
    link = draw(paths) if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
    major, minor = (draw(st.integers(0, 4095)), draw(st.integers(0, 4095))) if kind in (tarfile.CHRTYPE, tarfile.BLKTYPE) else (0, 0)
    return item(
        draw(paths), kind, content, linkname=link, devmajor=major, devminor=minor, mode=draw(st.integers(0, 0o7777)),
        uid=draw(numbers), gid=draw(numbers), mtime=draw(st.integers(0, 0o77777777777)),
    )  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(entries(), max_size=6), st.sampled_from(["gnu", "pax"]), st.integers(1, 6))
def test_random_entries_are_read_as_python_reads_them_whatever_the_blocks(items: list[Item], form: str, blocks: int) -> None:
    data = written(items, form)
    assert as_we_read(read(data, blocks * 512)) == as_python_reads(data)


short = st.text("abcXYZ019._- ", min_size=1, max_size=12).filter(lambda name: name.strip(". ") != "")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.lists(short, min_size=1, max_size=10).map("/".join), st.binary(max_size=700), numbers), max_size=6))
def test_random_ustar_entries_are_read_as_python_reads_them(files: list[tuple[str, bytes, int]]) -> None:
    items = [item(name, content=content, uid=number, gid=number, mtime=number) for name, content, number in files]
    data = written(items, "ustar")
    assert as_we_read(read(data)) == as_python_reads(data)


@settings(max_examples=60, deadline=None)
@given(st.lists(entries(), max_size=6), st.integers(1, 9), st.booleans())
def test_contents_that_nobody_reads_are_passed_over(items: list[Item], blocks: int, skips: bool) -> None:
    data = written(items, "pax")
    with_contents, without = read(data), read(data, blocks * 512, skips=skips, contents=False)
    assert without.entries == with_contents.entries
    assert without.end_marker
