"""Questions across images, asked as a user asks them."""

from __future__ import annotations

import csv
import io
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from imginspect.batch.store import database
from imginspect.batch.store.contents import encode
from imginspect.batch.store.query import QueryResult, known
from imginspect.scan.secret_id import key_id, secret_id
from tests.batch.making import BASE, CONTENTS, KEY, KEY_FILE, MIDDLE, ROWS, RULES, RUN, TOP, digest, filled, finding, image, layer
from tests.batch.mirrors import TOKEN, leaky
from tests.batch.running import batch
from tests.inspecting import CONTROL, Outcome, run

FINGERPRINT_KEY = b"k" * 32
SECRET = b"correct horse battery staple"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("run")
    secret = finding(place="/app/token", in_layer="middle", secret_ids=(secret_id(FINGERPRINT_KEY, SECRET),))
    rows = [*ROWS, image("registry.example.org/secret:1", [BASE, MIDDLE], [KEY, secret])]
    filled(made, rows, {**RUN, "fingerprint_key": key_id(FINGERPRINT_KEY)}).close()
    return made


def asked(folder: Path, *question: str | Path) -> list[dict[str, Any]]:
    outcome = run("query", folder, *question, "--format", "json")
    rows: list[dict[str, Any]] = outcome.document
    assert outcome.code == (0 if rows else 1), outcome.err
    return rows


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["image"].removeprefix("registry.example.org/") for row in rows]


def test_a_file_is_found_by_its_digest_with_what_became_of_it(folder: Path) -> None:
    rows = asked(folder, "--file", sha256(KEY_FILE).hexdigest())
    assert [(name, row["layer"], row["path"], row["state"]) for name, row in zip(names(rows), rows, strict=True)] == [
        ("app:1", 0, "/etc/key.pem", "visible"),
        ("app:1", 1, "/app/copy.pem", "visible"),
        ("app:2", 0, "/etc/key.pem", "deleted by layer 2"),
        ("app:2", 1, "/app/copy.pem", "visible"),
        ("base:1", 0, "/etc/key.pem", "visible"),
        ("secret:1", 0, "/etc/key.pem", "visible"),
        ("secret:1", 1, "/app/copy.pem", "visible"),
    ]
    assert {row["platform"] for row in rows} == {"linux/amd64"}
    assert asked(folder, "--file", f"sha256:{sha256(KEY_FILE).hexdigest()}") == rows


def test_a_path_is_found_as_it_is_and_by_glob(folder: Path) -> None:
    run_py = asked(folder, "--path", "/app/run.py")
    assert [(name, row["layer"], row["state"]) for name, row in zip(names(run_py), run_py, strict=True)] == [
        ("app:1", 1, "visible"), ("app:2", 1, "overwritten by layer 2"), ("app:2", 2, "visible"), ("secret:1", 1, "visible"),
    ]  # fmt: skip
    assert {row["path"] for row in asked(folder, "--path", "*.pem")} == {"/etc/key.pem", "/app/copy.pem"}
    assert {row["path"] for row in asked(folder, "--path", "/etc/*")} == {"/etc/key.pem"}
    assert {row["path"] for row in asked(folder, "--path", "/etc/")} == {"/etc/"}


def test_what_a_layer_without_recorded_files_does_is_not_known(tmp_path: Path) -> None:
    with filled(tmp_path, [image("a:1", [BASE, layer("not recorded")])]):
        pass
    (row,) = asked(tmp_path, "--path", "/etc/key.pem")
    assert row["state"] == "unknown: the files of layer 1 are not recorded"


def test_names_of_files_are_shown_masked_and_escaped(tmp_path: Path) -> None:
    token = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
    bad = ["/app/\x1b[31m\n::error::x", "/app/caf\udce9", f"/app/{token}", "/app/=1+1"]
    with database.create(tmp_path, RUN, RULES) as made:
        made.add(image("a:1", [BASE]), [encode(BASE.digest, [(path, None) for path in bad])])
        made.finish()
    for form in ("table", "json", "csv", "ndjson"):
        outcome = run("query", tmp_path, "--path", "/app/*", "--format", form)
        assert outcome.code == 0
        assert not CONTROL.search(outcome.text.replace("\r\n", "\n"))
        assert "\\x1b" in outcome.text
    assert len(asked(tmp_path, "--path", "/app/*")) == 4


@pytest.mark.parametrize("question", [MIDDLE.digest, MIDDLE.diff_id, MIDDLE.diff_id[:19], MIDDLE.digest.removeprefix("sha256:")[:12]])
def test_a_layer_is_found_by_either_digest_or_its_beginning(folder: Path, question: str) -> None:
    rows = asked(folder, "--layer", question)
    assert [(name, row["layer"]) for name, row in zip(names(rows), rows, strict=True)] == [("app:1", 1), ("app:2", 1), ("secret:1", 1)]
    assert rows[0]["instruction"] == "COPY middle /"


def test_a_finding_is_found_by_rule_and_by_fingerprint(folder: Path) -> None:
    rows = asked(folder, "--finding", "tre-sec-002")
    assert names(rows) == ["app:1", "app:2", "base:1", "secret:1", "secret:1"]
    assert [row["state"] for row in rows][:2] == ["visible", "deleted by layer 2"]
    assert {row["layer"] for row in rows} == {0, 1}
    assert names(asked(folder, "--finding", KEY.fingerprint)) == ["app:1", "app:2", "base:1", "secret:1"]
    assert asked(folder, "--finding", "TRE-XXX-001") == []


def test_an_image_whose_rule_is_open_without_a_finding_is_found_too(tmp_path: Path) -> None:
    row = image("a:1", [BASE])
    results = tuple(item._replace(verdict="undetermined") if item.rule == "TRE-NET-001" else item for item in row.results)
    with filled(tmp_path, [row._replace(results=results, reason="it is not known")]):
        pass
    (found,) = asked(tmp_path, "--finding", "TRE-NET-001")
    assert (found["verdict"], found["message"], found["layer"]) == ("undetermined", "it is not known", None)


def test_a_credential_is_found_with_the_key(folder: Path, tmp_path: Path) -> None:
    key, secret = tmp_path / "key", tmp_path / "secret"
    key.write_bytes(FINGERPRINT_KEY)
    for ending in (b"", b"\n", b"\r\n"):
        secret.write_bytes(SECRET + ending)
        (row,) = asked(folder, "--credential", secret, "--fingerprint-key", key)
        assert (row["image"], row["place"]) == ("registry.example.org/secret:1", "/app/token")
    outcome = run("query", folder, "--credential", "-", "--fingerprint-key", key, stdin=SECRET + b"\n")
    assert outcome.code == 0
    assert SECRET.decode() not in outcome.text + outcome.err
    secret.write_bytes(SECRET + b"x")
    assert asked(folder, "--credential", secret, "--fingerprint-key", key) == []


def test_a_credential_needs_the_key_of_the_run(folder: Path, tmp_path: Path) -> None:
    key, secret = tmp_path / "key", tmp_path / "secret"
    key.write_bytes(b"x" * 32)
    secret.write_bytes(SECRET)
    assert "used a different fingerprint key" in _refused("query", folder, "--credential", secret, "--fingerprint-key", key)
    assert "go together" in _refused("query", folder, "--credential", secret)
    assert "go together" in _refused("query", folder, "--file", "ab" * 32, "--fingerprint-key", key)
    key.write_bytes(FINGERPRINT_KEY)
    secret.write_bytes(b"\n")
    assert "contains no credential" in _refused("query", folder, "--credential", secret, "--fingerprint-key", key)
    secret.write_bytes(b"a" * ((1 << 20) + 1))
    assert "found more than 1,048,576 bytes" in _refused("query", folder, "--credential", secret, "--fingerprint-key", key)
    filled(tmp_path).close()
    assert "the run had no fingerprint key" in _refused("query", tmp_path, "--credential", secret, "--fingerprint-key", key)


def test_a_run_knows_credentials_again(tmp_path: Path) -> None:
    key, secret = tmp_path / "key", tmp_path / "secret"
    (tmp_path / "mirror").mkdir()
    leaky().save(tmp_path / "mirror" / "leaky.tar")
    assert run("key", "fingerprint", key).code == 0
    secret.write_text(TOKEN)
    batch(tmp_path / "mirror", "--out", tmp_path / "out", "--cache", tmp_path / "cache", "--fingerprint-key", key)
    (row,) = asked(tmp_path / "out", "--credential", secret, "--fingerprint-key", key)[:1]
    assert row["rule"] == "TRE-SEC-002"
    (report,) = (tmp_path / "out" / "reports").glob("*.json")
    ids = {
        item["secret_id"]
        for result in json.loads(report.read_text())["results"]
        for found in result["findings"]
        for item in found["evidence"]
    }
    assert secret_id(key.read_bytes(), TOKEN.encode()) in ids
    assert key.read_bytes() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path != key)


def test_what_is_built_on_an_image(folder: Path) -> None:
    rows = asked(folder, "--base", "registry.example.org/base:1")
    assert [(name, row["on_top"]) for name, row in zip(names(rows), rows, strict=True)] == [("app:1", 1), ("app:2", 2), ("secret:1", 1)]
    assert names(asked(folder, "--base", "registry.example.org/app:1")) == ["app:2", "secret:1"]
    assert names(asked(folder, "--base", digest("manifest registry.example.org/base:1"))) == ["app:1", "app:2", "secret:1"]
    chain = asked(folder, "--base", MIDDLE.chain_id)
    assert [(name, row["on_top"]) for name, row in zip(names(chain), chain, strict=True)] == [("app:1", 0), ("app:2", 1), ("secret:1", 0)]
    assert asked(folder, "--base", "registry.example.org/other:new") == []
    assert "no image in the run is called debian" in _refused("query", folder, "--base", "debian")


def test_the_same_layers_in_another_order_are_another_base(tmp_path: Path) -> None:
    rows = [image("a:1", [BASE, MIDDLE]), image("b:1", [MIDDLE, BASE, TOP]), image("c:1", [BASE, MIDDLE, TOP]), image("d:1", [MIDDLE])]
    filled(tmp_path, rows).close()
    assert [row["image"] for row in asked(tmp_path, "--base", "a:1")] == ["c:1"]
    assert [row["image"] for row in asked(tmp_path, "--base", "d:1")] == ["b:1"]


def test_what_many_share(folder: Path) -> None:
    rows = asked(folder, "--shared")
    assert [(row["rule"], row["images"]) for row in rows] == [("TRE-SEC-002", 4), ("TRE-PRM-001", 3)]
    assert len(rows[0]["examples"]) == 3


@pytest.mark.parametrize(
    "question", ["registry.example.org/other:new", "mirror/registry.example.org/other:1.tar", digest("config registry.example.org/other:1")]
)
def test_what_is_known_of_an_image(folder: Path, question: str) -> None:
    (row,) = asked(folder, "--image", question)
    assert row["verdict"] == "pass"
    assert row["references"] == ["registry.example.org/other:1", "registry.example.org/other:new"]
    assert row["layers"] == [digest("else")]
    outcome = run("query", folder, "--image", question)
    assert "verdict             pass" in outcome.text


def test_every_form_says_the_same(folder: Path) -> None:
    question = ("query", folder, "--finding", "TRE-SEC-002", "--format")
    rows = run(*question, "json").document
    assert [json.loads(line) for line in run(*question, "ndjson").text.splitlines()] == rows
    cells = list(csv.DictReader(io.StringIO(run(*question, "csv").text, newline="")))
    assert [row["fingerprint"] for row in cells] == [row["fingerprint"] for row in rows]
    table = run(*question, "table").text.splitlines()
    assert len(table) == len(rows) + 1
    assert table[0].split()[:3] == ["image", "platform", "rule"]


@pytest.mark.parametrize("form", ["table", "json", "csv", "ndjson"])
def test_nothing_found_is_exit_code_1(folder: Path, form: str) -> None:
    outcome = run("query", folder, "--file", "00" * 32, "--format", form)
    assert (outcome.code, outcome.err) == (1, "")
    assert outcome.text in ("", "[]\n") or form == "csv"


def _refused(*arguments: str | Path) -> str:
    outcome: Outcome = run(*arguments)
    assert (outcome.code, outcome.text) == (2, "")
    return outcome.err


def test_questions_that_cannot_be_answered(folder: Path, tmp_path: Path) -> None:
    assert "give exactly one of" in _refused("query", folder)
    assert "give exactly one of" in _refused("query", folder, "--shared", "--file", "ab" * 32)
    assert "full SHA-256" in _refused("query", folder, "--file", "ab" * 31)
    assert "expected a digest" in _refused("query", folder, "--layer", "abc")
    assert "expected the database of a batch run" in _refused("query", tmp_path, "--shared")


def test_a_run_that_was_not_finished_says_so(tmp_path: Path) -> None:
    with database.create(tmp_path, RUN, RULES) as made:
        for row in ROWS:
            made.add(row, CONTENTS)
    outcome = run("query", tmp_path, "--shared")
    assert outcome.code == 0
    assert "the run is not finished" in outcome.err


def test_answers_are_read_as_they_are_asked_for(folder: Path) -> None:
    with database.open_for_reading(folder) as opened:
        found: QueryResult = known(opened, "registry.example.org/app:1")
        assert len(next(found.rows)) == len(found.columns)
