"""The package is layered: a part knows only those at or before its own place, and each third-party library has one door.

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

PACKAGE = Path(imginspect.__file__).parent

ORDER: tuple[frozenset[str], ...] = tuple(
    frozenset(parts.split())
    for parts in (
        "errors limits problems wording worker cache writing",  # know nothing of images
        "rules",
        "compression tar",
        "oci",
        "archive",
        "scan",
        "image",
        "layer",
        "filesystem",
        "evidence",
        "file_type",
        "analysis",
        "checks",
        "report",
        "pack",
        "criteria layer_cache cached_layers image_contents inspection file_content sample rule_examples",
        "library",
        "batch",
        "evidence_places evidence_check",
        "batch",
        "cli",
        "__main__",
    )
)

DOORS = {
    "yaml": ("rules/yaml_file.py",),
    "magic": ("file_type.py",),
    "pylibmagic": ("file_type.py",),
    "tabulate": ("report/terminal.py", "cli/"),
    "click": ("cli/",),
    "isal": ("compression.py",),
    "zstd": ("compression.py",),
    "backports": ("compression.py",),
    "compression": ("compression.py",),
    "hyperscan": ("scan/",),
    "tree_sitter": ("analysis/shell/",),
    "tree_sitter_bash": ("analysis/shell/",),
    "cryptography": ("pack/keys.py",),
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


def _part(module: str) -> str:
    """The part of the package that the file *module* belongs to."""
    return module.split("/", maxsplit=1)[0].removesuffix(".py")


def _place(part: str) -> int:
    return next(number for number, parts in enumerate(ORDER) if part in parts)


def _violations(module: str, source: str) -> list[str]:
    package = ".".join(["imginspect", *module.split("/")[:-1]])
    found = []
    for line, name in _imports(source, package):
        head, _, rest = name.partition(".")
        if head == "imginspect":
            part = rest.split(".")[0]
            if not part or part == "__version__":  # the package itself holds its version and nothing else
                continue
            if part != _part(module) and _place(part) > _place(_part(module)):
                found.append(f"{module}:{line} imports {name}, which comes after it")
        elif head in DOORS and not module.startswith(DOORS[head]):
            found.append(f"{module}:{line} imports {head}, whose door is {' and '.join(DOORS[head])}")
    return found


@pytest.mark.parametrize("module", [module for module in MODULES if module != "__init__.py"])
def test_a_module_imports_only_what_comes_before_it(module: str) -> None:
    assert _violations(module, (PACKAGE / module).read_text("utf-8")) == []


def test_the_package_itself_loads_nothing_until_it_is_asked_for() -> None:
    script = "import imginspect, sys; print([name for name in sys.modules if name.startswith('imginspect.')])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_every_part_has_a_place_and_every_place_a_part() -> None:
    assert {_part(module) for module in MODULES} - {"__init__"} == frozenset().union(*ORDER)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("tar/reader.py", "from imginspect.layer import index"),
        ("tar/reader.py", "from ..layer import index"),
        ("tar/reader.py", "from imginspect import layer"),
        ("oci/digest.py", "def f():\n    import imginspect.archive.source"),
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
        ("cli/output.py", "import click\nfrom tabulate import tabulate\nfrom imginspect import __version__"),
        ("compression.py", "from imginspect.tar import header"),
    ],
)
def test_what_comes_before_may_be_imported(module: str, source: str) -> None:
    assert _violations(module, source) == []
