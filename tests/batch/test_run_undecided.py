"""Undecided images are a category of their own in everything that a run writes; runs of other criteria or earlier versions are no help."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from imginspect.batch.store.database import NAME
from imginspect.batch.summary import json_format
from tests.batch.mirrors import app
from tests.batch.running import batch, events_of, inline, row, rows
from tests.image_builder import ImageBuilder, directory, program, script
from tests.inspecting import run

pytestmark = pytest.mark.slow


def undecided() -> ImageBuilder:
    """A program of which nobody knows whether it fetches something."""
    return ImageBuilder().layer(program("/run")).config(entrypoint=["/run"], user="1000").reference("lib/open:1")


def conditional() -> ImageBuilder:
    """An image that passes on a condition: its user is another than root, so the environment has to let that one write."""
    mounted = (directory("/safe_data"), directory("/safe_outputs"), directory("/scratch"))
    return ImageBuilder().layer(*mounted, *script("/run")).config(entrypoint=["/run"], user="1000").reference("ghcr.io/lib/on:1")


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mirror")
    app(1).save(folder / "good.tar")
    undecided().save(folder / "open.tar")
    return folder


def answered(mirror: Path, out: Path, *options: str) -> int:
    return batch(mirror, "--out", out, "--cache", out.parent / "cache", *options).code


def test_every_part_of_the_answer_has_the_category(mirror: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = batch(mirror, "--out", out, "--cache", tmp_path / "cache", "--format", "ndjson")
    assert outcome.code == 5
    *_, last = events_of(outcome)
    assert (last["verdict"], last["exit_code"], last["counts"]["undecided"]) == ("undecided", 5, 1)
    document = json.loads((out / "results.json").read_text())
    jsonschema.validate(document, json.loads(json_format.schema()))
    assert (document["verdict"], document["exit_code"], document["policy"]["undetermined"]) == ("undecided", 5, "undecided")
    assert document["counts"] == {"pass": 1, "fail": 0, "undecided": 1, "incomplete": 0, "not-inspected": 0}
    table = list(csv.DictReader(io.StringIO((out / "results.csv").read_text())))
    assert [line["verdict"] for line in table] == ["pass", "undecided"]
    root = ElementTree.fromstring((out / "results.xml").read_text())
    assert (root.attrib["failures"], root.attrib["errors"]) == ("0", "1")
    (error,) = root.iter("error")
    assert error.attrib["message"].startswith("UNDECIDED: 2 high rules could not be decided: ")
    page = (out / "index.html").read_text()
    assert 'data-v="undecided"' in page
    assert '<option value="undecided">Undecided</option>' in page
    assert 'data-verdict="undecided"' in page
    assert "1 image is undecided: rules that could fail it could not be decided." in page
    told = run("query", out, "--image", "lib/open:1", "--format", "json").document
    assert (told[0]["verdict"], told[0]["reason"][:38]) == ("undecided", "2 high rules could not be decided: TRE")
    with sqlite3.connect(out / NAME) as database:
        assert list(database.execute("SELECT count(*) FROM image WHERE verdict = 'undecided'")) == [(1,)]
        assert list(database.execute("SELECT value FROM run WHERE key = 'undetermined'")) == [("undecided",)]
    database.close()


def test_nothing_says_that_an_image_may_be_used_whose_rules_are_open(mirror: Path, tmp_path: Path) -> None:
    assert answered(mirror, tmp_path / "out", "--undetermined", "pass") == 0
    page = (tmp_path / "out" / "index.html").read_text()
    assert "1 of 2 images may be used, as far as the policy is concerned" in page
    assert "1 image marked Pass has undecided rules: a person must review them first." in page
    assert "Pass, but 2 rules could not be decided" in page
    assert "(--undetermined pass)" in row(tmp_path / "out", "open.tar")["reason"]


def test_a_pass_on_conditions_says_so(tmp_path: Path) -> None:
    path, out = conditional().save(tmp_path / "on.tar"), tmp_path / "out"
    with inline():
        assert run("batch", path, "--out", out, "--cache", tmp_path / "cache").code == 0
    (image,) = rows(out)
    assert (image["verdict"], image["conditions"], image["reason"]) == ("pass", 1, "every rule that applies is met on 1 condition")
    (line,) = csv.DictReader(io.StringIO((out / "results.csv").read_text()))
    assert line["conditions"] == "1"
    page = (out / "index.html").read_text()
    assert "1 image may be used if the conditions in the report are met." in page
    assert ">Pass on 1 condition<" in page
    assert "as far as the policy goes" not in page
    assert "pass on 1 condition" in (out / "results.xml").read_text()


def test_open_rules_that_count_are_failures(mirror: Path, tmp_path: Path) -> None:
    assert answered(mirror, tmp_path / "out", "--undetermined", "fail") == 1
    assert row(tmp_path / "out", "open.tar")["verdict"] == "fail"
    assert "--undetermined fail" in (tmp_path / "out" / "results.xml").read_text()


def test_a_run_by_another_choice_is_not_reused(mirror: Path, tmp_path: Path) -> None:
    """One cache for all runs: the answer is that of the choice, not that of the run before."""
    codes = [answered(mirror, tmp_path / f"out-{choice}", "--undetermined", choice) for choice in ("pass", "undecided", "fail", "pass")
             if not (tmp_path / f"out-{choice}").exists()]  # fmt: skip
    assert codes == [0, 5, 1]
    resumed = batch(mirror, "--out", tmp_path / "out-pass", "--cache", tmp_path / "cache", "--resume")
    assert (resumed.code, "different settings" in resumed.err) == (2, True)
    since = batch(mirror, "--out", tmp_path / "new", "--cache", tmp_path / "cache", "--since-report", tmp_path / "out-pass")
    assert (since.code, "(--undetermined)" in since.err) == (2, True)


def test_what_was_undecided_is_not_inspected_again_by_the_same_criteria(mirror: Path, tmp_path: Path) -> None:
    assert answered(mirror, tmp_path / "first") == 5
    assert answered(mirror, tmp_path / "second", "--since-report", str(tmp_path / "first")) == 5
    assert len(rows(tmp_path / "second")) == 2
    assert "No image is new: all results come from the earlier run" in (tmp_path / "second" / "index.html").read_text()


def as_version_one(path: Path) -> None:
    """The database at *path* as the version before made it."""
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE image DROP COLUMN conditions")
        database.execute("DELETE FROM run WHERE key = 'undetermined'")
        database.execute("PRAGMA user_version = 1")
    database.close()


def test_a_database_of_the_version_before_is_asked_and_not_written(mirror: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert answered(mirror, out) == 5
    as_version_one(out / NAME)
    for asked in (("--image", "lib/app1:1"), ("--finding", "TRE-NET-001"), ("--path", "/run"), ("--shared",)):
        outcome = run("query", out, *asked, "--format", "json")
        assert outcome.code in (0, 1), outcome.err
        assert "Traceback" not in outcome.err
    assert run("query", out, "--image", "lib/app1:1").code == 0
    since = batch(mirror, "--out", tmp_path / "new", "--cache", tmp_path / "cache", "--since-report", out)
    assert (since.code, "an earlier version of imginspect made that run" in since.err) == (2, True)
    resumed = batch(mirror, "--out", out, "--cache", tmp_path / "cache", "--resume")
    assert resumed.code == 2
    assert "different settings" in resumed.err or "cannot be" in resumed.err or "not resumed" in resumed.err
