"""``imginspect render`` gives the bytes that ``inspect`` would have given."""

from __future__ import annotations

from pathlib import Path

import pytest

from imginspect.cli.demo_command import _IMAGE as DEMO
from imginspect.examples.sample import build
from imginspect.report.formats import FORMATS
from tests.inspecting import run

pytestmark = pytest.mark.slow

NOT_INSPECTED = b"this is no archive"


@pytest.fixture(params=["demo", "no image"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "app.tar"
    path.write_bytes(build(DEMO) if request.param == "demo" else NOT_INSPECTED)
    return path


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("options", [(), ("--all",)])
def test_every_form_of_a_filed_report_is_the_same_as_that_of_the_inspection(archive: Path, form: str, options: tuple[str, ...]) -> None:
    filed = archive.with_name("filed.json")
    assert run("inspect", archive, *options, "--format", "json", "-o", filed).code in (1, 3)
    direct = run("inspect", archive, *options, "--format", form)
    again = run("render", filed, "--format", form)
    assert (again.code, again.text) == (0, direct.text)
    assert run("render", "-", "--format", form, stdin=filed.read_bytes()).text == direct.text


def test_several_forms_go_to_files_of_the_owners_only(archive: Path) -> None:
    filed = archive.with_name("filed.json")
    run("inspect", archive, "--format", "json", "-o", filed)
    outcome = run("render", filed, "--format", "sarif", "-o", archive.with_name("a.sarif"), "--format", "terminal", "-o", "-")
    assert outcome.code == 0
    assert archive.with_name("a.sarif").stat().st_mode & 0o777 == 0o600


def test_what_is_no_report_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    outcome = run("render", tmp_path / "x.json", "--format", "sarif", "-o", tmp_path / "x.sarif")
    assert outcome.code == 2
    assert "no report of imginspect" in outcome.err
    assert not (tmp_path / "x.sarif").exists()


def test_a_report_is_not_replaced_by_a_form_of_itself(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    outcome = run("render", tmp_path / "x.json", "--format", "sarif", "-o", tmp_path / "x.json")
    assert outcome.code == 2
    assert "would replace" in outcome.err
