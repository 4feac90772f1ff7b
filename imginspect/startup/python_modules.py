"""Where ``python -m NAME`` finds its module: along the search path that an image's Python has, as far as files tell it."""

from __future__ import annotations

import ast
import posixpath
import re
from dataclasses import dataclass, field
from typing import NamedTuple

from imginspect.errors import PathError
from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.startup.context import Context
from imginspect.startup.lookup import Located, absolute
from imginspect.tar.header import DIRECTORY

_VERSION = re.compile(r"(?:python|pypy)(\d+\.\d+)t?\Z")
_LIBRARY = re.compile(r"python(\d+\.\d+)t?\Z")
_HARMLESS_PTH = re.compile(r"\Aimport (?:os; var = 'SETUPTOOLS_USE_DISTUTILS'|sys, ?types, ?os;|_virtualenv\b|coverage\b)")
_EDITABLE = re.compile(r"import (__editable__\w+_finder); *\1\.install\(\)\Z")
"""The line that setuptools writes for an editable install whose modules are mapped one by one."""
_MAPPING = re.compile(r"^MAPPING(?:: *[\w\[\], ]+)? *= *(\{[^\n]*\})", re.MULTILINE)
_SUFFIXES = (".py", ".pyc")
_DEBIAN = "/usr/lib/python3/dist-packages"
_MOST_PTH = 200
"""Files .pth that are read; the rest counts as not read, and then no module is called missing."""
_MOST_LINES = 500
"""Lines of one .pth file, each a folder in which every module is looked for; with more no module is called missing."""
_MOST_FOLDERS = 50
"""Site folders whose .pth files are read; with more no module is called missing."""


@dataclass(slots=True)
class SearchPath:
    """*folders* in order. *doubts* say why there may be others; *opened* are those of them that are code in ``.pth`` files.

    *library* is the folder of the standard library, empty where it was not found. *mapped* are the modules of editable installs that
    are somewhere else, with their paths.
    """

    folders: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    library: str = ""
    mapped: dict[str, str] = field(default_factory=dict)


class RunnableModule(NamedTuple):
    """What ``-m`` runs: *node*, its file; or *missing*, why there is none."""

    node: Node | None
    missing: str = ""


def search_path(view: View, python: Located, options: tuple[str, ...], context: Context, first: str | None = None) -> SearchPath:
    """The search path of the interpreter *python* that is given *options*. *first* is its first folder, else the working directory."""
    path = SearchPath()
    flags = "".join(option[1:] for option in options if re.match(r"-[A-Za-z]+\Z", option))
    is_isolated = "I" in flags
    if not is_isolated and "P" not in flags and not context.environment.get("PYTHONSAFEPATH"):
        path.folders.append(first or context.working_dir or "/")
    if not is_isolated and "E" not in flags:
        given = [part for part in context.environment.get("PYTHONPATH", "").split(":") if part]
        path.folders += [absolute(part, context.working_dir) for part in given]
        if "PYTHONHOME" in context.environment:
            path.doubts.append("PYTHONHOME is set")
    if context.environment_is_open:
        path.doubts.append("an environment is activated first")
    _standard(view, python, path)
    if not is_isolated and "s" not in flags:
        _user_site(view, context, path)
    _read_pth(view, path)
    return path


def find_module(view: View, name: str, path: SearchPath) -> RunnableModule:
    """The file that ``-m`` *name* runs: the module, or ``__main__`` of the package."""
    parts = name.split(".")
    if not all(part.isidentifier() for part in parts):
        return RunnableModule(None, f"{name!r} is not a valid module name")
    reached = ""
    for folder in path.folders:
        found = _in_folder(view, folder, parts)
        if found.node is not None:
            return found
        reached = reached or found.missing
    return RunnableModule(None, reached or f"no module {name!r} in {', '.join(path.folders[:8])}{' …' if len(path.folders) > 8 else ''}")


def _in_folder(view: View, folder: str, parts: list[str]) -> RunnableModule:
    """The module in one folder; *missing* is set only where a regular package shuts out the folders behind it."""
    at = folder
    for number, part in enumerate(parts):
        here = posixpath.join(at, part)
        is_last = number == len(parts) - 1
        if _is_directory(view, here) and (not is_last or _has_initializer(view, here) or _module(view, here) is None):
            at = here
            continue
        node = _module(view, here) if is_last else None
        if node is None and at != folder and _has_initializer(view, at):
            return RunnableModule(None, f"the package {at} has no module {part!r}")
        return RunnableModule(node)
    main = _module(view, posixpath.join(at, "__main__"))
    if main is None and _has_initializer(view, at):
        return RunnableModule(None, f"the package {at} has no __main__.py, so python -m cannot run it")
    return RunnableModule(main)


def _module(view: View, stem: str) -> Node | None:
    """The file of a module; ``-m`` runs no extension modules."""
    return next((node for suffix in _SUFFIXES if (node := _file(view, stem + suffix)) is not None), None)


def _has_initializer(view: View, folder: str) -> bool:
    return _module(view, posixpath.join(folder, "__init__")) is not None


def _standard(view: View, python: Located, path: SearchPath) -> None:
    """The standard library and the site folders of the installation that *python* belongs to, and of its virtual environment."""
    if python.node is None:
        path.doubts.append("the Python interpreter is not known")
        return
    environment = _virtual_environment(view, python)
    home, is_alone = _settings(view, environment, python) if environment else ("", False)
    prefix = posixpath.dirname(posixpath.dirname(python.node.path))
    if home and prefix == environment:  # a copy of the interpreter and no link to it
        prefix = posixpath.dirname(home)
    match = _VERSION.search(python.node.path)
    versions = [match[1]] if match else _versions(view, prefix)
    for version in versions:
        for root in ("/usr", "/") if prefix in ("/usr", "/") else (prefix,):
            for library in (posixpath.join(root, f"lib/python{version}"), posixpath.join(root, f"lib64/python{version}")):
                is_there = any(_file(view, f"{library}/os{suffix}") is not None for suffix in _SUFFIXES)
                path.library = path.library or (library if is_there else "")
                path.folders += [posixpath.join(root, f"lib/python{version.replace('.', '')}.zip"), library, library + "/lib-dynload"]
                path.folders += [] if is_alone else [library + "/site-packages"]
        path.folders += [] if is_alone else _local_sites(view, prefix, version)
        if environment:
            path.folders += [f"{environment}/lib/python{version}/site-packages", f"{environment}/lib64/python{version}/site-packages"]
    path.folders[:] = list(dict.fromkeys(path.folders))
    if not path.library:
        path.doubts.append("the location of its standard library is not known")


def _local_sites(view: View, prefix: str, version: str) -> list[str]:
    """The site folders that distributions add: only the Python that they install itself looks there."""
    if prefix not in ("/usr", "/"):
        return []
    if _is_directory(view, _DEBIAN):
        return [f"/usr/local/lib/python{version}/dist-packages", _DEBIAN, f"/usr/lib/python{version}/dist-packages"]
    return [f"/usr/local/lib/python{version}/site-packages", f"/usr/local/lib64/python{version}/site-packages"]


def _settings(view: View, environment: str, python: Located) -> tuple[str, bool]:
    """The folder of the Python that a virtual environment was made from, and whether the packages of that are shut out."""
    node = _file(view, posixpath.join(environment, "pyvenv.cfg"))
    text = view.text(node) if node is not None else None
    found = dict.fromkeys(("home", "include-system-site-packages"), "")
    for line in (text or "").split("\n"):
        key, equals, value = line.partition("=")
        if equals and key.strip().lower() in found:
            found[key.strip().lower()] = value.strip()
    is_sure = posixpath.dirname(posixpath.dirname(posixpath.normpath(python.path))) == environment
    return found["home"], is_sure and found["include-system-site-packages"].lower() == "false"


def _versions(view: View, prefix: str) -> list[str]:
    names = (child.path.rpartition("/")[2] for child in _children(view, posixpath.join(prefix, "lib")))
    return [match[1] for name in names if (match := _LIBRARY.match(name))]


def _virtual_environment(view: View, python: Located) -> str:
    """The folder with pyvenv.cfg that the path by which Python is started belongs to, or the empty string."""
    for started in (python.path, *(link.path for link in python.links)):
        for folder in (posixpath.dirname(started), posixpath.dirname(posixpath.dirname(started))):
            if _file(view, posixpath.join(folder, "pyvenv.cfg")) is not None:
                return folder
    return ""


def _user_site(view: View, context: Context, path: SearchPath) -> None:
    """The site folders of the run user. A number without an account has the home directory ``/``."""
    bases = [f"{home}/.local" for home in (context.environment.get("HOME", ""), context.user.home) if home]
    if not bases and context.user.unread:
        path.opened.append(f"the home directory of {context.user} is not known, nor the packages in it")
        path.doubts.append(path.opened[-1])
    for base in dict.fromkeys([context.environment.get("PYTHONUSERBASE", ""), *(bases or ["/.local"])]):
        path.folders += [f"{base}/lib/python{version}/site-packages" for version in (_versions(view, base) if base else [])]


def _read_pth(view: View, path: SearchPath) -> None:
    """Folders that .pth files add; a line of code in one may add any."""
    read = 0
    seen: dict[str, None] = {}
    for folder in [folder for folder in path.folders if folder.endswith(("site-packages", "dist-packages"))]:
        real = _real(view, folder)
        if not real or real in seen:
            continue
        if len(seen) > _MOST_FOLDERS:
            path.doubts.append("a part of the site folders was not read")
            return
        seen[real] = None
        for child in _children(view, real):
            if not child.path.endswith(".pth"):
                continue
            read += 1
            text = view.text(child) if read <= _MOST_PTH else None
            if text is None:
                path.doubts.append(f"{child.path} was not read")
                return
            lines = text.split("\n", _MOST_LINES)
            if len(lines) > _MOST_LINES:
                path.doubts.append(f"a part of {child.path} was not read")
            for line in lines[:_MOST_LINES]:
                _pth_line(view, line.strip(), child, folder, path)


def _pth_line(view: View, line: str, pth: Node, folder: str, path: SearchPath) -> None:
    if not line or line.startswith("#"):
        return
    if line.startswith(("import ", "import\t")):
        if not _HARMLESS_PTH.match(line):
            path.doubts.append(f"{pth.path} runs code that may add to the search path")
            path.opened += [] if _mapped(view, line, pth, path) else path.doubts[-1:]
    else:
        path.folders.append(absolute(line, folder))


def _mapped(view: View, line: str, pth: Node, path: SearchPath) -> bool:
    """Whether *line* installs a finder of setuptools, whose table of modules is then added."""
    match = _EDITABLE.match(line)
    node = _file(view, posixpath.join(posixpath.dirname(pth.path), match[1] + ".py")) if match is not None else None
    table = _MAPPING.search((view.text(node) if node is not None else None) or "")
    if table is None:
        return False
    try:
        found = ast.literal_eval(table[1])
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return False
    path.mapped.update((name, target) for name, target in found.items() if isinstance(name, str) and isinstance(target, str))
    return True


def _real(view: View, folder: str) -> str:
    try:
        return view.filesystem.resolve(folder).node.path
    except PathError:
        return ""


def _children(view: View, folder: str) -> list[Node]:
    try:
        return view.filesystem.children(view.filesystem.resolve(folder).node.path)
    except PathError:
        return []


def _file(view: View, path: str) -> Node | None:
    try:
        node = view.filesystem.resolve(path).node
    except PathError:
        return None
    return node if node.content is not None else None


def _is_directory(view: View, path: str) -> bool:
    try:
        return view.filesystem.resolve(path).node.kind == DIRECTORY
    except PathError:
        return False
