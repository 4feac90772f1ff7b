"""Archives that are cut off, changed or incomplete: an answer every time, never a traceback, and never a pass for what is not whole."""

from __future__ import annotations

import functools
import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from imginspect.inspection import criteria
from imginspect.layer import pipeline
from tests.image_builder import (
    ImageBuilder,
    add_member,
    compress,
    copy_directory,
    directory,
    file,
    hardlink,
    member_names,
    noise,
    pax_block,
    raw,
    read_member,
    remove_member,
    replace_member,
    sha,
    sparse_file,
    symlink,
    tar_bytes,
    tar_header,
    truncate_member,
    whiteout,
)
from tests.inspecting import flagged, integrity_only, judged, report_of, results_of, run

pytestmark = pytest.mark.slow

TINY = ImageBuilder().layer(file("/a", b"1")).reference("app:1")
IMAGE = (
    ImageBuilder()
    .layer(directory("/d"), file("/d/f", noise("f", 1500), xattrs={"user.a": "b"}), hardlink("/h", "/d/f"), symlink("/l", "d/f"))
    .layer(file("/" + "long/" * 60 + "name", b"x" * 600), sparse_file("/s", [(0, b"x" * 512)], 4096), whiteout("/h"))
    .config(entrypoint=["/d/f"], env=["A=1"])
    .reference("app:1")
)
FORMS = ("oci", "docker", "docker-containerd", "docker-legacy", "podman", "crane", "jib")
LOAD = criteria.load_criteria


@functools.cache
def _criteria(policy_name: str) -> criteria.Criteria:
    return LOAD(policy_name)


def _once(policy_name: str = "epcc-tre", *_: object, **__: object) -> criteria.Criteria:
    """Criteria, loaded once for each policy."""
    return _criteria(policy_name)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Thousands of runs: rules (those on integrity) are loaded once, and buffers are small, which puts more entries across their ends."""
    monkeypatch.setattr(criteria, "load_criteria", _once)
    monkeypatch.setattr(pipeline, "BUFFER_BYTES", 8 << 10)
    with integrity_only():
        yield


def _content_end(data: bytes) -> int:
    """Where the content of the last member ends: what follows is padding and the end of the tar."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return max(info.offset_data + info.size for info in tar)


def _answer(path: Path, data: bytes) -> int:
    path.write_bytes(data)
    outcome = run("inspect", path, "--policy", "generic", "-q")
    assert outcome.code in (0, 1, 3, 4)
    assert outcome.code != 3 or len(outcome.err.splitlines()) == 1
    return outcome.code


def test_a_tiny_archive_is_never_whole_when_it_is_cut_off(tmp_path: Path) -> None:
    data = TINY.bytes("docker-containerd", "gzip")
    end = _content_end(data)
    path = tmp_path / "cut.tar"
    steps = [*range(1100), *range(1100, end, 37), *range(end - 20, end + 1)]
    codes = {size: _answer(path, data[:size]) for size in steps}
    assert {size for size, code in codes.items() if code == 0} <= {end}
    assert set(codes.values()) <= {0, 1, 3, 4}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_never_whole_when_it_is_cut_off(form: str, tmp_path: Path) -> None:
    data = IMAGE.bytes(form)
    end = _content_end(data)
    path = tmp_path / "cut.tar"
    assert _answer(path, data) == 0
    assert all(_answer(path, data[:size]) != 0 for size in range(0, end, 509))
    for command in ("ls", "config", "history", "images"):
        for size in range(0, end, 4001):
            path.write_bytes(data[:size])
            assert run(command, path).code in (0, 2, 3, 4)


@pytest.mark.parametrize("whole", ["gz", "zst", "xz", "bz2"])
def test_a_compressed_archive_is_never_whole_when_it_is_cut_off(whole: str, tmp_path: Path) -> None:
    data = TINY.bytes("oci", "plain", whole=whole)
    path = tmp_path / "cut.tar"
    assert _answer(path, data) == 0
    for size in range(0, len(data) - 1, max(1, len(data) // 60)):
        assert _answer(path, data[:size]) in (1, 3, 4)
        assert run("inspect", "-", "-q", "--policy", "generic", stdin=data[:size]).code in (1, 3, 4)


LAYER = tar_bytes(
    [
        directory("/d"),
        file("/d/f", b"x" * 700, xattrs={"user.a": "b"}),
        file("/" + "long/" * 60 + "name", b"x" * 100),
        sparse_file("/s", [(0, b"x" * 512), (2048, b"y" * 512)], 4096, "pax-1.0"),
        raw(pax_block({"size": "10"}) + tar_header(b"p", 10) + b"0123456789".ljust(512, b"\0")),
        whiteout("/h"),
    ]
)


@pytest.mark.parametrize("compression", ["plain", "gzip", "zstd", "gzip-multi", "zstd-multi"])
def test_a_layer_that_is_cut_off_is_no_pass(compression: str, tmp_path: Path) -> None:
    """The manifest promises what is there; only the diff_id and the tar itself tell."""
    blob = compress(LAYER, compression)
    end = len(LAYER.rstrip(b"\0")) if compression == "plain" else len(blob)
    for size in {*range(0, end, max(1, end // 120)), end - 1}:
        image = ImageBuilder(stored={0: blob[:size]}).layer_tar(LAYER)
        path = image.save(tmp_path / "image.tar", "oci", compression)
        assert judged(path)["verdict"] in ("fail", "incomplete")


def test_a_layer_that_ends_early_and_says_so_rightly_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """Even where all digests are right, an entry that is cut off is not read."""
    for size in range(1, len(LAYER) - 1024, 61):
        report = judged(ImageBuilder().layer_tar(LAYER[:size]).save(tmp_path / "image.tar", "oci", "gzip"))
        assert report["verdict"] in ("incomplete", "pass")
        assert report["verdict"] == "incomplete" or size % 512 == 0 or not LAYER[size - size % 512 : size].strip(b"\0")


@pytest.mark.parametrize("form", ["oci", "docker-legacy"])
def test_changed_bytes_of_an_archive_are_answered(form: str, tmp_path: Path) -> None:
    data = TINY.bytes(form)
    path = tmp_path / "changed.tar"
    for offset in range(0, _content_end(data), 67):
        for mask in (0xFF, 0x01):
            changed = bytearray(data)
            changed[offset] ^= mask
            _answer(path, bytes(changed))


def test_changed_bytes_of_a_layer_are_answered(tmp_path: Path) -> None:
    """The diff_id is that of the changed layer: nothing but its own form tells that it is wrong."""
    for offset in range(0, len(LAYER), 83):
        changed = bytearray(LAYER)
        changed[offset] ^= 0x11
        path = ImageBuilder().layer_tar(bytes(changed)).save(tmp_path / "image.tar", "oci", "plain")
        _answer(path, path.read_bytes())


@pytest.mark.parametrize("compression", ["gzip", "zstd", "gzip-multi", "zstd-multi"])
def test_changed_bytes_of_a_compressed_layer_are_no_pass(compression: str, tmp_path: Path) -> None:
    tar = tar_bytes([file("/a", noise("a", 200))])
    blob = compress(tar, compression)
    for offset in range(0, len(blob), max(1, len(blob) // 50)):
        changed = bytearray(blob)
        changed[offset] ^= 0x55
        path = ImageBuilder(stored={0: blob}).layer_tar(tar).save(tmp_path / "image.tar", "oci", compression)
        replace_member(path, f"blobs/sha256/{sha(blob)}", bytes(changed))
        report = judged(path)
        assert report["verdict"] == "fail"
        assert "TRE-INT-001" in flagged(report)


# -- each blob in turn -----------------------------------------------------------------------------------------------


def _needed(path: Path) -> Iterator[str]:
    """Members without which the image is not whole: not the metadata that nothing refers to."""
    report = judged(path)
    unneeded = {item["name"] for item in report["coverage"]["other_files"]} | {"oci-layout", "version", "repositories"}
    for name in member_names(path):
        if name in unneeded or name.rpartition("/")[2] in ("repositories", "VERSION", "json") or "/_layers/" in name or "/tags/" in name:
            continue
        if "/revisions/" in name or (name.startswith("docker/registry") and not name.endswith("data")):
            continue
        yield name


@pytest.mark.parametrize("form", [*FORMS, "oci-dir", "dir", "dir-v2s1", "registry"])
@pytest.mark.parametrize("damage", ["delete", "truncate", "empty", "garble", "flip"])
def test_a_damaged_blob_is_never_a_pass(damage: str, form: str, tmp_path: Path) -> None:
    compression = "plain" if form == "dir-v2s1" else "gzip"
    original = IMAGE.save(tmp_path / "original", form, compression)
    names = [name for name in _needed(original) if _is_file(original, name)]
    assert names
    for number, name in enumerate(names):
        path = tmp_path / f"{number}"
        if original.is_dir():
            copy_directory(original, path)
        else:
            path.write_bytes(original.read_bytes())
        content = read_member(path, name)
        if damage == "delete":
            if form in ("docker", "docker-containerd") and name in ("index.json", "manifest.json"):
                continue  # the other one lists the same image
            remove_member(path, name)
        elif damage == "truncate":
            truncate_member(path, name, len(content) // 2)
        elif damage == "empty":
            truncate_member(path, name, 0)
        elif damage == "garble":
            replace_member(path, name, bytes(byte ^ 0xA5 for byte in content))
        elif name.endswith((".json", "version")) and len(name.rpartition("/")[2]) < 64:
            continue  # nothing promises the digests of these: a changed letter is another document
        else:
            replace_member(path, name, content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
        outcome = run("inspect", path, "--policy", "generic", "-q")
        assert outcome.code in (1, 2, 3, 4), name
        if outcome.code != 2:
            assert judged(path)["verdict"] != "pass"


def _is_file(path: Path, name: str) -> bool:
    if path.is_dir():
        return (path / name).is_file()
    with tarfile.open(path) as tar:
        return tar.getmember(name).isreg()


def test_a_layer_blob_that_is_another_sound_layer_fails(tmp_path: Path) -> None:
    other = gzip.compress(tar_bytes([file("/evil", b"1")]), mtime=0)
    path = TINY.save(tmp_path / "image.tar", "oci", "gzip")
    name = f"blobs/sha256/{sha(TINY.layer_blobs('gzip')[0])}"
    report = judged(replace_member(path, name, other))
    assert report["verdict"] == "fail"
    assert {"TRE-INT-001", "TRE-INT-002"} <= flagged(report)


def test_a_blob_that_nothing_refers_to_must_be_what_its_name_says(tmp_path: Path) -> None:
    path = ImageBuilder().layer(file("/a", b"1")).save(tmp_path / "app.tar", "docker")
    add_member(path, "blobs/sha256/" + "0" * 64, b"something else")
    report = report_of(path)
    assert results_of(report)["TRE-INT-001"] == "fail"
    assert report["verdict"] == "fail"


@pytest.mark.parametrize("whole", [None, "gz"])
def test_an_archive_without_its_end_is_said_to_be_cut_off(whole: str | None, tmp_path: Path) -> None:
    image = ImageBuilder().layer(file("/a", bytes(range(256)) * 400))
    path = image.save(tmp_path / "app.tar", "podman", whole=whole)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    outcome = run("inspect", path, "--format", "json")
    assert outcome.code == 3
    assert "transfer or export it again" in outcome.err
    assert "not a container image" not in outcome.err
