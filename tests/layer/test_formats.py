"""Layers that are no plain or compressed tar, or that have a table of contents beside it: each is named, none of them is a false alarm."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path
from typing import Any

import pytest

from imginspect.layer.formats import file_system_of
from tests.archive.making import image_of_blobs
from tests.image_builder import (
    Members,
    compress,
    directory,
    file,
    noise,
    program,
    sha,
    symlink,
    tar_bytes,
    whiteout,
    write,
)
from tests.inspecting import flagged, report_of, results_of, run

pytestmark = pytest.mark.slow

TAR = "application/vnd.oci.image.layer.v1.tar"
ENTRIES = [directory("/etc"), file("/etc/a", b"x" * 3000), symlink("/l", "etc/a"), program("/run"), whiteout("/gone")]
CONTENT = tar_bytes(ENTRIES)


def report_on(found: Members, folder: Path, form: str = "oci") -> Any:
    return report_of(write(found, folder / "archive.tar", form), "--policy", "generic")


def integrity(report: Any) -> set[str]:
    return {rule for rule in flagged(report) if rule.startswith("TRE-INT")}


# -- file systems ------------------------------------------------------------------------------------------------------

FILE_SYSTEMS = {
    "SquashFS": b"hsqs" + noise("squashfs", 9000),
    "EROFS": bytes(1024) + b"\xe2\xe1\xf5\xe0" + noise("erofs", 9000),
    "ext2, ext3 or ext4": bytes(1080) + b"\x53\xef" + noise("ext", 9000),
}


@pytest.mark.parametrize("name", FILE_SYSTEMS)
@pytest.mark.parametrize("media_type", [TAR, "application/vnd.erofs.layer.v1", "application/vnd.stacker.image.layer.squashfs+zstd+verity"])
def test_a_file_system_in_the_place_of_a_tar_is_named_and_not_read(name: str, media_type: str, tmp_path: Path) -> None:
    data = FILE_SYSTEMS[name]
    report = report_on(image_of_blobs((CONTENT, TAR, CONTENT), (data, media_type, b"another content")), tmp_path)
    assert report["verdict"] in ("incomplete", "fail")
    assert integrity(report) == {"TRE-INT-009"}
    layer = report["coverage"]["layers"][1]
    assert (layer["status"], layer["expanded_bytes"]) == ("not-read", len(data))
    assert f"a file system image ({name})" in layer["reason"]


def test_packed_file_systems_are_named_too(tmp_path: Path) -> None:
    data = compress(FILE_SYSTEMS["SquashFS"], "zstd")
    report = report_on(image_of_blobs((data, TAR + "+zstd", b"")), tmp_path)
    assert "SquashFS" in report["coverage"]["layers"][0]["reason"]


@pytest.mark.parametrize("name", FILE_SYSTEMS)
@pytest.mark.parametrize("size", [0, 3, 512, 1024, 1026, 1500])
def test_what_is_left_of_a_file_system_never_passes(name: str, size: int, tmp_path: Path) -> None:
    report = report_on(image_of_blobs((FILE_SYSTEMS[name][:size], "application/vnd.erofs.layer.v1", CONTENT)), tmp_path)
    assert report["verdict"] != "pass"
    assert integrity(report)


def test_a_file_that_is_called_like_a_file_system_is_a_file(tmp_path: Path) -> None:
    content = tar_bytes([file("/hsqs-notes", b"1")])
    assert not file_system_of(content[:2048])
    assert not integrity(report_on(image_of_blobs((content, TAR, content)), tmp_path))


def test_a_tar_under_the_media_type_of_a_file_system_is_read_and_told(tmp_path: Path) -> None:
    report = report_on(image_of_blobs((CONTENT, "application/vnd.erofs.layer.v1", CONTENT)), tmp_path)
    assert integrity(report) == {"TRE-INT-013"}
    assert report["coverage"]["layers"][0]["status"] == "read"


# -- eStargz -----------------------------------------------------------------------------------------------------------


def estargz(*, landmark: str = ".no.prefetch.landmark") -> bytes:
    """A gzip member for each entry, the table of contents as the last one, and the footer that says where it begins."""
    members = [tar_bytes([entry], end_blocks=0) for entry in (file("/" + landmark, b"\x0f", mode=0), *ENTRIES)]
    packed = [gzip.compress(member, mtime=0) for member in members]
    names = [{"name": landmark, "type": "reg", "size": 1}, {"name": "etc/a", "type": "reg", "size": 3000, "digest": "sha256:" + "0" * 64}]
    table = tar_bytes([file("/stargz.index.json", json.dumps({"version": 1, "entries": names}).encode(), mode=0)])
    start = sum(map(len, packed))
    extra = b"SG" + struct.pack("<H", 22) + b"%016x" % start + b"STARGZ"
    footer = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff" + struct.pack("<H", len(extra)) + extra + b"\x01\0\0\xff\xff" + bytes(8)
    return b"".join(packed) + gzip.compress(table, mtime=0) + footer


@pytest.mark.parametrize("landmark", [".no.prefetch.landmark", ".prefetch.landmark"])
def test_estargz_is_named_and_its_table_is_a_file_like_others(landmark: str, tmp_path: Path) -> None:
    blob = estargz(landmark=landmark)
    layer = blob, TAR + "+gzip", gzip.decompress(blob)
    report = report_on(image_of_blobs(layer, layer), tmp_path)
    assert not integrity(report)
    assert [item["compression"] for item in report["coverage"]["layers"]] == ["gzip (eStargz)"] * 2
    listing = run("ls", "-R", tmp_path / "archive.tar").text
    assert "/stargz.index.json" in listing
    assert f"/{landmark}" in listing


def test_an_index_of_that_name_alone_makes_no_estargz(tmp_path: Path) -> None:
    content = tar_bytes([file("/stargz.index.json", b"{}")])
    report = report_on(image_of_blobs((compress(content, "gzip"), TAR + "+gzip", content)), tmp_path)
    assert report["coverage"]["layers"][0]["compression"] == "gzip"


# -- zstd:chunked ------------------------------------------------------------------------------------------------------


def chunked(content: bytes) -> bytes:
    """Two frames, a table of contents in a skippable frame, and the footer in another."""
    middle = len(content) // 2
    table = compress(b'{"version": 1, "entries": []}', "zstd")
    footer = bytes(32) + b"GnUlInUx"
    skipped = b"".join(b"\x50\x2a\x4d\x18" + struct.pack("<I", len(data)) + data for data in (table, footer))
    return compress(content[:middle], "zstd") + compress(content[middle:], "zstd") + skipped


def test_zstd_chunked_is_named_and_nothing_in_it_is_hidden(tmp_path: Path) -> None:
    report = report_on(image_of_blobs((chunked(CONTENT), TAR + "+zstd", CONTENT)), tmp_path)
    assert not integrity(report)
    assert report["coverage"]["layers"][0]["compression"] == "zstd (zstd:chunked)"


@pytest.mark.parametrize("blocks", [1, 8, 19])
def test_lost_padding_is_told_for_what_it_is(blocks: int, tmp_path: Path) -> None:
    found = image_of_blobs((chunked(CONTENT), TAR + "+zstd", CONTENT + bytes(512 * blocks)))
    report = report_on(found, tmp_path)
    assert integrity(report) == {"TRE-INT-011"}
    (problem,) = report["problems"]
    assert f"lacks {512 * blocks:,} bytes of padding" in problem["what"]
    cached = "--policy", "generic", "--cache", str(tmp_path / "cache")
    plain = report_of(tmp_path / "archive.tar", "--policy", "generic", raw=True)
    assert [report_of(tmp_path / "archive.tar", *cached, raw=True) for _ in range(2)] == [plain] * 2


@pytest.mark.parametrize(
    ("blob", "promised"),
    [
        (chunked(CONTENT), CONTENT + b"x"),
        (chunked(CONTENT), CONTENT + bytes(512 * 200)),
        (chunked(CONTENT), CONTENT + bytes(100)),
        (compress(CONTENT, "zstd"), CONTENT + bytes(512)),
    ],
    ids=["something else", "too much", "no whole block", "not in that form"],
)
def test_any_other_content_is_not_what_the_config_promises(blob: bytes, promised: bytes, tmp_path: Path) -> None:
    report = report_on(image_of_blobs((blob, TAR + "+zstd", promised)), tmp_path)
    assert results_of(report)["TRE-INT-002"] == "fail"


def skippable(data: bytes) -> bytes:
    return b"\x51\x2a\x4d\x18" + struct.pack("<I", len(data)) + data


SECRET = b"aws_secret = AKIA" + b"Q3EGRZ2XCVBN5T7K"
FOOTER = skippable(bytes(32) + b"GnUlInUx")


@pytest.mark.parametrize(
    "blob",
    [
        compress(CONTENT, "zstd") + skippable(SECRET),
        skippable(SECRET) + compress(CONTENT, "zstd"),
        compress(CONTENT, "zstd") + skippable(SECRET) + FOOTER,
        compress(CONTENT, "zstd") + skippable(compress(b"{}", "zstd")) * 3 + FOOTER,
        compress(CONTENT, "zstd") + skippable(bytes(70_000)),
    ],
    ids=["behind", "in front", "with a footer", "too many tables", "a long one"],
)
def test_other_skippable_frames_are_hidden_data(blob: bytes, tmp_path: Path) -> None:
    report = report_on(image_of_blobs((blob, TAR + "+zstd", CONTENT)), tmp_path)
    assert "TRE-INT-003" in integrity(report)
    assert report["coverage"]["layers"][0]["compression"] == "zstd"
    assert SECRET.decode() not in json.dumps(report)


def test_what_is_hidden_in_a_frame_is_searched(tmp_path: Path) -> None:
    report = report_on(image_of_blobs((compress(CONTENT, "zstd") + skippable(SECRET), TAR + "+zstd", CONTENT)), tmp_path)
    assert any(rule.startswith(("TRE-SEC", "TRE-CRE")) for rule in flagged(report)), flagged(report)


def test_sizes_as_pzstd_writes_them_and_empty_frames_hide_nothing(tmp_path: Path) -> None:
    blob = skippable(b"size") + compress(CONTENT, "zstd") + skippable(b"") * 40
    assert not integrity(report_on(image_of_blobs((blob, TAR + "+zstd", CONTENT)), tmp_path))


BLOBS = {"gzip": estargz(), "zstd": chunked(CONTENT)}


@pytest.mark.parametrize("compression", BLOBS)
@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
@pytest.mark.parametrize("damage", ["cut", "garbled"])
def test_a_damaged_table_or_stream_never_passes(compression: str, part: float, damage: str, tmp_path: Path) -> None:
    blob = BLOBS[compression]
    at = int(len(blob) * part)
    wrong = blob[:at] if damage == "cut" else blob[:at] + bytes([blob[at] ^ 0x55]) + blob[at + 1 :]
    content = gzip.decompress(blob) if compression == "gzip" else CONTENT
    name = "blobs/sha256/" + sha(blob)
    found = [(key, wrong if key == name else data) for key, data in image_of_blobs((blob, f"{TAR}+{compression}", content))]
    report = report_on(found, tmp_path)
    assert report["verdict"] != "pass"
    assert "TRE-INT-001" in flagged(report)


# -- Buildpacks --------------------------------------------------------------------------------------------------------


def buildpacks(*layers: tuple[str, bytes, bytes]) -> Members:
    """What Buildpacks send to a Docker daemon: layers as (name, blob, content as the diff_id has it), names with a slash in front."""
    document = {
        "architecture": "amd64",
        "os": "linux",
        "created": "1980-01-01T00:00:01Z",
        "config": {"Entrypoint": ["/run"]},
        "history": [{"created_by": "Buildpacks Launcher Config"} for _ in layers],
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + sha(content) for _, _, content in layers]},
    }
    config = json.dumps(document).encode()
    listing = [{"Config": sha(config) + ".json", "RepoTags": ["app:latest"], "Layers": [name for name, _, _ in layers]}]
    blobs = [(name, blob) for name, blob, _ in layers]
    return [(sha(config) + ".json", config), *blobs, ("manifest.json", json.dumps(listing).encode())]


OWN = (f"/sha256:{sha(CONTENT)}.tar", CONTENT, CONTENT)


def test_layers_of_buildpacks_are_no_attack_on_the_archive(tmp_path: Path) -> None:
    assert not integrity(report_on(buildpacks(OWN), tmp_path, "podman"))


def test_another_name_with_a_slash_in_front_still_is(tmp_path: Path) -> None:
    found = [*buildpacks(OWN), ("/etc/passwd", b"x")]
    assert "TRE-INT-010" in integrity(report_on(found, tmp_path, "podman"))


def test_a_layer_that_only_the_daemon_has_is_told_as_missing(tmp_path: Path) -> None:
    report = report_on(buildpacks(("blank_0", b"", b"a base layer"), ("blank_1", b"", b"another"), OWN), tmp_path, "podman")
    assert report["verdict"] in ("incomplete", "fail")
    assert integrity(report) == {"TRE-INT-009"}
    statuses = [layer["status"] for layer in report["coverage"]["layers"]]
    assert statuses == ["not-read", "not-read", "read"]
    assert "Buildpacks" in report["coverage"]["layers"][0]["reason"]


def test_an_empty_layer_of_another_name_is_missing_too(tmp_path: Path) -> None:
    report = report_on(buildpacks(("layer.tar", b"", b"a base layer"), OWN), tmp_path, "podman")
    assert "Buildpacks" not in report["coverage"]["layers"][0]["reason"]
    assert integrity(report) == {"TRE-INT-009"}


def test_a_layer_that_is_promised_to_be_empty_is_read(tmp_path: Path) -> None:
    report = report_on(buildpacks(("blank_0", b"", b""), OWN), tmp_path, "podman")
    assert "TRE-INT-009" not in integrity(report)
