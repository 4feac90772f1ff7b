"""``inspect --evidence`` and ``verify`` together, as somebody who files evidence uses them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from imginspect.cli.demo_command import _IMAGE as DEMO
from imginspect.examples.sample import build
from tests.inspecting import run

pytestmark = pytest.mark.slow


@pytest.fixture
def app(tmp_path: Path) -> Path:
    path = tmp_path / "app.tar"
    path.write_bytes(build(DEMO))
    return path


@pytest.mark.parametrize("name", ["pack", "pack.zip"])
def test_a_pack_is_written_signed_and_verified_against_the_archive(app: Path, name: str) -> None:
    pack, key = app.with_name(name), app.with_name("auditor.key")
    assert run("key", "new", key).code == 0
    outcome = run("inspect", app, "--quiet", "--evidence", pack, "--key", key, "--by", "A. Auditor", "--format", "sarif", "-o", "-")
    assert outcome.code == 1
    assert json.loads(outcome.text)["version"] == "2.1.0"
    public = next(path for path in app.parent.iterdir() if path.name.startswith("auditor.key.pub"))
    verified = run("verify", pack, app, "--key", public)
    assert verified.code == 0, verified.text
    answer = json.loads(run("verify", pack, app, "--key", public, "--format", "json").text)
    assert answer["agrees"]
    assert {check["result"] for check in answer["checks"]} == {"agrees"}
    assert sum(check["agreeing"] for check in answer["checks"] if "evidence" in check["what"]) > 10


def test_the_same_inspection_gives_the_same_pack_but_for_its_circumstances(app: Path) -> None:
    for name in ("one.zip", "two.zip"):
        assert run("inspect", app, "--quiet", "--evidence", app.with_name(name)).code == 1
    one, two = (app.with_name(name).read_bytes() for name in ("one.zip", "two.zip"))
    assert one == two
    assert app.with_name("one.inspection.json").read_bytes() != app.with_name("two.inspection.json").read_bytes()
    with zipfile.ZipFile(app.with_name("one.zip")) as pack:
        names = set(pack.namelist())
        assert {"report.json", "report.html", "report.md", "criteria/policy.yaml", "criteria/rules/directories/exist.yaml"} <= names
        assert pack.read("report.json").decode() == run("inspect", app, "--format", "json").text


def test_a_changed_image_is_not_what_the_evidence_says(app: Path) -> None:
    pack = app.with_name("pack")
    run("inspect", app, "--quiet", "--evidence", pack)
    image: dict[str, Any] = {**DEMO}
    app.write_bytes(build({**image, "layers": [*image["layers"][:-1], [{"path": "/other", "text": "x"}]]}))
    outcome = run("verify", pack, app)
    assert outcome.code == 1
    assert "layer" in outcome.text


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--by", "me"), "--by needs an evidence pack"),
        (("--key", "x.key"), "--key needs an evidence pack"),
        (("--evidence", "pack", "--key", "absent.key"), "absent.key"),
    ],
)
def test_what_was_asked_wrongly_is_told_before_anything_is_read(app: Path, options: tuple[str, ...], says: str) -> None:
    outcome = run("inspect", app, *options)
    assert outcome.code == 2
    assert says in outcome.err
    assert not app.with_name("pack").exists()


def test_what_was_not_inspected_has_a_pack_that_states_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"no archive")
    assert run("inspect", tmp_path / "x.tar", "--quiet", "--evidence", tmp_path / "pack").code == 3
    assert not (tmp_path / "pack" / "attestation").exists()
    assert json.loads((tmp_path / "pack" / "report.json").read_text())["verdict"] == "not-inspected"
    assert run("verify", tmp_path / "pack").code == 0
