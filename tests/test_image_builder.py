"""The images that tests build are what real tools read."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.image_builder import (
    COMPRESSIONS,
    DIRECTORY_FORMS,
    TAR_FORMS,
    ImageBuilder,
    char_device,
    cosign_signature,
    digest,
    directory,
    fifo,
    file,
    flip_byte,
    hardlink,
    helm_chart,
    members,
    opaque,
    pax_block,
    raw,
    read_member,
    remove_member,
    replace_member,
    save_many,
    save_multi_platform,
    sha,
    sparse_file,
    symlink,
    tar_bytes,
    tar_header,
    truncate_member,
    wasm_module,
    whiteout,
)  # fmt: skip

IMAGE = (
    ImageBuilder()
    .layer(directory("/app"), file("/app/run", b"#!/bin/sh\n", mode=0o755), file("/app/old", b"old"), created_by="COPY app /app")
    .empty_layer("ENV A=1")
    .layer(symlink("/link", "/app/run"), hardlink("/same", "/app/run"), file("/same2", b"x"), whiteout("/app/old"))
    .config(entrypoint=["/app/run"], env=["A=1"], user="1000", volumes=["/data"])
    .reference("app:1")
)
OTHER = ImageBuilder().layer_tar(IMAGE.tars[0]).config(cmd=["/x"]).reference("other:2")

oracle = pytest.mark.oracle
needs_skopeo = pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not installed")
READ_BY = {
    "docker": "docker-archive", "docker-containerd": "docker-archive", "docker-legacy": "docker-archive", "podman": "docker-archive",
    "skopeo": "docker-archive", "crane": "docker-archive", "jib": "docker-archive", "oci": "oci-archive", "oci-dir": "oci", "dir": "dir",
    "dir-v2s1": "dir",
}  # fmt: skip


def _skopeo(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["skopeo", *map(str, arguments)], capture_output=True, timeout=60)


def _document(path: Path, name: str) -> object:
    document: object = json.loads(read_member(path, name))
    return document


@pytest.mark.parametrize("form", [*TAR_FORMS, "rootfs"])
def test_the_standard_library_reads_every_tar_form(form: str, tmp_path: Path) -> None:
    path = IMAGE.save(tmp_path / "app.tar", form)
    assert path.read_bytes() == IMAGE.bytes(form) == IMAGE.bytes(form)
    with tarfile.open(path) as tar:
        assert all(info.mtime == 0 for info in tar)
    if form != "rootfs":
        assert "manifest.json" in members(path) or "index.json" in members(path)


@pytest.mark.parametrize("form", DIRECTORY_FORMS)
def test_directory_forms_hold_what_they_name(form: str, tmp_path: Path) -> None:
    path = IMAGE.save(tmp_path / "app", form)
    contents = {digest((path / name).read_bytes()) for name in members(path)}
    assert digest(IMAGE.tars[0]) not in contents
    assert digest(IMAGE.blob(0, "gzip")) in contents


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_layers_are_stored_as_asked_for(compression: str, tmp_path: Path) -> None:
    path = IMAGE.save(tmp_path / "app.tar", "oci", compression)
    assert {f"blobs/sha256/{sha(IMAGE.blob(number, compression))}" for number in (0, 1)} <= set(members(path))


@pytest.mark.parametrize("whole", ["gz", "xz", "bz2"])
def test_a_whole_archive_may_be_compressed(whole: str, tmp_path: Path) -> None:
    assert members(IMAGE.save(tmp_path / "app.tar", whole=whole)) == members(IMAGE.save(tmp_path / "plain.tar"))


def test_order_and_prefix(tmp_path: Path) -> None:
    normal = members(IMAGE.save(tmp_path / "a.tar", "podman"))
    assert normal[-2:] == ["manifest.json", "repositories"]
    assert members(IMAGE.save(tmp_path / "b.tar", "podman", order="reversed")) == normal[::-1]
    assert members(IMAGE.save(tmp_path / "c.tar", "podman", order="manifest-first"))[0] == "manifest.json"
    assert members(IMAGE.save(tmp_path / "d.tar", "podman", prefix="top/")) == [f"top/{name}" for name in normal]


def test_references_are_written_as_each_tool_writes_them(tmp_path: Path) -> None:
    tags = {}
    for form in ("docker", "podman", "skopeo"):
        listing = json.loads(read_member(IMAGE.save(tmp_path / form, form), "manifest.json"))
        tags[form] = listing[0]["RepoTags"]
    assert tags == {"docker": ["app:1"], "podman": ["localhost/app:1"], "skopeo": ["docker.io/library/app:1"]}


def test_an_image_without_references(tmp_path: Path) -> None:
    path = ImageBuilder().layer(file("/a")).save(tmp_path / "app.tar", "docker")
    assert json.loads(read_member(path, "manifest.json"))[0]["RepoTags"] is None
    assert "annotations" not in json.loads(read_member(path, "index.json"))["manifests"][0]
    assert "repositories" not in members(path)


@pytest.mark.parametrize("style", ["buildkit", "legacy", "buildah"])
def test_history_carries_build_arguments_into_later_steps(style: str) -> None:
    image = ImageBuilder().empty_layer("ARG TOKEN=x").layer(file("/a"), created_by="RUN make").history_style(style)
    steps = [step["created_by"] for step in json.loads(image.config_bytes())["history"]]
    assert (
        steps[1]
        == {
            "buildkit": "RUN |1 TOKEN=x /bin/sh -c make # buildkit",
            "legacy": "|1 TOKEN=x /bin/sh -c make",
            "buildah": "|1 TOKEN=x /bin/sh -c make",
        }[style]
    )


def test_config_may_be_anything() -> None:
    assert ImageBuilder().config(raw_config=b"{").config_bytes() == b"{"
    edited = ImageBuilder().config(cmd=["a"]).config_json(lambda document: {**document, "config": {"Entrypoint": ["b"]}})
    assert json.loads(edited.config_bytes())["config"] == {"Entrypoint": ["b"]}
    assert json.loads(IMAGE.override_diff_id(1, "sha256:0").config_bytes())["rootfs"]["diff_ids"][1] == "sha256:0"
    assert "history" not in json.loads(IMAGE.history_none().config_bytes())


def test_docker_export_applies_the_layers(tmp_path: Path) -> None:
    names = members(IMAGE.save(tmp_path / "root.tar", "rootfs"))
    assert names == [".dockerenv", "app", "app/run", "link", "same", "same2"]
    hidden = ImageBuilder().layer(file("/d/a"), file("/d/b"), file("/e")).layer(opaque("/d"), file("/d/c"))
    assert members(hidden.save(tmp_path / "two.tar", "rootfs")) == [".dockerenv", "e", "d/c"]


@pytest.mark.parametrize("form", ["docker", "docker-legacy", "podman", "oci", "registry"])
def test_several_images_share_their_layers(form: str, tmp_path: Path) -> None:
    path = save_many([IMAGE, OTHER], tmp_path / "many", form)
    assert len(members(path)) == len(set(members(path)))
    if form.startswith(("docker", "podman")):
        assert len(json.loads(read_member(path, "manifest.json"))) == 2
        assert len(json.loads(read_member(path, "repositories"))) == 2


def test_a_retagged_tag_keeps_both_revisions(tmp_path: Path) -> None:
    path = IMAGE.save(tmp_path / "r", "registry", retagged=OTHER)
    tag = path / "docker/registry/v2/repositories/app/_manifests/tags/1"
    assert len(list((tag / "index/sha256").iterdir())) == 2
    assert (tag / "current/link").read_text() == digest(IMAGE.manifest_bytes(docker=True))


@pytest.mark.parametrize("nested", [True, False])
def test_several_platforms(nested: bool, tmp_path: Path) -> None:
    images = {"linux/amd64": IMAGE, "linux/arm64/v8": IMAGE}
    path = save_multi_platform(images, tmp_path / "app.tar", "docker-containerd", nested=nested)
    index = json.loads(read_member(path, "index.json"))
    if nested:
        index = json.loads(read_member(path, "blobs/sha256/" + index["manifests"][0]["digest"][7:]))
    platforms = [item["platform"]["architecture"] for item in index["manifests"]]
    assert platforms == ["amd64", "arm64", "unknown", "unknown"]
    assert len(json.loads(read_member(path, "manifest.json"))) == 1
    assert all(name.endswith(sha(read_member(path, name))) for name in members(path) if name.count("/") == 2)


def test_artefacts_and_special_layers(tmp_path: Path) -> None:
    for number, save in enumerate((helm_chart, wasm_module, cosign_signature)):
        assert "index.json" in members(save(tmp_path / f"{number}.tar"))
        assert "index.json" in members(save(tmp_path / f"{number}"))
    image = ImageBuilder().encrypted_layer(file("/a")).foreign_layer()
    layers = json.loads(image.manifest_bytes())["layers"]
    assert layers[0]["mediaType"].endswith("tar+gzip+encrypted")
    assert layers[1]["mediaType"].endswith("nondistributable.v1.tar+gzip")
    assert layers[1]["urls"]
    assert len([name for name in members(image.save(tmp_path / "x.tar")) if name.count("/") == 2]) == 3


def test_entries_are_what_the_standard_library_reads() -> None:
    long = "d/" * 80 + "f"
    for form in ("pax", "gnu"):
        entries = [file(long, b"1"), file("/é", b"2", xattrs={"user.a": b"v"}), fifo("p")]
        entries += [char_device("/dev/null"), symlink("l", "x" * 120)]
        with tarfile.open(fileobj=io.BytesIO(tar_bytes(entries, form))) as tar:
            assert tar.getnames() == [long, "é", "p", "dev/null", "l"]
            assert tar.getmember("é").pax_headers["SCHILY.xattr.user.a"] == "v"
            assert tar.getmember("l").linkname == "x" * 120


@pytest.mark.parametrize("name", ["../../etc/passwd", "/abs", "a/../b", b"\xff\xfe"])
def test_hostile_names_are_written_as_given(name: str | bytes) -> None:
    wanted = name.encode() if isinstance(name, str) else name
    tar = tar_bytes([file(name, keep_name=True)], "gnu")
    assert tar[:100].rstrip(b"\0") == wanted


@pytest.mark.parametrize("form", ["gnu", "pax-0.0", "pax-0.1", "pax-1.0"])
def test_sparse_files(form: str) -> None:
    pieces = [(0, b"a" * 512), (4096, b"b" * 512), (8192, b"c" * 512), (20480, b"d" * 512), (40960, b"e" * 512)]
    data = bytearray(65536)
    for offset, content in pieces:
        data[offset : offset + len(content)] = content
    with tarfile.open(fileobj=io.BytesIO(tar_bytes([sparse_file("/s", pieces, 65536, form), file("/after")]))) as tar:
        stream = tar.extractfile("s")
        assert stream is not None
        assert stream.read() == bytes(data)
        assert "after" in tar.getnames()


def test_blocks_for_hostile_tars() -> None:
    assert len(tar_header(b"a", 5)) == 512
    with tarfile.open(fileobj=io.BytesIO(tar_bytes([raw(pax_block({"path": "b"}) + tar_header(b"a", 0, base256=True))]))) as tar:
        assert tar.getnames() == ["b"]
    broken = io.BytesIO(tar_bytes([raw(tar_header(b"a", checksum=1))]))
    with pytest.raises(tarfile.ReadError), tarfile.open(fileobj=broken):
        pass


def test_tampering_keeps_the_archive_valid(tmp_path: Path) -> None:
    for form in ("oci", "oci-dir"):
        path = IMAGE.save(tmp_path / form, form)
        name = f"blobs/sha256/{sha(IMAGE.config_bytes())}"
        assert read_member(truncate_member(path, name, 5), name) == IMAGE.config_bytes()[:5]
        assert read_member(replace_member(path, name, b"abc"), name) == b"abc"
        assert read_member(flip_byte(path, 0, name), name) == b"\x9ebc"
        assert name not in members(remove_member(path, name))
        with pytest.raises(KeyError):
            remove_member(path, name)


@oracle
@needs_skopeo
@pytest.mark.parametrize("form", READ_BY)
def test_skopeo_reads_the_form(form: str, tmp_path: Path) -> None:
    compression = "plain" if form == "docker" else "gzip"
    source = f"{READ_BY[form]}:{IMAGE.save(tmp_path / 'app', form, compression)}"
    inspected = _skopeo("inspect", "--raw", source)
    assert inspected.returncode == 0, inspected.stderr
    copied = _skopeo("copy", "--insecure-policy", source, f"dir:{tmp_path / 'out'}")
    assert copied.returncode == 0, copied.stderr
    if form != "dir-v2s1":
        config = json.loads(_skopeo("inspect", "--config", "--raw", f"dir:{tmp_path / 'out'}").stdout)
        assert config["rootfs"]["diff_ids"] == [digest(tar) for tar in IMAGE.tars]
        assert config["config"]["Entrypoint"] == ["/app/run"]


@oracle
@needs_skopeo
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_skopeo_reads_every_compression(compression: str, tmp_path: Path) -> None:
    source = f"oci-archive:{IMAGE.save(tmp_path / 'app.tar', 'oci', compression)}"
    copied = _skopeo("copy", "--insecure-policy", "--dest-decompress", source, f"dir:{tmp_path / 'out'}")
    assert copied.returncode == 0, copied.stderr
    assert {sha(tar) for tar in IMAGE.tars} <= set(members(tmp_path / "out"))


@oracle
@needs_skopeo
def test_skopeo_writes_the_same_members(tmp_path: Path) -> None:
    written = IMAGE.save(tmp_path / "ours.tar", "skopeo")
    copied = _skopeo("copy", "--insecure-policy", f"docker-archive:{written}", f"docker-archive:{tmp_path / 'theirs.tar'}:app:1")
    assert copied.returncode == 0, copied.stderr
    ours, theirs = ({n for n in members(path) if n.count("/") == 0} for path in (written, tmp_path / "theirs.tar"))
    assert ours == theirs
    assert _document(written, "manifest.json") == _document(tmp_path / "theirs.tar", "manifest.json")


@oracle
@needs_skopeo
@pytest.mark.parametrize("form", ["docker", "docker-containerd", "docker-legacy", "podman", "skopeo"])
def test_skopeo_finds_each_of_several_images(form: str, tmp_path: Path) -> None:
    path = save_many([IMAGE, OTHER], tmp_path / "many.tar", form)
    for image, command in ((IMAGE, ["/app/run"]), (OTHER, None)):
        name = json.loads(read_member(image.save(tmp_path / "one.tar", form), "manifest.json"))[0]["RepoTags"][0]
        config = _skopeo("inspect", "--config", "--raw", f"docker-archive:{path}:{name}")
        assert config.returncode == 0, config.stderr
        assert json.loads(config.stdout)["config"].get("Entrypoint") == command


@oracle
@needs_skopeo
@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_skopeo_chooses_a_platform(architecture: str, tmp_path: Path) -> None:
    path = save_multi_platform({"linux/amd64": IMAGE, "linux/arm64": IMAGE}, tmp_path / "app.tar")
    config = _skopeo(f"--override-arch={architecture}", "inspect", "--config", "--raw", f"oci-archive:{path}")
    assert config.returncode == 0, config.stderr
    assert json.loads(config.stdout)["architecture"] == architecture


@oracle
@needs_skopeo
def test_skopeo_reads_layouts_with_links_and_docker_manifests(tmp_path: Path) -> None:
    for name, options in (("links", {"symlinked_blobs": True}), ("docker", {"docker_manifest": True})):
        source = f"oci:{IMAGE.save(tmp_path / name, 'oci-dir', **options)}"  # type: ignore[arg-type]
        copied = _skopeo("copy", "--insecure-policy", source, f"dir:{tmp_path / 'out'}")
        assert copied.returncode == 0, copied.stderr
