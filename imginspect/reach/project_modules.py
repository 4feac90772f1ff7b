"""The continuation of a Python program: the project's own modules that it imports or a server loads, and commands that it starts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.languages.calls import Import
from imginspect.languages.python.calls import calls
from imginspect.languages.python.language import PYTHON
from imginspect.languages.values import Value
from imginspect.packages.ownership import is_packaged, project_modules
from imginspect.reach.guards import site_folders
from imginspect.reach.program import ProgramModule
from imginspect.startup.context import path_folders
from imginspect.startup.started import Origin, Started
from imginspect.tar.header import DIRECTORY

_MOST_MODULES = 500
"""Modules of one program, each of which is parsed; any more are told as a gap."""
_MOST_NAMES = 2_000
"""Names of one import, each looked up as a module; any more are told as a gap."""
_MOST_PARTS = 20
"""Packages inside packages; a name with more is told as a gap."""
_MOST_ROOTS = 1_000
"""Folders in which a module is looked for; that there are more is a gap."""
_SERVERS = frozenset(
    {
        "gunicorn",
        "uvicorn",
        "hypercorn",
        "daphne",
        "waitress-serve",
        "streamlit",
        "flask",
        "celery",
        "papermill",
        "jupyter",
        "voila",
        "panel",
    }
    | {"bokeh", "gradio", "chainlit", "fastapi", "pytest", "ipython", "marimo", "solara", "uwsgi", "jupyter-nbconvert", "dask", "ray", "rq"}
)
"""Packages' programs that load a file or module of the project that they are given."""
_APPLICATION = re.compile(r"[A-Za-z_][\w.]*(?::[\w.()]+)?")


class Follower(Protocol):
    """What is needed of the follower."""

    view: View

    def gap(self, task: Any, what: str, *, due_to_unread: bool = False, is_condition: bool = False) -> None:
        """Note what was not analysed."""


def main_module(follower: Follower, environment: Mapping[str, str], directory: str, name: str) -> Node | None:
    """The file that ``python -m NAME`` runs, where it is the project's own."""
    for root in _roots(follower.view, environment, [directory]):
        base = posixpath.join(root, *name.split("."))
        for path in (base + "/__main__.py", base + ".py"):
            node = _own(follower.view, path, root, name)
            if node is not None:
                return node
    return None


def served(
    follower: Follower, environment: Mapping[str, str], directory: str, name: str, arguments: Sequence[Value]
) -> Iterator[tuple[Node, bool]]:
    """(file, whether it is run as the main one) of each project file that the server or runner *name* is given."""
    if name not in _SERVERS:
        return
    given = [argument.text for argument in arguments if argument.text]
    if name == "flask" and environment.get("FLASK_APP"):
        given.append(environment["FLASK_APP"])
    base = next((given[number + 1] for number, text in enumerate(given[:-1]) if text in ("--chdir", "--app-dir")), directory)
    for text in given:
        if text.endswith((".py", ".ipynb")):
            node = follower.view.find(posixpath.join(base, text))
            if node is not None and node.kind != DIRECTORY:
                yield node, True
        elif _APPLICATION.fullmatch(text):
            module = text.partition(":")[0]
            for root in _roots(follower.view, environment, [base, directory]):
                node = _module(follower.view, root, module)
                if node is not None:
                    yield node, False
                    break


def add_imports(follower: Follower, modules: list[ProgramModule], environment: Mapping[str, str], directory: str, task: Any) -> None:
    """Add to *modules* those of the project that they import, directly and further on."""
    main = modules[0].started.origin.path
    roots = _roots(follower.view, environment, [posixpath.dirname(main) if main else directory, directory])
    if len(roots) > _MOST_ROOTS:
        follower.gap(task, "more folders are on Python's search path than were looked into", due_to_unread=True)
    numbers: dict[str, int] = {main or "": 0}
    at = 0
    while at < len(modules):
        module = modules[at]
        for item in [*module.text.imports, *_imported_by_call(module)]:
            if len(item.names) > _MOST_NAMES or item.module.count(".") >= _MOST_PARTS:
                follower.gap(task, "more names are imported at once than were followed", due_to_unread=True)
            for node in _imported(follower.view, item, module.started.origin.path or "", roots):
                if node.path not in numbers:
                    if len(modules) >= _MOST_MODULES:
                        follower.gap(task, "more modules are imported than were followed", due_to_unread=True)
                        return
                    added = _read(follower, node, module, item, environment, directory, task)
                    if added is None:
                        continue
                    numbers[node.path] = len(modules)
                    modules.append(added)
                if numbers[node.path] != at:
                    modules[numbers[node.path]].importers.append((at, item.spot))
        at += 1


def _imported_by_call(module: ProgramModule) -> Iterator[Import]:
    """The modules that are imported by a function with a name that is known."""
    for call in module.text.calls:
        if call.name in ("importlib.import_module", "__import__", "runpy.run_module"):
            name = call.argument(0, "name", "mod_name")
            if isinstance(name, Value) and name.text and not name.text.startswith("."):
                yield Import(name.text, 0, (), call.line, call.spot)


def shadowing(modules: Sequence[ProgramModule]) -> frozenset[str]:
    """The names of the project's modules beside the main text: they come before packages of the same name."""
    main = modules[0].started.origin.path
    names = []
    for module in modules[1:] if main else ():
        inner = (module.started.origin.path or "").removeprefix(posixpath.dirname(main or "").rstrip("/") + "/")
        if not inner.startswith("/") and inner.count("/") <= inner.endswith("/__init__.py"):
            names.append(inner.partition("/")[0].partition(".")[0])
    return frozenset(names)


def _read(
    follower: Follower, node: Node, importer: ProgramModule, item: Import, environment: Mapping[str, str], directory: str, task: Any
) -> ProgramModule | None:
    if not node.path.endswith(".py"):
        follower.gap(task, f"{node.path} is compiled code, which is not analysed")
        return None
    text = follower.view.text(node)
    if text is None:
        follower.gap(task, f"{node.path}, which is imported, was not read", due_to_unread=True)
        return None
    before = importer.started.chain
    chain = (*before, f"line {item.line} imports {node.path}")
    started = Started(PYTHON, Origin(node.path, None, None, node.layer_index), text, node, (node.path,), chain, 1)
    return ProgramModule(started, calls(text, environment, path=node.path, directory=directory, is_main=False), is_main=False)


def _imported(view: View, item: Import, path: str, roots: Sequence[str]) -> Iterator[Node]:
    """The project's files that an import runs: packages on the way, the module, and submodules among its names."""
    if item.level:
        folder = posixpath.dirname(path)
        for _ in range(min(item.level, path.count("/")) - 1):
            folder = posixpath.dirname(folder)
        bases = [folder] if path else []
    else:
        bases = list(roots)
    names = [*([item.module] if item.module else []), *(f"{item.module}.{name}".lstrip(".") for name in item.names if name != "*")]
    for root in bases:
        first = names[0].partition(".")[0] if names else ""
        if item.level or _module(view, root, first) is not None or _is_namespace(view, root, first):
            yield from _files(view, root, names)
            if not item.level:
                return


def _files(view: View, root: str, names: Sequence[str]) -> Iterator[Node]:
    seen: set[str] = set()
    for name in names[:_MOST_NAMES]:
        parts = name.split(".")[:_MOST_PARTS]
        for count in range(1, len(parts) + 1):
            node = _module(view, root, ".".join(parts[:count]))
            if node is not None and node.path not in seen:
                seen.add(node.path)
                yield node


def _is_namespace(view: View, root: str, name: str) -> bool:
    node = view.find(posixpath.join(root, name)) if name else None
    return node is not None and node.kind == DIRECTORY and not is_packaged(view, node)


def _module(view: View, root: str, name: str) -> Node | None:
    """The file of the project's module *name* in *root*: source, or compiled where there is no source."""
    base = posixpath.join(root, *name.split("."))
    for ending in ("/__init__.py", ".py", ".pyc", "/__init__.pyc"):
        node = _own(view, base + ending, root, name)
        if node is not None:
            return node
    return None


def _own(view: View, path: str, root: str, name: str) -> Node | None:
    node = view.find(path)
    if node is None or node.kind == DIRECTORY:
        return None
    if is_packaged(view, node) and name.partition(".")[0] not in project_modules(view, root):
        return None
    return node


def _roots(view: View, environment: Mapping[str, str], first: Sequence[str]) -> list[str]:
    """Where modules are looked for, in order: *first*, PYTHONPATH, and site-packages, for what ``pip install .`` put there."""
    folders = [*first, *(posixpath.join(first[-1], part) for part in environment.get("PYTHONPATH", "").split(":") if part)]
    prefixes = ["/usr/local", "/usr", "/opt/conda", *(environment[key] for key in ("VIRTUAL_ENV", "CONDA_PREFIX") if key in environment)]
    prefixes += [posixpath.dirname(part) for part in path_folders(environment) if part.endswith("/bin")]
    sites = [folder for folder in site_folders(view, list(dict.fromkeys(prefixes))) if folder.endswith("-packages")]
    for site in list(sites):
        sites += _editable(view, site)
    return list(dict.fromkeys([*folders, *sites]))[: _MOST_ROOTS + 1]


def _editable(view: View, site: str) -> list[str]:
    """The folders that ``.pth`` files of editable installs add."""
    node = view.find(site)
    added: list[str] = []
    for child in view.filesystem.children(node.path) if node is not None else []:
        if child.path.endswith(".pth"):
            lines = (view.text(child) or "").splitlines()
            added += [line.strip() for line in lines if line.startswith("/") and not line.strip().endswith("-packages")]
    return added
