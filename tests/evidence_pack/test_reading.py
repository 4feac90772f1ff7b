"""Reading packs that were made to do harm."""

from __future__ import annotations

import io
import os
import stat
import struct
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import pytest

from imginspect.evidence_pack import reading as reading_module
from imginspect.evidence_pack import write_pack
from imginspect.evidence_pack.reading import read_pack
from imginspect.evidence_pack.zipped import zip_bytes
from imginspect.report.strict_json import NotReadable
from tests.evidence_pack.packs import pack_of, record, sample
from tests.inspecting import run

GOOD = zip_bytes(pack_of([sample()]))


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are given twice
        with zipfile.ZipFile(target, "w", compression) as made:
            for name, content in members:
                made.writestr(name, content)
    return target.getvalue()


def reads(tmp_path: Path, content: bytes) -> reading_module.StoredPack:
    (tmp_path / "x.zip").write_bytes(content)
    return read_pack(tmp_path / "x.zip")


def test_a_zip_as_we_write_it_is_read(tmp_path: Path) -> None:
    assert reads(tmp_path, GOOD).wrong == []


def test_a_zip_that_was_compressed_is_read_too(tmp_path: Path) -> None:
    assert reads(tmp_path, zipped(("report.json", b"{}" * 1000), compression=zipfile.ZIP_DEFLATED)).files == {"report.json": b"{}" * 1000}


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_is_an_error_whatever_it_was_compressed_with(tmp_path: Path, compression: int) -> None:
    content = bytearray(zipped(("report.json", bytes(range(256)) * 40), compression=compression))
    at = 30 + len("report.json")
    for broken in (at, at + 12, at + 40):
        damaged = content[:broken] + b"\xff" * 24 + content[broken + 24 :]
        with pytest.raises(NotReadable, match="the zip is damaged"):
            reads(tmp_path, bytes(damaged))


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "a//x", "x\n", "C:\\x", "a\\..\\x", "./x", ".x", "x" * 300, "a/b/c/d/e/f"])
def test_names_that_lead_elsewhere_are_not_read(tmp_path: Path, name: str) -> None:
    stored = reads(tmp_path, zipped((name, b"x")))
    assert stored.files == {}
    assert len(stored.wrong) == 1


def test_a_name_that_ends_at_a_nul_byte_is_not_read(tmp_path: Path) -> None:
    stored = reads(tmp_path, zipped(("report.json#x", b"x")).replace(b"report.json#x", b"report.json\0x"))
    assert stored.files == {}


def test_a_name_that_is_there_twice_is_said(tmp_path: Path) -> None:
    stored = reads(tmp_path, zipped(("report.json", b"1"), ("report.json", b"2")))
    assert stored.files == {"report.json": b"1"}
    assert stored.wrong == ["report.json appears twice in the zip; the first one was read"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_in_a_zip_are_not_read(tmp_path: Path, kind: int) -> None:
    member = zipfile.ZipInfo("report.json")
    member.external_attr = (kind | 0o777) << 16
    member.create_system = 3
    stored = reads(tmp_path, zipped((member, b"/etc/passwd")))
    assert stored.files == {}
    assert len(stored.wrong) == 1


def test_a_zip_bomb_is_refused_before_it_is_expanded(tmp_path: Path) -> None:
    piece = bytes(1 << 20)
    content = zipped(*((f"f{number}", piece) for number in range(300)), compression=zipfile.ZIP_DEFLATED)
    tracemalloc.start()
    with pytest.raises(NotReadable, match="more than"):
        reads(tmp_path, content)
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()


def test_a_member_that_says_it_is_small_is_read_no_further(tmp_path: Path) -> None:
    content = bytearray(zipped(("report.json", bytes(1 << 20)), compression=zipfile.ZIP_DEFLATED))
    for at in (22, content.find(b"PK\1\2") + 24):
        content[at : at + 4] = struct.pack("<L", 10)
    with pytest.raises(NotReadable):
        reads(tmp_path, bytes(content))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"PK\5\6", GOOD[:-1], GOOD + b"\0", b"#!/bin/sh\n" + GOOD, GOOD[:100], GOOD[:-2] + b"\1\0c",
        GOOD[:-22] + b"PK\6\7" + bytes(16) + GOOD[-22:],
    ],
    ids=["empty", "a start", "cut", "more behind", "more in front", "no end", "a comment", "zip64"],
)  # fmt: skip
def test_a_zip_that_two_readers_may_read_differently_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotReadable):
        reads(tmp_path, content)


def test_a_long_list_of_members_is_refused_before_it_is_read(tmp_path: Path) -> None:
    end = b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, 0xFFFF, 0xFFFF, 17 << 20, 0, 0)
    with pytest.raises(NotReadable, match="central directory"):
        reads(tmp_path, bytes(17 << 20) + end)


def test_any_changed_byte_of_a_zip_is_harmless(tmp_path: Path) -> None:
    """It is read, or refused; nothing else is raised."""
    directory = GOOD.find(b"PK\1\2")
    for at in [*range(120), *range(directory, directory + 200), *range(len(GOOD) - 22, len(GOOD))]:
        for value in (0, 0xFF, GOOD[at] ^ 1):
            try:
                reads(tmp_path, GOOD[:at] + bytes([value]) + GOOD[at + 1 :])
            except NotReadable:
                continue


# -- folders -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_pack(pack_of([sample()]), record(), tmp_path / "pack")
    return tmp_path / "pack"


def test_a_link_in_a_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes((folder / "report.txt").read_bytes())
    (folder / "report.txt").unlink()
    (folder / "report.txt").symlink_to(tmp_path / "outside")
    outcome = run("verify", folder)
    assert outcome.code == 1
    assert "report.txt is a symbolic link: it was not followed or read" in outcome.text


def test_a_folder_that_is_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "excerpts").rename(tmp_path / "outside")
    (folder / "excerpts").symlink_to(tmp_path / "outside")
    assert "excerpts is a symbolic link" in run("verify", folder).text


def test_a_fifo_does_not_stop_the_reading(folder: Path) -> None:
    os.mkfifo(folder / "more.txt")
    outcome = run("verify", folder)
    assert outcome.code == 1
    assert "more.txt is neither a file nor a directory" in outcome.text


def test_an_empty_folder_and_a_hidden_file_are_said(folder: Path) -> None:
    (folder / "more").mkdir()
    (folder / ".hidden").write_bytes(b"")
    text = run("verify", folder).text
    assert "the directory more is empty" in text
    assert "'.hidden' is not a valid file name" in text


def test_too_much_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, least in (("MOST_FILES", 5), ("MOST_BYTES", 2000)):
        with monkeypatch.context() as patched:
            patched.setattr(reading_module, name, least)
            with pytest.raises(NotReadable, match="more than"):
                read_pack(folder)


def test_folders_in_folders_are_followed_to_an_end(folder: Path) -> None:
    deep = folder.joinpath(*["d"] * 200)
    deep.mkdir(parents=True)
    assert run("verify", folder).code == 1
