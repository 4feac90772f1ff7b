"""A run that is killed, wherever it is, and gone on with: nothing is lost, nothing is done twice, and the answer is the same."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from tests.batch.mirrors import Mirrors, layer_files
from tests.batch.running import (
    answer,
    batch,
    begun,
    ended,
    environment,
    events_of,
    facts,
    images_of,
    killed,
    marked,
    rows,
    until,
    wait_until,
)
from tests.inspecting import run

pytestmark = pytest.mark.slow

RUN = "imginspect.batch.run.run"
CONNECTION = "imginspect.batch.store.connection"
DATABASE = "imginspect.batch.store.database"
POINTS = [
    (f"after:{CONNECTION}.temporary_name", 1),
    ("database", 1),
    ("database", 2),
    ("database", 3),
    (f"before:{DATABASE}.Database.set_rules", 1),
    (f"after:{DATABASE}.Database.set_rules", 1),
    (f"after:{DATABASE}.Database.set_run", 1),
    (f"before:{CONNECTION}.put_new", 1),
    ("link", 1),
    (f"after:{CONNECTION}.put_new", 1),
    (f"before:{DATABASE}.connect", 1),
    (f"after:{DATABASE}.connect", 1),
    ("before:imginspect.batch.store.database.Database.forget_skipped", 1),
    ("after:imginspect.batch.run.work_plan.Planned.add", 4),
    ("after:imginspect.batch.run.work_plan.Planned.settle", 1),
    ("after:imginspect.batch.workers.work.read_layer", 1),
    ("before:imginspect.batch.store.database.Database.add", 1),
    ("after:imginspect.batch.store.database.Database.add", 3),
    ("after:imginspect.batch.store.database.Database.add", 7),
    ("before:imginspect.batch.store.inserts.Storing.contents", 5),
    ("before:imginspect.batch.store.database.Database.remove", 1),
    ("before:imginspect.batch.store.database.leave_one_file", 1),
    (f"before:{RUN}.write_answer", 1),
    ("before:imginspect.batch.summary.replace_file", 3),
    ("rename", 1),
    ("rename", 20),
    ("rename", 55),
    ("rename", 90),
]  # fmt: skip


@pytest.fixture(scope="module")
def reference(mirrors: Mirrors, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answer of a run that nothing befell."""
    folder = tmp_path_factory.mktemp("reference")
    batch(mirrors.registry, "--out", folder / "out", "--cache", folder / "cache")
    return folder / "out"


def run_killed(point: str, number: int, *arguments: str | Path) -> Path:
    """The events of a run that killed itself."""
    events = Path(str(arguments[arguments.index("--out") + 1]) + ".events")
    with events.open("w") as target:
        command = [sys.executable, "-m", "tests.batch.killed", point, str(number), *map(str, arguments), "--format", "ndjson"]
        done = subprocess.run(command, stdout=target, stderr=subprocess.PIPE, env=environment(), text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return events


@pytest.mark.parametrize(("point", "number"), POINTS)
def test_a_run_that_was_killed_goes_on_as_if_nothing_had_been(
    point: str, number: int, mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    asked = (mirrors.registry, "--out", out, "--cache", cache)
    first = events_of(run_killed(point, number, *asked))
    outcome = batch(*asked, "--resume", "--format", "ndjson")
    assert outcome.code == 1, outcome.err
    assert answer(out) == answer(reference)
    before, after = images_of(first), images_of(events_of(outcome))
    everything = {item["report"] for item in rows(out)}
    assert set(before).isdisjoint(after)
    assert len(everything - {*before, *after}) <= (
        point == "after:imginspect.batch.store.database.Database.add"
    )  # noted, and not told any more
    assert len(after) == len(set(after))
    layers_read = sum(event["bytes_read"] for event in first if event["event"] == "layer")
    assert facts(out)["layer_bytes_read"] <= sum(layer_files(mirrors.registry).values()) - layers_read
    assert not list(out.rglob(".*"))


def test_a_run_that_is_killed_again_and_again_comes_to_its_end(mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked: tuple[str | Path, ...] = (mirrors.registry, "--out", out, "--cache", cache)
    told: list[str] = []
    for _ in range(3):
        told += images_of(events_of(run_killed("before:imginspect.batch.store.database.Database.add", 3, *asked)))
        asked = (*asked[:5], "--resume")
    told += images_of(events_of(batch(*asked, "--format", "ndjson")))
    assert sorted(told) == sorted(item["report"] for item in rows(reference))
    assert answer(out) == answer(reference)


@pytest.mark.parametrize(
    ("point", "number"),
    [
        (f"after:{DATABASE}.write_in", 1),
        ("database", 1),
        (f"after:{DATABASE}.connect", 1),
        (f"after:{DATABASE}.Database.set_run", 1),
        (f"before:{DATABASE}.leave_one_file", 1),
        (f"before:{DATABASE}.put_new", 1),
        ("link", 1),
        (f"after:{DATABASE}.put_new", 1),
    ],
)
def test_a_run_that_was_killed_while_it_took_over_the_database_of_an_earlier_one_goes_on(
    point: str, number: int, mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path
) -> None:
    asked = (mirrors.registry, "--out", tmp_path / "out", "--cache", cache)
    batch(mirrors.registry, "--out", tmp_path / "before", "--cache", cache)
    run_killed(point, number, *asked)
    outcome = batch(*asked, "--resume")
    assert outcome.code == 1, outcome.err
    assert answer(tmp_path / "out") == answer(reference)
    assert not list((tmp_path / "out").rglob(".*"))


@pytest.mark.parametrize("left", [".batch.sqlite.0123456789abcdef", ".batch.sqlite.0123456789abcdef-journal"])
def test_what_a_killed_run_left_of_its_database_is_no_content_of_the_folder(
    left: str, mirrors: Mirrors, cache: Path, tmp_path: Path
) -> None:
    (tmp_path / "out" / "reports").mkdir(parents=True)
    (tmp_path / "out" / left).write_bytes(b"half")
    outcome = batch(mirrors.archives, "--out", tmp_path / "out", "--cache", cache, "--resume")
    assert "is not empty" not in outcome.err
    assert not (tmp_path / "out" / left).exists()


@pytest.mark.parametrize(("event", "count"), [("planned", 1), ("layer", 1), ("image", 1), ("image", 4), ("image", 8)])
def test_a_run_with_workers_is_killed_and_nothing_is_left_of_it(
    event: str, count: int, mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path
) -> None:
    out, mark = tmp_path / "out", uuid.uuid4().hex
    asked = (mirrors.registry, "--out", out, "--cache", cache, "--jobs", "2")
    process = begun(*asked, mark=mark)
    before = until(process, event, count)
    process.send_signal(signal.SIGKILL)
    wait_until(lambda: not marked(mark))  # its workers end too
    _, first, _ = ended(process, before)
    outcome = run("batch", "--policy", "generic", *asked, "--resume", "--format", "ndjson")
    assert outcome.code == 1, outcome.err
    assert answer(out) == answer(reference)
    before_it, after = images_of(first), images_of(events_of(outcome))
    assert set(before_it).isdisjoint(after)
    assert len({item["report"] for item in rows(out)} - {*before_it, *after}) <= 1
    assert facts(out)["already"] >= len(before_it)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_ends_the_run_with_its_workers(
    number: signal.Signals, code: int, mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path
) -> None:
    out, mark = tmp_path / "out", uuid.uuid4().hex
    process = begun(mirrors.registry, "--out", out, "--cache", cache, "--jobs", "2", mark=mark)
    before = until(process, "image", 2)
    found, _, err = killed(process, number)
    assert (found, err.strip().splitlines()[-1]) == (code, "imginspect: interrupted")
    assert "Traceback" not in err
    wait_until(lambda: not marked(mark))
    outcome = batch(mirrors.registry, "--out", out, "--cache", cache, "--resume")
    assert facts(out)["already"] >= len(images_of(before))
    assert (outcome.code, answer(out)) == (1, answer(reference))


def test_an_interrupt_of_the_whole_group_does_so_too(mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path) -> None:
    """As a terminal does it: all processes get the signal."""
    out, mark = tmp_path / "out", uuid.uuid4().hex
    process = begun(mirrors.registry, "--out", out, "--cache", cache, "--jobs", "2", mark=mark)
    until(process, "image", 1)
    os.killpg(process.pid, signal.SIGINT)
    code, _, err = ended(process)
    assert code == 130
    assert "Traceback" not in err
    wait_until(lambda: not marked(mark))
    batch(mirrors.registry, "--out", out, "--cache", cache, "--resume")
    assert answer(out) == answer(reference)


# -- going on with what -----------------------------------------------------------------------------------------------


def test_a_finished_run_gone_on_with_is_as_it_was(mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(reference, out)
    for _ in range(2):
        outcome = batch(mirrors.registry, "--out", out, "--cache", cache, "--resume", "--format", "ndjson")
        assert (outcome.code, images_of(events_of(outcome))) == (1, [])
        assert answer(out) == answer(reference)
        assert facts(out)["already"] == len(rows(out))


def test_reports_that_are_gone_or_changed_are_made_again(mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(reference, out)
    gone, cut, *_ = sorted((out / "reports").glob("*.json"))
    gone.unlink()
    cut.write_bytes(cut.read_bytes()[:100])
    batch(mirrors.registry, "--out", out, "--cache", cache, "--resume")
    assert answer(out) == answer(reference)


def test_a_run_that_was_never_begun_is_begun(mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path) -> None:
    batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache, "--resume")
    assert answer(tmp_path / "out") == answer(reference)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--fail-on", "low"), "the rules, the policy"),
        (("--strict",), "the rules, the policy"),
        (("--limit", "entries=5M"), "the rules, the policy"),
        (("--report", "sarif"), "--report"),
    ],
)
def test_a_run_does_not_go_on_by_other_criteria(
    options: tuple[str, ...], told: str, mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path
) -> None:
    shutil.copytree(reference, tmp_path / "out")
    outcome = batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache, "--resume", *options)
    assert outcome.code == 2
    assert told in outcome.err
    assert answer(tmp_path / "out") == answer(reference)
    assert run("query", tmp_path / "out", "--shared").err == ""  # it is still a finished one


def test_a_new_run_is_not_made_in_the_folder_of_another(mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path) -> None:
    shutil.copytree(reference, tmp_path / "out")
    outcome = batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache)
    assert outcome.code == 2
    assert "--resume" in outcome.err
    assert answer(tmp_path / "out") == answer(reference)


@pytest.mark.parametrize("resume", [(), ("--resume",)])
def test_two_runs_do_not_work_in_one_folder(
    resume: tuple[str, ...], mirrors: Mirrors, reference: Path, cache: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = begun(mirrors.registry, "--out", out, "--cache", cache, "--jobs", "1")
    before = until(process, "planned")
    process.send_signal(signal.SIGSTOP)
    outcome = batch(mirrors.registry, "--out", out, "--cache", cache, *resume)
    process.send_signal(signal.SIGCONT)
    assert outcome.code == 2
    assert ("another process is using it" if resume else "already contains a run") in outcome.err
    code, events, _ = ended(process, before)
    assert (code, len(images_of(events))) == (1, len(rows(reference)))
    assert answer(out) == answer(reference)


def test_a_mirror_that_was_changed_meanwhile_is_answered_as_it_is_now(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    """A config that is damaged in its place changes neither names nor layers."""
    from tests.batch.conftest import settle
    from tests.batch.mirrors import app, write_registry
    from tests.image_builder import sha

    del mirrors
    registry = write_registry(tmp_path / "mirror", 2)
    settle()
    batch(registry, "--out", tmp_path / "out", "--cache", cache)
    name = sha(app(1).config_bytes())
    config = registry / "docker/registry/v2/blobs/sha256" / name[:2] / name / "data"
    config.write_bytes(config.read_bytes().replace(b'"User":"1000"', b'"User":"0"   '))
    batch(registry, "--out", tmp_path / "out", "--cache", cache, "--resume")
    batch(registry, "--out", tmp_path / "cold", "--cache", tmp_path / "empty")
    assert answer(tmp_path / "out") == answer(tmp_path / "cold")


@pytest.mark.parametrize("left", [b"", bytes(4096)], ids=["empty", "blank"])
def test_a_report_that_a_power_cut_left_without_its_bytes_is_written_again(
    left: bytes, mirrors: Mirrors, cache: Path, tmp_path: Path
) -> None:
    batch(mirrors.archives, "--out", tmp_path / "out", "--cache", cache)
    whole = answer(tmp_path / "out")
    for page in list((tmp_path / "out" / "reports").glob("*.html"))[:2]:
        page.write_bytes(left)
    batch(mirrors.archives, "--out", tmp_path / "out", "--cache", cache, "--resume")
    assert answer(tmp_path / "out") == whole
