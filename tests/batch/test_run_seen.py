"""How a run is seen while it goes on: a line on a terminal, lines in a log, events, or nothing."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

import pytest

from imginspect.batch.run.work_plan import Amount
from imginspect.batch.values.plans import LayerPlan
from imginspect.cli import batch_progress
from imginspect.cli.batch_progress import Lines
from tests.batch.making import image
from tests.batch.mirrors import APPS, NAMED, Mirrors
from tests.batch.running import batch, environment, events_of

pytestmark = pytest.mark.slow


def test_events_are_json_a_line_and_end_with_the_end(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    outcome = batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache, "--format", "ndjson")
    assert outcome.err == ""
    events = [json.loads(line) for line in outcome.text.splitlines()]
    assert [events[0]["event"], events[-1]["event"]] == ["planned", "finished"]
    assert events[0] == {
        "event": "planned",
        "images": APPS + 2,
        "already": 0,
        "layers": events[0]["layers"],
        "layer_bytes": events[0]["layer_bytes"],
    }
    images = [event for event in events if event["event"] == "image"]
    assert len(images) == APPS + 2
    for event in images:
        assert event["verdict"] in ("pass", "fail")
        assert event["references"]
        assert (tmp_path / "out" / "reports" / f"{event['report']}.json").is_file()
    assert events[-1]["counts"] == {"pass": APPS, "fail": 2, "undecided": 0, "incomplete": 0, "not-inspected": 0}
    assert (events[-1]["exit_code"], outcome.code) == (1, 1)
    assert {event["event"] for event in events} == {"planned", "layer", "image", "finished"}


def test_events_of_a_warm_run_say_that_images_are_known(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    batch(mirrors.archives, "--out", tmp_path / "one", "--cache", cache)
    outcome = batch(mirrors.archives, "--out", tmp_path / "two", "--cache", cache, "--include", "*app*", "--format", "ndjson")
    assert all(event["known"] for event in events_of(outcome) if event["event"] == "image")


def test_quiet_says_nothing(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    outcome = batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache, "--quiet")
    assert (outcome.code, outcome.out, outcome.err) == (1, b"", "")


def test_a_log_gets_plain_lines_and_a_summary(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    with mock.patch.object(batch_progress, "_IN_LOG", 0.0):
        outcome = batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache)
    lines = outcome.err.splitlines()
    assert "\r" not in outcome.err
    assert all(line.startswith("imginspect batch: ") for line in lines)
    assert any(re.search(rf"{APPS + 2} of {APPS + 2} images, layers 100%, [\d,]+ images/min", line) for line in lines)
    assert outcome.text.splitlines()[0] == f"FAIL  {APPS + 2} images: {APPS} pass, 2 fail"
    assert str(tmp_path / "out" / "index.html") in outcome.text


def test_a_log_is_not_filled_by_a_short_run(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    outcome = batch(mirrors.registry, "--out", tmp_path / "out", "--cache", cache)
    (line,) = outcome.err.splitlines()
    assert re.fullmatch(rf"imginspect batch: {APPS + 2} images to inspect; \d+ layers to read, [\d.]+ \wB", line)


def test_a_terminal_gets_one_line_that_changes(mirrors: Mirrors, cache: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "imginspect",
        "batch",
        "--policy",
        "generic",
        mirrors.registry,
        "--out",
        tmp_path / "out",
        "--cache",
        cache,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environment()) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        process.communicate()
    os.close(ours)
    assert process.returncode == 1
    text = shown.decode()
    assert "\n" not in text
    assert f"{APPS + 2} images to inspect" in text
    assert text.count("\r") >= 3
    assert text.endswith("\r")
    assert text.rstrip("\r").endswith(" ")  # the line is taken away at the end


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_the_rate_and_what_is_left_are_told(clock: list[float]) -> None:
    target, row = io.StringIO(), image("a:1")
    lines = Lines(target, io.StringIO())
    lines.planned(Amount(images=100, layers=10, layer_bytes=1000), already=3)
    assert "100 images to inspect, 3 already done; 10 layers to read" in target.getvalue()
    clock[0] += 60
    for _ in range(5):
        lines.layer(LayerPlan("", "", 0, 100, ""), 100, 0.1, "")
    for _ in range(50):
        clock[0] += 1
        lines.image(row, 1.0, 0, is_known=False)
    last = target.getvalue().splitlines()[-1]
    assert re.fullmatch(r"imginspect batch: \d+ of 100 images, layers 50%, \d+ images/min, about \d+ min \d+ s left", last)


def test_nothing_is_foretold_before_anything_is_known(clock: list[float]) -> None:
    target = io.StringIO()
    lines = Lines(target, io.StringIO())
    lines.planned(Amount(images=100, layers=0, layer_bytes=0), already=0)
    clock[0] += 31
    lines.image(image("a:1"), 1.0, 0, is_known=False)
    assert "left" not in target.getvalue()
    assert "layers" not in target.getvalue().splitlines()[-1]


def test_what_went_wrong_with_a_layer_is_told_without_its_credentials() -> None:
    told = io.StringIO()
    layer = LayerPlan("sha256:" + "0" * 64, "/mirror/blob", 0, 1, "")
    batch_progress.Events(told).layer(layer, 0, 0.0, f"ValueError: expected a number, not {NAMED}")
    assert "expected a number" in told.getvalue()
    assert NAMED not in told.getvalue()
