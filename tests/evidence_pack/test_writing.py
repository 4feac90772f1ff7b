"""Writing a pack: whole or not at all, for the owner only, never through a link."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from pathlib import Path
from typing import Any

import pytest

from imginspect.errors import UsageError
from imginspect.evidence_pack import write_pack
from imginspect.evidence_pack.reading import read_pack
from imginspect.evidence_pack.zipped import zip_bytes
from imginspect.host.writing import write_whole
from tests.evidence_pack.packs import pack_of, record, sample

TARGETS = ["pack", "pack.zip"]


def everything(folder: Path) -> dict[str, bytes | str]:
    """All below *folder*: contents of files, targets of links."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        found[name] = f"-> {path.readlink()}" if path.is_symlink() else path.read_bytes() if path.is_file() else "folder"
    return found


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_written_is_read_back(tmp_path: Path, name: str) -> None:
    pack = pack_of([sample()])
    write_pack(pack, record(), tmp_path / name)
    stored = read_pack(tmp_path / name)
    assert stored.wrong == []
    assert {key: value for key, value in stored.files.items() if key != "inspection.json"} == dict(pack.files)


def test_the_record_of_the_inspection_is_inside_a_folder_and_beside_a_zip(tmp_path: Path) -> None:
    pack = pack_of([sample()])
    for name in TARGETS:
        write_pack(pack, record(), tmp_path / name)
    assert (tmp_path / "pack" / "inspection.json").read_bytes() == record()
    assert (tmp_path / "pack.inspection.json").read_bytes() == record()
    assert (tmp_path / "pack.zip").read_bytes() == zip_bytes(pack)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pack", "pack.inspection.json", "pack.zip"]


def test_everything_is_for_the_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        for name in TARGETS:
            write_pack(pack_of([sample()]), record(), tmp_path / name)
    finally:
        os.umask(before)
    for path in tmp_path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize("name", TARGETS)
def test_a_pack_that_is_there_is_replaced_as_a_whole(tmp_path: Path, name: str) -> None:
    write_pack(pack_of([sample()]), record(), tmp_path / name)
    other = pack_of([sample(results=[], reason="other")])
    write_pack(other, record(), tmp_path / name)
    assert {key: value for key, value in read_pack(tmp_path / name).files.items() if key != "inspection.json"} == dict(other.files)
    assert len(list(tmp_path.iterdir())) == (1 if name == "pack" else 2)


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    write_pack(pack_of([sample()]), record(), tmp_path / "pack")
    assert "report.json" in read_pack(tmp_path / "pack").files


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_no_pack_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    if name == "pack":
        target.mkdir()
        (target / "thesis.txt").write_bytes(b"mine")
    else:
        target.write_bytes(b"mine")
    before = everything(tmp_path)
    with pytest.raises(UsageError, match="left unchanged"):
        write_pack(pack_of([sample()]), record(), target)
    assert everything(tmp_path) == before


def test_a_pack_with_something_else_in_it_is_left_as_it_is(tmp_path: Path) -> None:
    write_pack(pack_of([sample()]), record(), tmp_path / "pack")
    (tmp_path / "pack" / "excerpts" / "notes.txt").write_bytes(b"mine")
    before = everything(tmp_path)
    with pytest.raises(UsageError, match=r"notes\.txt"):
        write_pack(pack_of([sample()]), record(), tmp_path / "pack")
    assert everything(tmp_path) == before


@pytest.mark.parametrize("name", ["pack", "dangling", "file"])
def test_a_folder_is_not_written_through_a_link(tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / name).symlink_to({"pack": "elsewhere", "dangling": "nowhere", "file": "a"}[name])
    before = everything(tmp_path)
    with pytest.raises(UsageError, match="symbolic link"):
        write_pack(pack_of([sample()]), record(), tmp_path / name)
    assert everything(tmp_path) == before


def test_a_link_in_the_place_of_a_zip_is_replaced_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    (tmp_path / "pack.zip").symlink_to(victim)
    (tmp_path / "pack.inspection.json").symlink_to(victim)
    write_pack(pack_of([sample()]), record(), tmp_path / "pack.zip")
    assert victim.read_bytes() == b"mine"
    assert not (tmp_path / "pack.zip").is_symlink()
    assert not (tmp_path / "pack.inspection.json").is_symlink()


@pytest.mark.parametrize("name", TARGETS)
def test_a_link_under_a_temporary_name_that_was_guessed_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    monkeypatch.setattr(secrets, "token_hex", lambda _: "0" * 16)
    (tmp_path / f".{name}.{'0' * 16}").symlink_to(victim / "planted")
    before = everything(tmp_path)
    with pytest.raises(UsageError, match="already"):
        write_pack(pack_of([sample()]), record(), tmp_path / name)
    assert everything(tmp_path) == before


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("step", ["write", "fsync", "rename", "mkdir"])
def test_when_the_disk_is_full_nothing_is_left_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, step: str, *, there: bool
) -> None:
    """Each call of each kind fails in its turn, until the writing gets to its end."""
    if there:
        write_pack(pack_of([sample(reason="before")]), b"{}", tmp_path / name)
    before = everything(tmp_path)
    failed = 0
    while True:
        with monkeypatch.context() as patched:
            _fail(patched, step, failed)
            try:
                write_pack(pack_of([sample()]), record(), tmp_path / name)
                break
            except UsageError as error:
                assert "No space left" in str(error)  # noqa: PT017 - the writing may also succeed
        if everything(tmp_path) != before:
            # of the two files of a zip the second could not be renamed, or the folder not be synced: both are whole
            assert step in ("rename", "fsync")
            assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]
            assert read_pack(tmp_path / name).wrong == []
        failed += 1
    assert failed < 60
    assert failed or (step == "mkdir" and name == "pack.zip")
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]


def _fail(patched: pytest.MonkeyPatch, step: str, number: int) -> None:
    """The call number *number* of the system call *step* finds the disk full."""
    calls = iter(range(10_000))

    def full(real: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            if next(calls) == number:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*arguments, **options)

        return call

    if step == "write":
        patched.setattr(os, "fdopen", lambda descriptor, mode: _Full(descriptor, mode, full))
    else:
        patched.setattr(os, step, full(getattr(os, step)))


_fdopen = os.fdopen


class _Full:
    """A file of which a write may fail after half of the bytes."""

    def __init__(self, descriptor: int, mode: str, full: Any) -> None:
        self._file = _fdopen(descriptor, mode)
        self._full = full

    def __enter__(self) -> _Full:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, content: bytes) -> None:
        self._file.write(content[: len(content) // 2])
        self._full(self._file.write)(content[len(content) // 2 :])


def test_an_interrupt_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    for name in TARGETS:
        with pytest.raises(KeyboardInterrupt):
            write_pack(pack_of([sample()]), record(), tmp_path / name)
    assert everything(tmp_path) == {}


def test_write_whole_replaces_a_link_and_keeps_what_it_led_to(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"mine")
    (tmp_path / "report").symlink_to("victim")
    write_whole(tmp_path / "report", b"new")
    assert everything(tmp_path) == {"report": b"new", "victim": b"mine"}
    assert stat.S_IMODE((tmp_path / "report").stat().st_mode) == 0o600


@pytest.mark.parametrize("target", ["missing/report", "folder", "x" * 300])
def test_write_whole_says_what_cannot_be_written(tmp_path: Path, target: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot write"):
        write_whole(tmp_path / target, b"new")
    assert everything(tmp_path) == {"folder": "folder"}
