"""Completion by the shell, as the shell asks for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.image_builder import ImageBuilder, save_many, script

ROOT = Path(__file__).parents[2]


def completed(words: str, place: Path) -> list[str]:
    """What is offered for the last of *words*."""
    script_ = "import sys; sys.argv[0] = 'imginspect'; from imginspect.cli import main; main()"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_IMGINSPECT_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    done = subprocess.run([sys.executable, "-c", script_], env=environment, cwd=place, capture_output=True, text=True)
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("imginspect ins", ["inspect"]),
        ("imginspect inspect app.tar --fail-on h", ["high"]),
        ("imginspect inspect app.tar --format ma", ["markdown"]),
        ("imginspect inspect app.tar --fail", ["--fail-on"]),
        ("imginspect inspect app.tar --policy gen", ["generic"]),
        ("imginspect rules sh", ["show"]),
        ("imginspect rules show TRE-SEC", ["TRE-SEC-002"]),
        ("imginspect query out --finding tre-sec", ["TRE-SEC-002"]),
        ("imginspect inspect both.tar --image te", ["team/app:1", "team/web:2"]),
        ("imginspect config both.tar --image team/w", ["team/web:2"]),
        ("imginspect inspect docker-archive:both.tar --image team/w", ["team/web:2"]),
        ("imginspect inspect none.tar --image te", []),
        ("imginspect inspect ap", ["ap"]),  # a file: the shell's own business
        ("imginspect batch mir", ["mir"]),
    ],
)
def test_words_are_completed(words: str, offered: list[str], tmp_path: Path) -> None:
    images = [ImageBuilder().layer(*script(name)).reference(f"team/{name[1:]}:{tag}") for name, tag in (("/app", 1), ("/web", 2))]
    evil = ImageBuilder().layer(*script("/evil")).reference("team/$(touch evil):1")
    save_many([*images, evil], tmp_path / "both.tar", "oci")
    assert sorted(completed(words, tmp_path)) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_printed(shell: str) -> None:
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'imginspect'; from imginspect.cli import main; main()"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "_IMGINSPECT_COMPLETE": f"{shell}_source"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert f"_IMGINSPECT_COMPLETE={shell}_complete" in done.stdout
    tool = shutil.which(shell)
    if tool is not None:
        assert subprocess.run([tool, "-n"], input=done.stdout, text=True, capture_output=True).returncode == 0
