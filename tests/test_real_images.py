"""Archives that real tools wrote, below the folder that IMGINSPECT_REAL_IMAGES names: each is read whole, and its digests hold."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from imginspect.report import json_format
from tests.inspecting import files_of, results_of, run

FOLDER = os.environ.get("IMGINSPECT_REAL_IMAGES", "")

pytestmark = [pytest.mark.real_images, pytest.mark.skipif(not FOLDER, reason="IMGINSPECT_REAL_IMAGES is not set")]

SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2")
MARKS_OF_A_DIRECTORY = ("oci-layout", "manifest.json", "repositories")


def _archives(folder: Path) -> list[Path]:
    """Every archive and every directory form below *folder*; what is inside of a directory form is none of its own."""
    if any((folder / mark).exists() for mark in MARKS_OF_A_DIRECTORY):
        return [folder]
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            found += _archives(path)
        elif path.name.endswith(SUFFIXES):
            found.append(path)
    return found


ROOT = Path(FOLDER).resolve()
ARCHIVES = {path.relative_to(ROOT).as_posix(): path for path in (_archives(ROOT) if FOLDER else [])}


def _reports(path: Path) -> list[dict[str, Any]]:
    """The reports on all images of the archive at *path*; the document is valid and the exit code that of the verdict."""
    outcome = run("inspect", path, "--format", "json")
    if outcome.code == 2:  # several images, and none chosen
        outcome = run("inspect", path, "--format", "json", "--all")
    assert outcome.code in (0, 1, 3, 4), outcome.err
    document = outcome.document
    Draft202012Validator(json.loads(json_format.schema())).validate(document)
    assert document["exit_code"] == outcome.code
    reports = document.get("reports", [document])
    assert isinstance(reports, list)
    return reports


def test_the_folder_holds_archives() -> None:
    assert ARCHIVES, f"nothing below {ROOT} is an archive"


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_real_archive_is_read_whole(name: str) -> None:
    for report in _reports(ARCHIVES[name]):
        if report["verdict"] == "not-inspected":  # a root filesystem alone, as docker export writes it
            assert report["reason"]
            continue
        coverage = report["coverage"]
        assert sum(coverage["bytes_by_use"].values()) == coverage["archive_bytes"]
        assert coverage["complete"], report["problems"]
        failed = {rule for rule, verdict in results_of(report).items() if verdict == "fail"}
        assert not {rule for rule in failed if rule.startswith("TRE-INT-")}, report["results"]


def test_one_image_has_the_same_files_in_every_archive() -> None:
    seen: dict[tuple[str, str], tuple[str, list[dict[str, Any]]]] = {}
    for name, path in ARCHIVES.items():
        for report in _reports(path):
            if report["image"] is None or report["verdict"] == "not-inspected" or not report["image"]["image_id"]:
                continue
            image = report["image"]
            files = files_of(path, "--image", image["manifest_digest"] or image["image_id"])
            assert files, name
            folder = name.rpartition("/")[0]
            first, expected = seen.setdefault((folder, image["image_id"]), (name, files))
            assert files == expected, f"{name} and {first} hold the same image, and list other files"
    assert seen
