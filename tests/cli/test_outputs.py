"""Several reports from one run: which form goes where, what is refused, and what a failure to write one does to the others."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from imginspect.cli import output
from tests.image_builder import ImageBuilder, directory, file, save_many
from tests.inspecting import run
from tests.report.sarif_structure import check

pytestmark = pytest.mark.slow

GOOD = (
    ImageBuilder()
    .layer(directory("/safe_data"), directory("/safe_outputs"), directory("/scratch"), file("/app/run", b"1", mode=0o755))
    .config(entrypoint=["/app/run"])
    .reference("app:1")
)
LENIENT = ("--fail-on", "critical")
"""So that what further rules make of so small an image changes nothing here."""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return GOOD.save(tmp_path / "good.tar")


def form_in(data: bytes) -> str:
    """The form of a report, from its content; empty for no report."""
    text = data.decode("utf-8")
    if text.startswith("<?xml"):
        return "junit" if ElementTree.fromstring(text).tag == "testsuites" else "unknown"
    if text.startswith("{"):
        return "sarif" if "runs" in json.loads(text) else "json"
    return "terminal" if text.startswith(("PASS", "FAIL", "NOT")) else ("unknown" if text else "")


@pytest.mark.parametrize(
    ("options", "out", "files"),
    [
        ("", "terminal", {}),
        ("--format sarif", "sarif", {}),
        ("--format junit", "junit", {}),
        ("--format sarif -o -", "sarif", {}),
        ("-o -", "terminal", {}),
        ("--format sarif -o a", "", {"a": "sarif"}),
        ("-o a --format sarif", "", {"a": "sarif"}),
        ("-o a.json", "", {"a.json": "json"}),
        ("-o a.sarif", "", {"a.sarif": "sarif"}),
        ("-o a.sarif.json", "", {"a.sarif.json": "sarif"}),
        ("-o A.SARIF", "", {"A.SARIF": "sarif"}),
        ("-o a.xml", "", {"a.xml": "junit"}),
        ("-o a.txt", "", {"a.txt": "terminal"}),
        ("-o report", "", {"report": "terminal"}),
        ("--format json -o a.txt", "", {"a.txt": "json"}),
        ("--format json -o a --format sarif -o b --format junit -o c", "", {"a": "json", "b": "sarif", "c": "junit"}),
        ("--format=json --output=a --format=sarif --output=b", "", {"a": "json", "b": "sarif"}),
        ("--format json -oa --format sarif -ob", "", {"a": "json", "b": "sarif"}),
        ("--format terminal --format sarif -o b", "terminal", {"b": "sarif"}),
        ("--format sarif -o b --format terminal", "terminal", {"b": "sarif"}),
        ("--format json -o - --format sarif -o b", "json", {"b": "sarif"}),
        ("-o a.json -o b.sarif -o c.xml", "", {"a.json": "json", "b.sarif": "sarif", "c.xml": "junit"}),
        ("-o a.json -o -", "terminal", {"a.json": "json"}),
        ("--format json -o x --format json -o y", "", {"x": "json", "y": "json"}),
        ("--format sarif -o a.json -o b.json", "", {"a.json": "sarif", "b.json": "json"}),
        ("-q", "", {}),
        ("-q --format json", "", {}),
        ("-q --format json -o -", "json", {}),
        ("-q -o -", "terminal", {}),
        ("-q --format json --format sarif -o a", "", {"a": "sarif"}),
        ("-q --format sarif -o a --format json -o -", "json", {"a": "sarif"}),
    ],
)
def test_each_report_goes_where_it_is_sent(
    options: str, out: str, files: dict[str, str], good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.chdir(folder)
    outcome = run("inspect", *options.split(), good, *LENIENT)
    assert (outcome.code, outcome.err) == (0, "")
    assert form_in(outcome.out) == out
    assert {path.name: form_in(path.read_bytes()) for path in folder.iterdir()} == files
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} <= {0o600}


def test_the_source_may_stand_between_the_options(good: Path, tmp_path: Path) -> None:
    outcome = run("inspect", "--format", "json", good, "-o", tmp_path / "a", "--format", "sarif", "-o", tmp_path / "b", *LENIENT)
    assert outcome.code == 0
    assert [form_in((tmp_path / name).read_bytes()) for name in "ab"] == ["json", "sarif"]


def test_each_report_is_what_it_would_be_alone(good: Path, tmp_path: Path) -> None:
    run("inspect", good, "--format", "json", "-o", tmp_path / "a", "--format", "sarif", "-o", tmp_path / "b")
    for name, form in (("a", "json"), ("b", "sarif")):
        assert (tmp_path / name).read_bytes() == run("inspect", good, "--format", form).out


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ("--format json --format sarif", "only one report can go to standard output"),
        ("--format json -o - -o -", "only one report can go to standard output"),
        ("--format json -o a --format sarif -o a", "is given twice"),
        ("--format json -o a --format sarif -o ./a", "is given twice"),
        ("-o a.json -o a.json", "is given twice"),
        ("-o a --format json -o b --format sarif", "each --format before its -o"),
        ("-o a.json --format json -o b.sarif --format sarif", "each --format before its -o"),
        ("--format json --format sarif -o a -o b", "each --format before its -o"),
        ("-o a.htm5", "the name does not tell the form"),
        ("-o a.tar -o b.json", "the name does not tell the form"),
        ("--format htm5 -o a", "html"),
        ("--format json -o .", "is a directory"),
        ("--format", "--format"),
        ("--format json -o good.tar", "would replace the archive"),
        ("--format json -o folder/good.tar", "would replace the archive"),
    ],
)
def test_what_is_unclear_is_refused_before_anything_is_opened(
    options: str, what: str, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").symlink_to(tmp_path, target_is_directory=True)
    before = good.read_bytes()
    outcome = run("inspect", good.name, *options.split())
    assert (outcome.code, outcome.out) == (2, b"")
    assert what in outcome.err
    assert "Traceback" not in outcome.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "good.tar"]
    assert good.read_bytes() == before


def test_a_report_that_cannot_be_written_does_not_lose_the_others(good: Path, tmp_path: Path) -> None:
    outcome = run(
        *("inspect", good, "--format", "json", "-o", tmp_path / "a", "--format", "sarif", "-o", tmp_path / "none" / "b"),
        *("--format", "junit", "-o", tmp_path / "c", "--format", "terminal"),
    )
    assert outcome.code == 2
    assert outcome.err == f"imginspect: cannot write {tmp_path}/none/b: No such file or directory\n"
    assert form_in(outcome.out) == "terminal"
    assert [form_in((tmp_path / name).read_bytes()) for name in "ac"] == ["json", "junit"]


def test_every_form_is_written_for_what_is_no_image(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no image")
    names = ("a.json", "b.sarif", "c.xml", "d.txt")
    outcome = run("inspect", tmp_path / "text", "-q", *(part for name in names for part in ("-o", tmp_path / name)))
    assert (outcome.code, outcome.out) == (3, b"")
    assert outcome.err.startswith(f"imginspect: {tmp_path}/text: ")
    assert [form_in((tmp_path / name).read_bytes()) for name in names] == ["json", "sarif", "junit", "terminal"]
    check(json.loads((tmp_path / "b.sarif").read_text()))


def test_every_form_holds_all_images(tmp_path: Path) -> None:
    several = save_many([GOOD, GOOD.layer(file("/x")).reference("other:2")], tmp_path / "several.tar", "oci")
    run("inspect", several, "--all", "-o", tmp_path / "b.sarif", "-o", tmp_path / "c.xml")
    log = json.loads((tmp_path / "b.sarif").read_text())
    check(log)
    assert len(log["runs"]) == len(ElementTree.parse(tmp_path / "c.xml").getroot().findall("testsuite")) == 2


def test_only_the_terminal_form_is_coloured(good: Path, tmp_path: Path) -> None:
    outcome = run("inspect", good, "--colour", "always", "-o", tmp_path / "a.sarif", "-o", tmp_path / "a.txt", "-o", "-")
    assert b"\x1b[" in outcome.out
    assert "\x1b[" in (tmp_path / "a.txt").read_text()
    assert "\x1b" not in (tmp_path / "a.sarif").read_text()


def test_the_help_tells_how(good: Path) -> None:
    text = " ".join(run("inspect", "--help").text.split())
    for words in ("terminal|html|json|sarif|junit", "each with its own -o after it", ".sarif sarif"):
        assert words in text


def test_what_stands_in_dev_is_written_to_and_never_replaced(good: Path, tmp_path: Path) -> None:
    assert run("inspect", good, "--format", "sarif", "-o", "/dev/null", *LENIENT).code == 0
    assert not Path("/dev/null").is_file()
    target = tmp_path / "out"
    with target.open("w") as out:  # only /dev/fd, where nobody can replace anything, so that a mistake here harms nothing
        out.write("before ")
        out.flush()
        command = [sys.executable, "-m", "imginspect", "inspect", str(good), "--format", "junit", "-o", "/dev/fd/1", *LENIENT]
        assert subprocess.run(command, stdout=out, timeout=60).returncode == 0
    assert target.read_text().startswith("before <?xml")
    assert all(output.is_in_devices(Path(name)) for name in ("/dev/stdout", "/dev/nothing", "/dev/fd/1", "/proc/self/fd/1"))
    (tmp_path / "d").symlink_to("/dev", target_is_directory=True)
    assert output.is_in_devices(tmp_path / "d" / "stdout")
    assert not output.is_in_devices(target)


def test_a_planted_link_to_a_pipe_is_replaced_and_a_pipe_is_written_to(good: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    assert run("inspect", good, "--format", "junit", "-o", tmp_path / "link", *LENIENT).code == 0
    assert (tmp_path / "link").is_file()
    assert not (tmp_path / "link").is_symlink()
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert run("inspect", good, "--format", "github", "-o", tmp_path / "pipe", *LENIENT).code == 0
    assert os.read(reader, 1 << 16).startswith(b"::")
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()
