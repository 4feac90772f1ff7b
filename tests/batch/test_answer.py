"""The answer of a run: the same bytes whatever the order of work, true to the database, and no string of an image acts in it."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from imginspect.batch.store import database
from imginspect.batch.store.database import Database, NoRoom
from imginspect.batch.summary import FILES, csv_format, html_format, json_format, write_answer
from imginspect.batch.values.plans import ImageRow, RuleRow, Skipped
from tests.batch.making import BASE, CONTENTS, KEY, MIDDLE, PASSED_OVER, ROWS, RULES, RUN, filled, finding, image, layer
from tests.inspecting import CONTROL, run, texts_of
from tests.report.html.reading import Page
from tests.report.payloads import PAYLOADS
from tests.report.reading import CONTROL as READ_CONTROL

pytestmark = pytest.mark.slow


def answers(made: Database) -> dict[str, str]:
    return {name: "".join(render(made)) for name, render in FILES.items()}


def of_rows(folder: Path, rows: list[ImageRow], **parts: str) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    with filled(folder, rows, {**RUN, **parts}) as made:
        return answers(made)


def test_the_order_of_work_changes_nothing(tmp_path: Path) -> None:
    more = [image(f"registry.example.org/more:{number}", [BASE, layer(f"top {number}")], [KEY, finding(place=f"/{number}")])
            for number in range(20)]  # fmt: skip
    rows = [*ROWS, *more]
    expected = of_rows(tmp_path / "first", rows)
    for seed in range(3):
        shuffled = random.Random(seed).sample(rows, len(rows))
        folder = tmp_path / str(seed)
        folder.mkdir()
        with database.create(folder, RUN, random.Random(seed).sample(RULES, len(RULES))) as made:
            made.add_skipped(reversed(PASSED_OVER))
            made.add(image("gone:1", [layer("base", "RUN another")], [KEY]))
            for row in shuffled:
                made.add(row._replace(verdict="incomplete", findings=()))
                made.add(row, CONTENTS, seconds=seed)
            made.remove([image("gone:1").key])
            made.finish()
            assert answers(made) == expected


def test_rules_are_named_by_what_was_found_and_the_worst_come_first(tmp_path: Path) -> None:
    found = [
        finding("TRE-PRM-001", "/x", severity="low", fails_image=False),
        finding("TRE-NET-001", "/y", verdict="undetermined", severity="high"),
        finding("TRE-SEC-002", "/z"),
    ]  # fmt: skip
    row = image("app:1", [BASE], found)
    undecided = [item._replace(fails_image=False) if item.rule == "TRE-NET-001" else item for item in row.results]
    given = of_rows(tmp_path, [row._replace(results=tuple(undecided))])
    (told,) = json.loads(given["results.json"])["images"]
    assert [(item["rule"], item["title"]) for item in told["results"]] == [
        ("TRE-SEC-002", "Credentials are in the image"), ("TRE-PRM-001", "A program gains rights"),
        ("TRE-NET-001", "Undecided whether anything is fetched"),
    ]  # fmt: skip
    assert "TRE-SEC-002 Credentials are in the image (critical): failed" in given["results.xml"]
    assert "No credentials are in the image" not in given["results.xml"]


def test_the_document_is_true_to_its_schema_and_to_the_database(tmp_path: Path) -> None:
    document = json.loads(of_rows(tmp_path, ROWS)["results.json"])
    jsonschema.Draft202012Validator.check_schema(json.loads(json_format.schema()))
    jsonschema.validate(document, json.loads(json_format.schema()))
    assert (document["verdict"], document["exit_code"]) == ("fail", 1)
    assert document["counts"] == {"pass": 1, "fail": 3, "undecided": 0, "incomplete": 1, "not-inspected": 1}
    assert [one["references"][:1] or one["source"] for one in document["images"]] == [
        "mirror/broken.tar", *([f"registry.example.org/{name}"] for name in ("app:1", "app:2", "base:1", "half:1", "other:1")),
    ]  # fmt: skip
    assert [(one["rule"], one["images"], one["instruction"]) for one in document["shared_findings"]] == [
        ("TRE-SEC-002", 3, "FROM scratch"), ("TRE-PRM-001", 3, "FROM scratch"),
    ]  # fmt: skip
    assert document["skipped"] == [{"source": "mirror/chart", "reason": "it is a Helm chart", "unread": False},
                                       {"source": "mirror/notes.txt", "reason": "it is a text", "unread": False}]  # fmt: skip


def test_the_schema_is_printed() -> None:
    assert run("schema", "--batch").text == json_format.schema()
    assert run("schema").document["title"] == "imginspect report"


@pytest.mark.parametrize(
    ("verdicts", "verdict", "code"),
    [
        ([], "not-inspected", 3),
        (["pass", "pass"], "pass", 0),
        (["pass", "undecided"], "undecided", 5),
        (["undecided", "incomplete"], "incomplete", 4),
        (["pass", "incomplete"], "incomplete", 4),
        (["incomplete", "not-inspected"], "not-inspected", 3),
        (["not-inspected", "fail", "pass"], "fail", 1),
    ],
)
def test_the_worst_verdict_wins(tmp_path: Path, verdicts: list[str], verdict: str, code: int) -> None:
    rows = [image(f"i:{number}", verdict=one) for number, one in enumerate(verdicts)]
    made = of_rows(tmp_path, rows)
    document = json.loads(made["results.json"])
    assert (document["verdict"], document["exit_code"]) == (verdict, code)
    jsonschema.validate(document, json.loads(json_format.schema()))
    root = ElementTree.fromstring(made["results.xml"])
    assert (root.attrib["failures"] == "0") == ("fail" not in verdicts)
    Page(made["index.html"])


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [([], "not-inspected"), (["pass"], "incomplete"), (["fail"], "fail"), (["pass", "not-inspected"], "not-inspected")],
)
def test_what_could_not_be_looked_into_is_no_pass(tmp_path: Path, verdicts: list[str], verdict: str) -> None:
    with database.create(tmp_path, RUN, RULES) as made:
        for number, one in enumerate(verdicts):
            made.add(image(f"i:{number}", verdict=one))
        made.add_skipped([*PASSED_OVER, Skipped("mirror/locked", "permission denied", unread=True)])
        made.finish()
        found = answers(made)
    document = json.loads(found["results.json"])
    jsonschema.validate(document, json.loads(json_format.schema()))
    assert document["verdict"] == verdict
    assert [one["unread"] for one in document["skipped"]] == [True, False, False]
    page = Page(found["index.html"])
    assert "1 item could not be read and may contain images." in page.text
    assert "may contain images: permission denied" in page.text


def test_findings_that_images_do_not_share_through_a_layer_are_not_shared(tmp_path: Path) -> None:
    own = [finding(place=f"/{number}") for number in range(2)]
    nowhere = finding(layer="", diff_id="", place="config: Env")
    rows = [image("a:1", [BASE], [own[0], nowhere]), image("a:2", [BASE], [own[1], nowhere])]
    assert json.loads(of_rows(tmp_path, rows)["results.json"])["shared_findings"] == []


def test_a_layer_in_another_compression_is_the_same_layer(tmp_path: Path) -> None:
    other = KEY._replace(layer="sha256:" + "0" * 64)
    rows = [image("a:1", [BASE], [KEY]), image("a:2", [BASE._replace(digest=other.layer, created_by="ADD x")], [other])]
    (shared,) = json.loads(of_rows(tmp_path, rows)["results.json"])["shared_findings"]
    assert (shared["images"], shared["examples"], shared["instruction"]) == (2, ["a:1", "a:2"], "ADD x")


def test_a_row_of_the_table_is_an_image(tmp_path: Path) -> None:
    text = of_rows(tmp_path, ROWS)["results.csv"]
    rows = _read_csv(text)
    assert [row["verdict"] for row in rows] == ["not-inspected", "fail", "fail", "fail", "incomplete", "pass"]
    assert rows[1]["failed_rules"] == "TRE-SEC-002"
    assert rows[1]["warned_rules"] == "TRE-PRM-001"
    assert rows[5]["other_references"] == "registry.example.org/other:new"


def test_an_image_is_a_test(tmp_path: Path) -> None:
    root = ElementTree.fromstring(
        of_rows(tmp_path, [*ROWS, image("registry.example.org/warn:1", [BASE], [ROWS[0].findings[1]])])["results.xml"]
    )
    assert [suite.attrib["name"] for suite in root][:3] == ["no repository", "registry.example.org/app", "registry.example.org/base"]
    for element in (root, *root):
        assert int(element.attrib["tests"]) == len(list(element.iter("testcase")))
        assert int(element.attrib["failures"]) == len(list(element.iter("failure")))
        assert int(element.attrib["errors"]) == len(list(element.iter("error")))
    cases = {case.attrib["name"]: case for case in root.iter("testcase")}
    failed = cases["registry.example.org/app:1 (linux/amd64)"][0]
    assert failed.text
    assert "TRE-SEC-002 Credentials are in the image (critical): failed\n    What to do: Revoke it" in failed.text
    assert cases["registry.example.org/half:1 (linux/amd64)"][0].tag == "error"
    assert cases["mirror/broken.tar"][0].attrib["message"] == "NOT INSPECTED: it is no image"
    warned = cases["registry.example.org/warn:1 (linux/amd64)"][0]
    assert (warned.tag, warned.text) == ("system-out", "- TRE-PRM-001 A program gains rights (low): warning")


def test_two_tests_never_have_one_name(tmp_path: Path) -> None:
    same = [image("a:1")._replace(key=f"{number:032x}") for number in range(3)]
    same += [image("a:1", platform="linux/arm64")._replace(key="f" * 32)]
    root = ElementTree.fromstring(of_rows(tmp_path, same)["results.xml"])
    names = Counter((case.attrib["classname"], case.attrib["name"]) for case in root.iter("testcase"))
    assert len(names) == 4


def test_the_page_says_what_may_be_used(tmp_path: Path) -> None:
    page = Page(of_rows(tmp_path, ROWS)["index.html"])
    assert "1 of 6 images may be used, as far as the policy is concerned: those marked Pass." in page.text
    assert "3 images do not meet the policy." in page.text
    assert "1 image could not be read or judged completely" in page.text
    assert "1 image could not be inspected." in page.text
    for text in ("Shared findings", "FROM scratch", "it is a Helm chart", "epcc-tre", "ab" * 32):
        assert text in page.text
    assert f"reports/{ROWS[0].report}.html" in page.values("href")
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.values("href") if link.startswith("#") and "icon" not in link} <= set(ids)


def test_reports_are_linked_only_where_they_are_written(tmp_path: Path) -> None:
    assert "reports/" not in of_rows(tmp_path, ROWS, report_forms="json")["index.html"]


@pytest.mark.parametrize("count", [0, 1])
def test_few_images_are_told_of_in_good_words(tmp_path: Path, count: int) -> None:
    text = Page(of_rows(tmp_path, ROWS[3:4][:count])["index.html"]).text
    assert ("The one image may be used" if count else "No images were found, so none may be used.") in text


def test_of_many_shared_findings_the_page_shows_those_of_the_most_images(tmp_path: Path) -> None:
    many = [finding(place=f"/key{number}") for number in range(250)]
    text = of_rows(tmp_path, [image("a:1", [BASE], many), image("a:2", [BASE], many), image("a:3", [BASE, MIDDLE], many[-1:])])[
        "index.html"
    ]
    page = Page(text)
    assert "250 findings shared through one layer" in page.text
    assert "And 50 more findings" in page.text
    shared = page.text[page.text.index("Shared findings", 300) :]
    assert shared.index("a private key in /key249") < shared.index("a private key in /key0")


def test_the_page_lets_nothing_else_act(tmp_path: Path) -> None:
    text = of_rows(tmp_path, ROWS)["index.html"]
    (policy,) = [attributes["content"] for tag, attributes in Page(text).tags if attributes.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.search(r' (?:style|on\w+)="', text)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_strings_stay_in_their_places(tmp_path: Path, payload: str) -> None:
    rows = [
        image(f"plain:{number}", [_spoilt(BASE, payload)], [_spoilt(KEY, payload, "verdict", "diff_id", "severity")]) for number in range(2)
    ]
    rows = [_spoilt(row, payload, "key", "verdict", "manifest_digest", "image_id")._replace(references=(payload, f"x{number}{payload}"))
            for number, row in enumerate(rows)]  # fmt: skip
    folder = tmp_path / "run"
    folder.mkdir()
    with database.create(
        folder, {**RUN, "policy": payload, "tool_version": payload}, [RuleRow("TRE-SEC-002", payload, payload, payload)]
    ) as made:
        for row in rows:
            made.add(row)
        made.add_skipped([Skipped(payload, payload)])
        made.finish()
        made_answers = answers(made)
    with filled(tmp_path, [image(f"plain:{number}", [BASE], [KEY]) for number in range(2)]) as plain:
        page, expected = Page(made_answers["index.html"]), Page("".join(html_format.render(plain)))
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in expected.tags} | {"p"}
    assert not {name for _, attributes in page.tags for name in attributes} - {
        name for _, attributes in expected.tags for name in attributes
    }
    assert page.raw == expected.raw
    assert not any(link.split(":")[0] in ("javascript", "http", "https") for link in page.values("href"))
    assert not CONTROL.search(page.text)
    document = json.loads(made_answers["results.json"])
    assert made_answers["results.json"].isascii()
    assert not any(CONTROL.search(text) for text in texts_of(document["images"]))
    assert len(_read_csv(made_answers["results.csv"])) == 2
    root = ElementTree.fromstring(made_answers["results.xml"])
    for element in root.iter():
        for string in (*element.attrib.values(), element.text or ""):
            assert not READ_CONTROL.search(string)
            assert "[[ATTACHMENT" not in string
    assert len(list(root.iter("testcase"))) == 2


def _spoilt(row: Any, payload: str, *kept: str) -> Any:
    changes = {name: payload for name, value in row._asdict().items() if isinstance(value, str) and name not in kept}
    return row._replace(**changes)


def _read_csv(text: str) -> list[dict[str, str]]:
    import csv
    import io

    assert not READ_CONTROL.search(text.replace("\r\n", "\n"))
    for line in text.split("\r\n")[:-1]:
        assert re.fullmatch(r'"(?:[^"\r\n]|"")*"(?:,"(?:[^"\r\n]|"")*")*', line)
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert tuple(header) == csv_format.COLUMNS
    for row in rows:
        assert not [cell for cell in row if cell.lstrip().startswith(tuple("=+-@＝＋－＠"))]
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_answer_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with filled(tmp_path) as made:
        write_answer(made, tmp_path)
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        assert {name: before[name].decode() for name in FILES} == answers(made)
        assert set(before) == {*FILES, database.NAME}

        def breaks(_: Database) -> Any:
            yield "half"
            raise OSError(28, "No space left on device")

        monkeypatch.setitem(FILES, "results.csv", breaks)
        with pytest.raises(NoRoom):
            write_answer(made, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_nothing_in_the_answer_tells_when_or_how_long(tmp_path: Path) -> None:
    made = of_rows(tmp_path, ROWS)
    for text in made.values():
        assert str(tmp_path) not in text
        assert "4.57" not in text  # seconds
