"""The containers that the credentials suite makes: that their own readers open them, and find in them what was put in."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import marshal
import shutil
import sqlite3
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from tests.labelled.credential import bytecode, git_store, kinds_learning, kinds_research, kinds_site, kinds_stores, packing, records
from tests.labelled.credential.case import Case
from tests.labelled.credential.kinds import Kind
from tests.labelled.credential.packed_cases import CONTAINERS, SETTINGS, Wrap
from tests.labelled.credential.stored_cases import databases, documents, git
from tests.labelled.credential.values import Values
from tests.labelled.credentials import CASES

VALUE = Values("packed text").word(30).encode()
TEXT = SETTINGS + VALUE + b"\n"
READERS = (
    (b"\x28\xb5\x2f\xfd", packing.from_zstandard),
    (b"\x50\x2a\x4d\x18", packing.from_zstandard),
    (b"BZh", bz2.decompress),
    (b"\xfd7zXZ\0", lzma.decompress),
    (b"\x5d\0\0", lzma.decompress),
    (b"\x78\x01", zlib.decompress),
    (b"\x78\x9c", zlib.decompress),
)
"""What a compressed stream begins with, and its reader."""
KINDS = (*kinds_learning.KINDS, *kinds_research.KINDS, *kinds_site.KINDS, *kinds_stores.KINDS)


def opened(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """*data*, and what the standard library's readers find inside, and inside of that."""
    yield data
    if depth < 9:
        for inner in _inside(data):
            yield from opened(inner, depth + 1)


def _inside(data: bytes) -> list[bytes]:
    start = data.find(b"\x1f\x8b\x08") if data.startswith(b"#!") else 0
    if start >= 0 and data[start : start + 3] == b"\x1f\x8b\x08":
        return [gzip.decompress(data[start:])]
    for magic, reader in READERS:
        if data.startswith(magic):
            return [reader(data)]
    if data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as members:
            return [file.read() for member in members if (file := members.extractfile(member))]
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [archive.read(name) for name in archive.namelist()]
    return []


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda container: container[0])
def test_a_packed_text_comes_out_again(container: tuple[str, str, str, Wrap]) -> None:
    name, place, _, wrap = container
    packed = wrap(TEXT)
    assert any(TEXT in inner for inner in opened(packed)), name
    assert VALUE not in packed or "stored" in name or place == "tar"


@pytest.mark.parametrize(
    ("name", "depth"), [("two-deep-tar-zip", 3), ("three-deep-zips", 3), ("four-deep-zips", 4), ("four-deep-mixed", 4)]
)
def test_archives_lie_as_deep_as_they_are_said_to(name: str, depth: int) -> None:
    wrap = next(wrap for each, _, _, wrap in CONTAINERS if each == name)
    layers = [wrap(TEXT)]
    while layers[-1] != TEXT:
        layers += _inside(layers[-1])
    assert len(layers) == depth + 1


# -- git -----------------------------------------------------------------------------------------------------------------


def test_a_difference_makes_the_older_version() -> None:
    new = git_store.blob(b"one\ntwo\nthree\n" * 30)
    old = git_store.blob(new.data.replace(b"two", b"six", 1), new)
    whole = git_store.pack([new, git_store.blob(old.data)])
    assert len(git_store.pack([new, old])) < len(whole)
    assert old.name == git_store.blob(old.data).name


@pytest.mark.oracle
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_reads_each_repository_of_the_suite(tmp_path: Path) -> None:
    repositories = [case for case in git() if case.beside]
    assert len(repositories) >= 20
    for number, case in enumerate(repositories):
        folder = tmp_path / str(number)
        for path, data in ((case.path, case.content), *case.beside):
            file = folder / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        store = next(folder.rglob("HEAD")).parent
        ran = subprocess.run(["git", f"--git-dir={store}", "fsck", "--full", "--strict"], capture_output=True, text=True)
        assert ran.returncode == 0, (case.id, ran.stderr)


# -- compiled Python, databases, pictures --------------------------------------------------------------------------------


@pytest.mark.skipif(sys.version_info[:2] not in bytecode.MAGIC, reason="no module of this version is made")
def test_python_reads_its_modules() -> None:
    inner = bytecode.Code("f", ("é", b"bytes", "long " * 99), ("name",))
    data = bytecode.module(bytecode.Code("<module>", ("text", None, ("a", 7), inner), ("TOKEN",)), sys.version_info[:2])
    code = marshal.loads(data[16:])
    assert isinstance(code, CodeType)
    assert code.co_consts[:3] == ("text", None, ("a", 7))
    assert code.co_consts[3].co_consts == inner.constants
    assert code.co_names == ("TOKEN",)


@pytest.mark.parametrize("case", databases(), ids=lambda case: case.id)
def test_databases_are_whole(case: Case) -> None:
    data = gzip.decompress(case.content) if case.path.endswith(".gz") else case.content
    with sqlite3.connect(":memory:") as connection:
        connection.deserialize(data)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_database_has_the_same_bytes_in_each_run() -> None:
    make = ["CREATE TABLE t (a TEXT)"], [("INSERT INTO t VALUES (?)", ("x",))]
    assert records.database(*make) == records.database(*make)


def test_pictures_are_whole() -> None:
    pictures = [case for case in documents() if case.path.endswith(".png")]
    assert len(pictures) >= 7
    for case in pictures:
        at = 8
        names: list[bytes] = []
        while not names or names[-1] != b"IEND":
            (length,) = struct.unpack_from(">I", case.content, at)
            chunk = case.content[at + 4 : at + 8 + length]
            assert struct.unpack_from(">I", case.content, at + 8 + length) == (zlib.crc32(chunk),), case.id
            names.append(chunk[:4])
            at += 12 + length
        assert names[0] == b"IHDR"


# -- kinds ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_each_kind_stands_in_two_places_and_has_a_decoy(kind: Kind) -> None:
    assert len(kind.places) + kind.env >= 3
    assert kind.decoys
    assert kind.make(Values("a")) == kind.make(Values("a")) != kind.make(Values("b"))


def test_nats_seeds_have_the_right_checksum() -> None:
    for name in "abc":
        seed = kinds_site.nats_seed(Values(name))
        raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
        assert (len(seed), seed[:2]) == (58, "SU")
        assert kinds_site.crc16(raw[:-2]) == int.from_bytes(raw[-2:], "little")
    assert kinds_site.crc16(b"123456789") == 0x31C3


def test_what_must_be_opened_is_marked_by_its_place() -> None:
    inside = [case for case in CASES if case.place.startswith(("packed: ", "encoded: ")) and case.expected]
    assert len(inside) >= 200
    assert {case.place.partition(": ")[2] for case in inside} >= {"gzip", "zip", "git pack", "SQLite", "base64 twice", "four deep"}
