"""What skopeo writes by habit is one note on the image: plain layers under the media type of gzip, and schema 1, which states nothing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.image_builder import ImageBuilder, file, program
from tests.inspecting import report_of

SKOPEO = shutil.which("skopeo")
needs_skopeo = pytest.mark.skipif(SKOPEO is None, reason="skopeo is not installed")


def image() -> ImageBuilder:
    built = ImageBuilder().layer(program("/bin/sh")).layer(file("/a", b"1" * 2_000)).layer(file("/b", b"2"))
    return built.config(entrypoint=["/bin/sh"]).reference("app:1")


def media_types(path: Path) -> tuple[str, list[str]]:
    """The verdict of the rule on media types, and what it says."""
    document: Any = report_of(path)
    rule = next(result for result in document["results"] if result["rule"] == "TRE-INT-013")
    return rule["verdict"], [finding["message"] for finding in rule["findings"]]


def with_types(folder: Path, old: str, new: str) -> Path:
    manifest = folder / "manifest.json"
    text = manifest.read_text()
    assert old in text
    manifest.write_text(text.replace(old, new))
    return folder


def saved(folder: Path, form: str, compression: str) -> Path:
    image().save(folder, form, compression=compression)
    return folder


_NOTE = "3 layers stored plain under a media type of gzip, as skopeo copies a docker archive to a dir: tree"


def test_plain_layers_of_a_dir_tree_under_gzip_are_one_note(tmp_path: Path) -> None:
    folder = with_types(saved(tmp_path / "tree", "dir", "plain"), 'diff.tar"', 'diff.tar.gzip"')
    verdict, messages = media_types(folder)
    assert verdict == "pass"
    assert messages == [f"manifest.json: {_NOTE}"]


def test_the_other_way_round_is_a_warning_for_each_layer(tmp_path: Path) -> None:
    folder = with_types(saved(tmp_path / "tree", "dir", "gzip"), 'diff.tar.gzip"', 'diff.tar"')
    verdict, messages = media_types(folder)
    assert verdict == "warn"
    assert len(messages) == 3


@pytest.mark.parametrize("compression", ["gzip", "plain"])
def test_a_manifest_of_schema_1_states_no_compression(compression: str, tmp_path: Path) -> None:
    assert media_types(saved(tmp_path / "tree", "dir-v2s1", compression)) == ("pass", [])


@pytest.mark.oracle
@needs_skopeo
@pytest.mark.parametrize("form", ["v2s2", "oci"])
def test_what_skopeo_makes_of_a_docker_archive_is_one_note(form: str, tmp_path: Path) -> None:
    image().save(tmp_path / "app.tar", "docker")
    _copy("--format", form, f"docker-archive:{tmp_path}/app.tar", f"dir:{tmp_path}/tree")
    assert media_types(tmp_path / "tree") == ("pass", [f"manifest.json: {_NOTE}"])


@pytest.mark.oracle
@needs_skopeo
@pytest.mark.parametrize("compression", ["gzip", "plain"])
def test_what_skopeo_makes_of_a_layout_is_sound(compression: str, tmp_path: Path) -> None:
    image().save(tmp_path / "app.tar", "oci", compression=compression)
    _copy(f"oci-archive:{tmp_path}/app.tar", f"dir:{tmp_path}/tree")
    assert media_types(tmp_path / "tree") == ("pass", [])


@pytest.mark.oracle
@needs_skopeo
def test_what_skopeo_makes_in_schema_1_is_sound(tmp_path: Path) -> None:
    image().save(tmp_path / "app.tar", "docker")
    _copy("--format", "v2s1", f"docker-archive:{tmp_path}/app.tar", f"dir:{tmp_path}/tree")
    assert media_types(tmp_path / "tree") == ("pass", [])


def _copy(*arguments: str) -> None:
    assert SKOPEO
    subprocess.run([SKOPEO, "--insecure-policy", "copy", "--quiet", *arguments], check=True, capture_output=True, timeout=60)
