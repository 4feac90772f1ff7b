"""What the answer tells of each image and rule: size, age, base and digest, titles, and the worst first."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from imginspect.batch.store.database import NAME, open_for_reading
from imginspect.batch.store.queries import images
from imginspect.batch.summary import FILES, json_format
from imginspect.batch.summary.rules import title_of
from imginspect.batch.values.plans import FindingRow, ImageRow, ResultRow
from tests.batch.making import BASE, KEY, MIDDLE, ROWS, RULES, SETUID, TOP, filled, finding, image
from tests.image_builder import ImageBuilder, file, program
from tests.inspecting import run
from tests.report.html.reading import Page

pytestmark = pytest.mark.slow
CLAIMS: dict[str, Any] = {"created": "2024-05-01T10:00:00Z", "base": "docker.io/library/debian:12", "base_digest": "sha256:" + "0a" * 32}


def answers(folder: Path, rows: list[ImageRow]) -> tuple[Any, list[dict[str, str]], str]:
    folder.mkdir(parents=True, exist_ok=True)
    with filled(folder, rows) as made:
        found = {name: "".join(render(made)) for name, render in FILES.items()}
    document = json.loads(found["results.json"])
    jsonschema.validate(document, json.loads(json_format.schema()))
    return document, list(csv.DictReader(io.StringIO(found["results.csv"], newline=""))), found["index.html"]


def _row(page: str, name: str) -> str:
    """The row of the image *name*, as text."""
    rows = [row.partition("</tr>")[0] for row in page.split("<tr data-v=")[1:]]
    return next(Page(f"<table><tr data-v={row}</tr></table>").text for row in rows if f"<code>{name}</code></a>" in row)


def test_size_creation_base_and_digest_are_in_every_form(tmp_path: Path) -> None:
    rows = [image("a:1", [BASE, MIDDLE], **CLAIMS), image("base:1", [BASE])]
    document, table, page = answers(tmp_path, rows)
    first = document["images"][0]
    assert {key: first[key] for key in (*CLAIMS, "size", "base_in_run")} == {**CLAIMS, "size": 2_000, "base_in_run": "base:1"}
    assert {key: table[0][key] for key in (*CLAIMS, "size", "base_in_run")} == {**CLAIMS, "size": "2000", "base_in_run": "base:1"}
    text = _row(page, "a:1")
    for shown in ("2.0 kB", "2024-05-01", "base:1 (same layers)", "docker.io/library/debian:12", "(claimed)", rows[0].manifest_digest):
        assert shown in text


def test_what_is_not_known_is_empty(tmp_path: Path) -> None:
    unread = image("cut:1", [BASE, MIDDLE._replace(digest="", diff_id="")], verdict="incomplete")
    document, table, page = answers(tmp_path, [unread, image("none:1", [])])
    assert [(one["size"], one["created"], one["base"], one["base_in_run"]) for one in document["images"]] == [(None, "", "", "")] * 2
    assert [one["size"] for one in table] == ["", ""]
    assert "claimed" not in _row(page, "cut:1")


def test_the_base_is_the_image_with_the_most_layers_in_common_from_the_first_on(tmp_path: Path) -> None:
    rows = [image("base:1", [BASE]), image("mid:1", [BASE, MIDDLE]), image("app:1", [BASE, MIDDLE, TOP]), image("other:1", [TOP])]
    document, _, _ = answers(tmp_path, rows)
    found = {one["references"][0]: one["base_in_run"] for one in document["images"]}
    assert found == {"app:1": "mid:1", "base:1": "", "mid:1": "base:1", "other:1": ""}


def _with_result(name: str, verdict: str, *results: ResultRow) -> ImageRow:
    return image(name, [BASE], verdict=verdict, results=results)


HIGH = ResultRow("TRE-NET-001", "fail", "high", True)
CRITICAL = ResultRow("TRE-SEC-002", "fail", "critical", True)
OPEN = ResultRow("TRE-NET-001", "undetermined", "high", False)
WARNED = ResultRow("TRE-PRM-001", "warn", "low", False)
MIXED = [
    _with_result("d:pass", "pass", WARNED), _with_result("c:high", "fail", HIGH), _with_result("b:critical", "fail", CRITICAL),
    _with_result("a:open", "undecided", OPEN, WARNED), _with_result("z:both", "fail", CRITICAL, HIGH),
    image("y:cut", [BASE], verdict="incomplete"),
]  # fmt: skip


def test_the_page_has_the_worst_image_first_and_the_document_the_order_of_names(tmp_path: Path) -> None:
    document, _, page = answers(tmp_path, MIXED)
    names = [row.references[0] for row in MIXED]
    shown = sorted(names, key=lambda name: page.index(f"<code>{name}</code>"))
    assert shown == ["z:both", "b:critical", "c:high", "y:cut", "a:open", "d:pass"]
    assert [one["references"][0] for one in document["images"]] == sorted(names)


def test_rules_are_called_by_their_titles_with_the_id_in_small(tmp_path: Path) -> None:
    _, _, page = answers(tmp_path, MIXED)
    rules = {rule.id: rule for rule in RULES}
    leaked, fetches = title_of("TRE-SEC-002", "fail", rules), title_of("TRE-NET-001", "fail", rules)
    assert f"{leaked} <small>TRE-SEC-002</small>" in page
    assert f"could not be decided: {title_of('TRE-NET-001', 'undetermined', rules)} <small>TRE-NET-001</small>" in page
    assert "TRE" not in leaked
    text = _row(page, "z:both")
    assert text.index(leaked) < text.index(fetches)


def test_a_table_tells_how_many_images_each_rule_concerns(tmp_path: Path) -> None:
    document, _, page = answers(tmp_path, MIXED)
    counted = [tuple(one[key] for key in ("rule", "severity", "failed", "warned", "undecided")) for one in document["rules"]]
    assert counted == [("TRE-SEC-002", "critical", 2, 0, 0), ("TRE-NET-001", "high", 2, 0, 1), ("TRE-PRM-001", "low", 0, 2, 0)]
    text = Page(page).text
    assert text.index("3 rules with the number of images") < text.index("No two images share") < text.index("6 images, worst first")


def test_a_rule_that_failed_without_counting_is_counted(tmp_path: Path) -> None:
    uncounted: FindingRow = finding("TRE-PRM-001", verdict="fail", severity="low", fails_image=False)
    document, _, _ = answers(tmp_path, [image("a:1", [BASE], [uncounted]), image("b:1", [BASE], [KEY, SETUID])])
    assert {one["rule"]: (one["failed"], one["warned"]) for one in document["rules"]} == {"TRE-SEC-002": (1, 0), "TRE-PRM-001": (1, 1)}


def test_where_everything_passed_no_rule_is_listed(tmp_path: Path) -> None:
    document, _, page = answers(tmp_path, [ROWS[3]])
    assert document["rules"] == []
    assert "No rule failed, warned or was left undecided." in page


def test_the_database_of_the_version_before_has_no_claims(tmp_path: Path) -> None:
    filled(tmp_path, [image("a:1", [BASE], **CLAIMS)]).close()
    with sqlite3.connect(tmp_path / NAME) as database:
        for column in CLAIMS:
            database.execute(f"ALTER TABLE image DROP COLUMN {column}")
        database.execute("PRAGMA user_version = 2")
    database.close()
    with open_for_reading(tmp_path) as found:
        (only,) = images(found)
    assert (only.created, only.base, only.size) == ("", "", 1_000)


def test_a_run_knows_what_its_images_claim(tmp_path: Path) -> None:
    name = "org.opencontainers.image.base.name"
    built = ImageBuilder().layer(program("/bin/sh"), file("/a")).config(created="2024-05-01T10:00:00Z", labels={name: "debian:12"})
    built.reference("app:1").save(tmp_path / "app.tar", "oci")
    run("batch", tmp_path / "app.tar", "--out", tmp_path / "out", "--quiet")
    (only,) = json.loads((tmp_path / "out" / "results.json").read_text())["images"]
    assert (only["created"], only["base"], only["base_digest"]) == ("2024-05-01T10:00:00Z", "debian:12", "")
    assert only["size"] > 0
