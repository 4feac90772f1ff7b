"""Imports of started Python programs: what is found along the search path, and what no file supplies.

The answers of the two tables are those of a real CPython 3.11 of Debian 12 on the same files.
"""

from __future__ import annotations

from typing import Any

import pytest

from imginspect.filesystem.view import View
from imginspect.reach.python_imports import PythonStart, judge_imports
from imginspect.reach.startup import startup
from imginspect.startup.launch import Launch, first_context
from imginspect.startup.lookup import locate
from imginspect.startup.problem import Certainty, Concern, Kind
from imginspect.startup.run_user import run_user
from tests.views import link, script, static, text, view_of

Entry = dict[str, Any]
LIB = "/usr/lib/python3.11"
SITE = "/usr/lib/python3/dist-packages"
LOCAL = "/usr/local/lib/python3.11/dist-packages"
STANDARD = (
    "os",
    "json/__init__",
    "encodings/__init__",
    "importlib/__init__",
    "importlib/util",
    "pathlib",
    "contextlib",
    "typing",
    "pkgutil",
)
DEBIAN = [
    static("/usr/bin/python3.11"), link("/usr/bin/python3", "python3.11"), static("/usr/bin/env"), static("/bin/sh"),
    *(text(f"{LIB}/{name}.py") for name in STANDARD),
    text(f"{SITE}/numpy/__init__.py"), text(f"{SITE}/numpy/linalg/__init__.py"), text(f"{SITE}/_yaml.cpython-311-x86_64-linux-gnu.so"),
]  # fmt: skip
RUN = ["python3", "/app/run.py"]
HEAD = "import os, sys\nfrom pathlib import Path\n"


def _launch(view: View, mounts: tuple[str, ...] = ()) -> Launch:
    return startup(view, mounts).launch


def started(
    files: dict[str, str], words: list[str] = RUN, working_dir: str = "/", extra: list[Entry] | None = None, **config: Any
) -> Launch:
    entries = [*DEBIAN, *(script(path, content) for path, content in files.items()), *(extra or [])]
    return startup(view_of(entries, cmd=words, working_dir=working_dir, **config), ("/safe_data",)).launch


FOUND: list[tuple[str, dict[str, str], list[str], str]] = [
    ("joined from __file__", {
     "/app/bin/run.py": HEAD + "sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))\nimport own",
     "/app/lib/own.py": ""}, ["python3", "/app/bin/run.py"], "/"),
    ("a parent by number", {"/app/bin/run.py": HEAD + "sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'lib'))\nimport own",
     "/app/lib/own.py": ""}, ["python3", "bin/run.py"], "/app"),
    ("os.pardir", {"/app/bin/run.py": HEAD + "sys.path.append(os.path.join(os.path.dirname(__file__), os.pardir))\nimport own",
     "/app/own.py": ""}, ["python3", "/app/bin/run.py"], "/"),
    ("a package in a package with relative imports",
     {"/app/run.py": "import job.steps", "/app/job/__init__.py": "",
      "/app/job/steps/__init__.py": "from .. import tools\nfrom . import first",
      "/app/job/steps/first.py": "from ..tools import echo", "/app/job/tools.py": "echo = 1"}, RUN, "/"),
    ("by a script's PYTHONPATH with an unset variable behind it",
     {"/run.sh": "#!/bin/sh\nexport PYTHONPATH=/opt/lib:$PYTHONPATH\nexec python3 /app/run.py\n", "/app/run.py": "import own",
      "/opt/lib/own.py": ""}, ["/run.sh"], "/"),
    ("relative to the working directory", {"/app/bin/run.py": HEAD + "sys.path.append('lib')\nimport own", "/app/lib/own.py": ""},
     ["python3", "/app/bin/run.py"], "/app"),
    ("behind os.chdir", {"/app/bin/run.py": HEAD + "os.chdir('/app')\nsys.path.append('lib')\nimport own", "/app/lib/own.py": ""},
     ["python3", "/app/bin/run.py"], "/"),
    ("in front, as a slice", {"/app/run.py": HEAD + "sys.path[0:0] = ['/srv/b']\nimport own", "/srv/b/own.py": ""}, RUN, "/"),
    ("in a loop", {"/app/run.py": HEAD + "for p in ('/srv/a', '/srv/b'):\n  sys.path.append(p)\nimport own", "/srv/b/own.py": ""},
     RUN, "/"),
    ("in a home directory", {"/app/run.py": HEAD + "sys.path.append(os.path.expanduser('~/lib'))\nimport own", "/root/lib/own.py": "",
     "/etc/passwd": "root:x:0:0::/root:/bin/sh\n"}, RUN, "/"),
    ("by another module", {"/app/run.py": "import paths\nimport own", "/app/paths.py": HEAD + "sys.path.append('/srv')",
     "/srv/own.py": ""}, RUN, "/"),
    ("by a function of another module", {"/app/run.py": "import paths\npaths.setup()\nimport own",
     "/app/paths.py": HEAD + "def setup():\n  sys.path.append('/srv')", "/srv/own.py": ""}, RUN, "/"),
    ("the working directory with -m", {"/app/pkg/run.py": "import own\nfrom .x import y", "/app/own.py": "", "/app/pkg/x.py": "y=1"},
     ["python3", "-m", "pkg.run"], "/app"),
    ("the working directory with -c", {"/app/own.py": ""}, ["python3", "-c", "import own"], "/app"),
    ("PYTHONPATH", {"/app/run.py": "import own", "/srv/own/__init__.py": ""}, ["env", "PYTHONPATH=/srv", *RUN], "/"),
    ("a relative PYTHONPATH", {"/app/run.py": "import own", "/srv/lib/own.py": ""}, ["env", "PYTHONPATH=lib", *RUN], "/srv"),
    ("a site folder", {"/app/run.py": "import numpy.linalg, _yaml, own", f"{LOCAL}/own.py": ""}, RUN, "/"),
    ("the user's site folder", {"/app/run.py": "import own", "/root/.local/lib/python3.11/site-packages/own.py": "",
     "/etc/passwd": "root:x:0:0::/root:/bin/sh\n"}, RUN, "/"),
    ("a .pth file", {"/app/run.py": "import own", f"{LOCAL}/o.pth": "/srv/x\n", "/srv/x/own.py": ""}, RUN, "/"),
    ("a namespace in two folders", {"/app/run.py": "import own.sub.x\nimport own.y", "/app/own/sub/x.py": "", "/srv/own/y.py": ""},
     ["env", "PYTHONPATH=/srv", *RUN], "/"),
    ("a package that extends its path", {"/app/run.py": "import own.y",
     "/app/own/__init__.py": "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n", "/srv/own/y.py": ""},
     ["env", "PYTHONPATH=/srv", *RUN], "/"),
    ("sys.modules", {"/app/run.py": "import sys, os\nsys.modules['zzz'] = os\nimport zzz"}, RUN, "/"),
    ("a module from a file", {"/app/run.py": "import sys, importlib.util as u\ns = u.spec_from_file_location('zzz', '/srv/z.py')\n"
     "sys.modules[s.name] = u.module_from_spec(s)\nimport zzz"}, RUN, "/"),
    ("compiled", {"/app/run.py": "import own", "/app/own.pyc": ""}, RUN, "/"),
    ("a folder as the script", {"/app/__main__.py": "import own", "/app/own.py": ""}, ["python3", "/app"], "/"),
    ("a link to the script", {"/app/run": "#!/usr/bin/python3\nimport own", "/app/own.py": ""}, ["/go"], "/"),
    ("os.path and built-in modules", {"/app/run.py": "import os.path, sys, math, _socket"}, RUN, "/"),
    ("only in a function", {"/app/run.py": "def f():\n  import zzz"}, RUN, "/"),
    ("in try", {"/app/run.py": "try:\n  import zzz\nexcept ImportError:\n  zzz = None"}, RUN, "/"),
    ("in a module that is tried", {"/app/run.py": "try:\n  import a\nexcept Exception:\n  a = None", "/app/a.py": "import zzz"}, RUN, "/"),
    ("suppressed", {"/app/run.py": "from contextlib import suppress\nwith suppress(ImportError):\n  import zzz"}, RUN, "/"),
    ("behind what may raise", {"/app/run.py": "try:\n  unicode\n  import cStringIO\nexcept NameError:\n  pass"}, RUN, "/"),
    ("for type checkers", {"/app/run.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  import zzz"}, RUN, "/"),
    ("for another platform", {"/app/run.py": "import sys\nif sys.platform == 'win32':\n  import winreg"}, RUN, "/"),
    ("for another version", {"/app/run.py": "import sys\nif sys.version_info < (3, 11):\n  import tomli"}, RUN, "/"),
    ("behind the end", {"/app/run.py": "import sys\nsys.exit(0)\nimport zzz"}, RUN, "/"),
    ("only where it is the program", {"/app/run.py": "import a", "/app/a.py": "if __name__ == '__main__':\n  import zzz"}, RUN, "/"),
    ("a name that was something else",
     {"/app/run.py": "try:\n  import numpy\nexcept ImportError:\n  numpy = None\nif numpy is None:\n  import zzz"},
     RUN, "/"),
    ("a package that the script names", {"/app/pkg/run.py": "import sys\nif __package__ is None:\n  sys.path.append('/app')\n  import pkg\n"
     "  __package__ = 'pkg'\nfrom .x import y", "/app/pkg/x.py": "y=1", "/app/pkg/__init__.py": ""}, ["python3", "/app/pkg/run.py"], "/"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "words", "working_dir"), [pytest.param(*case[1:], id=case[0]) for case in FOUND])
def test_no_finding_where_python_finds_the_module(files: dict[str, str], words: list[str], working_dir: str) -> None:
    result = started(files, words, working_dir, [link("/go", "/app/run")])
    assert result.problems == ()
    assert not [condition for condition in result.conditions if "module" in condition]


MISSING: list[tuple[str, dict[str, str], list[str], str, str]] = [
    ("an own module", {"/app/run.py": "import zzz"}, RUN, "'zzz', imported by /app/run.py (line 1)", ""),
    ("a package", {"/app/run.py": "import numpy as np\nimport pandas as pd"}, RUN, "'pandas', imported by /app/run.py (line 2)", ""),
    ("of Python 2", {"/app/run.py": "import urllib2"}, RUN, "'urllib2'", ""),
    ("of another case", {"/app/run.py": "import Own", "/app/own.py": ""}, RUN, "'Own'", ""),
    ("in the working directory only", {"/app/bin/run.py": "import own", "/app/own.py": ""},
     ["python3", "/app/bin/run.py"], "'own'", "/app"),
    ("added too late", {"/app/run.py": HEAD + "import own\nsys.path.append('/srv')", "/srv/own.py": ""}, RUN, "(line 3)", ""),
    ("relative to another directory", {"/app/run.py": HEAD + "sys.path.append('src')\nimport own", "/app/src/own.py": ""},
     RUN, "'own'", "/"),
    ("isolated", {"/app/run.py": "import own", "/app/own.py": ""}, ["python3", "-I", "/app/run.py"], "'own'", ""),
    ("in a folder of another Python", {"/app/run.py": "import own", "/usr/local/lib/python3.11/site-packages/own.py": ""},
     RUN, "'own'", ""),
    ("in a module of the project", {"/app/run.py": "import a", "/app/a.py": "import b", "/app/b.py": "import zzz"},
     RUN, "/app/b.py (line 1)", ""),
    ("in the package around it", {"/app/run.py": "from a.b import c", "/app/a/__init__.py": "import zzz", "/app/a/b.py": "c=1"}, RUN,
     "/app/a/__init__.py (line 1)", ""),
    ("in a module among the names", {"/app/run.py": "from a import b", "/app/a/b.py": "import zzz"}, RUN, "/app/a/b.py (line 1)", ""),
    ("beside an inner module", {"/app/run.py": "import sub.mod", "/app/sub/mod.py": "import other", "/app/sub/other.py": ""},
     RUN, "'other'", ""),
    ("a submodule", {"/app/run.py": "import own.y", "/app/own/__init__.py": "", "/srv/own/y.py": ""}, ["env", "PYTHONPATH=/srv", *RUN],
     "'own.y', imported by /app/run.py (line 1); not found in the package own", ""),
    ("relative with -m", {"/app/pkg/run.py": "from .x import y", "/app/pkg/__init__.py": ""},
     ["python3", "-m", "pkg.run"], "'pkg.x'", "/app"),
    ("relative in a script", {"/app/pkg/run.py": "from .x import y", "/app/pkg/x.py": "y=1"}, ["python3", "/app/pkg/run.py"], "'.x'", ""),
    ("by a function with a name", {"/app/run.py": "import importlib\nm = importlib.import_module('zzz')"}, RUN, "(line 2)", ""),
    ("as the program", {"/app/run.py": "if __name__ == '__main__':\n  import zzz"}, RUN, "(line 2)", ""),
    ("with finally only", {"/app/run.py": "try:\n  import zzz\nfinally:\n  pass"}, RUN, "(line 2)", ""),
    ("with another except", {"/app/run.py": "try:\n  import zzz\nexcept KeyError:\n  pass"}, RUN, "(line 2)", ""),
    ("in a class", {"/app/run.py": "class A:\n  import zzz"}, RUN, "(line 2)", ""),
    ("with a first line", {"/app/run": "#!/usr/bin/env python3\nfrom zzz import main"}, ["/app/run"], "/app/run (line 2)", ""),
    ("by star", {"/app/run.py": "from own import *", "/app/own.py": "from zzz import *"}, RUN, "/app/own.py (line 1)", ""),
    ("inline", {"/app/own.py": ""}, ["python3", "-c", "import own"], "'own', imported by the code (line 1)", "/"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "words", "shown", "working_dir"), [pytest.param(*case[1:], id=case[0]) for case in MISSING])
def test_a_module_that_is_nowhere(files: dict[str, str], words: list[str], shown: str, working_dir: str) -> None:
    (problem,) = started(files, words, working_dir or "/").problems
    assert (problem.kind, problem.certainty, problem.concern) == (Kind.NO_MODULE, Certainty.FAILS, Concern.SCRIPT)
    assert problem.text.startswith("cannot start: ")
    assert shown in problem.text


def test_one_finding_for_each_module_with_its_lines() -> None:
    found = started({"/app/run.py": "import zzz\nimport b\nfrom zzz.inner import x", "/app/b.py": "\nimport zzz\nimport yyy"}).problems
    assert [problem.text.partition("; not found")[0] for problem in found] == [
        "cannot start: no module named 'zzz', imported by /app/run.py (lines 1, 3) and /app/b.py (line 2)",
        "cannot start: no module named 'yyy', imported by /app/b.py (line 3)",
    ]
    assert [node.path for node in found[0].nodes] == ["/app/run.py", "/app/b.py"]
    assert (found[0].line, found[1].line) == (1, 3)
    assert found[0].text.endswith(f"not found in {LIB}, /app, {SITE}")


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("import sys, os\nsys.path.append(os.environ['LIB'])", "line 2 adds a directory to the search path that is only known at run time"),
        ("import sys\nsys.meta_path.append(x)", "line 2 calls sys.meta_path.append()"),
        ("import numpy\nnumpy.setup()", "line 2 calls numpy.setup() first"),
        ("import numpy\ndef f():\n  numpy.setup()\nf()", "line 3 calls numpy.setup() first"),
        ("import os\nos.system('pip install zzz')", "line 2 may install packages: os.system()"),
        ("exec(open('/x').read())", "line 1 runs code that is not known: exec()"),
        ("import sys\nif len(sys.argv) < 2:\n  sys.exit('usage')", "line 2 may end the program first"),
    ],
)  # fmt: skip
def test_what_may_supply_it_makes_it_a_warning(before: str, reason: str) -> None:
    problems = started({"/app/run.py": f"{before}\nimport zzz"}).problems
    (problem,) = [item for item in problems if item.kind is Kind.NO_MODULE]
    assert problem.certainty is Certainty.DEPENDS
    assert reason in problem.text


@pytest.mark.parametrize(
    ("files", "shown"),
    [
        ({f"{LOCAL}/o.pth": "import sys; sys.path.append('/srv')\n"}, f"{LOCAL}/o.pth runs code"),
        ({f"{LOCAL}/sitecustomize.py": "import sys\nsys.path.append(x)"}, f"{LOCAL}/sitecustomize.py runs first"),
    ],
)  # fmt: skip
def test_what_runs_before_the_program_makes_it_a_warning(files: dict[str, str], shown: str) -> None:
    (problem,) = started({"/app/run.py": "import own", **files}).problems
    assert problem.certainty is Certainty.DEPENDS
    assert shown in problem.text


def test_a_module_that_is_there_while_the_path_is_not_known_is_a_condition() -> None:
    result = started({"/app/run.py": HEAD + "for at, _, _ in os.walk('/srv'):\n  sys.path.append(at)\nimport own", "/srv/b/own.py": ""})
    assert result.problems == ()
    assert any("the module own at /srv/b/own.py" in condition for condition in result.conditions)


def test_an_archive_on_the_search_path_is_a_condition() -> None:
    result = started({"/app/run.py": "import own", "/srv/x.zip": "PK"}, ["env", "PYTHONPATH=/srv/x.zip", *RUN])
    assert result.problems == ()
    assert any(condition == "/srv/x.zip, which is on Python's search path, contains the module own" for condition in result.conditions)


def test_a_mount_may_supply_it_and_what_the_image_has_there_is_hidden() -> None:
    files = {"/app/run.py": "import own", "/safe_data/lib/own.py": ""}
    (problem,) = started(files, ["env", "PYTHONPATH=/safe_data/lib", *RUN]).problems
    assert (problem.kind, problem.certainty) == (Kind.BELOW_MOUNT, Certainty.DEPENDS)
    assert "/safe_data/lib, which the environment mounts" in problem.text


@pytest.mark.parametrize(
    ("gone", "extra", "environment"),
    [
        (f"{LIB}/os.py", [], []),
        (f"{LIB}/encodings/__init__.py", [], []),
        ("/usr/bin/python3.11", [script("/usr/bin/python3.11", "#!/usr/bin/env sh\n:\n")], []),
        ("", [], ["PYTHONHOME=/opt/python"]),
    ],
)  # fmt: skip
def test_nothing_is_said_of_a_python_that_is_not_known(gone: str, extra: list[Entry], environment: list[str]) -> None:
    entries = [entry for entry in DEBIAN if entry["path"] != gone]
    files = [*entries, *extra, text("/app/run.py", "import zzz")]
    result = _launch(view_of(files, cmd=RUN, env=["PATH=/usr/bin", *environment]))
    assert not [problem for problem in result.problems if problem.kind is Kind.NO_MODULE]


def test_a_text_that_is_not_python_3_is_not_judged() -> None:
    assert started({"/app/run.py": "import zzz\nprint 'x'"}).problems == ()


VENV = [
    static("/opt/py/bin/python3.12"), *(text(f"/opt/py/lib/python3.12/{name}.py") for name in ("os", "encodings/__init__",
     "json/__init__")),
    text("/opt/py/lib/python3.12/site-packages/outer.py"), link("/venv/bin/python", "/opt/py/bin/python3.12"),
    text("/venv/lib/python3.12/site-packages/tool/cli.py"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "entries", "body", "missing"),
    [
        ("include-system-site-packages = false", [], "from tool.cli import main", []),
        ("include-system-site-packages = false", [], "import outer, tool.cli", ["outer"]),
        ("include-system-site-packages = true", [], "import outer, tool.cli", []),
        ("include-system-site-packages = false", [], "import distutils", ["distutils"]),
        ("include-system-site-packages = false", [text("/venv/lib/python3.12/site-packages/_distutils_hack/__init__.py")],
     "import distutils", []),
        ("include-system-site-packages = false", [], "import imp, json, asyncore", ["imp", "asyncore"]),
    ],
)  # fmt: skip
def test_a_virtual_environment(settings: str, entries: list[Entry], body: str, missing: list[str]) -> None:
    files = [*VENV, *entries, text("/venv/pyvenv.cfg", f"home = /opt/py/bin\n{settings}\n")]
    result = _launch(view_of([*files, script("/venv/bin/tool", f"#!/venv/bin/python\n{body}\n")], cmd=["/venv/bin/tool"]))
    assert [problem.text.split("'")[1] for problem in result.problems] == missing


@pytest.mark.parametrize("missing", [[], ["mod"]])
def test_an_editable_install_whose_modules_are_mapped(missing: list[str]) -> None:
    site = "/opt/py/lib/python3.12/site-packages"
    name = "__editable___own_0_1_finder"
    files = [
        text(f"{site}/__editable__.own-0.1.pth", f"import {name}; {name}.install()"),
        text(
            f"{site}/{name}.py", "MAPPING: dict[str, str] = {'own': '/src/own', 'mod': '/src/mod'}\nNAMESPACES: dict[str, list[str]] = {}\n"
        ),
        text("/src/own/inner.py"),
        text("/src/other.py" if missing else "/src/mod.py"),
        text("/run.py", "import own.inner, mod"),
    ]
    result = _launch(view_of([*VENV, *files], cmd=["/opt/py/bin/python3.12", "/run.py"]))
    assert [problem.text.split("'")[1] for problem in result.problems] == missing


def test_a_start_under_a_condition_is_a_warning_that_names_it() -> None:
    view = view_of([*DEBIAN, text("/app/run.py", "import zzz")])
    context = first_context(view, run_user(view), ())
    python = locate(view, "/usr/bin/python3", context.user)
    start = PythonStart(python, (), context, view.filesystem.get("/app/run.py"), condition="it is started only where /data is there")
    (problem,) = judge_imports(view, start).problems
    assert problem.certainty is Certainty.DEPENDS
    assert problem.text.endswith("not certain, because it is started only where /data is there")


def test_a_submodule_that_an_installed_package_does_not_have() -> None:
    (problem,) = started({"/app/run.py": "import numpy.contrib"}).problems
    assert problem.certainty is Certainty.DEPENDS
    assert "not found in the package numpy" in problem.text
    lazy = text(f"{SITE}/lazy/__init__.py", "import sys\nsys.modules['lazy.inner'] = sys\n")
    assert started({"/app/run.py": "import lazy.inner"}, extra=[lazy]).problems == ()
