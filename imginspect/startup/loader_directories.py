"""Directories: where the dynamic loader of an image looks for libraries besides what a program itself says."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from imginspect.errors import PathError
from imginspect.filesystem import Node
from imginspect.filesystem.filesystem import matches
from imginspect.filesystem.view import View
from imginspect.limits import PATH_MAX
from imginspect.scan.elf import Elf

_TRIPLETS = {
    "amd64": "x86_64-linux-gnu",
    "386": "i386-linux-gnu",
    "arm64": "aarch64-linux-gnu",
    "arm": "arm-linux-gnueabihf",
    "ppc64le": "powerpc64le-linux-gnu",
    "s390x": "s390x-linux-gnu",
    "riscv64": "riscv64-linux-gnu",
}
_USUAL = ("/usr/local/lib", "/usr/local/lib64", "/usr/lib64", "/opt/lib")
_MOST_FOLDERS = 500
"""Folders of ld.so.conf, for advice on where a missing library is: the loader goes by its cache."""
_MOST_FILES = 100
"""Files that ld.so.conf includes, for the same advice; the first musl loader is all that is needed."""
_MOST_DEPTH = 4
"""Files that include files, for the same advice."""
MOST_CACHED = 20
"""Paths that ld.so.cache lists for one name; a library with more counts as not known, not as missing."""
_MOST_PATTERNS = 20
"""Patterns of files to include, for the same advice."""
CACHE = "/etc/ld.so.cache"


class Directories(NamedTuple):
    """*searched* are looked into always; those *configured* in ld.so.conf, and the *usual* ones, only for what *cache* lists.

    *cache* is the text of ld.so.cache, None where there is none; *cache_is_unread* says that there is one and it was not kept.
    """

    searched: tuple[str, ...]
    configured: tuple[str, ...]
    usual: tuple[str, ...]
    cache: bytes | None
    cache_is_unread: bool
    is_musl: bool


def loader_directories(view: View, elf: Elf) -> Directories:
    """Where the loader of the program *elf* looks."""
    beside = _beside(view, elf.interpreter)
    triplet = _TRIPLETS.get(elf.machine, "")
    multiarch = (f"/lib/{triplet}", f"/usr/lib/{triplet}") if triplet else ()
    plain = ("/lib64", "/usr/lib64", "/lib", "/usr/lib") if elf.bits == 64 else ("/lib", "/usr/lib", "/lib32", "/usr/lib32", "/libx32")
    musl = _musl_loader(view, elf.interpreter, (*multiarch, *plain, *beside))
    if musl:
        return Directories((*_musl(view, musl), *beside), (), _USUAL, None, cache_is_unread=False, is_musl=True)
    node = _file(view, CACHE)
    cache = view.content(node) if node is not None else None
    return Directories(
        searched=(*multiarch, *plain, *beside),
        configured=tuple(_configured(view)),
        usual=_USUAL,
        cache=cache,
        cache_is_unread=node is not None and cache is None,
        is_musl=False,
    )


def cached_paths(places: Directories, name: str) -> list[str]:
    """The paths that ld.so.cache lists for the library *name*, one more than are looked at where it lists too many."""
    found: list[str] = []
    wanted = b"/" + name.encode("utf-8", "surrogateescape") + b"\0"
    at = places.cache.find(wanted) if places.cache is not None else -1
    while places.cache is not None and at >= 0 and len(found) <= MOST_CACHED:
        start = places.cache.rfind(b"\0", max(0, at - PATH_MAX), at) + 1
        found.append(places.cache[start : at + len(wanted) - 1].decode("utf-8", "surrogateescape"))
        at = places.cache.find(wanted, at + 1)
    return found


def _beside(view: View, interpreter: str) -> tuple[str, ...]:
    """The folder of the loader itself, which loaders of their own prefix (Nix, conda's sysroot) search by default."""
    if not interpreter:
        return ()
    try:
        real = view.filesystem.resolve(interpreter).node.path
    except PathError:
        real = interpreter
    return tuple(dict.fromkeys((posixpath.dirname(real), posixpath.dirname(interpreter))))


def _musl_loader(view: View, interpreter: str, folders: tuple[str, ...]) -> str:
    """The path of musl's loader where that is what starts the program, also under glibc's name (gcompat); else the empty string."""
    if "/ld-musl-" in interpreter:
        return interpreter
    installed = _glob(view, "/lib/ld-musl-*.so.1")
    if not installed or any(_file(view, f"{folder}/libc.so.6") is not None for folder in folders):
        return ""
    return installed[0]


def _musl(view: View, interpreter: str) -> list[str]:
    """musl reads /etc/ld-musl-ARCH.path beside its loader, one folder a line or behind colons."""
    architecture = posixpath.basename(interpreter).removeprefix("ld-musl-").partition(".so")[0]
    node = _file(view, f"/etc/ld-musl-{architecture}.path")
    text = view.text(node) if node is not None else None
    if text is None:
        return ["/lib", "/usr/local/lib", "/usr/lib"]
    return [part for part in text.replace("\n", ":").split(":") if part.startswith("/")]


def _configured(view: View) -> list[str]:
    found: dict[str, None] = {}
    patterns: dict[str, None] = {}
    waiting = [("/etc/ld.so.conf", 0)]
    read = 0
    while waiting and read < _MOST_FILES:
        path, depth = waiting.pop(0)
        read += 1
        node = _file(view, path)
        text = (view.text(node) if node is not None else None) or ""
        for raw in text.split("\n", _MOST_FOLDERS)[:_MOST_FOLDERS]:
            line = raw.partition("#")[0].strip()
            if line.startswith("include"):
                pattern = posixpath.join("/etc", line[len("include") :].strip())
                if depth < _MOST_DEPTH and pattern not in patterns and len(patterns) < _MOST_PATTERNS:
                    patterns[pattern] = None
                    waiting += [(included, depth + 1) for included in _glob(view, pattern)]
            elif line.startswith("/"):
                found[line.partition("=")[0].rstrip()] = None
    return list(found)[:_MOST_FOLDERS]


def _glob(view: View, pattern: str) -> list[str]:
    folder = posixpath.dirname(pattern)
    try:
        children = view.filesystem.children(view.filesystem.resolve(folder).node.path)
    except PathError:
        return []
    name = posixpath.basename(pattern)
    return [child.path for child in children if matches(child.path, name)][:_MOST_FILES]


def _file(view: View, path: str) -> Node | None:
    try:
        node = view.filesystem.resolve(path).node
    except PathError:
        return None
    return node if node.content is not None else None
