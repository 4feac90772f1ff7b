"""What other tools make of an image, in the words of ``imginspect ls``: the other side of the comparisons in test_oracles.py."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
from pathlib import Path
from typing import Any, TypeAlias

from imginspect.report.text import visible
from tests.image_builder import ImageBuilder
from tests.inspecting import files_of

File: TypeAlias = dict[str, Any]
Tree: TypeAlias = dict[str, File]

TAG = "app"
TIMEOUT = 120
_KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "symlink",
    stat.S_IFCHR: "character-device",
    stat.S_IFBLK: "block-device",
    stat.S_IFIFO: "fifo",
}


def call(*command: str | Path) -> None:
    """Run *command*; what it said is in the error if it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=TIMEOUT)
    assert done.returncode == 0, f"{command[0]}: {done.stderr.strip()}"


def umoci_unpack(layout: Path, bundle: Path) -> Path:
    """The root filesystem that ``umoci unpack`` makes of the image in *layout*."""
    call("umoci", "unpack", "--image", f"{layout}:{TAG}", bundle)
    return bundle / "rootfs"


def save_layout(image: ImageBuilder, folder: Path, compression: str = "gzip") -> Path:
    """*image* as an OCI layout directory in *folder*, under TAG."""
    return image.reference(TAG).save(folder, "oci-dir", compression)


def tree_on_disk(root: Path) -> tuple[Tree, list[list[str]]]:
    """(every path below *root* and itself, the groups of paths that share an inode)."""
    tree: Tree = {}
    inodes: dict[int, list[str]] = {}
    base = os.fsencode(root)
    stack = [base]
    while stack:
        path = stack.pop()
        state = os.lstat(path)
        shown = visible("/" + path[len(base) :].lstrip(b"/").decode("utf-8", "surrogateescape"))
        tree[shown] = _on_disk(path, state)
        if stat.S_ISDIR(state.st_mode):
            stack += [os.path.join(path, name) for name in os.listdir(path)]
        elif state.st_nlink > 1:
            inodes.setdefault(state.st_ino, []).append(shown)
    return tree, [sorted(group) for group in inodes.values()]


def _on_disk(path: bytes, state: os.stat_result) -> File:
    kind = _KINDS[stat.S_IFMT(state.st_mode)]
    found: File = {"type": kind, "uid": state.st_uid, "gid": state.st_gid}
    if kind == "symlink":
        found["link_target"] = visible(os.readlink(path).decode("utf-8", "surrogateescape"))
    else:
        found["mode"] = f"{stat.S_IMODE(state.st_mode):04o}"
    if kind == "file":
        with open(path, "rb") as stream:
            found["sha256"] = hashlib.file_digest(stream, "sha256").hexdigest()
        found["size"] = state.st_size
    if kind.endswith("device"):
        found["device"] = [os.major(state.st_rdev), os.minor(state.st_rdev)]
    xattrs = {visible(name): os.getxattr(path, name, follow_symlinks=False).hex() for name in os.listxattr(path, follow_symlinks=False)}
    if xattrs:
        found["xattrs"] = xattrs
    return found


def tree_listed(source: Path, *options: str) -> tuple[Tree, set[str]]:
    """(what imginspect lists, in the form of ``tree_on_disk``; the paths that it calls hard links)."""
    tree: Tree = {}
    links: set[str] = set()
    for listed in files_of(source, *options):
        kind = listed["type"]
        if kind == "hardlink":  # what it is a link to shows in what it has
            links.add(listed["path"])
            kind = "file" if listed["sha256"] is not None else "other"
        wanted = ["uid", "gid", *(["link_target"] if kind == "symlink" else ["mode"]), *(["sha256", "size"] if kind == "file" else [])]
        more = [key for key in ("device", "xattrs") if key in listed]
        tree[listed["path"]] = {"type": kind, **{key: listed[key] for key in [*wanted, *more]}}
    return tree, links


def differences(listed: tuple[Tree, set[str]], on_disk: tuple[Tree, list[list[str]]]) -> list[str]:
    """Where the two disagree, a line for each path; none where they are the same."""
    (ours, links), (theirs, groups) = listed, on_disk
    found = []
    for path in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(path), theirs.get(path)
        if mine is not None and other is not None and mine["type"] == "other":  # a hard link to a device or a pipe
            mine = {**mine, "type": other["type"]}
        if mine != other:
            found.append(f"{path}: imginspect {mine}, unpacked {other}")
    for group in groups:
        names = [path for path in group if path not in links and ours.get(path, {}).get("type") == "file"]
        if len(names) > 1:
            found.append(f"{' and '.join(names)} are one file, and imginspect calls neither a hard link")
    return found
