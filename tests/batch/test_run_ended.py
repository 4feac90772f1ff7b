"""Runs that the machine ends: there is no room on the disk, or a source is gone. What is done is kept, and it goes on later."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from imginspect.batch.store import database
from imginspect.batch.store.connection import NoRoom
from imginspect.batch.store.database import Database
from tests.batch import running
from tests.batch.mirrors import Mirrors, app
from tests.batch.running import Inline, answer, batch, begun, ended, facts, images_of, row, rows, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reference(mirrors: Mirrors, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    batch(mirrors.registry, "--out", folder / "out", "--cache", folder / "cache")
    return folder / "out"


# -- room ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a small file system, or gives it another size."""
    place = tmp_path / "small"
    place.mkdir()

    def sized(size: str) -> Path:
        options = f"size={size}" if not os.path.ismount(place) else f"remount,size={size}"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"cannot mount: {done.stderr.strip()}")
        return place

    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting needs root")
    yield sized
    if os.path.ismount(place):
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.parametrize("size", ["200K", "500K", "900K", "1400K"])
def test_a_disk_that_fills_up_ends_the_run_and_it_goes_on_when_there_is_room(
    size: str, small_disk: Callable[[str], Path], mirrors: Mirrors, reference: Path, cache: Path
) -> None:
    out = small_disk(size) / "out"
    outcome = batch(mirrors.registry, "--out", out, "--cache", cache, "--format", "ndjson")
    assert (outcome.code, len(outcome.err.strip().splitlines())) == (2, 1), outcome.err
    assert "the disk is full" in outcome.err
    noted = images_of(running.events_of(outcome))
    small_disk("64M")
    again = batch(mirrors.registry, "--out", out, "--cache", cache, "--resume", "--format", "ndjson")
    assert again.code == 1, again.err
    assert set(noted).isdisjoint(images_of(running.events_of(again)))
    assert answer(out) == answer(reference)


def test_workers_on_a_full_disk_end_the_run_too(small_disk: Callable[[str], Path], mirrors: Mirrors, reference: Path, cache: Path) -> None:
    out = small_disk("500K") / "out"
    code, _, err = ended(begun(mirrors.registry, "--out", out, "--cache", cache, "--jobs", "2"))
    assert (code, len(err.strip().splitlines())) == (2, 1), err
    assert "the disk is full" in err
    small_disk("64M")
    code, _, err = ended(begun(mirrors.registry, "--out", out, "--cache", cache, "--jobs", "2", "--resume"))
    assert (code, err) == (1, "")
    assert answer(out) == answer(reference)


@pytest.mark.parametrize("size", ["32K", "300K"])
def test_a_cache_on_a_full_disk_makes_it_slower_and_nothing_else(
    size: str, small_disk: Callable[[str], Path], mirrors: Mirrors, reference: Path, tmp_path: Path
) -> None:
    cache = small_disk(size) / "cache"
    for name in ("one", "two"):
        outcome = batch(mirrors.registry, "--out", tmp_path / name, "--cache", cache)
        assert outcome.code == 1, outcome.err
        assert answer(tmp_path / name) == answer(reference)


@pytest.mark.parametrize("after", [0, 1, 4])
def test_a_database_that_cannot_be_written_ends_the_run(
    after: int, mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Database.add
    noted: list[int] = []

    def full(self: Database, *arguments: Any, **named: Any) -> None:
        if len(noted) == after:
            raise NoRoom("the disk is full; completed work is kept")
        add(self, *arguments, **named)
        noted.append(1)

    with monkeypatch.context() as patched:
        patched.setattr(Database, "add", full)
        outcome = batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache)
    assert (outcome.code, "the disk is full" in outcome.err) == (2, True)
    batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache, "--resume")
    assert facts(tmp_path / "out")["already"] == after
    assert answer(tmp_path / "out") == answer(reference)


def test_an_answer_that_cannot_be_written_ends_the_run(
    mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("imginspect.batch.summary.replace_file", full)
        outcome = batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache)
    assert (outcome.code, "the disk is full" in outcome.err) == (2, True)
    with database.open_for_reading(tmp_path / "out") as kept:
        assert len(kept.done()) == len(rows(reference))
    batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache, "--resume")
    assert answer(tmp_path / "out") == answer(reference)


# -- sources ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def moved(mirrors: Mirrors, tmp_path: Path) -> Path:
    """A registry of one's own, which may be moved away."""
    return Path(shutil.copytree(mirrors.registry, tmp_path / "registry"))


class Departing(Inline):
    """Before its *at*-th task something happens."""

    at = 0
    happens: Callable[[], object]
    _given = 0

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Any:
        Departing._given += 1
        if Departing._given == Departing.at:
            Departing.happens()
        return super().submit(work, *arguments)


def departing(monkeypatch: pytest.MonkeyPatch, at: int, happens: Callable[[], object]) -> None:
    monkeypatch.setattr(Departing, "at", at)
    monkeypatch.setattr(Departing, "_given", 0)
    monkeypatch.setattr(Departing, "happens", staticmethod(happens), raising=False)
    monkeypatch.setattr(running, "Inline", Departing)


@pytest.mark.parametrize("at", [1, 3, 8, 10, 14])
@pytest.mark.parametrize("leaves", ["nothing", "an empty folder"])
def test_a_source_that_disappears_ends_the_run_and_it_goes_on_when_it_is_back(
    at: int, leaves: str, moved: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away, out = tmp_path / "away", tmp_path / "out"

    def go() -> None:
        moved.rename(away)
        if leaves != "nothing":
            moved.mkdir()

    with monkeypatch.context() as patched:
        departing(patched, at, go)
        outcome = batch(moved, "--out", out, "--cache", cache)
    assert outcome.code == 2, outcome.err
    assert str(moved) in outcome.err
    assert "completed work is kept" in outcome.err
    if moved.exists():
        moved.rmdir()
    away.rename(moved)
    again = batch(moved, "--out", out, "--cache", cache, "--resume")
    assert again.code == 1, again.err
    batch(moved, "--out", tmp_path / "whole", "--cache", tmp_path / "other")
    assert answer(out) == answer(tmp_path / "whole")


def test_a_source_of_a_list_that_disappears_does_so_too(moved: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "list.txt").write_text("registry\n")
    departing(monkeypatch, 9, lambda: moved.rename(tmp_path / "away"))
    outcome = batch(f"@{tmp_path / 'list.txt'}", "--out", tmp_path / "out", "--cache", cache)
    assert (outcome.code, str(moved) in outcome.err) == (2, True)


def test_an_archive_that_disappears_is_one_row(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    for number in range(4):
        app(number).save(mirror / f"{number}.tar")
    departing(monkeypatch, 2, (mirror / "2.tar").unlink)
    outcome = batch(mirror, "--out", tmp_path / "out", "--cache", cache)
    assert outcome.code == 3
    assert [item["verdict"] for item in rows(tmp_path / "out")].count("not-inspected") == 1
    assert row(tmp_path / "out", "2.tar")["verdict"] == "not-inspected"


def test_a_killed_source_of_workers_ends_the_run_with_its_workers(moved: Path, cache: Path, tmp_path: Path) -> None:
    process = begun(moved, "--out", tmp_path / "out", "--cache", cache, "--jobs", "2")
    before = until(process, "planned")
    moved.rename(tmp_path / "away")
    code, events, err = ended(process, before)
    if code != 2:  # all had been read before
        assert len(images_of(events)) == 10
        return
    assert "can no longer be read" in err
    (tmp_path / "away").rename(moved)
    batch(moved, "--out", tmp_path / "out", "--cache", cache, "--resume")
    batch(moved, "--out", tmp_path / "whole", "--cache", tmp_path / "other")
    assert answer(tmp_path / "out") == answer(tmp_path / "whole")
