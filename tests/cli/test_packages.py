"""``imginspect packages`` and ``imginspect owner``."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.image_builder import ImageBuilder, file
from tests.inspecting import run

DATABASE = b"P:busybox\nV:1.36-r1\nL:GPL-2.0-only\nF:bin\nR:busybox\n\nP:=cmd()\nV:\x1b[31m\n"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    layers = [file("/lib/apk/db/installed", DATABASE), file("/bin/busybox", b"x"), file("/app/run.sh", b"y")]
    return ImageBuilder().layer(*layers).save(tmp_path / "a.tar")


def test_the_packages_are_listed_with_version_licence_and_layer(archive: Path) -> None:
    outcome = run("packages", archive)
    assert outcome.code == 0
    assert "busybox  1.36-r1" in outcome.text
    assert "GPL-2.0-only" in outcome.text
    assert "\x1b" not in outcome.text
    assert "2 packages, as stated by the image." in outcome.text


def test_the_packages_as_json(archive: Path) -> None:
    document = run("packages", archive, "--format", "json").document
    assert document["packages"][0] == {
        "name": "busybox",
        "version": "1.36-r1",
        "manager": "apk",
        "licence": "GPL-2.0-only",
        "layer": 0,
        "stated_by": "/lib/apk/db/installed",
        "is_project": False,
    }
    assert document["not_determined"] == []


def test_the_packages_as_csv_hold_no_formula(archive: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("packages", archive, "--format", "csv").text)))
    assert [row["name"] for row in rows] == ["busybox", "'=cmd()"]


def test_a_database_that_cannot_be_read_is_named_and_the_exit_code_says_so(tmp_path: Path) -> None:
    archive = ImageBuilder().layer(file("/var/lib/rpm/Packages", b"x")).save(tmp_path / "a.tar")
    outcome = run("packages", archive)
    assert outcome.code == 4
    assert "No package database was found." not in outcome.text
    assert "not determinable: an rpm database in the older format Berkeley DB is not read" in outcome.err


def test_an_image_without_packages_says_so(tmp_path: Path) -> None:
    archive = ImageBuilder().layer(file("/app/run.sh", b"y")).save(tmp_path / "a.tar")
    assert run("packages", archive).text == "No package database was found.\n"


def test_the_owner_of_a_file(archive: Path) -> None:
    outcome = run("owner", archive, "bin/busybox")
    assert outcome.text == "/bin/busybox: apk package busybox 1.36-r1 (unverified; stated by /lib/apk/db/installed, layer 0)\n"
    assert run("owner", archive, "/app/run.sh").text == "/app/run.sh: no package claims it\n"


def test_a_file_that_is_not_there_is_a_usage_error(archive: Path) -> None:
    outcome = run("owner", archive, "/nothing")
    assert outcome.code == 2
    assert "/nothing does not exist in the image" in outcome.err
