"""One answer: whatever the number of workers and the state of the cache, and the one that ``inspect`` gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.batch.mirrors import APPS, BROKEN, NAMED, SECRET, TOKEN, Mirrors, base
from tests.batch.running import answer, batch, events_of, facts, row, rows
from tests.inspecting import run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reference(mirrors: Mirrors, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answer of one worker with a cache that nothing was in."""
    folder = tmp_path_factory.mktemp("reference")
    outcome = batch(mirrors.all_of_it, "--out", folder / "out", "--cache", folder / "cache")
    assert outcome.code == 1
    return folder / "out"


@pytest.mark.parametrize("jobs", ["1", "2", "3"])
def test_any_number_of_workers_gives_the_same_bytes_cold_and_warm(
    jobs: str, mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path
) -> None:
    for state in ("cold", "warm"):
        arguments = ("batch", "--policy", "generic", mirrors.all_of_it, "--out", tmp_path / state, "--cache", cache, "--jobs", jobs)
        outcome = run(*arguments)
        assert outcome.code == 1, outcome.err
        assert answer(tmp_path / state) == answer(reference)
    assert facts(tmp_path / "cold")["known"] == 0
    assert facts(tmp_path / "warm")["known"] == len(rows(reference)) - sum(item["verdict"] == "not-inspected" for item in rows(reference))


def test_a_cache_that_can_hold_nothing_changes_nothing(mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        batch(mirrors.all_of_it, "--out", tmp_path / name, "--cache", cache, "--cache-size", "2K")
        assert answer(tmp_path / name) == answer(reference)
        assert facts(tmp_path / name)["known"] == 0


def test_every_image_is_there_by_all_of_its_names(reference: Path) -> None:
    names = {reference for item in rows(reference) for reference in item["references"]}
    assert {f"lib/app{number}:1" for number in range(APPS)} <= names
    assert row(reference, "lib/app0:1")["references"] == ["lib/app0:1", "lib/app0:latest"]
    assert {item["source"].rpartition("/")[2] for item in rows(reference)} >= set(BROKEN)


@pytest.mark.parametrize("name", ["lib/app3:1", "lib/leaky:1"])
def test_inspect_says_the_same_of_an_image_of_the_registry(name: str, mirrors: Mirrors, reference: Path) -> None:
    report = json.loads((reference / "reports" / f"{row(reference, name)['report']}.json").read_text())
    alone = run("inspect", mirrors.registry, "--image", name, "--policy", "generic", "--format", "json").document
    assert report["results"] == alone["results"]
    assert report["verdict"] == alone["verdict"] == row(reference, name)["verdict"]


@pytest.mark.parametrize("archive", ["archives/one.tar", "archives/twenty.tar.gz", *(f"broken/{name}" for name in BROKEN)])
def test_inspect_says_the_same_of_an_archive_whole_or_broken(archive: str, mirrors: Mirrors, reference: Path) -> None:
    path = mirrors.all_of_it / archive
    report = json.loads((reference / "reports" / f"{row(reference, archive)['report']}.json").read_text())
    alone = run("inspect", path, "--policy", "generic", "--format", "json").document
    assert report["results"] == alone["results"]
    assert (report["verdict"], report["reason"]) == (alone["verdict"], alone["reason"])


def test_no_credential_is_left_that_is_the_name_of_an_image_or_of_a_folder(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "mirror" / NAMED).mkdir(parents=True)
    (tmp_path / "mirror" / NAMED / "notes.txt").write_text("notes")
    base().reference(f"lib/app:{NAMED}").save(tmp_path / "mirror" / "one.tar", "oci")
    told = [
        batch(tmp_path / "mirror", "--out", tmp_path / "out", "--cache", cache, "--format", "ndjson", *more) for more in ((), ("--resume",))
    ]
    assert facts(tmp_path / "out")["already"] == 1
    left = [path.read_bytes() for folder in (tmp_path / "out", cache) for path in folder.rglob("*") if path.is_file()]
    assert NAMED.encode() not in b"".join([*left, *(outcome.out for outcome in told)])


def test_no_credential_is_in_anything_that_a_run_leaves(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    outcome = batch(
        mirrors.all_of_it, "--out", tmp_path / "out", "--cache", cache, "--format", "ndjson", "--report", "html", "--report", "sarif"
    )
    left = [path for folder in (tmp_path / "out", cache) for path in folder.rglob("*") if path.is_file()]
    assert len(left) > 50
    contents = [outcome.out, outcome.err.encode(), *(path.read_bytes() for path in left), *(str(path).encode() for path in left)]
    expanded = [_expanded(content) for content in contents]
    for secret in (SECRET, TOKEN, NAMED):
        assert not any(secret.encode() in content for content in [*contents, *expanded])
    assert NAMED not in run("query", tmp_path / "out", "--path", "*").text
    assert [row(tmp_path / "out", name)["verdict"] for name in ("lib/leaky:1", "lib/named:1")] == ["fail", "fail"]
    assert len(events_of(outcome)) > 20


def _expanded(content: bytes) -> bytes:
    """What a cache entry holds behind its digest, expanded."""
    from imginspect.host.compression import CorruptStream, unpack

    try:
        return unpack(content[32:], 1 << 28)
    except CorruptStream:
        return b""
