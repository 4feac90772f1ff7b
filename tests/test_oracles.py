"""Other tools as oracles: umoci unpacks the images that imginspect only reads, skopeo copies them, GNU tar extracts their layers.

What umoci refuses to unpack is no shape here, because there is nothing to compare with: an entry below a file, a hard link to nothing or to
itself, a whiteout that names nothing, global PAX headers, and types that it does not know, of which GNU tar's old sparse format is one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from imginspect.problems import Topic
from tests.filesystem.applying import problems
from tests.image_builder import (
    ImageBuilder,
    Written,
    block_device,
    char_device,
    directory,
    fifo,
    file,
    hardlink,
    opaque,
    padded,
    pax_block,
    raw,
    sparse_file,
    symlink,
    tar_bytes,
    tar_header,
    whiteout,
)
from tests.inspecting import files_of
from tests.unpacking import TAG, Tree, call, differences, save_layout, tree_listed, tree_on_disk, umoci_unpack

pytestmark = pytest.mark.oracle

Layers: TypeAlias = Sequence[Sequence[Written]]

needs_umoci = pytest.mark.skipif(
    shutil.which("umoci") is None or os.geteuid() != 0, reason="umoci is not installed, or this is not root (owners and devices)"
)
needs_skopeo = pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not installed")
needs_tar = pytest.mark.skipif(
    shutil.which("tar") is None or "GNU tar" not in subprocess.run(["tar", "--version"], capture_output=True, text=True).stdout,
    reason="GNU tar is not installed",
)

LONG = "l" * 120
CAPABILITY = bytes.fromhex("0100000200040000000000000000000000000000")
A_OVER_R = [directory("/r"), file("/r/f", b"1"), symlink("/a", "r")]
TREE = [directory("/a"), file("/a/x", b"1"), directory("/a/s"), file("/a/s/q", b"1")]

SPARSE_FORMS = ("gnu", "pax-0.0", "pax-0.1", "pax-1.0")


def _sparse(form: str) -> list[Written]:
    """As GNU tar writes them: pieces of whole blocks but for the last one, and an empty piece at the end of a last hole."""
    return [
        sparse_file("/sparse", [(0, b"a" * 512), (4096, b"b" * 1024), (20000, b"c"), (30000, b"")], 30000, form),
        sparse_file("/hole", [(5000, b"")], 5000, form),  # GNU tar never writes a map of no piece, and readers disagree on it
        sparse_file("/many", [*((number * 1024, b"%d" % (number % 10) * 512) for number in range(40)), (50000, b"")], 50000, form),
        file("/after", b"1"),
    ]


SHAPES: dict[str, Layers] = {
    # whiteouts
    "whiteout of a file": [TREE, [whiteout("/a/x")]],
    "whiteout of a directory": [TREE, [whiteout("/a")]],
    "whiteout of a file without siblings": [[file("/a/b/c", b"1")], [whiteout("/a/b/c")]],
    "whiteout before the same directory": [TREE, [whiteout("/a"), directory("/a", 0o700), file("/a/y", b"2")]],
    "whiteout after the same directory": [TREE, [directory("/a", 0o700), file("/a/y", b"2"), whiteout("/a")]],
    "whiteout before the same file": [[file("/x", b"1")], [whiteout("/x"), file("/x", b"2")]],
    "whiteout after the same file": [[file("/x", b"1")], [file("/x", b"2"), whiteout("/x")]],
    "whiteout of nothing": [[file("/x", b"1")], [whiteout("/y"), whiteout("/q/z")]],
    "whiteout of a file of its own layer": [[*TREE, whiteout("/a/x")]],
    "whiteout in a new directory": [[file("/x", b"1")], [directory("/n"), whiteout("/n/z"), file("/n/y")]],
    "whiteout below a file": [[file("/x", b"1")], [whiteout("/x/z")]],
    "whiteout of a link": [A_OVER_R, [whiteout("/a")]],
    "whiteout of a link, then a directory": [A_OVER_R, [whiteout("/a"), directory("/a"), file("/a/x", b"1")]],
    "whiteout that is a directory": [[file("/a")], [directory("/.wh.a")]],
    "whiteout of a name with .wh. in it": [[file("/a", b"1"), file("/b", b"1")], [file("/.wh.a.wh.b")]],
    "a name with .wh. inside": [[file("/x.wh.a", b"1")]],
    # opaque whiteouts
    "opaque first": [TREE, [opaque("/a"), file("/a/y", b"2"), directory("/a/s"), file("/a/s/n", b"1")]],
    "opaque last": [TREE, [file("/a/y", b"2"), directory("/a/s"), file("/a/s/n", b"1"), opaque("/a")]],
    "opaque in the middle": [TREE, [file("/a/x", b"2"), opaque("/a"), file("/a/z", b"2")]],
    "opaque root": [TREE, [opaque("/"), file("/y", b"2")]],
    "opaque of nothing": [TREE, [opaque("/nope")]],
    "opaque deep down": [TREE, [directory("/a"), directory("/a/s"), opaque("/a/s"), file("/a/s/q", b"3")]],
    "opaque twice": [TREE, [opaque("/a"), file("/a/y", b"1")], [opaque("/a"), file("/a/z", b"1")]],
    # types that change
    "file to directory": [[file("/a", b"1")], [directory("/a"), file("/a/x", b"2")]],
    "directory to file": [TREE, [file("/a", b"1")]],
    "file to link": [[file("/a", b"1"), file("/b", b"2")], [symlink("/a", "b")]],
    "link to file": [[symlink("/a", "b"), file("/b", b"1")], [file("/a", b"2")]],
    "directory over a link to a directory": [A_OVER_R, [directory("/a", 0o700), file("/a/n", b"2")]],
    "directory over an absolute link": [[directory("/r"), file("/r/f"), symlink("/a", "/r")], [directory("/a", 0o700)]],
    "directory over a link to nothing": [[symlink("/a", "gone")], [directory("/a"), file("/a/n", b"2")]],
    "link over a directory": [[directory("/r"), *TREE], [symlink("/a", "r"), file("/a/y", b"2")]],
    "directory over a directory": [TREE, [directory("/a", 0o700, uid=5)]],
    "device and pipe to file and directory": [[char_device("/c"), fifo("/p")], [file("/c", b"1"), directory("/p")]],
    "many layers": [[file(f"/a/{number}", b"%d" % number), file("/same", b"%d" % number)] for number in range(12)],
    # a path more than once in a layer
    "file twice": [[file("/a", b"1"), file("/a", b"2", 0o600)]],
    "directory, then file": [[*TREE, file("/a", b"2")]],
    "file, then directory": [[file("/a", b"2"), *TREE]],
    "directory, then link, then through it": [[directory("/r"), *TREE, symlink("/a", "r"), file("/a/y", b"2")]],
    # entries through links
    "through a link of the layer": [[directory("/r"), symlink("/a", "r"), file("/a/x", b"1")]],
    "through a link of a lower layer": [A_OVER_R, [file("/a/x", b"1"), directory("/a/d"), file("/a/d/e", b"1")]],
    "through links to links": [[directory("/r"), symlink("/b", "/r"), symlink("/a", "./b/../b")], [file("/a/x", b"1")]],
    "through a link out of the root": [[symlink("/a", "../../../r"), directory("/r")], [file("/a/x", b"1")]],
    "through a link to nothing": [[symlink("/a", "q/w")], [file("/a/x", b"1")]],
    "through an absolute link": [[directory("/usr/bin"), symlink("/bin", "/usr/bin"), file("/bin/sh", b"#", 0o755)]],
    "links in a loop": [[symlink("/a", "b"), symlink("/b", "a"), file("/c")]],
    # hard links
    "hard links of one layer": [[file("/a", b"1", 0o600, uid=4), hardlink("/b", "/a"), hardlink("/c", "/b")]],
    "hard link into a lower layer": [[file("/a", b"1", 0o600, uid=4)], [hardlink("/b", "/a", mode=0o600, uid=4)]],
    "hard link whose target is deleted later": [[file("/a", b"1")], [hardlink("/b", "/a")], [whiteout("/a")]],
    "hard link whose target is overwritten later": [[file("/a", b"1")], [hardlink("/b", "/a")], [file("/a", b"22")]],
    "hard link whose target is overwritten in the layer": [[file("/a", b"1"), hardlink("/b", "/a"), file("/a", b"22")]],
    "hard link to what its layer put over a file": [[file("/a", b"1")], [file("/a", b"22"), hardlink("/b", "/a")]],
    "hard link, then a whiteout of its target": [
        [file("/a", b"1"), directory("/d"), file("/d/x", b"2")],
        [hardlink("/b", "/a"), whiteout("/a"), hardlink("/c", "/d/x"), opaque("/d")],
    ],
    "hard link, then a whiteout above its target": [TREE, [hardlink("/c", "/a/s/q"), whiteout("/a")]],
    "hard link into a directory that is replaced": [TREE, [file("/a/new"), hardlink("/c", "/a/x"), whiteout("/a"), file("/x", b"3")]],
    "hard link over a file": [[file("/a", b"1"), file("/b", b"2")], [hardlink("/b", "/a")]],
    "hard link over a directory": [[file("/f", b"1"), *TREE], [hardlink("/a", "/f")]],
    "hard links there and back": [[file("/a", b"1"), hardlink("/b", "/a")], [hardlink("/a", "/b")]],
    "hard links in a chain of layers": [
        [file("/a", b"1")],
        [hardlink("/b", "/a")],
        [hardlink("/c", "/b"), whiteout("/a")],
        [whiteout("/b")],
    ],
    "hard link to a link": [[file("/x", b"1"), symlink("/l", "x"), hardlink("/h", "/l")]],
    "hard link to a link of a lower layer": [[file("/x", b"1"), symlink("/l", "x")], [hardlink("/h", "/l")]],
    "through a hard link to a link": [[directory("/d"), symlink("/l", "d"), hardlink("/h", "/l"), file("/h/x", b"1")]],
    "through a hard link to a link of a lower layer": [[directory("/d"), symlink("/l", "d"), hardlink("/h", "/l")], [file("/h/x", b"1")]],
    "hard link through a link": [[*A_OVER_R, hardlink("/h", "/a/f")]],
    "hard link to an absolute name": [[file("/a", b"1"), hardlink("/b", "/a", keep_name=True)]],
    "hard link to a name with dots": [[directory("/d"), file("/a", b"1"), hardlink("/d/b", "./d/../a", keep_name=True)]],
    "hard link out of the root": [[file("/a", b"1"), hardlink("/b", "../../a", keep_name=True)]],
    "hard links to a pipe and a device": [[fifo("/p"), char_device("/c", 1, 5), hardlink("/q", "/p"), hardlink("/d", "/c")]],
    # attributes
    "modes and owners": [
        [
            *(directory("/d", 0o1777), directory("/e", 0o2755, uid=7, gid=8), file("/d/s", b"x", 0o4755, uid=1000, gid=1001)),
            *(file("/none", b"", 0o000), file("/big", b"x", uid=2_000_000, gid=2_000_001)),
        ]
    ],
    "the root's own entry": [[directory("./", 0o700, uid=3, gid=4, keep_name=True), file("/a", b"1")]],
    "the root's own entry in a later layer": [[file("/a", b"1")], [directory("./", 0o711, keep_name=True)]],
    "devices": [
        [char_device("/c", 1, 3, mode=0o666), block_device("/b", 8, 1, uid=3), fifo("/p", mode=0o622), char_device("/m", 250, 70000)]
    ],
    "a 0/0 device is a device": [[file("/x", b"1")], [char_device("/x", 0, 0)]],
    "extended attributes": [
        [
            file("/x", b"1", xattrs={"user.a": "b", "user.bin": b"\0\xff", "security.capability": CAPABILITY}),
            directory("/d", xattrs={"user.d": "1"}),
        ]
    ],
    "extended attributes that a later layer drops": [
        [file("/x", b"1", xattrs={"user.a": "b"}), directory("/d", xattrs={"user.d": "1"})],
        [file("/x", b"1"), directory("/d")],
    ],
    "extended attributes of a hard link": [[file("/x", b"1", xattrs={"user.a": "b"}), hardlink("/y", "/x")]],
    "implied directories": [[file("/a/b/c", b"1")], [file("/a/d/e", b"1")], [directory("/a", 0o700), directory("/x/y", 0o700)]],
    "a child before its directory": [[file("/a/b", b"1"), directory("/a", 0o700, uid=9)]],
    # names
    "long names in PAX form": [
        [directory(f"/{LONG}"), file(f"/{LONG}/{LONG}", b"1"), symlink(f"/{LONG}/s", "t" * 300), hardlink("/h", f"/{LONG}/{LONG}")]
    ],
    "long names in GNU form": [
        [directory(f"/{LONG}"), file(f"/{LONG}/{LONG}", b"1"), symlink(f"/{LONG}/s", "t" * 300), hardlink("/h", f"/{LONG}/{LONG}")]
    ],
    "a name with a ustar prefix": [[raw(tar_header(b"f" * 90, 2, prefix=b"p" * 60 + b"/" + b"q" * 60) + padded(b"hi"))]],
    "names that are not UTF-8": [
        [
            file(b"/caf\xe9", b"1"),
            directory(b"/\xff\xfe"),
            file(b"/\xff\xfe/x", b"2"),
            symlink("/s", b"caf\xe9"),
            hardlink("/h", b"/caf\xe9"),
        ],
        [whiteout(b"/caf\xe9")],
    ],
    "names that are UTF-8": [[file("/café/日本", b"1"), file("/new\nline", b"1"), file("/back\\slash"), file("/sp ace")]],
    "names with dots and slashes": [
        [
            *(file("./a/./b", b"1", keep_name=True), file("x/../y", b"2", keep_name=True), file("../../up", b"3", keep_name=True)),
            *(file("/abs", b"4", keep_name=True), directory("d//e", keep_name=True), file("d//e//f", keep_name=True)),
            directory("./q/.", keep_name=True),
        ]
    ],
    "files and links whose names end in a slash": [[file("file/", keep_name=True), symlink("link/", "x", keep_name=True)]],
    # numbers
    "PAX numbers": [
        [
            file("/a", b"1", pax={"uid": "70000", "gid": "3000000", "mtime": "1.5"}),
            file("/empty", b"1", pax={"path": "", "uid": ""}),
            raw(pax_block({"size": "3"}) + tar_header(b"size", 0) + padded(b"abc")),
        ]
    ],
    "base-256 numbers": [[raw(tar_header(b"b256", 5, base256=True, uid=3_000_000) + padded(b"hello"))]],
    "entries of old tars": [[raw(tar_header(b"old/", 0, b"\0")), raw(tar_header(b"file", 2, b"\0", magic=b"\0" * 8) + padded(b"hi"))]],
    **{f"sparse files in the form {form}": [_sparse(form)] for form in SPARSE_FORMS if form != "gnu"},  # umoci does not know that type
}


def _image(layers: Layers, form: str = "pax") -> ImageBuilder:
    image = ImageBuilder()
    for entries in layers:
        image = image.layer(*entries, form=form)
    return image


def _differences_from_umoci(image: ImageBuilder, folder: Path, compression: str = "gzip") -> list[str]:
    layout = save_layout(image, folder / "image", compression)
    return differences(tree_listed(layout), tree_on_disk(umoci_unpack(layout, folder / "bundle")))


@needs_umoci
@pytest.mark.parametrize("shape", SHAPES)
def test_the_filesystem_is_the_one_that_umoci_unpacks(shape: str, tmp_path: Path) -> None:
    form = "gnu" if "GNU" in shape else "pax"
    assert _differences_from_umoci(_image(SHAPES[shape], form), tmp_path) == []


@needs_umoci
@pytest.mark.parametrize("compression", ["plain", "gzip", "gzip-multi"])  # umoci 0.4 does not know zstd
def test_compressions_that_umoci_knows(compression: str, tmp_path: Path) -> None:
    layers = [TREE, [opaque("/a"), file("/a/y", b"2" * 100_000)]]
    assert _differences_from_umoci(_image(layers), tmp_path, compression) == []


@needs_umoci
def test_the_overlay_attribute_for_opaque_hides_nothing(tmp_path: Path) -> None:
    """umoci reads it so too, but does not keep the attribute, which imginspect lists."""
    layers = [TREE, [directory("/a", xattrs={"trusted.overlay.opaque": "y"})]]
    layout = save_layout(_image(layers), tmp_path / "image")
    ours, links = tree_listed(layout)
    assert ours["/a"].pop("xattrs") == {"trusted.overlay.opaque": b"y".hex()}
    assert differences((ours, links), tree_on_disk(umoci_unpack(layout, tmp_path / "bundle"))) == []


# -- random stacks of layers -----------------------------------------------------------------------------------------

PATHS = st.sampled_from(["/a", "/b", "/a/c", "/b/c", "/a/c/d", "/b/c/d", "/a/b"])
TARGETS = st.sampled_from(["a", "/a", "../b", "b/c", "/a/c", ".", "gone"])
FILES = st.builds(file, PATHS, st.sampled_from([b"1", b"22", b""]), st.sampled_from([0o644, 0o4755]), uid=st.sampled_from([0, 5]))
DIRECTORIES = st.builds(directory, PATHS, st.sampled_from([0o755, 0o700]), uid=st.sampled_from([0, 5]))
LINKS = st.builds(symlink, PATHS, TARGETS)
MARKERS = st.one_of(st.builds(whiteout, PATHS), st.builds(opaque, PATHS))


@st.composite
def _stacks(draw: st.DrawFn) -> list[list[Written]]:
    """One to four layers, whiteouts anywhere in them; hard links name a file that some entry before them made."""
    layers: list[list[Written]] = []
    made: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        entries: list[Written] = []
        for _ in range(draw(st.integers(1, 5))):
            if made and draw(st.integers(0, 5)) == 0:
                entries.append(hardlink(draw(PATHS), draw(st.sampled_from(made))))
                continue
            entry = draw(st.one_of(FILES, MARKERS, DIRECTORIES, LINKS))
            if entry.typeflag == b"0" and b".wh." not in entry.name:
                made.append("/" + entry.name.decode())
            entries.append(entry)
        layers.append(entries)
    return layers


@needs_umoci
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], print_blob=True)
@given(layers=_stacks())
def test_any_stack_of_layers_is_what_umoci_unpacks(layers: list[list[Written]], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("stack")
    try:
        # What TRE-INT-008 warns of is another filesystem under every other runtime: tests/filesystem/test_runtimes.py has it.
        assume(not any(problem.topic is Topic.RUNTIME for problem in problems(*layers)))
        layout = save_layout(_image(layers), folder / "image")
        listed = tree_listed(layout)
        try:
            root = umoci_unpack(layout, folder / "bundle")
        except AssertionError:  # it refuses what the docstring of this module names
            assume(False)
        assert differences(listed, tree_on_disk(root)) == []
    finally:
        shutil.rmtree(folder)


# -- GNU tar: the sparse forms ---------------------------------------------------------------------------------------


@needs_tar
@pytest.mark.parametrize("form", SPARSE_FORMS)
def test_sparse_files_are_what_tar_extracts(form: str, tmp_path: Path) -> None:
    entries = _sparse(form)
    (tmp_path / "layer.tar").write_bytes(tar_bytes(entries))
    (tmp_path / "root").mkdir()
    call("tar", "-C", tmp_path / "root", "-xf", tmp_path / "layer.tar")
    listed = _sizes_and_digests(tree_listed(save_layout(_image([entries]), tmp_path / "image"))[0])
    assert set(listed) == {"/sparse", "/hole", "/many", "/after"}
    assert listed == _sizes_and_digests(tree_on_disk(tmp_path / "root")[0])


@needs_tar
@pytest.mark.parametrize("options", [["--format=gnu"], *(["--format=posix", f"--sparse-version={form}"] for form in ("0.0", "0.1", "1.0"))])
def test_sparse_files_that_tar_writes_are_read(options: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "root"
    folder.mkdir()
    for name, places, size in (("few", [0, 70_000], 200_000), ("many", list(range(0, 1_000_000, 20_000)), 1_000_001), ("hole", [], 50_000)):
        with (folder / name).open("wb") as stream:
            stream.truncate(size)
            for place in places:
                stream.seek(place)
                stream.write(b"%d" % place)
    call("tar", "-C", folder, *options, "--sparse", "--hole-detection=raw", "-cf", tmp_path / "layer.tar", ".")
    layer = (tmp_path / "layer.tar").read_bytes()
    assert len(layer) < 1_000_000
    listed = tree_listed(save_layout(ImageBuilder().layer_tar(layer), tmp_path / "image"))[0]
    assert _sizes_and_digests(listed) == _sizes_and_digests(tree_on_disk(folder)[0])


def _sizes_and_digests(tree: Tree) -> dict[str, tuple[int, str]]:
    return {path: (found["size"], found["sha256"]) for path, found in tree.items() if found["type"] == "file"}


# -- skopeo ----------------------------------------------------------------------------------------------------------

COPIED = _image([[*TREE, file("/m", b"x", 0o4755, uid=5), hardlink("/h", "/m"), symlink("/l", "a")], [whiteout("/a/x"), opaque("/a/s")]])
READ_BY_SKOPEO = {
    "oci-dir": "oci",
    "oci": "oci-archive",
    "docker": "docker-archive",
    "docker-containerd": "docker-archive",
    "podman": "docker-archive",
    "skopeo": "docker-archive",
    "crane": "docker-archive",
    "dir": "dir",
}
WRITTEN_BY_SKOPEO = {"oci": f":{TAG}", "oci-archive": f":{TAG}", "docker-archive": f":docker.io/library/{TAG}:1", "dir": ""}


def _skopeo_source(image: ImageBuilder, form: str, path: Path, compression: str) -> str:
    transport = READ_BY_SKOPEO[form]
    named = image.reference(TAG if transport.startswith("oci") else f"{TAG}:1")
    named.save(path, form, compression)
    return f"{transport}:{path}" + (f":{TAG}" if transport.startswith("oci") else "")


@needs_skopeo
@pytest.mark.parametrize("target", WRITTEN_BY_SKOPEO)
@pytest.mark.parametrize("form", READ_BY_SKOPEO)
def test_what_skopeo_copies_has_the_same_files(form: str, target: str, tmp_path: Path) -> None:
    source = _skopeo_source(COPIED, form, tmp_path / "before", "gzip")
    call("skopeo", "--insecure-policy", "copy", "--quiet", source, f"{target}:{tmp_path / 'after'}{WRITTEN_BY_SKOPEO[target]}")
    before = files_of(tmp_path / "before")
    assert len(before) == len({"/", "/a", "/a/s", "/m", "/h", "/l"})
    assert files_of(tmp_path / "after") == before


@needs_skopeo
@pytest.mark.parametrize("compression", ["plain", "gzip", "zstd"])
@pytest.mark.parametrize("wanted", ["gzip", "zstd"])
def test_what_skopeo_compresses_anew_has_the_same_files(compression: str, wanted: str, tmp_path: Path) -> None:
    source = _skopeo_source(COPIED, "oci-dir", tmp_path / "before", compression)
    flags = ["--quiet", "--dest-compress", "--dest-compress-format", wanted]
    call("skopeo", "--insecure-policy", "copy", *flags, source, f"dir:{tmp_path / 'after'}")
    assert files_of(tmp_path / "after") == files_of(tmp_path / "before")
