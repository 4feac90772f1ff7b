"""The continuation of a Python program: the project's own modules that it imports or a server loads, and commands that it starts."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Protocol

from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.languages.calls import Argument, Call, Import
from imginspect.languages.lines import Lines
from imginspect.languages.python.calls import calls
from imginspect.languages.values import Value, constant, dynamic
from imginspect.packages.ownership import is_packaged, project_modules
from imginspect.reach.guards import site_folders
from imginspect.reach.program import ProgramModule
from imginspect.startup.started import Language, Origin, Started
from imginspect.tar.header import DIRECTORY

_MOST_MODULES = 500
"""Files of one program; beyond, the program is not decided."""
LONGEST_NOTEBOOK = 8 << 20
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
_SHELL_CALLS = frozenset(
    {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell", "get_ipython.system"}
    | {"get_ipython.getoutput", "commands.getoutput", "system", "shell", "pipe"}
)
_WORD_CALLS = frozenset(
    {"subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen", "pty.spawn", "os.execv"}
    | {"os.execve", "os.execvp", "os.execvpe", "os.spawnv", "os.spawnvp", "sh.Command"}
)
_SPREAD_CALLS = frozenset({"os.execl", "os.execle", "os.execlp", "os.execlpe", "asyncio.create_subprocess_exec"})
_SOURCE = re.compile(r'"source"\s*:')
_MAGIC = re.compile(r"^(\s*)[!%](?!%)\s*(?P<pip>pip|conda|mamba|uv)?(?P<rest>[^\n]*)$", re.MULTILINE)


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
    given = [argument.text for argument in arguments[:100] if argument.text]
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


def notebook(text: str) -> tuple[str, Lines] | None:
    """The code of a notebook as one text, ``!command`` as calls, with the lines of the file that it stands on; None where it is none."""
    if len(text) > LONGEST_NOTEBOOK:
        return None
    try:
        document = json.loads(text)
        cells = document["cells"]
        sources = [(cell["source"], cell.get("cell_type") == "code") for cell in cells if "source" in cell]
        parts = [([*map(str, source)] if isinstance(source, list) else [str(source)], is_code) for source, is_code in sources]
        code = "\n".join("".join(part) for part, is_code in parts if is_code)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    rows = _MAGIC.sub(_magic, code).split("\n")
    starts = [0, *accumulate(len(row) + 1 for row in rows)]
    return "\n".join(rows), tuple((starts[row], line) for row, line in _lines_of_cells(text, parts))


def _lines_of_cells(text: str, parts: Sequence[tuple[Sequence[str], bool]]) -> Iterator[tuple[int, int]]:
    """(row of the code, line of the notebook *text*) where each string of the cells with code begins."""
    at = row = 0
    line = 1
    for strings, is_code in parts:
        key = _SOURCE.search(text, at)
        places = [key.start() if key else at]
        for string in strings:
            written = [text.find(json.dumps(string, ensure_ascii=is_ascii), places[-1] + 1) for is_ascii in (False, True)]
            places.append(min((place for place in written if place >= 0), default=places[-1]))
        for string, place in zip(strings, places[1:], strict=True):
            line += text.count("\n", at, place)
            at = place
            if is_code:
                yield row, line
                row += string.count("\n")
        row += is_code


def _magic(match: re.Match[str]) -> str:
    command = (match["pip"] or "") + match["rest"]
    is_command = match[0].lstrip().startswith("!") or match["pip"]
    return f"{match[1]}get_ipython().system({command!r})" if is_command else f"{match[1]}pass"


def chunks(text: str) -> str:
    """The R code of an R Markdown or Quarto text; other lines are left empty, so that line numbers stay."""
    lines, inside = [], False
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            inside = not inside and re.match(r"\s*```+\s*\{r\b", line) is not None
            lines.append("")
        else:
            lines.append(line if inside else "")
    return "\n".join(lines)


def add_imports(follower: Follower, modules: list[ProgramModule], environment: Mapping[str, str], directory: str, task: Any) -> None:
    """Add to *modules* those of the project that they import, directly and further on."""
    main = modules[0].started.origin.path
    roots = _roots(follower.view, environment, [posixpath.dirname(main) if main else directory, directory])
    numbers: dict[str, int] = {main or "": 0}
    at = 0
    while at < len(modules):
        module = modules[at]
        for item in [*module.text.imports, *_imported_by_call(module)]:
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


def imports_unknown(call: Call) -> bool:
    """Whether the call imports a module of which not even the package is known."""
    if call.name not in ("importlib.import_module", "__import__", "runpy.run_module"):
        return False
    name = call.argument(0, "name", "mod_name")
    return isinstance(name, Value) and name.text is None and "." not in name.prefix.lstrip(".")


def script_of(call: Call) -> Value | None:
    """The Python file that a call runs; None where it runs none."""
    if call.name in ("runpy.run_path", "execfile"):
        path = call.argument(0, "path_name")
        return path if isinstance(path, Value) else None
    if call.name == "exec" and call.arguments and isinstance(call.arguments[0], Value) and call.arguments[0].text is None:
        return call.arguments[0]
    return None


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
    started = Started(Language.PYTHON, Origin(node.path, None, None, node.layer_index), text, node, (node.path,), chain, 1)
    return ProgramModule(started, calls(text, environment, path=node.path, directory=directory, is_main=False), is_main=False)


def _imported(view: View, item: Import, path: str, roots: Sequence[str]) -> Iterator[Node]:
    """The project's files that an import runs: packages on the way, the module, and submodules among its names."""
    if item.level:
        folder = posixpath.dirname(path)
        for _ in range(min(item.level, 30) - 1):
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
    for name in names[:200]:
        parts = name.split(".")[:20]
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
    prefixes += [posixpath.dirname(part) for part in environment.get("PATH", "").split(":")[:20] if part.endswith("/bin")]
    sites = [folder for folder in site_folders(view, list(dict.fromkeys(prefixes))) if folder.endswith("-packages")]
    for site in list(sites):
        sites += _editable(view, site)
    return list(dict.fromkeys([*folders, *sites]))


def _editable(view: View, site: str) -> list[str]:
    """The folders that ``.pth`` files of editable installs add."""
    node = view.find(site)
    added: list[str] = []
    for child in view.filesystem.children(node.path)[:20_000] if node is not None else []:
        if child.path.endswith(".pth") and child.size < 65_536:
            lines = (view.text(child) or "").splitlines()[:200]
            added += [line.strip() for line in lines if line.startswith("/") and not line.strip().endswith("-packages")]
    return added[:100]


def command_of(call: Call, language: str) -> tuple[Value, ...] | str | None:
    """The command that a call starts: its words, or a text for a shell; None where it starts none."""
    name = call.name
    if language in ("r", "julia"):
        return _of_r(call) if name in ("system", "shell", "system2", "base::system", "base::system2") else None
    argument = call.argument(0, "args", "cmd", "command")
    if name in _SHELL_CALLS:
        return _text(argument)
    if name in _SPREAD_CALLS:
        words = tuple(value for value in call.arguments if isinstance(value, Value))
        return words if name.startswith("asyncio") else (words[:1] + words[2:])
    if name not in _WORD_CALLS:
        return None
    if name in ("os.execv", "os.execve", "os.execvp", "os.execvpe"):
        argument = call.argument(1)
    elif name.startswith("os.spawn"):
        argument = call.argument(2)
    return argument if isinstance(argument, tuple) else _text(argument)


def texts_of(call: Call) -> tuple[Value, ...]:
    """The texts that a call is given, one of which may be a command."""
    return tuple(value for value in (*call.arguments, *(value for _, value in call.keywords)) if isinstance(value, Value))


def _of_r(call: Call) -> tuple[Value, ...] | str | None:
    first = call.arguments[0]
    if call.name.endswith("system2") and isinstance(first, Value):
        return (first, dynamic("args"))
    return _text(first)


def _text(argument: Argument | None) -> tuple[Value, ...] | str | None:
    """A text for a shell. Where only its start is known the rest is a word that is not."""
    if isinstance(argument, tuple):
        return argument
    if argument is None:
        return None
    if argument.text is not None:
        return argument.text
    words = argument.prefix.split()
    if len(words) > 1 or argument.prefix.endswith(" "):
        return (*(constant(word) for word in words), dynamic(argument.source, argument.variables))
    return (dynamic(argument.source, argument.variables),)
