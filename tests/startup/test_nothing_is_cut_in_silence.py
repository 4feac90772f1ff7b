"""Long lists of a start: nothing beyond a bound is taken to be missing or sound."""

from __future__ import annotations

import pytest

from imginspect.reach.startup import startup
from imginspect.startup import libraries as libraries_module
from imginspect.startup import loader_directories, python_modules
from imginspect.startup.command import _MOST_ENTRIES
from imginspect.startup.launch import Launch
from imginspect.startup.problem import Certainty, Kind
from tests.reach.test_python_imports import SITE, started
from tests.startup.test_libraries import BASE, found
from tests.views import debian, library, program, static, text, view_of


def test_a_library_behind_many_folders_is_not_known_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [program("/app/bin/run", "liba.so"), library("/last/liba.so")]
    path = ":".join([*(f"/{number}" for number in range(10)), "/last"])
    assert found(view_of(BASE, entries), LD_LIBRARY_PATH=path).missing == []
    monkeypatch.setattr(libraries_module, "_MOST_FOLDERS", 5)
    cut = found(view_of(BASE, entries), LD_LIBRARY_PATH=path)
    assert cut.is_bounded
    assert not cut.missing


def test_a_library_that_the_cache_lists_too_often_is_not_known_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = "".join(f"/{number}/liba.so\0" for number in range(3))
    entries = [program("/app/bin/run", "liba.so"), text("/etc/ld.so.cache", "\0" + listed)]
    assert [item.name for item in found(view_of(BASE, entries)).missing] == ["liba.so"]
    for module in (libraries_module, loader_directories):
        monkeypatch.setattr(module, "MOST_CACHED", 2)
    cut = found(view_of(BASE, entries))
    assert cut.is_bounded
    assert not cut.missing


def test_a_module_behind_many_others_is_found() -> None:
    others = {f"/app/x{number}.py": "" for number in range(300)}
    assert not started({"/app/run.py": "import zzz", **others, "/app/zzz.py": ""}).problems


def test_a_pth_file_that_is_not_read_to_its_end_may_add_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(f"/none/{number}\n" for number in range(20))
    files = [text(f"{SITE}/own.pth", lines + "/srv\n"), text("/srv/own.py", "")]
    assert not started({"/app/run.py": "import own"}, extra=files).problems
    monkeypatch.setattr(python_modules, "_MOST_LINES", 10)
    assert not started({"/app/run.py": "import own"}, extra=files).problems
    assert not started({"/app/run.py": "import gone"}, extra=files).problems


def test_site_folders_that_are_not_read_may_have_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    assert started({"/app/run.py": "import gone"}).problems
    monkeypatch.setattr(python_modules, "_MOST_FOLDERS", -1)
    assert not started({"/app/run.py": "import gone"}).problems


def _environment(*env: str) -> Launch:
    return startup(view_of(debian(), [static("/run")], cmd=["/run"], env=list(env))).launch


def test_the_worst_of_many_wrong_variables_is_told() -> None:
    problems = [item for item in _environment(*["A"] * (_MOST_ENTRIES + 5), "=b").problems if item.kind is Kind.BAD_ENVIRONMENT]
    assert problems[0].certainty is Certainty.FAILS
    assert problems[-1].text == "6 more entries of the config's Env have no name or no '='"
    assert len(problems) == _MOST_ENTRIES + 1
