"""The CI examples: valid YAML, and their commands do with real images what their comments say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.image_builder import ImageBuilder, directory, file, program

pytestmark = pytest.mark.slow

CI = Path(__file__).parent.parent / "docs" / "ci"
MOUNTED = (directory("/safe_data"), directory("/safe_outputs"), directory("/scratch"))
GOOD = ImageBuilder().layer(*MOUNTED, file("/app/run", mode=0o755))
OPEN = ImageBuilder().layer(*MOUNTED, program("/app/run")).config(entrypoint=["/app/run"])
BARE = ImageBuilder().layer(file("/app/run"))
REPORTS = {
    "gitlab": ["imginspect.codequality.json", "imginspect.json", "imginspect.md", "imginspect.sarif", "imginspect.xml"],
    "github": ["imginspect.json", "imginspect.md", "imginspect.sarif", "imginspect.txt", "imginspect.xml"],
}


def gitlab() -> Any:
    return yaml.safe_load((CI / "gitlab-ci.yml").read_text("utf-8"))


def github() -> Any:
    return yaml.safe_load((CI / "github-actions.yml").read_text("utf-8"))


def script(system: str) -> str:
    """The commands that inspect the image."""
    if system == "gitlab":
        return "\n".join(gitlab()["inspect-image"]["script"])
    (step,) = (step for step in github()["jobs"]["inspect-image"]["steps"] if "imginspect inspect" in step.get("run", ""))
    return str(step["run"])


@pytest.mark.parametrize(
    ("content", "fail_on", "code", "words"),
    [
        (GOOD, "critical", 0, "pass"),
        (BARE, "high", 1, "fail: a rule"),
        (b"no image", "high", 3, "not inspected:"),
        (GOOD.layer(file("/later")).without_blob(1), "critical", 4, "incomplete:"),
        (OPEN, "high", 5, "undecided:"),
        (None, "high", 2, "did not run as requested"),
    ],
)
@pytest.mark.parametrize("system", ["gitlab", "github"])
def test_the_commands_write_all_reports_and_keep_the_exit_code(
    system: str, content: ImageBuilder | bytes | None, fail_on: str, code: int, words: str, tmp_path: Path
) -> None:
    if isinstance(content, ImageBuilder):
        content.save(tmp_path / "image.tar")
    elif content is not None:
        (tmp_path / "image.tar").write_bytes(content)
    done = _run(script(system), tmp_path, fail_on)
    assert done.returncode == code, done.stderr
    assert words in done.stdout.splitlines()[-1]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("imginspect.")) == (REPORTS[system] if code != 2 else [])


def _run(commands: str, folder: Path, fail_on: str) -> subprocess.CompletedProcess[str]:
    tools = folder / "bin"
    tools.mkdir()
    (tools / "imginspect").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m imginspect "$@" --fail-on {fail_on}\n')
    (tools / "imginspect").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "IMAGE_ARCHIVE": "image.tar"}
    environment["GITHUB_STEP_SUMMARY"] = str(folder / "summary")
    # both systems run a script's lines with -e
    return subprocess.run(["bash", "-e", "-c", commands], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def test_what_github_prints_of_an_image_is_no_command(tmp_path: Path) -> None:
    BARE.layer(file("/x", mode=0o4755)).reference("::error::x:1").save(tmp_path / "image.tar")
    lines = _run(script("github"), tmp_path, "high").stdout.splitlines()
    (start,) = (number for number, line in enumerate(lines) if line.startswith("::stop-commands::"))
    stop = lines[start].removeprefix("::stop-commands::")
    assert len(stop) == 32
    assert lines[start + 1].startswith("FAIL")
    assert lines.index(f"::{stop}::") == len(lines) - 2
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines[:start])
    assert (tmp_path / "summary").read_bytes() == (tmp_path / "imginspect.md").read_bytes()


@pytest.mark.parametrize("system", ["gitlab", "github"])
def test_every_code_has_its_words(system: str) -> None:
    assert [line.strip()[0] for line in script(system).splitlines() if line.strip()[1:3] == ") "] == ["0", "1", "3", "4", "5", "*"]


def test_gitlab_keeps_the_reports_also_of_a_failed_inspection() -> None:
    job = gitlab()["inspect-image"]
    assert job["artifacts"]["when"] == "always"
    assert sorted([*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()]) == REPORTS["gitlab"]
    assert set(job["needs"]) <= set(gitlab())
    assert job["stage"] in gitlab()["stages"]


def test_github_keeps_the_reports_also_of_a_failed_inspection() -> None:
    job = github()["jobs"]["inspect-image"]
    steps = {step.get("uses", "").partition("@")[0]: step for step in job["steps"]}
    sarif, artefact = steps["github/codeql-action/upload-sarif"], steps["actions/upload-artifact"]
    assert sarif["with"]["sarif_file"] == "imginspect.sarif"
    assert sorted(artefact["with"]["path"].split()) == REPORTS["github"]
    for step in (sarif, artefact):
        assert "!cancelled()" in step["if"]
    assert job["permissions"] == {"contents": "read", "security-events": "write"}
    assert list(github())[1] == "on", "unquoted, it would be read as true by YAML 1.1"


def test_actions_are_named_by_major_version() -> None:
    uses = [step["uses"] for step in github()["jobs"]["inspect-image"]["steps"] if "uses" in step]
    assert len(uses) == 4
    assert all(action.rpartition("@v")[2].isdigit() for action in uses)
