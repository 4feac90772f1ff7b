"""One image, one answer: every form of archive gives the same filesystem and the same results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.image_builder import COMPRESSIONS, DIRECTORY_FORMS, TAR_FORMS, ImageBuilder
from tests.inspecting import files_of, judged, report_of
from tests.tar_writer import directory, file, hardlink, header, opaque, padded, raw, symlink, whiteout

pytestmark = pytest.mark.slow

IMAGE = (
    ImageBuilder()
    .layer(
        directory("/app"),
        file("/app/run.py", b"print(1)\n", mode=0o755, uid=1000, gid=1000),
        file("/app/old", b"old"),
        hardlink("/app/same.py", "/app/run.py", mode=0o755, uid=1000, gid=1000),
        directory("/data"),
        file("/data/a", b"a"),
        symlink("/link", "/app/run.py"),
        created_by="COPY app /app # buildkit",
    )
    .layer(directory("/safe_data"), directory("/safe_outputs"), directory("/scratch"), whiteout("/app/old"), opaque("/data"))
    .empty_layer("ENTRYPOINT [/app/run.py]")
    .config(entrypoint=["/app/run.py"], env=["A=1"], user="1000")
    .reference("app:1")
)


OF_NAMES = ("TRE-HYG-004",)
"""Rules on the names of an image: podman puts localhost/ before what Docker calls docker.io/, and ``dir:`` has no name at all."""


def _answer(path: Path) -> tuple[Any, Any]:
    report = report_of(path)
    results = [
        {**result, "findings": [{**finding, "evidence": _without_blobs(finding["evidence"])} for finding in result["findings"]]}
        for result in report["results"]
        if result["rule"] not in OF_NAMES
    ]
    assert report["coverage"]["complete"]
    assert sum(report["coverage"]["bytes_by_use"].values()) == report["coverage"]["archive_bytes"]
    return results, files_of(path)


def _without_blobs(evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blob digests differ between compressions by nature."""
    return [{**item, "layer": item["layer"] and {**item["layer"], "digest": None}} for item in evidence]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    return _answer(IMAGE.save(tmp_path_factory.mktemp("expected") / "app.tar", "oci", "plain"))


@pytest.mark.parametrize("form", TAR_FORMS + DIRECTORY_FORMS)
def test_every_form_gives_the_same_answer(form: str, tmp_path: Path, expected: tuple[Any, Any]) -> None:
    compression = "plain" if form == "dir-v2s1" else "gzip"
    assert _answer(IMAGE.save(tmp_path / "app", form, compression)) == expected


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_every_compression_of_layers_gives_the_same_answer(compression: str, tmp_path: Path, expected: tuple[Any, Any]) -> None:
    assert _answer(IMAGE.save(tmp_path / "app.tar", "oci", compression)) == expected


@pytest.mark.parametrize("whole", ["gz", "zst", "xz", "bz2"])
def test_every_compression_of_the_archive_gives_the_same_answer(whole: str, tmp_path: Path, expected: tuple[Any, Any]) -> None:
    assert _answer(IMAGE.save(tmp_path / "app.tar", "oci", "plain", whole=whole)) == expected


@pytest.mark.parametrize("prefix", ["./", "top/", "./top/"])
@pytest.mark.parametrize("form", ["oci", "docker", "podman", "crane"])
def test_names_may_have_a_prefix(prefix: str, form: str, tmp_path: Path, expected: tuple[Any, Any]) -> None:
    assert _answer(IMAGE.save(tmp_path / "app.tar", form, "gzip", prefix=prefix)) == expected


@pytest.mark.parametrize("form", TAR_FORMS)
def test_the_order_of_members_does_not_matter(form: str, tmp_path: Path, expected: tuple[Any, Any]) -> None:
    assert _answer(IMAGE.save(tmp_path / "app.tar", form, "gzip", reverse=True)) == expected


def test_the_filesystem_is_the_one_that_the_layers_make(expected: tuple[Any, Any]) -> None:
    files = {item["path"]: item for item in expected[1]}
    assert sorted(files) == [
        "/", "/app", "/app/run.py", "/app/same.py", "/data", "/link", "/safe_data", "/safe_outputs", "/scratch",
    ]  # fmt: skip
    assert files["/app/run.py"]["mode"] == "0755"
    assert files["/app/run.py"]["uid"] == 1000
    assert files["/app/same.py"]["type"] == "hardlink"
    assert files["/app/same.py"]["sha256"] == files["/app/run.py"]["sha256"]
    assert files["/link"]["link_target"] == "/app/run.py"
    assert files["/safe_data"]["layer"] == 1


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    first = report_of(IMAGE.save(tmp_path / "one.tar"), raw=True)
    second = report_of(IMAGE.save(tmp_path / "two.tar"), raw=True)
    assert first == second


@pytest.mark.parametrize(("content", "code"), [(b"", 0), (b"hidden", 4)])
def test_an_entry_of_unknown_type_is_no_node_and_its_content_is_a_gap(content: bytes, code: int, tmp_path: Path) -> None:
    odd = raw(header(b"app/run.py", len(content), b"Z") + padded(content))
    path = IMAGE.layer(odd).save(tmp_path / "app.tar")
    assert judged(path)["exit_code"] == code
    assert [item["layer"] for item in files_of(path) if item["path"] == "/app/run.py"] == [0]
