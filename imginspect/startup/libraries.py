"""Libraries: whether the shared libraries of a compiled program are in the image where its loader looks for them.

Source: ld.so(8) of glibc; musl's ldso/dynlink.c. Asked is whether each name is found, not whether the versions of its symbols fit.
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from imginspect.errors import PathError
from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.scan.elf import Elf, parse
from imginspect.startup.loader_directories import MOST_CACHED, Directories, cached_paths, loader_directories

_MOST_LIBRARIES = 500
"""Libraries of one program; any more are told as not read."""
_MOST_FOLDERS = 200
"""Folders in which one library is looked for; with more folders a library that was not found counts as not known."""
_MUSL_OWN = re.compile(r"lib(?:c|pthread|rt|m|dl|util|xnet)\.")
_FROM_HOST = re.compile(r"lib(?:cuda|nvidia-[a-z-]+|nvcuvid|nvoptix|cudadebugger|GLX_nvidia|EGL_nvidia)\.so(?:\.\d+)*\Z")
"""Libraries of the graphics driver, which the runtime adds to the container."""


class Missing(NamedTuple):
    """The library *name*, which *needed_by* asks for; *found_at* is a place that has it but where the loader does not look."""

    name: str
    needed_by: Node
    found_at: str = ""


@dataclass(slots=True)
class Libraries:
    """What was found of a program's libraries. *unread* are files whose own needs could not be read in full."""

    found: list[Node] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    from_host: list[str] = field(default_factory=list)
    unread: list[Node] = field(default_factory=list)
    is_bounded: bool = False


def elf_of(view: View, node: Node) -> Elf | None:
    """The ELF summary of *node* from the pass, else from what was kept of its bytes; None where it is none, or nothing was kept."""
    elf = view.elf(node)
    if elf is not None or node.content_class != "elf":
        return elf
    content = view.content(node) or view.head(node)
    return parse(content) if content is not None else None


class _Wanted(NamedTuple):
    """One library to find: who needs it, and the run paths of those who led there."""

    name: str
    by: Node
    at: str
    runpath: tuple[str, ...]
    rpath: tuple[str, ...]


def libraries(view: View, program: Node, elf: Elf, environment: Mapping[str, str]) -> Libraries:
    """The libraries of *program*, direct and transitive, at most ``_MOST_LIBRARIES``."""
    result = Libraries()
    places = loader_directories(view, elf)
    own = posixpath.basename(elf.interpreter)
    seen: dict[str, None] = {own: None}
    queue = deque(_needs(program, elf, program.path, ()))
    if not elf.is_whole:
        result.unread.append(program)
    library_path = _split(environment.get("LD_LIBRARY_PATH", ""))
    while queue:
        wanted = queue.popleft()
        if wanted.name in seen or (places.is_musl and _MUSL_OWN.match(wanted.name)):
            continue
        if len(seen) > _MOST_LIBRARIES:
            result.is_bounded = True
            break
        seen[wanted.name] = None
        queue += _settle(view, wanted, elf, places, library_path, result)
    return result


def _settle(view: View, wanted: _Wanted, program: Elf, places: Directories, library_path: list[str], result: Libraries) -> list[_Wanted]:
    """Find one library, note how that went, and give what it needs in turn."""
    paths, is_cut = _paths(wanted, places, library_path)
    found = _find(view, wanted, program, paths)
    if found is None:
        if _FROM_HOST.match(wanted.name):
            result.from_host.append(wanted.name)
        elif is_cut:
            result.is_bounded = True
        elif places.cache_is_unread:
            result.unread.append(wanted.by)
        else:
            result.missing.append(Missing(wanted.name, wanted.by, _elsewhere(view, wanted, program, places)))
        return []
    path, node, elf = found
    result.found.append(node)
    if elf is None or not elf.is_whole:
        result.unread.append(node)
    return _needs(node, elf, path, wanted.rpath) if elf is not None else []


def _needs(node: Node, elf: Elf, path: str, inherited: tuple[str, ...]) -> list[_Wanted]:
    origin = posixpath.dirname(path)
    runpath = tuple(_expanded(elf.runpath, origin)) + (tuple(_expanded(elf.runpath, posixpath.dirname(node.path))))
    own = (*_expanded(elf.rpath, origin), *_expanded(elf.rpath, posixpath.dirname(node.path))) if not elf.runpath else ()
    rpath = tuple(dict.fromkeys((*own, *inherited)))[: _MOST_FOLDERS + 1]
    names = [next(_expanded((name,), origin), name) for name in elf.needed]  # $ORIGIN may stand in a name too
    return [_Wanted(name, node, path, tuple(dict.fromkeys(runpath)), rpath) for name in names]


def _expanded(paths: Iterable[str], origin: str) -> Iterator[str]:
    for path in paths:
        with_origin = path.replace("${ORIGIN}", origin).replace("$ORIGIN", origin)
        if "$LIB" in with_origin or "${LIB}" in with_origin:
            for name in ("lib", "lib64", "lib/x86_64-linux-gnu"):
                yield with_origin.replace("${LIB}", name).replace("$LIB", name)
        elif "$" not in with_origin:
            yield with_origin


def _paths(wanted: _Wanted, places: Directories, library_path: list[str]) -> tuple[list[str], bool]:
    """The paths at which the loader looks for a library, and whether there are more."""
    folders = () if "/" in wanted.name else (*library_path, *wanted.runpath, *wanted.rpath, *places.searched)
    cached = [] if "/" in wanted.name else cached_paths(places, wanted.name)
    paths = [*(posixpath.join(folder, wanted.name) for folder in folders[:_MOST_FOLDERS]), *cached[:MOST_CACHED]]
    return paths, len(folders) > _MOST_FOLDERS or len(cached) > MOST_CACHED


def _find(view: View, wanted: _Wanted, program: Elf, paths: Iterable[str]) -> tuple[str, Node, Elf | None] | None:
    if "/" in wanted.name:
        return _library(view, wanted.name, program) if wanted.name.startswith("/") else None
    return next((found for path in paths if (found := _library(view, path, program)) is not None), None)


def _library(view: View, path: str, program: Elf) -> tuple[str, Node, Elf | None] | None:
    """The library at *path*; the loader skips files of another architecture."""
    try:
        node = view.filesystem.resolve(path).node
    except PathError:
        return None
    if node.content_class != "elf":
        return None
    elf = elf_of(view, node)
    if elf is not None and elf.machine and (elf.machine, elf.bits) != (program.machine, program.bits):
        return None
    return path, node, elf


def _elsewhere(view: View, wanted: _Wanted, program: Elf, places: Directories) -> str:
    """A place that has the library although the loader does not look there: the answer to what to do about it."""
    for folder in (*places.configured, *places.usual, posixpath.dirname(wanted.at)):
        found = _library(view, posixpath.join(folder, wanted.name), program)
        if found is not None:
            return found[0]
    return ""


def _split(path: str) -> list[str]:
    return [part for part in re.split("[:;]", path) if part.startswith("/")]
