"""Where Python finds the module of an ``import``: packages, modules, extension modules and namespaces in the folders of a search path."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from imginspect.errors import PathError
from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.startup.lookup import below
from imginspect.tar.header import DIRECTORY

_MOST_PARTS = 20
"""Packages inside packages; a module with more parts counts as not known."""
_SOURCE = (".py", ".pyc")
_TRICKS = re.compile(r"__path__|sys\.modules|meta_path|path_hooks|extend_path|declare_namespace|[Ll]azy|\bexec\(")
"""Signs that a package's own text makes modules that no file of that name holds."""
_BUILT_IN = re.compile(
    r"(?:abc|array|atexit|audioop|binascii|builtins|cmath|codecs|crypt|errno|faulthandler|fcntl|gc|genericpath|grp|io|itertools|marshal"
    r"|math|mmap|nis|ntpath|os|ossaudiodev|parser|posix|posixpath|pwd|pyexpat|readline|resource|runpy|select|site|spwd|stat|sys|syslog"
    r"|termios|time|unicodedata|xxlimited|xxsubtype|zipimport|zlib|__main__|__hello__|__phello__"
    r"|_(?:abc|ast|asyncio|bisect|blake2|bootlocale|bootsubprocess|bz2|codecs(?:_\w+)?|collections|collections_abc|colorize|contextvars"
    r"|crypt|csv|ctypes(?:_test)?|curses(?:_panel)?|datetime|dbm|decimal|elementtree|frozen_importlib(?:_external)?|functools|gdbm|hashlib"
    r"|heapq|hmac|imp|interp\w+|io|json|locale|lsprof|lzma|md5|msi|multibytecodec|multiprocessing|opcode\w*|operator|osx_support"
    r"|overlapped|peg_parser|pickle|posixshmem|posixsubprocess|queue|random|remote_debugging|scproxy|sha\d+|signal|sitebuiltins|socket"
    r"|sqlite3|sre|ssl|stat|statistics|string|struct|suggestions|symtable|sysconfig\w*|template|test\w+|thread|tkinter|tokenize"
    r"|tracemalloc|types|typing|uuid|warnings|weakref|winapi|wmi|xx\w+|zoneinfo|zstd))\Z"
)
"""Modules of the standard library that can be part of the interpreter itself (measured: CPython 3.10 to 3.13, and Debian's 3.11)."""


class State(Enum):
    """What is known of a module."""

    FOUND = "found"
    MISSING = "missing"
    UNKNOWN = "not known"


class Sought(NamedTuple):
    """What became of one dotted name.

    *files* are those that run when it is imported: of the packages on the way and of the module itself. *root* is the folder of the
    search path in which it was found. Where it is missing, *package* is the package that has no such module, empty for a first name.
    """

    state: State
    files: tuple[Node, ...] = ()
    root: str = ""
    package: str = ""


class _Place(NamedTuple):
    """One name in one folder. *folder* is set for packages and namespaces."""

    file: Node | None
    folder: str = ""
    is_regular: bool = False


class Finder:
    """Looks modules up; each folder is listed once. *mounts* are the environment's own directories: what they hold is not known."""

    def __init__(self, view: View, mounts: Sequence[str], mapped: Mapping[str, str]) -> None:
        self._view = view
        self._mounts = mounts
        self._mapped = mapped
        self._listed: dict[str, dict[str, dict[str, Node]] | None] = {}

    def find(self, name: str, folders: Iterable[str]) -> Sought:
        """The module *name* along *folders*."""
        parts = name.split(".")
        if not all(parts) or len(parts) > _MOST_PARTS:
            return Sought(State.UNKNOWN)
        files: list[Node] = []
        root = ""
        at = list(folders)
        for number in range(len(parts)):
            folder, places = self._places(parts[number], at)
            if not number and not places:
                folder, places = self._elsewhere(parts[0])
            root = root if number else folder
            if not places:
                return self._missing(parts, number, files, root)
            files += [place.file for place in places if place.file is not None]
            at = [place.folder for place in places if place.folder]
            if not at and number < len(parts) - 1:
                return Sought(State.UNKNOWN, tuple(files), root)  # not a package: it may make modules below itself, as os does
        return Sought(State.FOUND, tuple(files), root)

    def directory(self, folder: str) -> str:
        """The directory of the image that *folder* leads to; empty where it is none, or the environment mounts its own over it."""
        return self._view.filesystem.resolve(folder).node.path if self._list(folder) is not None else ""

    def opaque(self, folders: Iterable[str]) -> str:
        """The first of *folders* that is a file, such as a zip, which Python would look into; empty where there is none."""
        return next((folder for folder in folders if self._is_file(folder)), "")

    def mounted(self, folders: Iterable[str]) -> str:
        """The first of *folders* that is in a directory of the environment's own; empty where there is none."""
        return next((folder for folder in folders if self._is_mounted(folder)), "")

    def _missing(self, parts: Sequence[str], number: int, files: Sequence[Node], root: str) -> Sought:
        if not number:
            return Sought(State.UNKNOWN if _BUILT_IN.match(parts[0]) else State.MISSING)
        package = ".".join(parts[:number])
        initializers = [node for node in files if node.path.rpartition("/")[2].startswith("__init__.")]
        texts = [self._view.text(node) if node.path.endswith(".py") else None for node in initializers]
        if any(text is None or _TRICKS.search(text) for text in texts):
            return Sought(State.UNKNOWN, tuple(files), root, package)
        return Sought(State.MISSING, tuple(files), root, package)

    def _elsewhere(self, name: str) -> tuple[str, list[_Place]]:
        """The module *name* of an editable install."""
        target = self._mapped.get(name, "")
        if not target:
            return "", []
        folder, _, last = target.rpartition("/")
        _, places = self._places(last.removesuffix(".py"), [folder])
        if not places and self._is_mounted(target):
            places = [_Place(None)]
        return folder, places

    def _places(self, name: str, folders: Sequence[str]) -> tuple[str, list[_Place]]:
        """The first regular package or module of *folders*, else all namespaces; with the folder that it is in."""
        spaces: list[_Place] = []
        first = ""
        for folder in folders:
            place = self._place(name, folder)
            if place is not None and (place.is_regular or not place.folder):
                return folder, [place]
            if place is not None:
                first = first or folder
                spaces.append(place)
        return first, spaces

    def _place(self, name: str, folder: str) -> _Place | None:
        listed = self._list(folder)
        found = listed.get(name) if listed is not None else None
        if found is None:
            return None
        directory = found.get("")
        if directory is not None:
            inner = (self._list(directory.path) or {}).get("__init__", {})
            files = [node for ending, node in sorted(inner.items()) if ending]
            if files:
                return _Place(inner.get(".py", files[0]), directory.path, is_regular=True)
        files = [node for ending, node in sorted(found.items()) if ending]
        if files:
            return _Place(found.get(".py", files[0]))
        return _Place(None, directory.path) if directory is not None else None

    def _list(self, folder: str) -> dict[str, dict[str, Node]] | None:
        """What can be imported from *folder*: name to ending to node, the ending empty for a directory. None for no directory."""
        if folder not in self._listed:
            self._listed[folder] = self._read(folder)
        return self._listed[folder]

    def _read(self, folder: str) -> dict[str, dict[str, Node]] | None:
        if self._is_mounted(folder):
            return None
        try:
            children = self._view.filesystem.children(self._view.filesystem.resolve(folder).node.path)
        except PathError:
            return None
        names: dict[str, dict[str, Node]] = {}
        for child in children:
            name = child.path.rpartition("/")[2]
            stem, dot, _ = name.partition(".")
            ending = name[len(stem) :]
            if not (ending in _SOURCE or ending.endswith(".so") or not dot):
                continue
            node = self._led_to(child)
            if node is not None and (node.kind == DIRECTORY) != bool(dot):
                names.setdefault(stem, {})[ending] = node
        return names

    def _led_to(self, node: Node) -> Node | None:
        if not node.link_target or node.content is not None:
            return node
        try:
            return self._view.filesystem.resolve(node.path).node
        except PathError:
            return None

    def _is_file(self, folder: str) -> bool:
        try:
            return self._view.filesystem.resolve(folder).node.content is not None
        except PathError:
            return False

    def _is_mounted(self, folder: str) -> bool:
        if below(posixpath.normpath(folder), self._mounts) is not None:
            return True
        try:
            return below(self._view.filesystem.resolve(folder).node.path, self._mounts) is not None
        except PathError:
            return False
