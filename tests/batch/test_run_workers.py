"""Workers that die, take too long or have too little memory: one row at the most, and nothing else is different."""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from imginspect.archive.source import PartReader
from imginspect.batch.run.schedule import DIED
from tests.batch.conftest import settle
from tests.batch.mirrors import Mirrors, base, write_registry
from tests.batch.running import answer, batch, begun, ended, images_of, row, rows, until, wait_until, workers
from tests.image_builder import ImageBuilder, file, noise, sha, tar_bytes
from tests.inspecting import run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reference(mirrors: Mirrors, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    batch(mirrors.registry, "--out", folder / "out", "--cache", folder / "cache")
    return folder / "out"


def large(name: str = "lib/large:1", size: int = 48 << 20) -> ImageBuilder:
    """An image with a layer that takes a while: text, for which there is much to look at."""
    lines = b"".join(noise(f"{number}", 30).hex().encode() + b"\n" for number in range(4000))
    return base().layer(file("/large.txt", (lines * (size // len(lines) + 1))[:size])).reference(name)


@pytest.fixture(scope="module")
def with_large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with one image whose layer is read for a while."""
    registry = write_registry(tmp_path_factory.mktemp("large") / "mirror", 3)
    large().save(registry, "registry", compression="plain")
    settle()
    return registry


@pytest.fixture(scope="module")
def large_reference(with_large: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference-large")
    batch(with_large, "--out", folder / "out", "--cache", folder / "cache")
    return folder / "out"


def large_blob() -> str:
    return sha(large().blob(2, "plain"))


def reads(pid: int, name: str) -> bool:
    """Whether the process has a file of that name open."""
    try:
        return any(name in os.readlink(f"/proc/{pid}/fd/{number}") for number in os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return False


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@contextmanager
def killing(mark: str, name: str) -> Iterator[list[int]]:
    """Meanwhile every worker that opens the file *name* is killed."""
    over = threading.Event()
    victims: list[int] = []

    def hunt() -> None:
        while not over.wait(0.002):
            for pid in workers(mark):
                if pid not in victims and reads(pid, name):
                    victims.append(pid)
                    kill(pid)

    hunter = threading.Thread(target=hunt)
    hunter.start()
    try:
        yield victims
    finally:
        over.set()
        hunter.join()


@pytest.mark.parametrize(("event", "count"), [("planned", 1), ("layer", 1), ("image", 3)])
def test_a_worker_that_is_killed_is_no_loss(event: str, count: int, mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path) -> None:
    out, mark = tmp_path / "out", uuid.uuid4().hex
    process = begun(mirrors.registry, "--out", out, "--cache", cache, "--jobs", "2", mark=mark)
    before = until(process, event, count)
    wait_until(lambda: workers(mark) or process.poll() is not None)
    for pid in workers(mark)[:1]:
        kill(pid)
    code, events, err = ended(process, before)
    assert (code, err) == (1, "")
    assert sorted(images_of(events)) == sorted(item["report"] for item in rows(out))
    assert answer(out) == answer(reference)


def test_a_worker_that_is_killed_while_it_reads_a_layer_is_no_loss(
    with_large: Path, large_reference: Path, cache: Path, tmp_path: Path
) -> None:
    out, mark, name = tmp_path / "out", uuid.uuid4().hex, large_blob()
    process = begun(with_large, "--out", out, "--cache", cache, "--jobs", "2", mark=mark)
    until(process, "planned")
    wait_until(lambda: [pid for pid in workers(mark) if reads(pid, name)])
    for pid in workers(mark):
        if reads(pid, name):
            kill(pid)
    code, _, _ = ended(process)
    assert code == 1
    assert answer(out) == answer(large_reference)


def test_what_kills_its_worker_each_time_is_one_row(with_large: Path, large_reference: Path, cache: Path, tmp_path: Path) -> None:
    out, mark = tmp_path / "out", uuid.uuid4().hex
    with killing(mark, large_blob()) as victims:
        process = begun(with_large, "--out", out, "--cache", cache, "--jobs", "2", mark=mark)
        code, _, err = ended(process)
    assert (code, err) == (1, "")
    assert len(victims) == 2
    found = row(out, "lib/large:1")
    assert found["verdict"] == "not-inspected"
    assert DIED in found["reason"]
    others = [item for item in rows(large_reference) if "lib/large:1" not in item["references"]]
    assert [item for item in rows(out) if "lib/large:1" not in item["references"]] == others


def test_workers_that_die_while_they_plan_are_no_loss(mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path) -> None:
    out, mark = tmp_path / "out", uuid.uuid4().hex
    process = begun(mirrors.registry, "--out", out, "--cache", cache, "--jobs", "2", mark=mark)
    wait_until(lambda: workers(mark))
    for pid in workers(mark):
        kill(pid)
    code, _, err = ended(process)
    assert (code, err) == (1, "")
    assert answer(out) == answer(reference)


# -- time ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is large is read slowly, for some ten seconds."""
    read, name = PartReader.readinto, large_blob()

    def readinto(self: PartReader, target: memoryview) -> int:
        if name in os.readlink(f"/proc/self/fd/{self._handle.fileno()}"):
            time.sleep(10 / 48)
        return read(self, target[: 1 << 20])

    monkeypatch.setattr(PartReader, "readinto", readinto)


@pytest.mark.usefixtures("slow_disk")
def test_an_image_that_takes_too_long_is_one_row(with_large: Path, large_reference: Path, cache: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = batch(with_large, "--out", out, "--cache", cache, "--timeout", "2.5")
    assert outcome.code == 1
    (slow,) = [item for item in rows(out) if item["verdict"] == "not-inspected"]
    assert slow["references"] == ["lib/large:1"]
    assert slow["reason"] == "it took longer than 2.5 seconds (--timeout)"
    assert [item for item in rows(out) if item != slow] == [
        item for item in rows(large_reference) if item["references"] != slow["references"]
    ]


def test_what_took_too_long_is_read_in_the_next_run_with_more_time(
    with_large: Path, large_reference: Path, cache: Path, tmp_path: Path
) -> None:
    batch(with_large, "--out", tmp_path / "one", "--cache", cache, "--timeout", "0.02")
    batch(with_large, "--out", tmp_path / "two", "--cache", cache, "--timeout", "600")
    assert row(tmp_path / "one", "lib/large:1")["verdict"] == "not-inspected"
    assert answer(tmp_path / "two") == answer(large_reference)


# -- memory ----------------------------------------------------------------------------------------------------------


def crowded(entries: int) -> ImageBuilder:
    """An image with very many files."""
    made = tar_bytes([file(f"/{0:07}-{'x' * 80}", b"")])[:512]
    start, before, after = made[:156].index(b"0000000-"), made[:148], made[156:]
    unnumbered = sum(before) + sum(after) + 8 * 32 - sum(b"0000000")
    blocks = []
    for number in range(entries):
        digits = b"%07d" % number
        blocks.append(before[:start] + digits + before[start + 7 :] + b"%06o\0 " % (unnumbered + sum(digits)) + after)
    return base().layer_tar(b"".join(blocks) + bytes(1024)).reference("lib/crowded:1")


def test_an_image_that_memory_does_not_suffice_for_is_one_row(cache: Path, tmp_path: Path) -> None:
    registry = write_registry(tmp_path / "mirror", 3)
    crowded(300_000).save(registry, "registry", compression="zstd")
    out = tmp_path / "out"
    asked = ("batch", "--policy", "generic", registry, "--out", out, "--cache", cache, "--jobs", "1", "--threads", "1")
    outcome = run(*asked, "--worker-memory", "150M")
    assert outcome.code == 1
    assert row(out, "lib/crowded:1")["verdict"] == "not-inspected"
    assert "memory" in row(out, "lib/crowded:1")["reason"]
    assert [item["verdict"] for item in rows(out)].count("not-inspected") == 1
