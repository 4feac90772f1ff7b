"""Credentials in files of all layers and in documents: where they are said to be, in which state, and that no value is ever shown."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.image_builder import ImageBuilder, file, hardlink, noise, whiteout
from tests.inspecting import report_of, run

pytestmark = pytest.mark.slow

TOKEN = "glpat-" + "Zq7xW2mK9pL4vN8sT3yB"
PASSWORD = "kX83" + "plQz77rTvW"
URL = f"postgresql://study:{PASSWORD}@db.example.org/study"
LINE = f"DATABASE_URL={URL}\n".encode()
FORMATS = ("terminal", "json", "sarif", "junit")


def found(path: Path, *options: str) -> list[Any]:
    report = report_of(path, "--policy", "generic", *options)
    results: list[dict[str, Any]] = report["results"]
    return list(next(result for result in results if result["rule"] == "TRE-SEC-002")["findings"])


def image(*layers: Any, **config: Any) -> ImageBuilder:
    builder = ImageBuilder()
    for entries in layers:
        builder = builder.layer(*entries)
    return builder.config(**config) if config else builder


def test_a_visible_file_with_its_line(tmp_path: Path) -> None:
    path = image([file("/app/settings.env", b"A=1\nB=2\n" + LINE)]).save(tmp_path / "a.tar")
    (finding,) = found(path)
    (evidence,) = finding["evidence"]
    assert (evidence["path"], evidence["line"], evidence["state"]) == ("/app/settings.env", 3, "visible")
    assert evidence["file_sha256"] is None, "the digest of a small file tells what is in it"
    assert PASSWORD not in evidence["excerpt"]


def test_a_deleted_file_says_who_deleted_it(tmp_path: Path) -> None:
    path = image([file("/app/.env", LINE)], [whiteout("/app/.env")]).save(tmp_path / "a.tar")
    (finding,) = found(path)
    assert finding["evidence"][0]["state"] == "deleted"
    assert finding["evidence"][0]["layer"]["index"] == 0
    assert "deleted in layer 1" in finding["message"]
    assert "still present in layer 0" in finding["message"]


def test_an_overwritten_file(tmp_path: Path) -> None:
    path = image([file("/app/.env", LINE)], [file("/app/.env", b"nothing\n")]).save(tmp_path / "a.tar")
    (finding,) = found(path)
    assert finding["evidence"][0]["state"] == "overwritten"
    assert "overwritten in layer 1" in finding["message"]


def test_a_file_whose_own_name_is_gone_but_a_hard_link_still_shows(tmp_path: Path) -> None:
    path = image([file("/a/.env", LINE), hardlink("/b/.env", "/a/.env")], [whiteout("/a/.env")]).save(tmp_path / "a.tar")
    (finding,) = found(path)
    assert (finding["evidence"][0]["path"], finding["evidence"][0]["state"]) == ("/b/.env", "visible")


def test_a_large_file_has_its_digest(tmp_path: Path) -> None:
    path = image([file("/app/notes.txt", b"line\n" * 400 + LINE)]).save(tmp_path / "a.tar")
    (finding,) = found(path)
    assert len(finding["evidence"][0]["file_sha256"]) == 64


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_text_in_utf_16(encoding: str, tmp_path: Path) -> None:
    mark = b"\xff\xfe" if encoding.endswith("le") else b"\xfe\xff"
    content = mark + ("title\r\n" + LINE.decode()).encode(encoding)
    (finding,) = found(image([file("/app/settings.txt", content)]).save(tmp_path / "a.tar"))
    assert finding["evidence"][0]["line"] == 2


@pytest.mark.parametrize("before", [(1 << 20) - 30, (2 << 20) - 600, (2 << 20) - 20, 3 << 20])
@pytest.mark.parametrize("head", [b"text ", b"\0binary "])
def test_a_credential_anywhere_in_a_large_file(before: int, head: bytes, tmp_path: Path) -> None:
    content = head.ljust(before, b".") + b"\n" + LINE + b"." * 1000
    (finding,) = found(image([file("/app/large", content)]).save(tmp_path / "a.tar"))
    assert finding["evidence"][0]["line"] == (2 if head == b"text " else None)


def test_a_program_and_media_are_searched_too(tmp_path: Path) -> None:
    entries = [
        file(f"/{name}", magic + b"." * 100 + b"\n" + LINE)
        for name, magic in (("elf", b"\x7fELF"), ("png", b"\x89PNG"), ("zip", b"PK\3\4"))
    ]
    assert len(found(image(entries).save(tmp_path / "a.tar"))) == 3


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"env": [f"DATABASE_URL={URL}"]}, "Env[DATABASE_URL]"),
        ({"entrypoint": ["/run", "--db", URL]}, "Entrypoint[2]"),
        ({"cmd": [URL]}, "Cmd[0]"),
        ({"labels": {"note": URL}}, "Labels[note]"),
        ({"on_build": [f"RUN x {URL}"]}, "OnBuild[0]"),
        ({"healthcheck": {"Test": ["CMD-SHELL", f"check {URL}"]}}, "Healthcheck[1]"),
        ({"user": URL}, "User"),
        ({"working_dir": URL}, "WorkingDir"),
    ],
)
def test_fields_of_the_config(config: dict[str, Any], field: str, tmp_path: Path) -> None:
    fields = [finding["evidence"][0]["config_field"] for finding in found(image([file("/a")], **config).save(tmp_path / "a.tar"))]
    assert field in fields


def test_build_arguments_in_the_history(tmp_path: Path) -> None:
    path = ImageBuilder().layer(file("/a"), created_by=f"|1 DB={URL} /bin/sh -c make").save(tmp_path / "a.tar")
    (finding,) = found(path)
    assert finding["evidence"][0]["config_field"] == "History[0].created_by"
    assert finding["evidence"][0]["layer"]["index"] == 0


SCRIPT = f"#!/bin/sh\ncurl -u study:{PASSWORD} {URL}\n".encode()
EVERYWHERE = (
    ImageBuilder()
    .layer(file("/app/.env", LINE), file(f"/app/{TOKEN}/x", LINE), created_by=f"|1 DB={URL} /bin/sh -c make")
    .layer(file("/app/run.sh", SCRIPT, mode=0o755), whiteout("/app/.env"), created_by=f"RUN x {URL}")
    .config(entrypoint=["/app/run.sh", URL], env=[f"DATABASE_URL={URL}"], labels={"a": URL}, working_dir="/app")
    .reference("app:1")
)


@pytest.mark.parametrize("form", FORMATS)
def test_no_value_is_in_any_report(form: str, tmp_path: Path) -> None:
    outcome = run("inspect", EVERYWHERE.save(tmp_path / "a.tar"), "--format", form)
    assert URL not in outcome.text
    assert f"study:{PASSWORD}" not in outcome.text.replace("\n", "").replace(" ", "")
    assert TOKEN not in outcome.text.replace("\n", "").replace(" ", "")
    assert URL not in outcome.err


@pytest.mark.parametrize("command", ["config", "history"])
@pytest.mark.parametrize("form", ["table", "json"])
def test_config_and_history_mask_unless_asked(command: str, form: str, tmp_path: Path) -> None:
    path = EVERYWHERE.save(tmp_path / "a.tar")
    assert PASSWORD not in run(command, path, "--format", form).text.replace("\n", "").replace(" ", "")
    assert PASSWORD in run(command, path, "--format", form, "--show-secrets").text.replace("\n", "").replace(" ", "")


def test_what_is_behind_the_end_of_a_layers_gzip_is_searched(tmp_path: Path) -> None:
    source = image([file("/a")]).save(tmp_path / "source", "oci-dir")
    manifest_name = json.loads((source / "index.json").read_text())["manifests"][0]["digest"].partition(":")[2]
    layer = json.loads((source / "blobs" / "sha256" / manifest_name).read_text())["layers"][0]["digest"].partition(":")[2]
    blob = source / "blobs" / "sha256" / layer
    assert gzip.decompress(blob.read_bytes())
    blob.write_bytes(blob.read_bytes() + LINE)
    messages = [finding["message"] for finding in found(source)]
    assert any("in layer 0, in data after the end of its tar" in message for message in messages)


def test_what_nothing_refers_to_is_searched(tmp_path: Path) -> None:
    source = image([file("/a")]).save(tmp_path / "source", "oci-dir")
    (source / "notes.txt").write_bytes(noise("n", 200) + b"\n" + LINE)
    assert [finding["evidence"][0]["archive_member"] for finding in found(source)] == ["notes.txt"]


def test_a_flood_of_credentials_is_incomplete_or_failed_never_clean(tmp_path: Path) -> None:
    path = image([file("/flood", LINE * 30_000)]).save(tmp_path / "a.tar")
    report = report_of(path, "--policy", "generic")
    assert not report["coverage"]["complete"]
    assert report["verdict"] == "fail"


def test_what_is_published_is_a_warning_where_a_policy_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "rules" / "knowledge" / "published"
    folder.mkdir(parents=True)
    digest = hashlib.sha256(PASSWORD.encode()).hexdigest()
    (folder / "own.yaml").write_text(f"published:\n  - id: own\n    title: Key of our manual\n    sha256: ['{digest}']\n")
    path = image([file("/app/.env", LINE)]).save(tmp_path / "a.tar")
    (finding,) = found(path, "--rules", str(tmp_path / "rules"))
    assert finding["verdict"] == "warn"
    assert "Publicly known (Key of our manual)" in finding["message"]


# -- several lines, and copies -------------------------------------------------------------------------------------------

TOKENS = ["glpat-" + "Zq7xW2mK9pL4vN8sT3y" + letter for letter in "ABCDEFGHIJKL"]
COMPILED = b"\xa7\r\r\n" + bytes(30) + TOKEN.encode() + bytes(10)


def test_many_credentials_of_a_file_are_one_finding_with_their_lines(tmp_path: Path) -> None:
    content = "".join(f"token={token}\n\n" for token in TOKENS)
    (finding,) = found(image([file("/app/keys.txt", content.encode())]).save(tmp_path / "a.tar"))
    assert "(12 matches) in /app/keys.txt, lines 1, 3, 5, 7, 9, 11, 13, 15, 17, 19 and 2 more" in finding["message"]
    assert [evidence["line"] for evidence in finding["evidence"]] == list(range(1, 24, 2))


@pytest.mark.parametrize("compiled", ["/app/__pycache__/x.cpython-311.pyc", "/app/__pycache__/x.cpython-311.opt-2.pyc", "/app/x.pyc"])
def test_a_source_and_what_was_compiled_of_it_are_one_finding(compiled: str, tmp_path: Path) -> None:
    source = file("/app/x.py", f'T = "{TOKEN}"\n'.encode())
    (finding,) = found(image([file(compiled, COMPILED), source]).save(tmp_path / "a.tar"))
    assert [evidence["path"] for evidence in finding["evidence"]] == ["/app/x.py", compiled]
    assert finding["message"].endswith(f"in /app/x.py; also in {compiled}")


def test_what_only_looks_compiled_is_a_finding_of_its_own(tmp_path: Path) -> None:
    source = file("/app/x.py", f'T = "{TOKEN}"\n'.encode())
    other = file("/app/x.pyc", b"\xa7\r\r\n" + bytes(30) + PRIVATE_KEY_OF_ANOTHER_KIND)
    assert len(found(image([source, file("/app/y.pyc", COMPILED), other]).save(tmp_path / "a.tar"))) == 3


PRIVATE_KEY_OF_ANOTHER_KIND = f"postgresql://study:{PASSWORD}@db.example.org/study".encode() + bytes(10)


def test_a_deleted_source_is_behind_what_is_still_visible(tmp_path: Path) -> None:
    layers = [file("/app/x.py", f'T = "{TOKEN}"\n'.encode()), file("/app/x.pyc", COMPILED)], [whiteout("/app/x.py")]
    (finding,) = found(image(*layers).save(tmp_path / "a.tar"))
    assert [evidence["state"] for evidence in finding["evidence"]] == ["visible", "deleted"]
    assert "also in /app/x.py, deleted in layer 1" in finding["message"]


def test_a_file_that_two_layers_hold_is_one_finding(tmp_path: Path) -> None:
    (finding,) = found(image([file("/app/.env", LINE)], [file("/app/.env", LINE, mode=0o600)]).save(tmp_path / "a.tar"))
    assert [(evidence["layer"]["index"], evidence["state"]) for evidence in finding["evidence"]] == [(1, "visible"), (0, "overwritten")]


def test_a_file_that_another_credential_was_put_into_is_two_findings(tmp_path: Path) -> None:
    layers = [file("/app/a", f"token={TOKEN}\n".encode())], [file("/app/a", f"first\ntoken={TOKENS[0]}\n".encode())]
    assert len(found(image(*layers).save(tmp_path / "a.tar"))) == 2


def test_the_fingerprint_stays_when_a_file_has_one_more(tmp_path: Path) -> None:
    prints = set()
    for count in (1, 2, 9):
        content = "".join(f"token={token}\n" for token in TOKENS[:count])
        (finding,) = found(image([file("/app/keys.txt", content.encode())]).save(tmp_path / f"{count}.tar"))
        prints.add(finding["fingerprint"])
    assert len(prints) == 1
