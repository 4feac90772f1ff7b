"""One bad image is one row; the exit code is that of the worst."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from tests.batch.mirrors import BROKEN, Mirrors, app, layer_files, leaky, write_registry
from tests.batch.running import answer, batch, row, rows
from tests.image_builder import ImageBuilder, file, script, sha
from tests.inspecting import run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def everything(mirrors: Mirrors, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("everything")
    batch(mirrors.all_of_it, "--out", folder / "out", "--cache", folder / "cache")
    return folder / "out"


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_one_row_that_says_why(name: str, everything: Path) -> None:
    found = row(everything, name)
    assert found["verdict"] in BROKEN[name]
    assert found["reason"]
    assert (everything / "reports" / f"{found['report']}.json").is_file()


def test_the_others_are_what_they_are_without_it(mirrors: Mirrors, everything: Path, cache: Path, tmp_path: Path) -> None:
    shutil.copytree(mirrors.registry, tmp_path / "registry", copy_function=os.link)
    batch(tmp_path / "registry", "--out", tmp_path / "out", "--cache", cache)
    alone = {item["references"][0]: (item["verdict"], item["reason"], item["manifest_digest"]) for item in rows(tmp_path / "out")}
    beside = {
        item["references"][0]: (item["verdict"], item["reason"], item["manifest_digest"]) for item in rows(everything) if item["references"]
    }
    assert alone.items() <= beside.items()


def test_a_blob_of_a_registry_that_is_gone_or_damaged_concerns_only_what_needs_it(cache: Path, tmp_path: Path) -> None:
    registry = write_registry(tmp_path / "mirror", 4)
    own = {path.parent.name: path for path in layer_files(registry)}
    gone, cut = (own[sha(app(number).layer_blobs("gzip")[2])] for number in (1, 2))
    gone.unlink()
    cut.write_bytes(cut.read_bytes()[:-9])
    batch(registry, "--out", tmp_path / "out", "--cache", cache)
    verdicts = [item["verdict"] for item in rows(tmp_path / "out")]
    batch(write_registry(tmp_path / "whole", 4), "--out", tmp_path / "whole-out", "--cache", tmp_path / "other")
    whole = [item["verdict"] for item in rows(tmp_path / "whole-out")]
    assert sum(one != other for one, other in zip(verdicts, whole, strict=True)) == 2
    assert "incomplete" in verdicts


# -- exit codes ------------------------------------------------------------------------------------------------------


def warned() -> ImageBuilder:
    """A setuid program: a warning."""
    made = ImageBuilder().layer(*script("/run"), file("/opt/tool", b"\x7fELF", mode=0o4755)).config(entrypoint=["/run"], user="1000")
    return made.reference("warned:1")


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("pass",), 0),
        (("fail", "pass"), 1),
        (("not-inspected", "pass"), 3),
        (("incomplete", "pass"), 4),
        (("incomplete", "not-inspected"), 3),
        (("fail", "incomplete", "not-inspected", "pass"), 1),
    ],
)
def test_the_worst_verdict_wins(names: tuple[str, ...], code: int, cache: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    for name in names:
        path = mirror / f"{name}.tar"
        match name:
            case "pass":
                app(1).save(path)
            case "fail":
                leaky().save(path)
            case "incomplete":
                app(2).without_blob(1).save(path)
            case "not-inspected":
                path.write_bytes(b"nothing" * 1000)
    assert batch(mirror, "--out", tmp_path / "out", "--cache", cache).code == code
    assert {item["verdict"] for item in rows(tmp_path / "out")} == set(names)


def test_warnings_count_where_it_is_strict(cache: Path, tmp_path: Path) -> None:
    warned().save(tmp_path / "warned.tar")
    assert batch(tmp_path / "warned.tar", "--out", tmp_path / "lax", "--cache", cache, "--fail-on", "low").code == 0
    strict = batch(tmp_path / "warned.tar", "--out", tmp_path / "strict", "--cache", cache, "--fail-on", "low", "--strict")
    assert strict.code == run("inspect", tmp_path / "warned.tar", "--policy", "generic", "--fail-on", "low", "--strict").code == 1


def test_a_mirror_without_any_image_is_no_pass(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "notes.txt").write_text("nothing")
    assert batch(tmp_path / "mirror", "--out", tmp_path / "out", "--cache", cache).code == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere",), "nowhere"),
        (("*.nothing",), "matches nothing"),
        (("@nowhere.txt",), "nowhere.txt"),
        ((".", "--policy", "none-such"), "none-such"),
        ((".", "--scheduler", "tcp://x:1"), "--engine dask"),
        ((".", "--engine", "dask"), "--scheduler"),
        ((".", "--cache-size", "much"), "cache-size"),
        ((".", "--limit", "nothing=1"), "nothing"),
        ((".", "--since-report", "."), "no such file"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is(
    arguments: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    app(1).save(Path("one.tar"))
    outcome = run("batch", *arguments, "--out", tmp_path / "out", "--cache", tmp_path / "cache")
    assert outcome.code == 2
    assert told in outcome.err
    assert not (tmp_path / "out" / "index.html").exists()


# -- what cannot be read ---------------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_read_keeps_the_answer_from_being_pass(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = tmp_path / "mirror"
    (mirror / "closed").mkdir(parents=True)
    app(1).save(mirror / "one.tar")
    app(2).save(mirror / "closed" / "two.tar")
    scandir = os.scandir

    def refused(path: str | int | Path = ".") -> object:
        if not isinstance(path, int) and str(path).endswith("closed"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    outcome = batch(mirror, "--out", tmp_path / "out", "--cache", cache)
    assert outcome.code == 4, outcome.err
    assert [item["verdict"] for item in rows(tmp_path / "out")] == ["pass"]
    assert "could not be read" in (tmp_path / "out" / "index.html").read_text()
    assert "closed" in (tmp_path / "out" / "results.json").read_text()


def test_what_just_is_no_image_does_not(cache: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    app(1).save(mirror / "one.tar")
    (mirror / "notes.txt").write_text("notes")
    assert batch(mirror, "--out", tmp_path / "out", "--cache", cache).code == 0
    assert "notes.txt" in answer(tmp_path / "out")["results.json"].decode()


def test_a_manifest_of_a_store_that_is_not_what_its_tag_promises_fails_as_it_does_alone(cache: Path, tmp_path: Path) -> None:
    registry = write_registry(tmp_path / "mirror", 2)
    blobs = registry / "docker/registry/v2/blobs/sha256"
    tag = registry / "docker/registry/v2/repositories/lib/app1/_manifests/tags/1/current/link"
    digest = tag.read_text().partition(":")[2]
    with (blobs / digest[:2] / digest / "data").open("ab") as manifest:
        manifest.write(b"\n")
    batch(registry, "--out", tmp_path / "out", "--cache", cache)
    alone = run("inspect", registry, "--image", "lib/app1:1", "--policy", "generic", "--format", "json").document
    assert (row(tmp_path / "out", "lib/app1:1")["verdict"], alone["verdict"]) == ("fail", "fail")
    assert row(tmp_path / "out", "lib/app1:1")["reason"] == alone["reason"]
