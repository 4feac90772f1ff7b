"""What runtimes were seen to do with the layers of each case, as in docs/runtimes.md, and what is said of it.

Measured as root on ext4, kernel 6.18, with umoci 0.4.7, podman 4.3.1 (vfs and overlay), containerd 2.4.2 and moby/go-archive 0.3.3 (each
applied natively and as overlay layers). Where all of them agree nothing may be said.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from imginspect.problems import Topic
from tests.filesystem.applying import Layers, applied, paths, problems
from tests.image_builder import (
    Written,
    char_device,
    directory,
    fifo,
    file,
    hardlink,
    opaque,
    padded,
    raw,
    sparse_file,
    symlink,
    tar_header,
    whiteout,
)

CAPABILITY = bytes.fromhex("0100000200040000000000000000000000000000")
LOW = [directory("/d"), file("/d/old", b"1"), file("/f", b"2")]
LINKED = [directory("/usr"), directory("/usr/bin"), file("/usr/bin/sh", b"1"), symlink("/bin", "usr/bin")]
PROGRAM = file("/a", b"1", 0o755)


def _device_text(typeflag: bytes = b"0") -> Written:
    block = bytearray(tar_header(b"x", 1, typeflag))
    block[329:337] = b"abcdefgh"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return raw(bytes(block) + padded(b"1"))


class Differs(NamedTuple):
    """*layers*, the paths that are shown, and words of what is said; *topic* where it is another one."""

    layers: Layers
    shown: str
    said: str
    topic: Topic = Topic.RUNTIME


DIFFERENT = {
    "opaque root": Differs([LOW, [opaque("/"), file("/n")]], "/n", "opaque whiteout of the root"),
    "whiteout, then a directory": Differs(
        [LOW, [whiteout("/d"), directory("/d"), file("/d/new")]], "/d /d/new /f", "deletes and recreates this directory"
    ),
    "whiteout, then a file below": Differs([LOW, [whiteout("/d"), file("/d/new")]], "/d /d/new /f", "without an entry for the directory"),
    "file, then its whiteout": Differs([LOW, [file("/f", b"3"), whiteout("/f")]], "/d /d/old /f", "then has a whiteout of it"),
    "whiteout of a file of its own layer": Differs([[*LOW, whiteout("/d/old")]], "/d /d/old /f", "then has a whiteout of it"),
    "whiteout in what is deleted": Differs([LOW, [whiteout("/d"), whiteout("/d/old")]], "/f", "which the layer itself deletes"),
    "whiteout twice": Differs([LOW, [whiteout("/f"), whiteout("/f")]], "/d /d/old", "this whiteout more than once"),
    "whiteout below a file": Differs([LOW, [whiteout("/f/x")]], "/d /d/old /f", "not a directory in the lower layers"),
    "whiteout through a link": Differs(
        [LINKED, [whiteout("/bin/sh")]], "/bin /usr /usr/bin /usr/bin/sh", "a whiteout below /bin, a link to usr/bin"
    ),
    "opaque through a link": Differs(
        [LINKED, [opaque("/bin")]], "/bin /usr /usr/bin /usr/bin/sh", "a whiteout below /bin, a link to usr/bin"
    ),
    "whiteout through a link of its layer": Differs(
        [LINKED, [symlink("/l", "usr/bin"), whiteout("/l/sh")]],
        "/bin /l /usr /usr/bin",
        "a whiteout below /l, which the layer itself makes a link",
    ),
    "whiteout before the directory over a link": Differs(
        [LINKED, [whiteout("/bin/sh"), directory("/bin")]], "/bin /usr /usr/bin /usr/bin/sh", "comes before the layer's own entry"
    ),
    "file through a link": Differs(
        [LINKED, [file("/bin/x")]], "/bin /usr /usr/bin /usr/bin/sh /usr/bin/x", "reached through a link of a lower"
    ),
    "file through a link to nothing": Differs([[symlink("/l", "q"), file("/l/x")]], "/l /q /q/x", "through a link of the layer"),
    "mode of a hard link": Differs([[PROGRAM, hardlink("/b", "/a", mode=0o600, uid=5)]], "/a /b", "states mode 0600, owner 5:0"),
    "attribute of a hard link": Differs(
        [[PROGRAM, hardlink("/b", "/a", records={"SCHILY.xattr.security.capability": CAPABILITY})]],
        "/a /b",
        "attribute security.capability",
    ),
    "hard link into a lower layer": Differs([[PROGRAM], [hardlink("/b", "/a", mode=0o755)]], "/a /b", "which exists only in a lower layer"),
    "hard link, then a whiteout": Differs(
        [[PROGRAM], [hardlink("/b", "/a", mode=0o755), whiteout("/a")]], "/b", "in a lower layer, which this layer deletes"
    ),
    "whiteout, then a hard link": Differs(
        [[PROGRAM], [whiteout("/a"), hardlink("/b", "/a", mode=0o755)]], "/b", "in a lower layer, which this layer deletes"
    ),
    "hard link through a link of a lower layer": Differs(
        [LINKED, [file("/usr/bin/x", b"1"), hardlink("/b", "/bin/x")]],
        "/b /bin /usr /usr/bin /usr/bin/sh /usr/bin/x",
        "reached through a link",
    ),
    "directory twice": Differs([[directory("/d"), file("/d/x"), directory("/d", 0o700)]], "/d /d/x", "this directory more than once"),
    "root twice": Differs([[directory("./", keep_name=True), directory("./", 0o700, keep_name=True)]], "", "this directory more than once"),
    "file twice": Differs([[file("/a", b"1"), file("/a", b"1")]], "/a", "more than once", Topic.ENTRIES),
    "device 0/0": Differs([LOW, [char_device("/f", 0, 0)]], "/d /d/old /f", "0/0 character device"),
    "overlay.opaque": Differs(
        [LOW, [directory("/d", xattrs={"trusted.overlay.opaque": "y"})]], "/d /d/old /f", "trusted.overlay.opaque hides"
    ),
    "overlay.redirect": Differs(
        [LOW, [directory("/e", xattrs={"trusted.overlay.redirect": "/d"})]], "/d /d/old /e /f", "which files overlay storage shows"
    ),
    "old sparse form": Differs([[sparse_file("/s", [(0, b"a" * 512)], 4096, "gnu")]], "/s", "old GNU form"),
    "user attribute of a link": Differs([[symlink("/l", "x", records={"SCHILY.xattr.user.k": b"v"})]], "/l", "user.k on a symbolic link"),
    "user attribute of a pipe": Differs([[fifo("/p", records={"SCHILY.xattr.user.k": b"v"})]], "/p", "user.k on a fifo"),
    "capability that is none": Differs(
        [[file("/a", b"1", xattrs={"security.capability": b"junk"})]], "/a", "a value that Linux does not accept"
    ),
    "text in device numbers": Differs([[_device_text()]], "/x", "device numbers are not valid"),
}

ALIKE: dict[str, Layers] = {
    "opaque root of the first layer": [[opaque("/"), file("/n")]],
    "whiteout, then the same file": [LOW, [whiteout("/f"), file("/f", b"3")]],
    "whiteout of a directory, then a file": [LOW, [whiteout("/d"), file("/d", b"3")]],
    "whiteout of a file, then a directory": [LOW, [whiteout("/f"), directory("/f"), file("/f/x")]],
    "whiteout of a link, then a directory": [LINKED, [whiteout("/bin"), directory("/bin"), file("/bin/x")]],
    "whiteout and opaque whiteout of a directory": [LOW, [whiteout("/d"), directory("/d"), opaque("/d"), file("/d/new")]],
    "whiteout of an empty directory, then a directory": [[directory("/d")], [whiteout("/d"), directory("/d"), file("/d/new")]],
    "whiteouts in a directory that is named": [LOW, [directory("/d"), whiteout("/d/old"), file("/d/new")]],
    "opaque whiteout behind files": [LOW, [directory("/d"), file("/d/new"), opaque("/d")]],
    "opaque whiteout of a directory without entry": [LOW, [opaque("/d"), file("/d/new")]],
    "directory over a link": [LINKED, [directory("/bin"), opaque("/bin"), file("/bin/x")]],
    "directory over a link, whiteout in it": [LINKED, [directory("/bin"), whiteout("/bin/sh")]],
    "directory over a link, a deeper one": [LINKED, [directory("/bin"), directory("/bin/s"), opaque("/bin/s")]],
    "link over a directory": [LOW, [symlink("/d", "f")]],
    "through a link of the layer": [[directory("/r"), symlink("/a", "r"), file("/a/x")]],
    "hard links as tools write them": [[PROGRAM, hardlink("/b", "/a"), hardlink("/c", "/a")]],
    "hard link without the file's attributes": [[file("/a", b"1", xattrs={"user.k": "v"}), hardlink("/b", "/a")]],
    "hard link with the file's attributes": [
        [file("/a", b"1", xattrs={"user.k": "v"}), hardlink("/b", "/a", records={"SCHILY.xattr.user.k": b"v"})]
    ],
    "hard link to a symbolic link": [[file("/x"), symlink("/l", "x"), hardlink("/h", "/l", mode=0o644)]],
    "hard link to what the layer has over a lower file": [[PROGRAM], [file("/a", b"2"), hardlink("/b", "/a")]],
    "hard link, target overwritten later": [[PROGRAM, hardlink("/b", "/a")], [file("/a", b"2")]],
    "parent without an entry, of another mode: docker and podman change the mode, all files are the same": [
        [directory("/d", 0o700, uid=5)],
        [file("/d/x")],
    ],
    "parent without an entry, of the usual mode": [[directory("/d")], [file("/d/x")]],
    "parent that is named after its file": [[directory("/d", 0o700)], [file("/d/x"), directory("/d", 0o700)]],
    "sparse files in PAX form": [[sparse_file("/s", [(0, b"a" * 512)], 4096, "pax-1.0")]],
    "user attributes of files and directories": [[file("/a", xattrs={"user.k": "v"}), directory("/d", xattrs={"user.k": "v"})]],
    "a capability": [[file("/a", b"1", 0o755, xattrs={"security.capability": CAPABILITY})]],
    "empty device numbers": [[raw(tar_header(b"x", 0, magic=b"\0" * 8))]],
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_where_runtimes_differ_it_is_said_with_the_reading_shown(name: str) -> None:
    layers, shown, said, topic = DIFFERENT[name]
    assert sorted(paths(applied(*layers))) == shown.split()
    found = problems(*layers)
    assert [problem.topic for problem in found] == [topic]
    assert said in found[0].what


@pytest.mark.parametrize("name", ALIKE)
def test_where_all_runtimes_agree_nothing_is_said(name: str) -> None:
    assert problems(*ALIKE[name]) == []


@pytest.mark.parametrize(
    "upper",
    [
        [directory("/m"), opaque("/m"), file("/m/readme")],
        [opaque("/m"), directory("/m"), file("/m/readme")],
        [directory("/m"), file("/m/readme"), whiteout("/m/get.sh")],
        [whiteout("/m/get.sh"), file("/m", b"1")],
        [directory("/m"), directory("/m/sub"), opaque("/m/sub")],
        [opaque("/m/sub"), directory("/m"), directory("/m/sub")],
        [whiteout("/m"), opaque("/m"), directory("/m")],
    ],
)
def test_what_a_link_led_to_stays_where_the_layer_replaces_the_link(upper: list[Written]) -> None:
    lower = [directory("/opt/m"), file("/opt/m/get.sh", b"1"), directory("/opt/m/sub"), file("/opt/m/sub/x", b"1"), symlink("/m", "opt/m")]
    filesystem = applied(lower, upper)
    assert {"/opt/m/get.sh", "/opt/m/sub/x"} <= paths(filesystem)
    assert filesystem.get("/m").kind != "symlink"  # type: ignore[union-attr]


def test_a_hard_links_header_counts_for_all_names_and_the_files_own_is_kept_beside_it() -> None:
    layer = [
        file("/a", b"1", 0o755, xattrs={"user.a": "1"}),
        hardlink("/b", "/a", mode=0o600, uid=5, records={"SCHILY.xattr.user.b": b"2"}),
    ]
    for path in ("/a", "/b"):
        node = applied(layer).get(path)
        assert node is not None
        assert node.stated is not None
        assert node.extra is not None
        assert (node.mode, node.uid, dict(node.extra.xattrs)) == (0o600, 5, {"user.a": b"1", "user.b": b"2"})
        assert (node.stated.mode, node.stated.uid, node.widest_mode) == (0o755, 0, 0o755)


def test_of_several_hard_links_the_last_header_counts() -> None:
    node = applied([file("/a", b"1", 0o755), hardlink("/b", "/a", mode=0o600), hardlink("/c", "/b", mode=0o640)]).get("/a")
    assert node is not None
    assert node.mode == 0o640
