"""``--fingerprint-key``: what it takes for a key, where ids are shown, and that neither key nor secret is."""

from __future__ import annotations

import base64
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import imginspect
from imginspect.report.formats import FORMATS
from imginspect.scan.secret_id import secret_id
from tests.image_builder import ImageBuilder, file, whiteout
from tests.inspecting import run

pytestmark = pytest.mark.slow

KEY = b"kQ3v" + bytes(range(200, 220)) + b"one line"
PASSWORD = "kX83" + "plQz77rTvW"
URL = f"postgresql://study:{PASSWORD}@db.example.org/study"
PASS = f"db.example.org:5432:*:study:{PASSWORD}\n".encode()
ID = secret_id(KEY, PASSWORD.encode())
SHOWN_IN = ("terminal", "json", "html", "sarif", "junit", "csv")
IMAGE = (
    ImageBuilder()
    .layer(file("/app/settings.ini", f"[db]\nurl = {URL}\n".encode() * 30), file("/root/.pgpass", PASS), created_by=f"RUN x {URL}")
    .layer(whiteout("/root/.pgpass"), file("/app/wide.txt", f"url = {URL}\n".encode("utf-16-le")))
    .config(entrypoint=["/app/run.sh"], env=[f"DATABASE_URL={URL}"], labels={"a": URL})
    .reference("app:1")
)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return IMAGE.save(tmp_path / "app.tar")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "fp.key"
    path.write_bytes(KEY)
    return path


def is_told(data: bytes) -> bool:
    """Whether *data* holds the key or the secret, plainly or in a usual writing."""
    joined = data.replace(b"\n", b"").replace(b" ", b"")
    written = (KEY, KEY.hex().encode(), base64.b64encode(KEY), KEY[-8:], repr(KEY)[2:-1].encode(), PASSWORD.encode())
    return any(text in place for text in written for place in (data, joined))


@pytest.mark.parametrize("form", FORMATS)
def test_ids_are_shown_and_neither_key_nor_secret_is(form: str, app: Path, key: Path) -> None:
    outcome = run("inspect", app, "--format", form, "--fingerprint-key", key)
    assert outcome.code == 1, outcome.err
    assert (ID in outcome.text) == (form in SHOWN_IN)
    assert not is_told(outcome.out)
    assert not is_told(outcome.err.encode())
    filed = app.with_name("filed.json")
    filed.write_bytes(run("inspect", app, "--format", "json", "--fingerprint-key", key).out)
    assert run("render", filed, "--format", form).out == outcome.out


@pytest.mark.parametrize("form", FORMATS)
def test_without_a_key_there_is_none(form: str, app: Path) -> None:
    outcome = run("inspect", app, "--format", form)
    assert ID not in outcome.text
    assert "secret id" not in outcome.text.lower()
    if form == "json":
        assert not [item for item in evidence_of(outcome.document) if item["secret_id"] is not None]


def evidence_of(document: Any) -> list[dict[str, Any]]:
    return [item for result in document["results"] for finding in result["findings"] for item in finding["evidence"]]


def test_what_is_written_keeps_to_the_schema(app: Path, key: Path) -> None:
    document = run("inspect", app, "--format", "json", "--fingerprint-key", key).document
    jsonschema.Draft202012Validator(run("schema").document).validate(document)
    places = [item for item in evidence_of(document) if item["secret_id"]]
    assert {item["secret_id"] for item in places} == {ID}
    assert {item["path"] or item["config_field"] for item in places} == {
        "/app/settings.ini", "/root/.pgpass", "/app/wide.txt", "Env[DATABASE_URL]", "Labels[a]", "History[0].created_by",
    }  # fmt: skip


def test_a_pack_holds_ids_and_agrees_with_the_archive_for_who_has_no_key(app: Path, key: Path) -> None:
    pack = app.with_name("pack.zip")
    assert run("inspect", app, "--quiet", "--fingerprint-key", key, "--evidence", pack).code == 1
    with zipfile.ZipFile(pack) as zipped:
        held = {name: zipped.read(name) for name in zipped.namelist()}
    record = app.with_name("pack.inspection.json").read_bytes()
    assert not [name for name, content in [*held.items(), ("record", record)] if is_told(content)]
    assert any(ID.encode() in content for name, content in held.items() if name.startswith("excerpts/"))
    verified = run("verify", pack, app, "--format", "json")
    assert verified.code == 0, verified.text
    assert verified.document["agrees"]


def test_the_library_gives_the_same(app: Path, key: Path) -> None:
    report = imginspect.inspect(app, fingerprint_key=KEY)
    assert imginspect.render(report, "json").encode() == run("inspect", app, "--format", "json", "--fingerprint-key", key).out
    with pytest.raises(imginspect.UsageError, match="15 bytes"):
        imginspect.inspect(app, fingerprint_key=KEY[:15])


def test_a_new_key_is_of_its_owner_and_serves(app: Path) -> None:
    path = app.with_name("new.key")
    made = run("key", "fingerprint", path)
    assert made.code == 0
    assert len(path.read_bytes()) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().hex() not in made.text
    (token,) = {item["secret_id"] for item in evidence_of(run("inspect", app, "--format", "json", "--fingerprint-key", path).document)} - {
        None
    }
    assert token == secret_id(path.read_bytes(), PASSWORD.encode())
    before = path.read_bytes()
    again = run("key", "fingerprint", path)
    assert again.code == 2
    assert "already" in again.err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "0 bytes"), (b"k" * 15, "15 bytes"), (b"k" * 4097, "too many bytes"), (None, "No such file")]
)
def test_what_is_no_key_is_told_before_anything_is_read(content: bytes | None, says: str, tmp_path: Path) -> None:
    path = tmp_path / "fp.key"
    if content is not None:
        path.write_bytes(content)
    outcome = run("inspect", tmp_path / "absent.tar", "--fingerprint-key", path)
    assert outcome.code == 2
    assert says in outcome.err
    assert str(path) in outcome.err


def test_a_key_is_read_from_a_regular_file(app: Path) -> None:
    pipe, folder = app.with_name("pipe"), app.with_name("folder")
    os.mkfifo(pipe)
    folder.mkdir()
    for path, says in ((pipe, "must be a regular file"), (Path("/dev/zero"), "must be a regular file"), (folder, "directory")):
        outcome = run("inspect", app, "--fingerprint-key", path)
        assert outcome.code == 2
        assert says in outcome.err


def test_the_filed_ids_are_read_as_texts_alone(app: Path, key: Path) -> None:
    document = run("inspect", app, "--format", "json", "--fingerprint-key", key).document
    next(item for item in evidence_of(document) if item["secret_id"])["secret_id"] = 5
    filed = app.with_name("filed.json")
    filed.write_text(json.dumps(document))
    assert run("render", filed, "--format", "csv").code == 2
