"""Layers and archives made to mislead, to escape or to exhaust the reader: the answer is bounded, harmless and never a false pass."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.image_builder import (
    LAYOUT,
    LINK,
    ImageBuilder,
    Members,
    add_member,
    compress,
    descriptor,
    directory,
    duplicate_member,
    file,
    flip_byte,
    hardlink,
    index_bytes,
    member_names,
    members,
    opaque,
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
    whiteout,
    write,
)
from tests.inspecting import files_of, flagged, judged, run
from tests.tar_writer import Entry, padded

pytestmark = pytest.mark.slow

OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
HUGE = 1 << 62


def saved(image: ImageBuilder, tmp_path: Path, form: str = "oci", compression: str = "plain") -> Path:
    return image.save(tmp_path / "image.tar", form, compression)


def layer(tmp_path: Path, *entries: Any, tail: bytes = b"") -> Path:
    return saved(ImageBuilder().layer(*entries, tail=tail), tmp_path)


def paths(path: Path, *options: str) -> list[str]:
    return [item["path"] for item in files_of(path, *options)]


def with_blob(tmp_path: Path, blob: bytes, media_type: str = OCI_LAYER, tar: bytes = b"") -> Path:
    """An image whose only layer is stored as *blob*, whatever that is, and promises to be *tar*."""
    import json

    image = ImageBuilder().layer_tar(tar)
    manifest = json.loads(image.manifest_bytes())
    manifest["layers"] = [descriptor(blob, media_type)]
    data = json.dumps(manifest).encode()
    found: Members = [LAYOUT, ("index.json", index_bytes([descriptor(data)]))]
    found += [(f"blobs/sha256/{sha(item)}", item) for item in (data, image.config_bytes(), blob)]
    return write(found, tmp_path / "image.tar", "oci")


# -- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../etc/cron.d/x", "a/../../x", "../../../../x", "./../x", "/../x"])
@pytest.mark.parametrize("kind", ["file", "whiteout", "opaque", "directory", "symlink"])
def test_a_name_that_leads_out_is_reported_and_stays_inside(name: str, kind: str, tmp_path: Path) -> None:
    entry = {
        "file": file(name, b"x", keep_name=True),
        "whiteout": file(name.replace("x", ".wh.x"), keep_name=True),
        "opaque": file(name.rpartition("/")[0] + "/.wh..wh..opq", keep_name=True),
        "directory": directory(name, keep_name=True),
        "symlink": symlink(name, "/etc", keep_name=True),
    }[kind]
    path = layer(tmp_path, file("/kept"), entry)
    report = judged(path)
    assert report["verdict"] == "fail"
    assert "TRE-INT-010" in flagged(report)
    assert all(".." not in item for item in paths(path))


@pytest.mark.parametrize("target", ["../../etc/passwd", "a/../../etc/passwd", "/../etc/passwd"])
def test_a_hard_link_that_leads_out_is_reported_and_stays_inside(target: str, tmp_path: Path) -> None:
    path = layer(tmp_path, file("/etc/passwd", b"image"), hardlink("/x", target))
    report = judged(path)
    assert report["verdict"] == "fail"
    assert "TRE-INT-010" in flagged(report)
    assert run("cat", path, "/x").out == b"image"


def test_an_absolute_name_is_taken_below_the_root(tmp_path: Path) -> None:
    path = layer(tmp_path, file("/etc/absolute", b"1", keep_name=True), hardlink("/x", "/etc/absolute", keep_name=True))
    assert "TRE-INT-011" in flagged(judged(path))
    assert {"/etc/absolute", "/x"} <= set(paths(path))
    assert run("cat", path, "/x").out == b"1"


def test_whiteouts_hide_nothing_outside_and_no_parents(tmp_path: Path) -> None:
    odd = [file(name) for name in ("a/.wh.", "a/.wh..", "a/.wh...", "a/.wh..wh.plnk", "a/.wh..wh.aufs")]
    path = saved(ImageBuilder().layer(file("/a/b"), file("/c")).layer(*odd), tmp_path)
    assert "TRE-INT-011" in flagged(judged(path))
    assert paths(path) == ["/", "/a", "/a/b", "/c"]


@pytest.mark.parametrize("typeflag", [b"0", b"1", b"2", b"3", b"6"])
def test_the_root_stays_a_directory(typeflag: bytes, tmp_path: Path) -> None:
    path = layer(tmp_path, file("/a"), Entry(b"./", typeflag, link=b"/a"))
    assert "TRE-INT-011" in flagged(judged(path))
    assert paths(path) == ["/", "/a"]


def test_names_longer_than_linux_allows_are_left_out(tmp_path: Path) -> None:
    path = layer(tmp_path, file("x" * 300), file("a/" * 3000 + "b"), file("/kept"), symlink("/l", "y" * 100_000))
    assert "TRE-INT-011" in flagged(judged(path))
    assert paths(path) == ["/", "/kept", "/l"]
    assert run("cat", path, "/l").code == 2


# -- links -----------------------------------------------------------------------------------------------------------


def test_a_file_written_through_a_link_lands_inside(tmp_path: Path) -> None:
    host = tmp_path / "host"
    host.mkdir()
    (host / "secret").write_text("host")
    image = ImageBuilder().layer(symlink("/out", str(host)), symlink("/up", "../../../.."), file("/out/x", b"1"), file("/up/y", b"2"))
    path = saved(image.layer(file("/out/z", b"3")), tmp_path)
    report = judged(path)
    assert "TRE-INT-008" in flagged(report)
    assert sorted(host.iterdir()) == [host / "secret"]
    assert {f"{host}/x", f"{host}/z", "/y"} <= set(paths(path))
    assert run("cat", path, "/out/secret").code == 2
    assert run("ls", path, "/out").code == 0


def test_links_in_a_loop_end(tmp_path: Path) -> None:
    loops = [symlink("/a", "/b"), symlink("/b", "/a"), symlink("/self", "self"), symlink("/d", "d/x")]
    path = layer(tmp_path, *loops, file("/a/f"), file("/d/g"), hardlink("/h", "/h"), hardlink("/i", "/j"), hardlink("/j", "/i"))
    report = judged(path)
    assert "TRE-INT-011" in flagged(report)
    for start in ("/a", "/self", "/d", "/a/f", "/d/g"):
        for command in ("ls", "cat"):
            outcome = run(command, path, start)
            assert outcome.code == 2
            assert "too many links" in outcome.err


@pytest.mark.parametrize(("length", "code"), [(40, 0), (41, 2)])
def test_as_many_links_are_followed_as_linux_does(length: int, code: int, tmp_path: Path) -> None:
    chain = [symlink(f"/l{number}", f"l{number + 1}") for number in range(length)]
    path = layer(tmp_path, *chain, file(f"/l{length}", b"end"))
    assert run("cat", path, "/l0").code == code
    assert run("ls", path, "/l0").code == code


def test_links_that_expand_exponentially_end(tmp_path: Path) -> None:
    bomb = [symlink(f"/l{number}", "/".join([f"l{number + 1}"] * 300)) for number in range(60)]
    path = layer(tmp_path, *bomb, directory("/l60"), file("/l0/x"), hardlink("/h", "/l0/x"))
    assert judged(path)["verdict"] == "pass"
    assert run("cat", path, "/l0/x").code == 2
    assert run("ls", path, "/l0").code == 2


def test_paths_below_long_chains_of_links_are_bounded(tmp_path: Path) -> None:
    there_and_back = "d/../" * 800
    chain = [symlink(f"/l{number}", f"{there_and_back}l{number + 1}") for number in range(39)]
    path = layer(tmp_path, directory("/d"), *chain, directory("/l39"), *(file(f"/l0/{number}/x") for number in range(2000)))
    report = judged(path, "--limit", "entries=20000")
    assert report["verdict"] == "incomplete"
    assert "path parts in links" in report["reason"]


# -- compression -----------------------------------------------------------------------------------------------------

BOMB = tar_bytes([file("/zeros", bytes(4 << 20))])


@pytest.mark.parametrize("compression", ["gzip", "zstd", "gzip-multi", "zstd-multi"])
def test_expanded_bytes_are_bounded(compression: str, tmp_path: Path) -> None:
    report = judged(saved(ImageBuilder().layer_tar(BOMB), tmp_path, compression=compression), "--limit", "expanded_bytes=1M")
    assert report["verdict"] == "incomplete"
    assert "expanded_bytes" in report["coverage"]["gaps"][0]
    assert report["coverage"]["layers"][0]["expanded_bytes"] < 8 << 20


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_the_ratio_is_bounded(compression: str, tmp_path: Path) -> None:
    blob = compress(bytes(300 << 20), compression)
    report = judged(with_blob(tmp_path, blob, f"{OCI_LAYER}+{compression}"), "--limit", "ratio=50")
    assert report["verdict"] in ("incomplete", "fail")
    assert any("(ratio)" in gap for gap in report["coverage"]["gaps"])


@pytest.mark.parametrize("whole", ["gz", "zst", "xz", "bz2"])
def test_a_bomb_of_a_whole_archive_is_bounded(whole: str, tmp_path: Path) -> None:
    path = ImageBuilder().layer_tar(BOMB).save(tmp_path / "image.tar", "oci", "plain", whole=whole)
    report = judged(path, "--limit", "spool_bytes=1M")
    assert report["verdict"] == "not-inspected"
    assert "spool_bytes" in report["reason"]


def test_an_archive_compressed_twice_is_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    path.write_bytes(gzip.compress(gzip.compress(ImageBuilder().layer(file("/a")).bytes())))
    assert judged(path)["verdict"] == "not-inspected"


def test_many_tiny_members_and_frames_are_one_stream(tmp_path: Path) -> None:
    tar = tar_bytes([file("/a", b"1")])
    empty = gzip.compress(b"", mtime=0)
    for blob, media_type in (
        (compress(tar[:512], "gzip") + empty * 20_000 + compress(tar[512:], "gzip"), "gzip"),
        (compress(tar[:512], "zstd") + b"\x50\x2a\x4d\x18\0\0\0\0" * 20_000 + compress(tar[512:], "zstd"), "zstd"),
    ):
        report = judged(with_blob(tmp_path, blob, f"{OCI_LAYER}+{media_type}", tar))
        assert report["verdict"] == "pass"
        assert report["coverage"]["complete"]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_data_behind_a_compressed_layer_is_reported(compression: str, tmp_path: Path) -> None:
    tar = tar_bytes([file("/a", b"1")])
    report = judged(with_blob(tmp_path, compress(tar, compression) + b"hidden payload", f"{OCI_LAYER}+{compression}", tar))
    assert "TRE-INT-003" in flagged(report)
    assert report["coverage"]["layers"][0]["trailing_bytes"] == 14


def test_data_behind_a_tar_is_reported(tmp_path: Path) -> None:
    report = judged(layer(tmp_path, file("/a"), tail=b"hidden payload"))
    assert "TRE-INT-003" in flagged(report)
    path = layer(tmp_path, file("/a"))
    path.write_bytes(path.read_bytes() + b"hidden payload")
    assert "TRE-INT-003" in flagged(judged(path))


def test_a_second_tar_behind_a_lone_zero_block_is_not_passed_over(tmp_path: Path) -> None:
    tar = file("/a").write() + bytes(512) + tar_bytes([file("/b")])
    report = judged(saved(ImageBuilder().layer_tar(tar), tmp_path))
    assert report["verdict"] == "incomplete"
    assert "TRE-INT-003" in flagged(report)


# -- tar headers -----------------------------------------------------------------------------------------------------


def test_a_pax_header_of_tens_of_megabytes_is_not_read(tmp_path: Path) -> None:
    huge = pax_block({"comment": "x" * (20 << 20)})
    report = judged(layer(tmp_path, file("/a"), raw(huge + tar_header(b"b")), file("/c")))
    assert report["verdict"] == "incomplete"
    assert "header_bytes" in report["reason"]


@pytest.mark.parametrize("typeflag", [b"L", b"K", b"x", b"g"])
def test_extension_headers_in_a_row_are_bounded(typeflag: bytes, tmp_path: Path) -> None:
    one = pax_block({"comment": "x"}, typeflag) if typeflag in b"xg" else tar_header(b"l", 5, typeflag) + padded(b"name\0")
    report = judged(layer(tmp_path, raw(one * 100 + tar_header(b"b"))))
    assert report["verdict"] == "incomplete"
    assert "extension_headers" in report["reason"]


def test_entries_are_bounded(tmp_path: Path) -> None:
    many = b"".join(tar_header(b"f%d" % number) for number in range(2000))
    report = judged(saved(ImageBuilder().layer_tar(many + bytes(1024)), tmp_path), "--limit", "entries=1000")
    assert report["verdict"] == "incomplete"
    assert "entries" in report["coverage"]["gaps"][0]


def test_implied_directories_count_as_entries(tmp_path: Path) -> None:
    deep = [file(f"/{number}/" + "d/" * 1000 + "f") for number in range(10)]
    report = judged(layer(tmp_path, *deep), "--limit", "entries=5000")
    assert report["verdict"] == "incomplete"


def test_deep_trees_that_are_deleted_are_listed_one_by_one(tmp_path: Path) -> None:
    image = ImageBuilder().layer(file("/a/" + "d/" * 1500 + "f")).layer(whiteout("/a"))
    path = saved(image, tmp_path)
    assert judged(path)["coverage"]["hidden_nodes"] == 1502
    assert len(files_of(path, "--all-layers")) == 1503


def test_a_layer_that_is_repeated_costs_as_often_as_it_is_there(tmp_path: Path) -> None:
    modes = [directory("/x", mode=0o700 + number % 8) for number in range(500)]
    image = ImageBuilder()
    for _ in range(20):
        image = image.layer(*modes, whiteout("/y"))
    report = judged(saved(image, tmp_path), "--limit", "entries=3000")
    assert report["verdict"] == "incomplete"


@pytest.mark.parametrize("pax_size", ["0", "512", "1024"])
def test_sizes_on_which_readers_disagree_fail(pax_size: str, tmp_path: Path) -> None:
    """CVE-2025-62518: what one reader takes for content another takes for entries."""
    smuggled = tar_header(b"smuggled", 512) + bytes(512)
    blocks = pax_block({"size": pax_size}) + tar_header(b"a", 0 if pax_size != "0" else 512) + smuggled
    report = judged(layer(tmp_path, raw(blocks), file("/z")))
    assert report["verdict"] == "fail"
    assert "TRE-INT-005" in flagged(report)


def test_a_size_that_the_ustar_field_cannot_hold_is_no_disagreement(tmp_path: Path) -> None:
    report = judged(layer(tmp_path, raw(pax_block({"size": str(8**11)}) + tar_header(b"a"))))
    assert "TRE-INT-005" not in flagged(report)
    assert report["verdict"] == "incomplete"


@pytest.mark.parametrize("typeflag", [b"1", b"2", b"3", b"5", b"6"])
def test_content_of_what_has_none_fails(typeflag: bytes, tmp_path: Path) -> None:
    report = judged(layer(tmp_path, raw(tar_header(b"a", 512, typeflag, linkname=b"b") + tar_header(b"inner"))))
    assert "TRE-INT-005" in flagged(report)


def test_a_global_header_fails(tmp_path: Path) -> None:
    report = judged(layer(tmp_path, raw(pax_block({"path": "other"}, b"g")), file("/a")))
    assert "TRE-INT-005" in flagged(report)


NUMBERS: list[Callable[[], bytes]] = [
    lambda: tar_header(b"a", -1),
    lambda: tar_header(b"a", -512),
    lambda: tar_header(b"a", HUGE),
    lambda: tar_header(b"a", 0, size_field=b"\x80" + b"\xff" * 11),
    lambda: tar_header(b"a", 0, size_field=b"\xff" * 12),
    lambda: tar_header(b"a", 0, size_field=b"99999999999\0"),
    lambda: tar_header(b"a", 0, size_field=b"-0000000001\0"),
    lambda: tar_header(b"a", 0, size_field=b"7" * 12),
    lambda: tar_header(b"a", HUGE, b"L"),
    lambda: tar_header(b"a", -1, b"x"),
    lambda: pax_block({"size": "-1"}) + tar_header(b"a"),
    lambda: pax_block({"size": str(HUGE)}) + tar_header(b"a"),
    lambda: pax_block({"size": "9" * 30}) + tar_header(b"a"),
    lambda: pax_block({"size": "1e3"}) + tar_header(b"a"),
    lambda: pax_block({"size": "\u0661"}) + tar_header(b"a"),
    lambda: tar_header(b"e", 20, b"x") + padded(b"99999999999999 a=b\n"),
    lambda: tar_header(b"e", 20, b"x") + padded(b"0 a=b\n"),
]


@pytest.mark.parametrize("number", range(len(NUMBERS)))
def test_absurd_sizes_are_no_pass(number: int, tmp_path: Path) -> None:
    blocks = NUMBERS[number]()
    report = judged(layer(tmp_path, file("/before"), raw(blocks), file("/after")))
    assert report["verdict"] in ("incomplete", "fail")
    path = tmp_path / "archive.tar"
    path.write_bytes(ImageBuilder().layer(file("/a")).bytes().rstrip(b"\0") + bytes(1024) + blocks + bytes(1024))
    judged(path)
    path.write_bytes(blocks + ImageBuilder().layer(file("/a")).bytes())
    assert judged(path)["verdict"] in ("incomplete", "fail", "not-inspected")


def test_absurd_owners_times_and_devices_do_no_harm(tmp_path: Path) -> None:
    odd = tar_header(b"a", mode=-1, uid=-1, gid=1 << 50, mtime=-HUGE) + tar_header(b"d", typeflag=b"3", major=-1, minor=1 << 50)
    odd += pax_block({"uid": "-5", "gid": "0", "mtime": "-1.5", "atime": "x"}) + tar_header(b"b")
    path = layer(tmp_path, raw(odd))
    judged(path)
    for form in ("table", "ndjson"):
        assert run("ls", "-R", path, "--format", form).code == 0


@pytest.mark.parametrize("form", ["gnu", "pax-0.0", "pax-0.1", "pax-1.0"])
def test_a_sparse_file_of_absurd_size_is_not_expanded(form: str, tmp_path: Path) -> None:
    path = layer(tmp_path, sparse_file("/s", [(0, b"x" * 512)], 8**11 - 1 if form == "gnu" else HUGE, form), file("/after"))
    report = judged(path, "--limit", "expanded_bytes=1M")
    assert report["verdict"] == "incomplete"
    assert report["coverage"]["layers"][0]["files_not_read"] == 1
    assert "/after" in paths(path, "--limit", "expanded_bytes=1M")


@pytest.mark.parametrize("form", ["gnu", "pax-0.0", "pax-0.1", "pax-1.0"])
@pytest.mark.parametrize("pieces", [[(600, b"x")], [(0, b"x" * 8), (4, b"y" * 8)], [(500, b"x" * 100)]])
def test_a_sparse_map_that_contradicts_itself_is_no_pass(form: str, pieces: list[tuple[int, bytes]], tmp_path: Path) -> None:
    assert judged(layer(tmp_path, sparse_file("/s", pieces, 512, form)))["verdict"] == "incomplete"


def test_extended_attributes_are_bounded(tmp_path: Path) -> None:
    many = [file(f"/{number}", xattrs={"user.x": "y" * 60_000}) for number in range(40)]
    report = judged(layer(tmp_path, *many, file("/one", xattrs={"user.x": "y" * 500_000})), "--limit", "kept_bytes=1M")
    assert report["verdict"] == "incomplete"
    assert "extended attributes" in report["reason"]
    assert judged(layer(tmp_path, *many))["verdict"] == "pass"


def test_duplicate_members_of_a_layer_are_reported_and_the_last_counts(tmp_path: Path) -> None:
    path = layer(tmp_path, file("/a", b"first"), file("/a", b"second"))
    assert "TRE-INT-011" in flagged(judged(path))
    assert run("cat", path, "/a").out == b"second"


def test_entries_below_a_file_are_reported(tmp_path: Path) -> None:
    path = layer(tmp_path, file("/a", b"file"), file("/a/b", b"below"))
    assert "TRE-INT-011" in flagged(judged(path))
    assert run("cat", path, "/a/b").out == b"below"


@pytest.mark.parametrize("content", [b"no tar at all", b"\0" * 100, b"", b"PK\x03\x04" + bytes(2000), b"\x1f\x8b" + b"x" * 3000])
def test_a_layer_that_is_no_tar_is_no_false_pass(content: bytes, tmp_path: Path) -> None:
    report = judged(saved(ImageBuilder().layer_tar(content), tmp_path))
    assert report["verdict"] != "pass" or not content.strip(b"\0")


# -- archives --------------------------------------------------------------------------------------------------------


def test_members_of_an_archive_that_lead_out_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    found: Members = [*members(ImageBuilder().layer(file("/a")), "oci"), ("../../outside", b"x"), ("/absolute", b"x")]
    write(found, path, "oci")
    report = judged(path)
    assert report["verdict"] == "fail"
    assert "TRE-INT-010" in flagged(report)
    assert not (tmp_path.parent.parent / "outside").exists()


def test_duplicate_members_of_an_archive_fail(tmp_path: Path) -> None:
    path = saved(ImageBuilder().layer(file("/a")), tmp_path)
    duplicate_member(path, "index.json", index_bytes([]))
    report = judged(path)
    assert report["verdict"] == "not-inspected"
    path = saved(ImageBuilder().layer(file("/a")), tmp_path)
    duplicate_member(path, "index.json", read_member(path, "index.json"))
    report = judged(path)
    assert report["verdict"] == "fail"
    assert "TRE-INT-007" in flagged(report)


def _blobs(path: Path) -> list[str]:
    return [name for name in member_names(path) if name.startswith("blobs/sha256/")]


@pytest.mark.parametrize("target", ["/etc/hostname", "../../../../../../etc/hostname", "../../../etc/hostname", "blob", "nowhere"])
@pytest.mark.parametrize("form", ["oci", "oci-dir"])
def test_blobs_behind_links_out_of_the_archive_are_not_read(target: str, form: str, tmp_path: Path) -> None:
    image = ImageBuilder().layer(file("/a", b"1"))
    for number, name in enumerate(name for name, _ in members(image, "oci") if name.startswith("blobs/")):
        link = LINK + (name.rpartition("/")[2] if target == "blob" else target).encode()
        found: Members = [(key, link if key == name else data) for key, data in members(image, "oci")]
        report = judged(write(found, tmp_path / f"{number}", form))
        assert report["verdict"] in ("incomplete", "fail", "not-inspected")


def test_a_folder_of_blobs_that_is_a_link_out_is_not_read(tmp_path: Path) -> None:
    path = ImageBuilder().layer(file("/a", b"1")).save(tmp_path / "image", "oci-dir")
    (path / "blobs").rename(tmp_path / "blobs")
    (path / "blobs").symlink_to(tmp_path / "blobs")
    assert judged(path)["verdict"] == "not-inspected"


def test_links_in_a_registry_tree_are_not_followed(tmp_path: Path) -> None:
    path = ImageBuilder().layer(file("/a", b"1")).save(tmp_path / "image", "registry")
    repositories = path / "docker/registry/v2/repositories"
    for name in ("a", "b", "c"):
        (repositories / name).symlink_to(".")
    (repositories / "root").symlink_to("/")
    assert judged(path)["verdict"] == "pass"


@pytest.mark.parametrize("kind", ["fifo", "directory", "empty", "socket"])
def test_blobs_that_are_no_files_do_not_hang_the_reader(kind: str, tmp_path: Path) -> None:
    import socket

    image = ImageBuilder().layer(file("/a", b"1"))
    names = [name for name, _ in members(image, "oci") if name.startswith("blobs/")] + ["index.json"]
    for number, name in enumerate(names):
        path = image.save(tmp_path / f"{number}", "oci-dir")
        blob = path / name
        blob.unlink()
        if kind == "fifo":
            os.mkfifo(blob)
        elif kind == "directory":
            blob.mkdir()
        elif kind == "empty":
            blob.touch()
        else:
            with socket.socket(socket.AF_UNIX) as server:
                here = Path.cwd()
                os.chdir(blob.parent)  # names of sockets are short
                try:
                    server.bind(blob.name[:60])
                    os.rename(blob.name[:60], blob.name)
                finally:
                    os.chdir(here)
        assert judged(path)["verdict"] != "pass"


def test_fifo_device_and_sparse_members_are_no_blobs(tmp_path: Path) -> None:
    image = ImageBuilder().layer(file("/a", b"1"))
    found = members(image, "oci")
    for kind in (tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE, tarfile.LNKTYPE, tarfile.SYMTYPE):
        for wrong, _ in found:
            buffer = io.BytesIO()
            with tarfile.open(fileobj=buffer, mode="w") as tar:
                for name, data in found:
                    info = tarfile.TarInfo(name)
                    if name == wrong:
                        info.type, info.linkname = kind, name
                        tar.addfile(info)
                    else:
                        info.size = len(data)
                        tar.addfile(info, io.BytesIO(data))
            (tmp_path / "image.tar").write_bytes(buffer.getvalue())
            report = judged(tmp_path / "image.tar")
            assert report["verdict"] != "pass" or wrong == "oci-layout"


def test_swapped_blobs_fail(tmp_path: Path) -> None:
    path = saved(ImageBuilder().layer(file("/a", b"1")).layer(file("/b", b"2")), tmp_path)
    names = _blobs(path)
    for first in names:
        for second in names:
            if first < second:
                one, two = read_member(path, first), read_member(path, second)
                other = tmp_path / "other.tar"
                other.write_bytes(path.read_bytes())
                replace_member(replace_member(other, first, two), second, one)
                assert judged(other)["verdict"] in ("fail", "incomplete", "not-inspected")


@pytest.mark.parametrize("form", ["oci", "docker", "docker-legacy", "podman", "crane", "jib"])
def test_an_image_without_its_config_is_incomplete(form: str, tmp_path: Path) -> None:
    image = ImageBuilder().layer(file("/a", b"1")).reference("app:1")
    path = saved(image, tmp_path, form)
    for name in member_names(path):
        if path.is_file() and "/" not in name.removeprefix("blobs/sha256/") and _holds(path, name, image.config_bytes()):
            remove_member(path, name)
            break
    report = judged(path)
    assert report["verdict"] in ("incomplete", "fail")
    assert "TRE-INT-009" in flagged(report)


def _holds(path: Path, name: str, content: bytes) -> bool:
    try:
        return read_member(path, name) == content
    except KeyError:
        return False


def test_an_encrypted_layer_is_incomplete(tmp_path: Path) -> None:
    report = judged(saved(ImageBuilder().layer(file("/a")).encrypted_layer(file("/b")), tmp_path, compression="gzip"))
    assert report["verdict"] == "incomplete"
    assert "encrypted" in report["reason"]


def test_a_foreign_layer_is_incomplete(tmp_path: Path) -> None:
    report = judged(saved(ImageBuilder().foreign_layer(file("/a")).layer(file("/b")), tmp_path, compression="gzip"))
    assert report["verdict"] == "incomplete"
    assert "foreign" in report["reason"]


@pytest.mark.parametrize("media_type", [OCI_LAYER, f"{OCI_LAYER}+zstd", "application/x-unknown", "text/html"])
def test_magic_bytes_decide_and_a_media_type_that_lies_is_reported(media_type: str, tmp_path: Path) -> None:
    tar = tar_bytes([file("/a", b"1")])
    path = with_blob(tmp_path, compress(tar, "gzip"), media_type, tar)
    report = judged(path)
    if media_type.startswith(OCI_LAYER):
        assert "TRE-INT-013" in flagged(report)
    assert paths(path) == ["/", "/a"]


def test_a_changed_byte_of_a_layer_fails(tmp_path: Path) -> None:
    path = saved(ImageBuilder().layer(file("/a", b"content")), tmp_path)
    layer_name = max(_blobs(path), key=lambda name: len(read_member(path, name)))
    flip_byte(path, 514, layer_name)
    report = judged(path)
    assert report["verdict"] == "fail"
    assert {"TRE-INT-001", "TRE-INT-002"} <= flagged(report)


def test_members_of_an_archive_are_bounded(tmp_path: Path) -> None:
    path = saved(ImageBuilder().layer(file("/a")), tmp_path)
    for number in range(20):
        add_member(path, f"x{number}", b"")
    report = judged(path, "--limit", "members=10")
    assert report["verdict"] == "incomplete"
    assert "members" in report["reason"]


def test_files_that_nothing_refers_to_are_listed_up_to_a_bound(tmp_path: Path) -> None:
    found: Members = [*members(ImageBuilder().layer(file("/a")), "oci"), *((f"x{number}", b"payload") for number in range(100))]
    report = judged(write(found, tmp_path / "image.tar", "oci"), "--limit", "problems=10")
    assert "TRE-INT-004" in flagged(report)
    assert sum(problem["topic"] == "unreferenced" for problem in report["problems"]) == 11
    assert len(report["coverage"]["unreferenced_files"]) >= 100


def test_problems_of_many_layers_are_bounded(tmp_path: Path) -> None:
    image = ImageBuilder()
    for _ in range(30):
        image = image.layer(*(file(f"../{number}", keep_name=True) for number in range(10)), opaque("/x"))
    report = judged(saved(image, tmp_path), "--limit", "problems=5")
    assert report["verdict"] == "fail"
    assert len(report["problems"]) < 100
