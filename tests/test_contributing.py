"""docs/contributing.md: its examples of registered things work as they stand, and the files that it names are there."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from imginspect.archive import layouts
from imginspect.archive.layout import Layout
from imginspect.languages import registry
from imginspect.reach.startup import startup
from imginspect.report import formats
from imginspect.report.formats import ReportFormat
from tests.image_builder import ImageBuilder, Options, file, image_members, write
from tests.inspecting import report_of, run
from tests.views import program, text, view_of

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "contributing.md").read_text("utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in PAGE.split("\n## ")[1:]}


def module(section: str, name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that the page gives in *section*, under the dotted *name*."""
    [source] = re.findall(r"```python\n(.*?)```", SECTIONS[section], re.DOTALL)
    made = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, made)
    exec(compile(source, name, "exec"), vars(made))
    return made


def line(section: str, known: dict[str, Any]) -> Any:
    """The value of the line that the page adds to a registry."""
    [source] = re.findall(r"```text\n(.*?)```", SECTIONS[section], re.DOTALL)
    return eval(source.strip().removesuffix(","), known)


def image() -> ImageBuilder:
    return ImageBuilder().layer(file("/a", b"1")).config(entrypoint=["/a"])


def test_the_report_format_works_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module("Add a report format", "imginspect.report.plain", monkeypatch)
    added = line("Add a report format", {"ReportFormat": ReportFormat})
    assert isinstance(added, ReportFormat)
    monkeypatch.setitem(formats.FORMATS, added.name, added)
    path = image().save(tmp_path / "a.tar")
    report = report_of(path)
    assert formats.render(added.name, [report], several=False).startswith(f"{report['verdict']}: ")


def test_the_layout_works_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = line("Add an archive layout", {})
    layout = module("Add an archive layout", f"imginspect.archive.{name}", monkeypatch).LAYOUT
    assert isinstance(layout, Layout)
    monkeypatch.setattr(layouts, "LAYOUTS", (*layouts.LAYOUTS, layout))
    members = [("images.json" if at == "manifest.json" else at, data) for at, data in image_members(image(), "skopeo", Options())]
    path = write(members, tmp_path / "a.tar", "skopeo")
    assert run("images", f"{layout.prefixes[0].name}:{path}").text.splitlines()[0] == layout.name


def test_the_files_that_the_page_names_are_there() -> None:
    named = re.findall(r"(?<![\w/.])((?:imginspect|rules|docs|tests)/[\w/.-]*\w)", PAGE)
    examples = {"imginspect/archive/renamed_listing.py", "imginspect/languages/lua/language.py", "rules/hygiene/maintainer.yaml"}
    assert [name for name in named if not (ROOT / name).exists() and name not in examples] == []


def test_the_language_works_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    name = line("Add a language", {})
    language = getattr(module("Add a language", f"imginspect.languages.{name}.language", monkeypatch), name.upper())
    monkeypatch.setattr(registry, "LANGUAGES", (*registry.LANGUAGES, language))
    script = "-- os.execute('no')\n--[[ os.execute('no') ]]\nos.execute('/opt/fetch.sh x')\ndofile('/app/more.lua')\n"
    content = [program("/usr/bin/lua"), text("/app/run.lua", script), text("/app/more.lua", 'io.popen("/opt/more.sh")\n')]
    found = startup(view_of(content, entrypoint=["/usr/bin/lua", "/app/run.lua"])).followed
    commands = [" ".join(word.text or "?" for word in ran.words) for ran in found.commands]
    assert {command for command in commands if command.startswith("/opt/")} == {"/opt/fetch.sh x", "/opt/more.sh"}
    assert [started.language.id for started in found.texts] == ["lua", "lua"]
