"""What could not be inspected is named in every form: the archive as it was given, its size, and the sha256 of what could be read."""

from __future__ import annotations

import gzip
import os
from hashlib import sha256
from pathlib import Path

import pytest

import imginspect
from imginspect.report.formats import FORMATS
from tests.inspecting import run

pytestmark = pytest.mark.slow

CONTENT = b"this is no archive\n" * 10
DIGEST = sha256(CONTENT).hexdigest()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "no.tar").write_bytes(CONTENT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_names_the_archive(form: str, here: Path) -> None:
    del here
    text = "".join(run("inspect", "sub/no.tar", "--format", form).text.split())
    assert "sub/no.tar" in text.replace("\\/", "/")
    assert "190" in text
    assert DIGEST in text


@pytest.mark.parametrize("form", FORMATS)
def test_no_path_of_the_host_is_in_a_report(form: str, here: Path) -> None:
    text = run("inspect", here / "sub" / "no.tar", "--format", form).text
    assert "no.tar" in text
    assert str(here) not in text
    assert here.name not in text


def test_a_name_is_masked_and_escaped(here: Path) -> None:
    name = f"{'AKIA'}{'QYLPMN5HFIQR7BBZ'} \x1b[31m.tar"
    (here / name).write_bytes(CONTENT)
    for form in FORMATS:
        text = run("inspect", name, "--format", form).text
        assert "QYLPMN5HFIQR7BBZ" not in text
        assert "\x1b" not in text
        assert ".tar" in text


@pytest.mark.parametrize("content", [CONTENT, gzip.compress(CONTENT, mtime=0), b""])
def test_a_stream_is_named_by_what_was_read_of_it(content: bytes, here: Path) -> None:
    del here
    (link,) = run("inspect", "-", "--format", "json", stdin=content).document["chain"]
    assert (link["role"], link["name"], link["size"], link["status"]) == ("archive", "standard input", len(content), "computed")
    assert link["digest"] == f"sha256:{sha256(content).hexdigest()}"


def test_of_a_stream_that_is_too_long_the_part_that_was_read_is_named(here: Path) -> None:
    del here
    outcome = run("inspect", "-", "--limit", "spool_bytes=1M", "--format", "json", stdin=bytes(5 << 20))
    (link,) = outcome.document["chain"]
    assert (outcome.code, link["status"]) == (3, "not-read")
    assert link["digest"] == f"sha256:{sha256(bytes(link['size'])).hexdigest()}"
    assert 1 << 20 < link["size"] < 5 << 20
    assert "bytes that could be read" in " ".join(run("inspect", "-", "--limit", "spool_bytes=1M", stdin=bytes(5 << 20)).text.split())


def test_a_directory_has_a_name_and_no_digest(here: Path) -> None:
    del here
    outcome = run("inspect", "sub", "--format", "json")
    (link,) = outcome.document["chain"]
    assert (outcome.code, link["name"], link["digest"]) == (3, "sub (a directory, which has no digest of its own)", None)


def test_an_archive_without_the_platform_is_named_too(here: Path) -> None:
    from tests.image_builder import ImageBuilder, program

    path = ImageBuilder().layer(program("/run")).config(entrypoint=["/run"]).save(here / "app.tar")
    (link,) = run("inspect", "app.tar", "--platform", "linux/arm64", "--format", "json").document["chain"]
    assert (link["name"], link["size"]) == ("app.tar", path.stat().st_size)
    assert link["digest"] == f"sha256:{sha256(path.read_bytes()).hexdigest()}"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_has_its_name_and_size(here: Path) -> None:
    (here / "sub" / "no.tar").chmod(0)
    (link,) = run("inspect", "sub/no.tar", "--format", "json").document["chain"]
    assert (link["name"], link["size"], link["digest"], link["status"]) == ("sub/no.tar", len(CONTENT), None, "not-read")


def test_the_library_names_it_too(here: Path) -> None:
    report = imginspect.inspect(here / "sub" / "no.tar")
    assert (report.chain[0].name, report.chain[0].digest) == ("no.tar", f"sha256:{DIGEST}")


def test_no_section_is_empty(here: Path) -> None:
    del here
    page = run("inspect", "sub/no.tar", "--format", "html").text
    for title in (
        "Findings and results",
        "Questions for a person",
        "Filesystem",
        "Layers and history",
        "Chain of custody",
        "What was read",
    ):
        assert f">{title}</" not in page
    text = run("inspect", "sub/no.tar").text
    for title in ("Image", "Findings", "Passed", "Chain of custody", "Coverage", "For a person"):
        assert title not in text.splitlines()
    comment = run("inspect", "sub/no.tar", "--format", "markdown").text
    assert "Chain of custody" not in comment
    assert "### Findings" not in comment


def test_a_batch_names_it_in_the_report_of_the_image(here: Path) -> None:
    assert run("batch", "sub/no.tar", "--out", here / "out", "--cache", here / "cache", "--report", "json", "-q").code == 3
    (report,) = (here / "out" / "reports").glob("*.json")
    text = report.read_text()
    assert '"sub/no.tar"' in text
    assert DIGEST in text
