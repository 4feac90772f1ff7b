"""``--by`` and ``--date``: on the first page, in the statement that is signed, the same bytes each time, and never the clock's."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from imginspect.cli.demo_command import _IMAGE as DEMO
from imginspect.examples.sample import build
from tests.inspecting import run

pytestmark = pytest.mark.slow
SIGNED = ("--by", "Ada Auditor", "--date", "2024-05-01")


@pytest.fixture
def app(tmp_path: Path) -> Path:
    path = tmp_path / "app.tar"
    path.write_bytes(build(DEMO))
    return path


@pytest.mark.parametrize("form", ["html", "terminal", "markdown"])
def test_name_and_date_are_in_the_report_and_only_where_they_were_given(app: Path, form: str) -> None:
    given = run("inspect", app, *SIGNED, "--format", form).text
    assert "Ada Auditor" in given
    assert "2024-05-01" in given
    assert "Auditor" not in run("inspect", app, "--format", form).text


def test_the_filed_report_has_them_and_gives_every_form_the_same_bytes(app: Path) -> None:
    filed = app.with_name("filed.json")
    run("inspect", app, *SIGNED, "-o", filed)
    document = json.loads(filed.read_text())
    assert (document["inspected_by"], document["inspected_on"]) == ("Ada Auditor", "2024-05-01")
    assert run("render", filed, "--format", "html").text == run("inspect", app, *SIGNED, "--format", "html").text


def test_a_report_without_them_is_given_them_when_it_is_rendered(app: Path) -> None:
    filed = app.with_name("filed.json")
    run("inspect", app, "-o", filed)
    assert run("render", filed, *SIGNED, "--format", "html").text == run("inspect", app, *SIGNED, "--format", "html").text
    assert run("render", filed, *SIGNED, "--format", "json").text == run("inspect", app, *SIGNED, "--format", "json").text


@pytest.mark.parametrize("other", [("--by", "B. Other"), ("--date", "2024-05-02")])
def test_what_a_report_states_is_not_replaced(app: Path, other: tuple[str, str]) -> None:
    filed = app.with_name("filed.json")
    run("inspect", app, *SIGNED, "-o", filed)
    outcome = run("render", filed, *other, "--format", "html")
    assert outcome.code == 2
    assert f"{other[0]} {other[1]}: the report states" in outcome.err
    assert run("render", filed, *SIGNED, "--format", "html").code == 0


def test_the_date_and_the_name_are_part_of_what_is_signed(app: Path) -> None:
    key, pack = app.with_name("auditor.key"), app.with_name("pack")
    run("key", "new", key)
    run("inspect", app, "--quiet", "--evidence", pack, "--key", key, *SIGNED)
    envelope = json.loads((pack / "attestation" / "statement.dsse.json").read_text())
    predicate = json.loads(base64.b64decode(envelope["payload"]))["predicate"]
    assert (predicate["inspectedBy"], predicate["inspectedOn"]) == ("Ada Auditor", "2024-05-01")
    public = next(path for path in app.parent.iterdir() if path.name.startswith("auditor.key.pub"))
    assert run("verify", pack, app, "--key", public).code == 0
    _change_date(pack)
    outcome = run("verify", pack, "--key", public)
    assert outcome.code == 1
    assert "statement.json" in outcome.text


def _change_date(pack: Path) -> None:
    path = pack / "attestation" / "statement.json"
    path.write_text(path.read_text().replace("2024-05-01", "2024-05-02"))


def test_the_same_input_gives_the_same_pack(app: Path) -> None:
    for name in ("one.zip", "two.zip"):
        run("inspect", app, "--quiet", "--evidence", app.with_name(name), *SIGNED)
    assert app.with_name("one.zip").read_bytes() == app.with_name("two.zip").read_bytes()


@pytest.mark.parametrize("date", ["yesterday", "2024-02-30", "20240501", "2024-5-1", "01/05/2024", "2024-W01-1", "2024-05-01T00:00:00", ""])
@pytest.mark.parametrize("command", ["inspect", "render"])
def test_what_is_no_day_of_the_calendar_is_refused(app: Path, date: str, command: str) -> None:
    outcome = run(command, app, "--date", date)
    assert outcome.code == 2
    assert "expected a day of the calendar as YYYY-MM-DD" in outcome.err


@pytest.mark.parametrize("by", ["", " ", "x" * 201])
def test_a_name_has_letters_and_an_end(app: Path, by: str) -> None:
    outcome = run("inspect", app, "--by", by)
    assert outcome.code == 2
    assert "expected a name" in outcome.err


def test_a_name_cannot_act_in_the_page(app: Path) -> None:
    text = run("inspect", app, "--by", "<img src=x>\x1b[2J", "--format", "html").text
    assert "&lt;img src=x&gt;\\x1b[2J" in text.replace("\\\\", "\\")
    assert "<img" not in text


def test_the_list_of_files_is_shown_where_it_is_asked_for(app: Path) -> None:
    filed = app.with_name("filed.json")
    run("inspect", app, "-o", filed)
    asked = run("inspect", app, "--show-filesystem", "--format", "html").text
    assert "become-root" in asked[asked.index('id="filesystem"') :]
    assert run("render", filed, "--show-filesystem", "--format", "html").text == asked
    plain = run("inspect", app, "--format", "html").text
    section = plain[plain.index('id="filesystem"') :]
    assert "become-root" not in section
    assert "is left out of this report" in section
    assert "imginspect inspect ARCHIVE --show-filesystem -o report.html" in section


def test_a_report_that_was_filed_without_the_files_says_so(app: Path) -> None:
    filed = app.with_name("filed.json")
    document: Any = json.loads(run("inspect", app, "--format", "json").text)
    document["filesystem"] = None
    filed.write_text(json.dumps(document))
    assert "has no list of files" in run("render", filed, "--show-filesystem", "--format", "html").text


@pytest.mark.parametrize("command", ["inspect", "render"])
def test_the_list_of_files_is_for_html(app: Path, command: str) -> None:
    outcome = run(command, app, "--show-filesystem")
    assert outcome.code == 2
    assert "--show-filesystem is for the HTML report: add -o FILE.html" in outcome.err
