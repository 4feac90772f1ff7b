"""The exit codes of real processes: 1 is a failed image and nothing else, 70 a mistake of the program, and no stream gives a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.image_builder import ImageBuilder, directory, program, script

pytestmark = pytest.mark.slow

MOUNTED = (directory("/safe_data"), directory("/safe_outputs"), directory("/scratch"))
GOOD = ImageBuilder().layer(*MOUNTED, *script("/app/run")).config(entrypoint=["/app/run"]).reference("good:1")
OPEN = ImageBuilder().layer(*MOUNTED, program("/app/run")).config(entrypoint=["/app/run"]).reference("open:1")
IMGINSPECT = f"{sys.executable} -m imginspect"
BROKEN = """
import sys
from imginspect.{module} import {name}
def broken(*arguments, **options):
    raise ZeroDivisionError("AKIAQYLPMN5HFIQR7BBZ and\\nmore")
import imginspect.{module} as module
module.{name} = broken
from imginspect.cli import main
sys.argv[0] = "imginspect"
main()
"""


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """*command* carried out by bash, with ``imginspect`` as a command."""
    text = f'imginspect() {{ {IMGINSPECT} "$@"; }}; {command}'
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    return subprocess.run(["bash", "-c", text], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    GOOD.save(folder / "good.tar")
    OPEN.save(folder / "open.tar")
    assert shell("imginspect inspect -q open.tar --format json -o open.json", folder).returncode == 5
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of what was made, with a warm cache."""
    return Path(shutil.copytree(made, tmp_path, dirs_exist_ok=True))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("inspect good.tar >&-", 2),
        ("inspect good.tar > /dev/full", 2),
        ("inspect good.tar 2>&-", 0),
        ("inspect good.tar 2> /dev/full", 0),
        ("inspect good.tar <&-", 0),
        ("inspect -q good.tar >&- 2>&-", 0),
        ("inspect good.tar >&- 2>&- <&-", 2),
        ("inspect - <&-", 2),
        ("inspect good.tar --format json -o good.json --format terminal >&-", 2),
        ("inspect none.tar 2>&-", 2),
        ("inspect none.tar 2> /dev/full", 2),
        ("inspect --nothing 2>&-", 2),
        ("inspect --nothing 2> /dev/full", 2),
        ("inspect --help >&-", 2),
        ("inspect --help > /dev/full", 2),
        ("--version >&-", 2),
        ("render open.json >&-", 2),
        ("render open.json > /dev/full", 2),
        ("render open.json", 0),
        ("render - <&-", 2),
        ("batch good.tar --out out >&-", 2),
        ("batch good.tar --out out --format ndjson > /dev/full", 2),
        ("batch good.tar --out out 2>&-", 0),
        ("batch good.tar --out out 2> /dev/full", 0),
        ("batch open.tar --out out", 5),
        ("batch open.tar --out out --undetermined pass", 0),
        ("batch open.tar --out out --undetermined fail", 1),
        ("inspect open.tar --undetermined pass", 0),
        ("inspect open.tar --undetermined fail", 1),
    ],
)
def test_no_stream_gives_a_traceback_or_the_code_of_a_failed_image(command: str, code: int, folder: Path) -> None:
    done = shell(f"imginspect {command}", folder)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("command", ["inspect good.tar", "render open.json", "inspect --help", "ls -R good.tar --format ndjson"])
def test_a_reader_that_has_seen_enough_gives_no_traceback(command: str, folder: Path) -> None:
    done = shell(f"imginspect {command} | head -c 0; echo ${{PIPESTATUS[0]}}", folder)
    assert done.stdout.split()[-1] in ("0", "141")
    assert done.stderr == ""
    done = shell(f"{{ imginspect {command} >&-; }} 2>&1 | head -c 0; echo ${{PIPESTATUS[0]}}", folder)
    assert done.stdout.split()[-1] == "2"


def test_what_was_written_to_a_closed_stream_does_not_go_into_a_file(folder: Path) -> None:
    before = (folder / "good.tar").read_bytes()
    done = shell("imginspect batch good.tar --out out >&- 2>&- <&-", folder)
    assert done.returncode == 2
    assert (folder / "good.tar").read_bytes() == before
    assert shell("imginspect query out --image good:1", folder).returncode == 0


@pytest.mark.parametrize(
    ("module", "name", "arguments"),
    [
        ("inspection.library", "inspect_source", ["inspect", "good.tar"]),
        ("report.formats", "render", ["inspect", "good.tar"]),
        ("report.formats", "render", ["render", "open.json"]),
        ("batch.run.run", "run", ["batch", "good.tar", "--out", "out"]),
        ("inspection.criteria", "load_criteria", ["inspect", "good.tar"]),
    ],
)
def test_an_unexpected_error_is_70_and_one_line(module: str, name: str, arguments: list[str], folder: Path) -> None:
    def run(*options: str) -> subprocess.CompletedProcess[str]:
        text = BROKEN.format(module=module, name=name)
        return subprocess.run([sys.executable, "-c", text, *options], cwd=folder, capture_output=True, text=True, timeout=120)

    done = run(*arguments)
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr.startswith("imginspect: unexpected error (ZeroDivisionError: ")
    assert done.stderr.endswith(" and more), please report it; --debug shows the traceback\n")
    assert done.stderr.count("\n") == 1
    assert "QYLPMN5HFIQR7BBZ" not in done.stderr
    for told in (run("--debug", *arguments), run(*arguments, "--debug")):
        assert told.returncode == 70
        assert "Traceback (most recent call last)" in told.stderr
        assert "in broken" in told.stderr
        assert "QYLPMN5HFIQR7BBZ" not in told.stderr
        assert told.stderr.splitlines()[-1].endswith("please report it")


def test_an_interrupt_is_130(folder: Path) -> None:
    text = BROKEN.format(module="inspection.library", name="inspect_source")
    text = text.replace('ZeroDivisionError("AKIAQYLPMN5HFIQR7BBZ and\\nmore")', "KeyboardInterrupt")
    done = subprocess.run([sys.executable, "-c", text, "inspect", "good.tar"], cwd=folder, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr.strip()) == (130, "imginspect: interrupted")


def test_render_judges_nothing_again_whatever_the_verdict(folder: Path) -> None:
    assert shell("imginspect render open.json --format junit -o open.xml", folder).returncode == 0
    assert (folder / "open.xml").exists()
