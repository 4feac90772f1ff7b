"""Imports of a started Python program that find no module: what it imports while it is loaded, looked up along its search path.

Followed are the started text and the project's own modules that it imports. Modules of installed packages are found and not read.
Nothing is said where the interpreter or its standard library is not known, or a text is not valid in Python 3.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.languages.python.top_level import Called, Imported, Moved, Opened, PathAdded, Supplied, TopLevel, top_level
from imginspect.layer.package_places import is_of_a_package
from imginspect.packages.ownership import is_packaged, project_modules
from imginspect.startup.context import Context
from imginspect.startup.lookup import Located, absolute
from imginspect.startup.problem import Certainty, Concern, Kind, LaunchProblem
from imginspect.startup.python_finder import Finder, Sought, State
from imginspect.startup.python_modules import SearchPath, search_path
from imginspect.tar.header import DIRECTORY
from imginspect.wording import counted

_MOST_MODULES = 500
"""Modules of the project that are loaded; what further ones import is told as a condition."""
_DEEPEST = 60
"""Modules that import one another in a row, each a few frames of Python's stack; what is deeper is told as a condition."""
_MORE_MODULES = "what the modules of the project beyond those that were followed import is there"
_MOST_MISSING = 1_000
"""Modules that are missing, more than any program imports by mistake; any more are told as a condition."""
_MORE_MISSING = f"more than {_MOST_MISSING:,} modules are missing, and those that are not listed are not needed"
_MOST_SHOWN = 8
"""Folders that a message names; an ellipsis stands for the others."""
_PYTHON = re.compile(r"(?:platform-)?python(?:\d+(?:\.\d+)?t?)?\Z")
_CUSTOM = ("sitecustomize", "usercustomize")
_HOOKING = frozenset(
    {"hy", "xonsh", "coconut", "macropy", "jpype", "clr", "import_ipynb", "nbimporter", "fissix", "pyximport", "future", "pytest"}
    | {"findspark", "rootutils", "pyrootutils", "pip", "setuptools", "pkg_resources", "ROOT", "cppyy", "gi", "sage", "bpy"}
)
"""Packages that let modules be imported that are no files of that name on the search path."""
_BEFORE = {"setuptools": ("distutils",), "_distutils_hack": ("distutils",)}
"""What a package supplies when it is imported."""


class PythonStart(NamedTuple):
    """One start of Python: the interpreter as it was found, with its own *options*.

    *node* is the file that runs, with *module* its name where ``-m`` names it; *text* is an inline text where there is no file.
    *condition* says in words why it is not certain that it is started at all, empty where it is.
    """

    python: Located
    options: tuple[str, ...]
    context: Context
    node: Node | None = None
    module: str = ""
    text: str | None = None
    condition: str = ""


class Imports(NamedTuple):
    """*problems* are modules that are missing, each once; *conditions* say where some have to be found."""

    problems: tuple[LaunchProblem, ...] = ()
    conditions: tuple[str, ...] = ()


def judge_imports(view: View, start: PythonStart) -> Imports:
    """What *start* imports while its text is loaded, and what of that is not there."""
    node = start.python.node
    if node is None or node.content_class != "elf" or not _PYTHON.match(node.path.rpartition("/")[2]):
        return Imports()
    environment = start.context.environment
    if start.context.environment_is_open or "PYTHONHOME" in environment or "\0" in environment.get("PYTHONPATH", ""):
        return Imports()
    first = posixpath.dirname(start.node.path) if start.node is not None and not start.module else None
    path = search_path(view, start.python, start.options, start.context, first)
    if not path.library or any(doubt not in path.opened and doubt.endswith("was not read") for doubt in path.doubts):
        return Imports()
    program = _Program(view, start.context, path)
    if not program.has_library():
        return Imports()
    program.customize()
    program.start(start)
    return Imports(program.problems(start.condition), tuple(dict.fromkeys(program.conditions)))


@dataclass(slots=True)
class _Missing:
    """One module that was not found.

    *places* are (file, line) of its imports; *reasons* say why it may be there after all. *folders* are those in which it was looked for.
    """

    name: str
    package: str
    certainty: Certainty
    mount: str = ""
    reasons: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    places: list[tuple[Node | None, int]] = field(default_factory=list)


class _Text(NamedTuple):
    """One text that is loaded. *package* is the package that it is in, None for none. *is_sure*: it is loaded in any case."""

    node: Node | None
    package: str | None
    is_sure: bool
    is_main: bool = False


class _Program:
    """Goes through the texts in the order in which Python would load them."""

    def __init__(self, view: View, context: Context, path: SearchPath) -> None:
        self._view = view
        self._environment = {"HOME": context.user.home, **context.environment} if context.user.home else context.environment
        self._path = path
        self._finder = Finder(view, context.mounts, path.mapped)
        self._opened = list(path.opened)
        self._directory = context.working_dir or "/"
        self._supplied: set[str] = set()
        self._loaded: set[str] = set()
        self._packages: set[str] = set()
        self._missing: dict[str, _Missing] = {}
        self._outside: dict[str, str] = {}
        self.conditions: list[str] = []

    def has_library(self) -> bool:
        """Whether the standard library is there: without ``encodings`` no Python starts, so it must then be elsewhere."""
        return bool(self._finder.find("encodings", [self._path.library]).files)

    def customize(self) -> None:
        """Take account of the modules that Python imports by itself before the program."""
        for name in _CUSTOM:
            for node in self._finder.find(name, self._path.folders).files:
                read = self._read(node, is_main=False)
                if read is None or not read.is_understood or any(isinstance(event, PathAdded | Opened) for event in read.events):
                    self._opened.append(f"{node.path} runs first and may add to the search path")

    def start(self, start: PythonStart) -> None:
        """Load the text that is started."""
        name = start.module
        if start.node is not None and name:
            found = self._finder.find(name, self._path.folders)
            if not self._is_own(start.node, found.root, name):
                return
            if "." in name:
                self._load_files(Imported(name.rpartition(".")[0], 0, (), 0, is_certain=False), None, 0)
        package = None
        if name:
            is_package = start.node is not None and start.node.path.endswith("/__main__.py")
            package = name if is_package else name.rpartition(".")[0] or None
        read = self._read(start.node, is_main=True) if start.node is not None else self._understood(start.text or "", None, is_main=True)
        if read is not None:
            self._run(read, _Text(start.node, package, is_sure=True, is_main=True), 0)

    def problems(self, condition: str) -> tuple[LaunchProblem, ...]:
        """The modules that are missing, in the order of their first import; none for certain under a *condition*."""
        for missing in self._missing.values() if condition else ():
            missing.certainty = Certainty.DEPENDS
            missing.reasons.insert(0, condition)
        return tuple(self._problem(missing) for missing in self._missing.values())

    # -- what a text does ----------------------------------------------------------------------------------------------

    def _read(self, node: Node, *, is_main: bool) -> TopLevel | None:
        text = self._view.text(node) if node.path.endswith((".py", ".pyw")) or node.content_class in ("script", "text") else None
        return self._understood(text, node.path, is_main=is_main) if text is not None else None

    def _understood(self, text: str, path: str | None, *, is_main: bool) -> TopLevel:
        read = top_level(text, self._environment, path=path or "", directory=self._directory, is_main=is_main)
        if read.is_bounded:
            self.conditions.append(f"what {path or 'the Python text'} imports, which does more than was followed, is there")
        return read

    def _run(self, read: TopLevel, text: _Text, depth: int) -> None:
        for event in read.events:
            match event:
                case Imported():
                    self._import(event, read, text, depth)
                case PathAdded():
                    self._add(event)
                case Moved():
                    self._directory = absolute(event.folder, self._directory)
                    self._path.folders.append(self._directory)
                case Supplied():
                    self._supplied.add(event.name)
                case Opened():
                    self._opened.append(_at(text.node, event.what))
                case Called():
                    if event.name.partition(".")[0] in self._packages:
                        self._opened.append(_at(text.node, f"line {event.line} calls {event.name}() first"))

    def _add(self, event: PathAdded) -> None:
        if event.folder.startswith("~"):
            self._opened.append(f"{event.folder} is on the search path, but the home directory is unknown")
        folder = absolute(event.folder, self._directory)
        self._path.folders.append(folder)
        if event.is_site:
            self._opened.append(f"{folder} is added as a site directory, and its .pth files may add others")

    def _import(self, event: Imported, read: TopLevel, text: _Text, depth: int) -> None:
        if event.level:
            self._import_relative(event, read, text, depth)
            return
        event = event._replace(is_certain=event.is_certain and text.is_sure)
        if any(event.module == name or event.module.startswith(name + ".") for name in self._supplied):
            return
        found = self._load_files(event, text, depth)
        if found.state is State.MISSING and event.is_certain:
            self._note(event, found, text)

    def _import_relative(self, event: Imported, read: TopLevel, text: _Text, depth: int) -> None:
        """An import that starts with dots: it needs a package around the text."""
        if text.package is None:
            if text.is_main and not read.has_package and event.is_certain and text.node is not None:
                self._note_relative(event, text)
            return
        parts = text.package.split(".")
        if event.level > len(parts):
            return
        base = ".".join([*parts[: len(parts) - event.level + 1], *([event.module] if event.module else [])])
        self._import(event._replace(module=base, level=0), read, text, depth)

    def _load_files(self, event: Imported, text: _Text | None, depth: int) -> Sought:
        """Find the module, and load those of its files that are the project's; submodules among the names that it takes too."""
        found = self._finder.find(event.module, self._path.folders)
        first = event.module.partition(".")[0]
        self._supplied.update(_BEFORE.get(first, ()))
        if first in _HOOKING and found.files:
            self._opened.append(_at(text.node if text is not None else None, f"line {event.line} imports {first}, which may add modules"))
        files = dict.fromkeys(found.files)
        for name in event.names if found.state is State.FOUND else ():
            files.update(dict.fromkeys(self._finder.find(f"{event.module}.{name}", self._path.folders).files))
        for node in files:
            if not self._is_own(node, found.root, event.module):
                if not self._is_standard(node):
                    self._packages.add(first)
            elif node.path not in self._loaded:
                if len(self._loaded) >= _MOST_MODULES or depth >= _DEEPEST:
                    self.conditions.append(_MORE_MODULES)
                    continue
                self._loaded.add(node.path)
                inner = self._read(node, is_main=False)
                if inner is not None:
                    self._run(inner, _Text(node, _package_of(node, found.root), event.is_certain), depth + 1)
        return found

    def _is_own(self, node: Node, root: str, name: str) -> bool:
        """Whether a module is the project's own."""
        return not self._is_standard(node) and (
            not is_packaged(self._view, node) or name.partition(".")[0] in project_modules(self._view, root)
        )

    def _is_standard(self, node: Node) -> bool:
        inner = node.path.removeprefix(self._path.library + "/")
        return inner != node.path and not inner.startswith(("site-packages/", "dist-packages/"))

    # -- what is missing -----------------------------------------------------------------------------------------------

    def _note(self, event: Imported, found: Sought, text: _Text) -> None:
        name = event.module
        if found.package:
            name = ".".join(name.split(".")[: found.package.count(".") + 2])
        else:
            name = name.partition(".")[0]
        missing = self._missing.get(name)
        if missing is None:
            missing = self._judge(name, event, found)
            if missing is None:
                return
            if len(self._missing) >= _MOST_MISSING:
                self.conditions.append(_MORE_MISSING)
                return
            missing.folders += dict.fromkeys(filter(None, map(self._finder.directory, self._path.folders)))
            self._missing[name] = missing
        missing.places.append((text.node, event.line))

    def _judge(self, name: str, event: Imported, found: Sought) -> _Missing | None:
        """The module as missing; None where something that was not analysed is likely to have it, which is a condition then."""
        if found.package:
            installed = [node for node in found.files if is_packaged(self._view, node) and not self._is_standard(node)]
            reasons = [f"the package {found.package} is installed and may provide modules in other ways"] if installed else []
            return _Missing(name, found.package, Certainty.DEPENDS if reasons else Certainty.FAILS, reasons=reasons)
        if name == "distutils" and self._finder.find("_distutils_hack", self._path.folders).state is State.FOUND:
            return None
        archive = self._finder.opaque(self._path.folders)
        elsewhere = self._somewhere(name) if self._opened else ""
        if archive or elsewhere:
            if archive:
                self.conditions.append(f"{archive}, which is on Python's search path, contains the module {name}")
            else:
                self.conditions.append(f"Python finds the module {name} at {elsewhere} ({self._opened[0]})")
            return None
        mount = self._finder.mounted(self._path.folders)
        if mount:
            return _Missing(name, "", Certainty.DEPENDS, mount)
        reasons = list(dict.fromkeys([*self._opened, *([event.why] if event.why else [])]))
        return _Missing(name, "", Certainty.DEPENDS if reasons else Certainty.FAILS, reasons=reasons)

    def _somewhere(self, name: str) -> str:
        """Where, outside of packages, the image has a module of that name."""
        if not self._outside:
            self._outside[""] = ""
            for node in self._view.filesystem.walk():
                last = node.path.rpartition("/")[2]
                stem = last if node.kind == DIRECTORY else last.removesuffix(".py") if last.endswith(".py") else ""
                if stem and not is_of_a_package(node.path + "/"):
                    self._outside.setdefault(stem, node.path)
        return self._outside.get(name, "")

    def _note_relative(self, event: Imported, text: _Text) -> None:
        name = "." * event.level + event.module
        missing = self._missing.setdefault(name, _Missing(name, "", Certainty.FAILS))
        missing.places.append((text.node, event.line))

    def _problem(self, missing: _Missing) -> LaunchProblem:
        nodes = tuple(dict.fromkeys(node for node, _ in missing.places if node is not None))
        line = missing.places[0][1] if nodes else None
        text = f"cannot start: {_shown(missing, self._path.library)}"
        kind = Kind.BELOW_MOUNT if missing.mount else Kind.NO_MODULE
        if missing.mount:
            text += f"; {missing.mount}, which the environment mounts, is also on the search path"
        elif missing.reasons:
            more = f" (and {counted(len(missing.reasons) - 1, 'other reason')})" if len(missing.reasons) > 1 else ""
            text += f"; not certain, because {missing.reasons[0]}{more}"
        return LaunchProblem(kind, missing.certainty, text, Concern.SCRIPT, nodes, line=line)


def _shown(missing: _Missing, library: str) -> str:
    """What is missing, who imports it, and where it was looked for."""
    importers = _importers(missing.places)
    if missing.name.startswith("."):
        return f"{importers} uses the relative import {missing.name!r}, but a script run by its path is not in a package"
    if missing.package:
        return f"no module named {missing.name!r}, imported by {importers}; not found in the package {missing.package}"
    others = [folder for folder in missing.folders if folder != library and not folder.startswith(library + "/lib-dynload")]
    shown = ", ".join(others[:_MOST_SHOWN]) + (" …" if len(others) > _MOST_SHOWN else "")
    return f"no module named {missing.name!r}, imported by {importers}; not found in {library}{', ' if shown else ''}{shown}"


def _importers(places: Sequence[tuple[Node | None, int]]) -> str:
    lines: dict[str, list[int]] = {}
    for node, line in places:
        lines.setdefault(node.path if node is not None else "the code", []).append(line)
    parts = [f"{path} ({'line' if len(given) == 1 else 'lines'} {', '.join(map(str, given[:5]))})" for path, given in lines.items()]
    return " and ".join(parts[:3]) + (f" and {counted(len(parts) - 3, 'other file')}" if len(parts) > 3 else "")


def _package_of(node: Node, root: str) -> str | None:
    """The package that a module found below *root* is in; the package itself for its ``__init__``."""
    inner = node.path.removeprefix(root.rstrip("/") + "/")
    if inner.startswith("/"):
        return None
    return posixpath.dirname(inner).replace("/", ".") or None


def _at(node: Node | None, what: str) -> str:
    return f"{node.path}: {what}" if node is not None else what
