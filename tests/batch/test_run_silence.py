"""Nothing that may hold an image is passed over with a clean answer, and nobody's files are written over."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from tests.batch.mirrors import app
from tests.batch.running import batch, row, rows
from tests.inspecting import run

pytestmark = pytest.mark.slow


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    folder.mkdir()
    app(1).save(folder / "one.tar")
    return folder


def test_a_copy_that_was_interrupted_is_a_row(mirror: Path, cache: Path, tmp_path: Path) -> None:
    """skopeo writes version first, then layers, and the manifest at the end."""
    begun = mirror / "lib" / "calc:1"
    begun.mkdir(parents=True)
    (begun / "version").write_text("Directory Transport Version: 1.1\n")
    (begun / ("0" * 64)).write_bytes(gzip.compress(b"a layer"))
    outcome = batch(mirror, "--out", tmp_path / "out", "--cache", cache)
    assert outcome.code != 0
    assert row(tmp_path / "out", "lib/calc:1")["verdict"] == "not-inspected"
    assert len(rows(tmp_path / "out")) == 2


def test_what_may_be_an_archive_in_disguise_makes_the_answer_incomplete(mirror: Path, cache: Path, tmp_path: Path) -> None:
    (mirror / "saved.gz").write_bytes(gzip.compress((mirror / "one.tar").read_bytes()))
    assert batch(mirror, "--out", tmp_path / "out", "--cache", cache, "--policy", "generic").code == 4
    named = batch(mirror / "saved.gz", "--out", tmp_path / "named", "--cache", cache, "--policy", "generic")
    assert named.code == 0, named.err


def test_a_link_to_a_folder_elsewhere_makes_the_answer_incomplete(mirror: Path, cache: Path, tmp_path: Path) -> None:
    (mirror / "folder").mkdir()
    (mirror / "again").symlink_to("folder")
    assert batch(mirror, "--out", tmp_path / "within", "--cache", cache, "--policy", "generic").code == 0
    (tmp_path / "elsewhere").mkdir()
    (mirror / "folder" / "beyond").symlink_to(tmp_path / "elsewhere")
    assert batch(mirror, "--out", tmp_path / "beyond", "--cache", cache, "--policy", "generic").code == 4


def test_a_folder_with_other_things_in_it_is_no_place_for_an_answer(mirror: Path, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("mine")
    outcome = batch(mirror, "--out", tmp_path / "mine", "--cache", cache)
    assert outcome.code == 2
    assert "is not empty" in outcome.err
    assert (tmp_path / "mine" / "index.html").read_text() == "mine"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["index.html"]


def test_a_cache_without_a_name_is_not_this_folder(mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run("inspect", mirror / "one.tar", "--cache", "")
    assert outcome.code == 2
    assert "the name is empty" in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == ["mirror"]


def test_whoever_has_read_enough_of_an_answer_sees_no_traceback(mirror: Path, cache: Path, tmp_path: Path) -> None:
    batch(mirror, "--out", tmp_path / "out", "--cache", cache)
    query = [sys.executable, "-m", "imginspect", "query", str(tmp_path / "out"), "--path", "*", "--format", "ndjson"]
    with subprocess.Popen(query, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as asked:
        assert asked.stdout is not None
        assert asked.stderr is not None
        asked.stdout.readline()
        asked.stdout.close()
        assert asked.stderr.read() == ""
