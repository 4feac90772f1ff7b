"""The layer cache makes a run quicker and never different: every image has the same report with it, filled or empty, and without it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imginspect.examples.sample import build
from tests.builder.forms import DIRECTORY_FORMS, TAR_FORMS
from tests.caching import IMAGE, TOKEN, assert_same, criteria, reads, report
from tests.image_builder import (
    ImageBuilder,
    Written,
    char_device,
    directory,
    fifo,
    file,
    flip_byte,
    hardlink,
    member_names,
    pax_block,
    raw,
    read_member,
    replace_member,
    sha,
    sparse_file,
    symlink,
    tar_bytes,
    tar_header,
    whiteout,
)
from tests.test_auditor import FAULTY, SOUND
from tests.test_oracles import SHAPES, _stacks
from tests.test_samples import FAULTS
from tests.test_samples import SOUND as SOUND_SAMPLES

pytestmark = pytest.mark.slow

# -- the same report -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [*TAR_FORMS, *DIRECTORY_FORMS])
def test_all_forms_of_an_image(form: str, tmp_path: Path) -> None:
    path = IMAGE.save(tmp_path / "image", form)
    assert assert_same(path, tmp_path / "cache") == 0


@pytest.mark.parametrize("compression", ["plain", "gzip", "zstd", "gzip-multi", "zstd-multi"])
def test_all_compressions_of_an_image(compression: str, tmp_path: Path) -> None:
    assert assert_same(IMAGE.save(tmp_path / "image", "oci-dir", compression), tmp_path / "cache") == 0


def test_forms_share_what_is_known(tmp_path: Path) -> None:
    """A blob is one blob wherever it lies; of a layer that is stored plain ``docker save`` does not even tell the digest."""
    assert_same(IMAGE.save(tmp_path / "first", "oci", "plain"), tmp_path / "cache")
    for form in ("oci-dir", "dir", "registry", "docker", "podman"):
        path = IMAGE.save(tmp_path / form, form, "plain")
        wanted = report(path, None)
        with reads() as noted:
            assert report(path, tmp_path / "cache") == wanted
        assert not noted, form


@pytest.mark.parametrize("whole", ["gz", "zst"])
def test_an_archive_that_is_compressed_as_a_whole(whole: str, tmp_path: Path) -> None:
    assert assert_same(IMAGE.save(tmp_path / "image", "oci", "plain", whole=whole), tmp_path / "cache") == 0


def test_images_of_auditors(tmp_path: Path) -> None:
    """One cache for all, as in a run over a mirror: they have layers in common."""
    by = criteria("epcc-tre")
    for number, (name, built, _) in enumerate([*SOUND, *FAULTY]):
        path = built.save(tmp_path / f"{number}.tar")
        wanted = report(path, None, by=by)
        for _ in range(2):
            assert report(path, tmp_path / "cache", by=by) == wanted, name


def test_samples(tmp_path: Path) -> None:
    by = criteria("epcc-tre")
    made = [*SOUND_SAMPLES.values(), *(make() for make, _, _ in FAULTS.values())]
    for number, sample in enumerate(made):
        path = tmp_path / f"{number}.tar"
        path.write_bytes(build((sample[0] if isinstance(sample, tuple) else sample).description()))
        wanted = report(path, None, by=by)
        for _ in range(2):
            assert report(path, tmp_path / "cache", by=by) == wanted


def test_shapes_of_layers(tmp_path: Path) -> None:
    for number, (name, layers) in enumerate(SHAPES.items()):
        image = ImageBuilder()
        for entries in layers:
            image = image.layer(*entries)
        path = image.save(tmp_path / f"{number}.tar")
        wanted = report(path, None)
        for _ in range(2):
            assert report(path, tmp_path / "cache") == wanted, name


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], print_blob=True)
@given(layers=_stacks(), form=st.sampled_from(["oci", "docker", "oci-dir"]), compression=st.sampled_from(["plain", "gzip"]))
def test_any_stack_of_layers(layers: list[list[Written]], form: str, compression: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "stacks"  # one cache for all of them
    folder.mkdir(exist_ok=True)
    image = ImageBuilder()
    for entries in layers:
        image = image.layer(*entries)
    path = image.save(folder / f"image.{form}", form, compression)
    try:
        wanted = report(path, None)
        assert report(path, folder / "cache") == wanted
        assert report(path, folder / "cache") == wanted
    finally:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


HOSTILE: dict[str, Callable[[], ImageBuilder]] = {
    "names that lead out": lambda: ImageBuilder().layer(file("../../x", b"1", keep_name=True), hardlink("/l", "../../etc/passwd")),
    "long names": lambda: ImageBuilder().layer(file("x" * 300), file("a/" * 3000 + "b"), symlink("/l", "y" * 100_000)),
    "loops": lambda: ImageBuilder().layer(symlink("/a", "b"), symlink("/b", "a"), hardlink("/h", "/h"), file("/a/f")),
    "a name with NUL": lambda: ImageBuilder().layer(raw(pax_block({"path": "a\0b"}) + tar_header(b"x"))),
    "odd numbers": lambda: ImageBuilder().layer(
        raw(tar_header(b"a", mode=-1, uid=-1, gid=1 << 50, mtime=-(1 << 62)) + tar_header(b"d", typeflag=b"3", major=-1, minor=1 << 50))
    ),
    "numbers that no record can hold": lambda: ImageBuilder().layer(
        raw(pax_block({"uid": "9" * 18, "mtime": "-" + "9" * 18}) + tar_header(b"a")), raw(tar_header(b"b", mtime=-(1 << 80)))
    ),
    "absurd sizes": lambda: ImageBuilder().layer(file("/a"), raw(tar_header(b"b", 1 << 62)), file("/c")),
    "sizes that disagree": lambda: ImageBuilder().layer(
        raw(pax_block({"size": "512"}) + tar_header(b"a", 0) + tar_header(b"b", 512) + bytes(512))
    ),
    "a huge header": lambda: ImageBuilder().layer(file("/a"), raw(pax_block({"comment": "x" * (2 << 20)}) + tar_header(b"b"))),
    "no tar": lambda: ImageBuilder().layer_tar(b"no tar at all"),
    "nothing": lambda: ImageBuilder().layer_tar(b""),
    "bytes behind": lambda: ImageBuilder().layer(file("/a"), tail=b"hidden " + TOKEN.encode()),
    "a second tar behind": lambda: ImageBuilder().layer_tar(file("/a").write() + bytes(512) + tar_bytes([file("/b")])),
    "a cut tar": lambda: ImageBuilder().layer_tar(tar_bytes([file("/a", b"x" * 5000)])[:3000]),
    "attributes": lambda: ImageBuilder().layer(*(file(f"/{n}", b"1", xattrs={"user.x": "y" * 30_000}) for n in range(9))),
    "devices and pipes": lambda: ImageBuilder().layer(
        char_device("/n", 0, 0), fifo("/p"), directory("/d", xattrs={"trusted.overlay.opaque": "y"})
    ),
    "sparse files": lambda: ImageBuilder().layer(
        *(sparse_file(f"/{form}", [(4096, b"x" * 512)], 1 << 20, form) for form in ("gnu", "pax-1.0"))
    ),
    "many problems": lambda: ImageBuilder().layer(*(file("/../x", keep_name=True) for _ in range(1200))),
    "an encrypted layer": lambda: ImageBuilder().layer(file("/a", b"1")).encrypted_layer(file("/b", b"2")),
    "a foreign layer": lambda: ImageBuilder().layer(file("/a", b"1")).foreign_layer(file("/b", b"2")),
    "a missing layer": lambda: ImageBuilder().layer(file("/a", b"1")).layer(file("/b", b"2")).without_blob(1),
    "a layer twice": lambda: ImageBuilder().layer(file("/a", b"1")).layer(whiteout("/a")).layer(file("/a", b"1")),
    "another diff_id": lambda: ImageBuilder().layer(file("/a", b"1")).override_diff_id(0, "sha256:" + "0" * 64),
    "credentials": lambda: ImageBuilder()
    .layer(file("/a", TOKEN.encode()), file("/copy", TOKEN.encode()), file(f"/{TOKEN}", b"1"), symlink("/l", TOKEN))
    .layer(file("/app/.netrc", f"machine a.example.org login b password {TOKEN[6:]}\n".encode()), whiteout("/a")),
    "implied directories": lambda: ImageBuilder().layer(*(file(f"/{n}/" + "d/" * 200 + "f") for n in range(5))),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("compression", ["plain", "gzip"])
def test_hostile_images(name: str, compression: str, tmp_path: Path) -> None:
    assert_same(HOSTILE[name]().save(tmp_path / "image", "oci-dir", compression), tmp_path / "cache")


def _blob_of(path: Path, number: int) -> str:
    return f"blobs/sha256/{sha(IMAGE.blob(number, 'gzip'))}"


TAMPERED: dict[str, Callable[[Path], Any]] = {
    **{f"layer flipped at {at}": lambda path, at=at: flip_byte(path, at, _blob_of(path, 1)) for at in (0, 12, 100, -5, -1)},  # type: ignore[misc]
    "layer cut": lambda path: replace_member(path, _blob_of(path, 1), read_member(path, _blob_of(path, 1))[:150]),
    "layer gone": lambda path: (path / _blob_of(path, 1)).unlink(),
    "layer empty": lambda path: replace_member(path, _blob_of(path, 1), b""),
    "layer of another": lambda path: replace_member(path, _blob_of(path, 1), read_member(path, _blob_of(path, 0))),
    "bytes behind a layer": lambda path: replace_member(path, _blob_of(path, 1), read_member(path, _blob_of(path, 1)) + b"x" * 20),
    "zeros behind a layer": lambda path: replace_member(path, _blob_of(path, 1), read_member(path, _blob_of(path, 1)) + bytes(20)),
    "config flipped": lambda path: flip_byte(path, 10, f"blobs/sha256/{sha(IMAGE.config_bytes())}"),
    "layers swapped": lambda path: _swap(path, _blob_of(path, 0), _blob_of(path, 1)),
}


def _swap(path: Path, one: str, other: str) -> None:
    first, second = read_member(path, one), read_member(path, other)
    replace_member(path, one, second)
    replace_member(path, other, first)


@pytest.mark.parametrize("name", TAMPERED)
def test_what_is_said_of_a_blob_is_not_believed(name: str, tmp_path: Path) -> None:
    """The records of the sound blobs are there, under the digests that the tampered ones claim."""
    sound = IMAGE.save(tmp_path / "sound", "oci-dir")
    assert assert_same(sound, tmp_path / "cache") == 0
    path = shutil.copytree(sound, tmp_path / "tampered")
    TAMPERED[name](path)
    assert report(path, None) != report(sound, None)
    assert_same(path, tmp_path / "cache")
    assert_same(sound, tmp_path / "cache")


@pytest.mark.parametrize("form", ["dir", "registry", "docker", "oci"])
def test_nor_in_other_forms(form: str, tmp_path: Path) -> None:
    sound = IMAGE.save(tmp_path / "sound", form, "plain")
    assert_same(sound, tmp_path / "cache")
    path = shutil.copytree(sound, tmp_path / "other") if sound.is_dir() else Path(shutil.copy(sound, tmp_path / "other"))
    layer = IMAGE.tars[1]
    holders = [name for name in member_names(path) if _content(path, name) == layer]
    assert holders
    for name in holders:
        replace_member(path, name, layer.replace(b"python3", b"python2"))
    assert report(path, None) != report(sound, None)
    assert_same(path, tmp_path / "cache")


def _content(path: Path, name: str) -> bytes:
    with suppress(KeyError, IsADirectoryError):
        return read_member(path, name)
    return b""


@pytest.mark.parametrize("size", [0, 100, 3000, 5000, 9000])
def test_archives_that_end_early(size: int, tmp_path: Path) -> None:
    path = IMAGE.save(tmp_path / "image.tar", "oci")
    assert_same(path, tmp_path / "cache")
    data = path.read_bytes()
    cut = tmp_path / "cut.tar"
    cut.write_bytes(data[: len(data) - size])
    assert_same(cut, tmp_path / "cache")


# -- limits ----------------------------------------------------------------------------------------------------------


def _of_limits() -> ImageBuilder:
    scripts = [[file(f"/app/{layer}-{number}.sh", b"#!/bin/sh\n" + b"x" * 5000) for number in range(4)] for layer in range(3)]
    sparse = [sparse_file(f"/s{layer}", [(0, b"x" * 512)], 300_000, "pax-1.0") for layer in range(3)]
    attributes = [file(f"/x{layer}", b"1", xattrs={"user.x": "y" * 2_000}) for layer in range(3)]
    image = ImageBuilder()
    for layer in range(3):
        image = image.layer(*scripts[layer], sparse[layer], attributes[layer])
    return image.layer(whiteout("/app"))


@pytest.mark.parametrize(
    "limit",
    [
        *(f"entries={number}" for number in (1, 5, 6, 7, 17, 18, 19, 20, 30)),
        *(f"kept_bytes={number}" for number in (1, 1_000, 20_000, 21_912, 22_000, 44_000, 65_000, 66_000, 70_000)),
        *(f"expanded_bytes={number}" for number in (1, 30_000, 40_000, 80_000, 150_000, 300_000, 600_000, 900_000, 1_000_000)),
        "problems=1", "header_bytes=100", "layers=2", "ratio=1", "json_bytes=500", "spool_bytes=1", "members=3",
    ],
)  # fmt: skip
def test_a_limit_that_is_met_is_met_with_the_cache(limit: str, tmp_path: Path) -> None:
    """Some of them hold for all layers together: what was read apart says whether they would have been met."""
    path = _of_limits().save(tmp_path / "image.tar", "oci")
    assert_same(path, tmp_path / "cache", [limit])


def test_what_was_read_under_other_limits_is_not_taken(tmp_path: Path) -> None:
    path = _of_limits().save(tmp_path / "image.tar", "oci")
    assert_same(path, tmp_path / "cache")
    for limit in ("entries=7", "kept_bytes=21912", "expanded_bytes=80000", "problems=1"):
        assert report(path, tmp_path / "cache", [limit]) == report(path, None, [limit])


def test_a_layer_that_expands_beyond_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imginspect.host.compression.RATIO_FLOOR", 1 << 20)
    image = ImageBuilder().layer(file("/a", bytes(3 << 20))).layer(file("/b", b"1"))
    assert_same(image.save(tmp_path / "image.tar", "oci"), tmp_path / "cache", ["ratio=50"])
