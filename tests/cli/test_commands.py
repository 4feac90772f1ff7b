"""The command line as a whole: help, the demo, the schema, errors and pipes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from imginspect import __version__
from imginspect.report import json_format
from tests.image_builder import ImageBuilder, file
from tests.inspecting import run

pytestmark = pytest.mark.slow

COMMANDS = ["inspect", "images", "config", "history", "ls", "cat", "find", "rules", "schema", "demo"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_has_help(command: str, option: str) -> None:
    outcome = run(command, option)
    assert outcome.code == 0
    assert outcome.text.startswith(f"Usage: imginspect {command} ")
    assert outcome.err == ""


def test_help_lists_every_command_and_the_exit_codes() -> None:
    text = run("--help").text
    assert all(f"\n  {command} " in text for command in COMMANDS)
    assert "3 not inspected" in text
    assert run("--version").text.strip().endswith(__version__)


def test_the_schema_is_the_published_one() -> None:
    assert run("schema").text == json_format.schema()


def test_the_demo_shows_its_faults_and_its_archive_can_be_inspected(tmp_path: Path) -> None:
    saved = tmp_path / "demo.tar"
    outcome = run("demo", "--save", saved)
    assert outcome.code == 0
    assert outcome.text.startswith("FAIL  imginspect-demo:1")
    inspected = run("inspect", saved)
    assert inspected.code == 1
    assert outcome.text.startswith(inspected.text)
    assert str(saved) in outcome.text


@pytest.mark.parametrize("command", ["inspect", "images", "config", "history", "ls", "cat", "find"])
def test_a_source_that_is_not_there_is_a_usage_error(command: str, tmp_path: Path) -> None:
    more = ["x"] if command in ("cat", "find") else []
    outcome = run(command, tmp_path / "none.tar", *more)
    assert (outcome.code, outcome.out) == (2, b"")
    assert outcome.err == f"imginspect: {tmp_path / 'none.tar'}: no such file or directory\n"


@pytest.mark.parametrize("command", ["images", "config", "history", "ls", "cat", "find"])
def test_a_source_that_is_no_image_is_not_inspected(command: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no image")
    outcome = run(command, tmp_path / "text", *(["x"] if command in ("cat", "find") else []))
    assert (outcome.code, outcome.out) == (3, b"")
    assert outcome.err.startswith(f"imginspect: {tmp_path / 'text'}: not a container image")
    assert outcome.err.count("\n") == 1


def test_a_reader_that_has_seen_enough_is_no_traceback(tmp_path: Path) -> None:
    path = ImageBuilder().layer(*(file(f"/{number:06}") for number in range(4000))).save(tmp_path / "app.tar")
    command = f"{sys.executable} -m imginspect ls -R {path} | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[1:] == ["141"]
    assert done.stderr == ""


def test_the_installed_command_gives_its_exit_code_and_reads_a_pipe(tmp_path: Path) -> None:
    path = ImageBuilder().layer(file("/a")).save(tmp_path / "app.tar")
    done = subprocess.run(
        [sys.executable, "-m", "imginspect", "inspect", "-", "--format", "json"], input=path.read_bytes(), capture_output=True, timeout=60
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["verdict"] == "fail"
    assert done.stderr == b""


def test_closed_standard_input_is_a_usage_error() -> None:
    done = subprocess.run(["bash", "-c", f"{sys.executable} -m imginspect inspect - <&-"], capture_output=True, text=True, timeout=60)
    assert done.returncode in (2, 3)
    assert "Traceback" not in done.stderr


def test_no_command_prints_what_a_ci_system_would_run(tmp_path: Path) -> None:
    built = ImageBuilder().layer(file("/::error::x", b"")).config(entrypoint=["::stop-commands::x", "##[error]x", "##vso[task.complete]x"])
    path = built.save(tmp_path / "app.tar")
    for command in ("config", "ls", "history", "images"):
        text = run(command, path).text
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::") or "##[" in line or "##vso[" in line], command
    assert r"\x3a:stop-commands::x" in run("config", path).text
