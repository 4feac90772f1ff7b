"""The package is layered as docs/rooms.yaml says: a room knows only those before it, and each third-party library has one door.

Imports inside functions and below ``if TYPE_CHECKING`` count too.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import imginspect
from tests.rooms import rooms

PACKAGE = Path(imginspect.__file__).parent

ROOMS = {room.name: (number, room) for number, room in enumerate(rooms())}
DOORS = {
    "yaml": ("rules/yaml_file.py",),
    "magic": ("host/file_type.py",),
    "pylibmagic": ("host/file_type.py",),
    "tabulate": ("report/terminal.py", "cli/"),
    "click": ("cli/",),
    "isal": ("host/compression.py",),
    "zstd": ("host/compression.py",),
    "backports": ("host/compression.py",),
    "compression": ("host/compression.py",),
    "hyperscan": ("scan/",),
    "tree_sitter": ("languages/shell/",),
    "tree_sitter_bash": ("languages/shell/",),
    "cryptography": ("evidence_pack/keys.py",),
    "distributed": ("batch/workers/engines.py",),
    "mpi4py": ("batch/workers/engines.py",),
}
"""Third-party libraries (and ``compression.zstd``, which stands in for one) and the modules that may import them."""

MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def _imports(source: str, package: str) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything that *source* imports, wherever in it; *package* is the package that it is in."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"} and isinstance(node.args[0], ast.Constant):
            yield node.lineno, str(node.args[0].value)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""


def _room(module: str) -> str:
    """The room that the file *module* belongs to."""
    return module.split("/", maxsplit=1)[0].removesuffix(".py")


def _place(module: str) -> tuple[int, int]:
    """The place of the file *module*: that of its room, and that of its sub-folder in the room (the room's own modules come last)."""
    number, room = ROOMS[_room(module)]
    parts = module.split("/")
    return number, room.holds.index(parts[1]) if len(parts) > 2 else len(room.holds)


def _file(name: str) -> str:
    """The file in which the dotted *name* is, or which it is; empty for the package itself."""
    parts = name.split(".")[1:]
    for count in (len(parts), len(parts) - 1):
        path = "/".join(parts[:count])
        for file in (f"{path}.py", f"{path}/__init__.py"):
            if count and file in MODULES:
                return file
    return ""


def _violations(module: str, source: str) -> list[str]:
    package = ".".join(["imginspect", *module.split("/")[:-1]])
    found = []
    for line, name in _imports(source, package):
        head = name.partition(".")[0]
        if head == "imginspect":
            file = _file(name)
            if not file:
                found.append(f"{module}:{line} imports {name}, the package itself")
            elif (_place(file) > _place(module) and not _may_use_own(file, module)) or _is_apart(file, module):
                found.append(f"{module}:{line} imports {name}, which comes after it")
        elif head in DOORS and not module.startswith(DOORS[head]):
            found.append(f"{module}:{line} imports {head}, whose door is {' and '.join(DOORS[head])}")
    return found


def _is_apart(file: str, module: str) -> bool:
    """Whether the two are in two sub-folders of a room whose sub-folders do not import each other."""
    ours, theirs = module.split("/"), file.split("/")
    return len(ours) == len(theirs) == 3 and ours[0] == theirs[0] and ours[1] != theirs[1] and ROOMS[ours[0]][1].are_apart


def _may_use_own(file: str, module: str) -> bool:
    """Whether *file* is one of the room's own modules, which its sub-folders may use; circles are looked for apart."""
    return _room(file) == _room(module) and file.count("/") == 1


@pytest.mark.parametrize("module", [module for module in MODULES if module != "__init__.py"])
def test_a_module_imports_only_what_comes_before_it(module: str) -> None:
    assert _violations(module, (PACKAGE / module).read_text("utf-8")) == []


def test_the_package_itself_loads_nothing_until_it_is_asked_for() -> None:
    script = "import imginspect, sys; print([name for name in sys.modules if name.startswith('imginspect.')])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_every_room_is_there_and_every_folder_is_a_room() -> None:
    assert {_room(module) for module in MODULES} - {"__init__"} == set(ROOMS)
    folders = {tuple(module.split("/")[:2]) for module in MODULES if module.count("/") > 1}
    assert folders == {(name, folder) for name, (_, room) in ROOMS.items() for folder in room.holds}


def test_no_modules_import_each_other_however_long_the_way_round_is() -> None:
    uses = {
        module: {
            _file(name)
            for _, name in _imports((PACKAGE / module).read_text("utf-8"), ".".join(["imginspect", *module.split("/")[:-1]]))
            if name.startswith("imginspect.")
        }
        - {""}
        for module in MODULES
    }
    waiting = dict(uses)
    while free := [module for module, used in waiting.items() if not used & waiting.keys() - {module}]:
        for module in free:
            del waiting[module]
    assert sorted(waiting) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("tar/reader.py", "from imginspect.layer import index"),
        ("tar/reader.py", "from ..layer import index"),
        ("tar/reader.py", "from imginspect import layer"),
        ("oci/digest.py", "def f():\n    import imginspect.archive.source"),
        ("oci/digest.py", "from imginspect import __version__"),
        ("scan/validators/keys.py", "from imginspect.scan.credentials_in import lines"),
        ("languages/r/language.py", "from imginspect.languages.julia.language import JULIA"),
        ("image/image.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from imginspect.filesystem import Node"),
        ("errors.py", "import yaml"),
        ("rules/rule.py", "from yaml import SafeLoader"),
        ("report/text.py", "import click"),
        ("layer/pipeline.py", "from backports import zstd"),
        ("checks/runner.py", "import importlib\nimportlib.import_module('imginspect.report')"),
        ("batch/run.py", "from importlib import import_module\nimport_module('distributed')"),
        ("batch/workers/work.py", "from mpi4py import MPI"),
    ],
)
def test_a_violation_is_seen(module: str, source: str) -> None:
    assert len(_violations(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("tar/reader.py", "from imginspect.tar.header import BLOCK\nfrom . import extensions\nfrom ..errors import LayerError"),
        ("cli/output.py", "import click\nfrom tabulate import tabulate\nfrom imginspect.version import __version__"),
        ("scan/validators/keys.py", "from imginspect.scan.match import Match"),
    ],
)
def test_what_comes_before_may_be_imported(module: str, source: str) -> None:
    assert _violations(module, source) == []


def test_no_two_classes_have_one_name() -> None:
    named: dict[str, list[str]] = {}
    for module in MODULES:
        for node in ast.walk(ast.parse((PACKAGE / module).read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named.setdefault(node.name, []).append(module)
    assert {name: modules for name, modules in named.items() if len(modules) > 1} == {}
