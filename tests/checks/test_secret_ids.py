"""Ids of credentials in reports: the same for the same secret, whatever the image, the place and the encoding; none without a key."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from imginspect.archive import open_archive
from imginspect.host.cache import Cache
from imginspect.image import list_images
from imginspect.inspection.criteria import load_criteria
from imginspect.inspection.inspect import inspect
from imginspect.inspection.reader_key import reader_key
from imginspect.reading.layer_cache import LayerCache
from imginspect.scan.secret_id import secret_id
from tests.image_builder import ImageBuilder, file, symlink, whiteout
from tests.inspecting import report_of

pytestmark = pytest.mark.slow

KEY = b"\x00\x01 a key of random bytes \xff\n"
TOKEN = "glpat-" + "Zq7xW2mK9pL4vN8sT3yB"
PASSWORD = "kX83" + "plQz77rTvW"
UMLAUT = "kX83" + "plÖł77rTvW"
URL = f"postgresql://study:{PASSWORD}@db.example.org/study"
IMAGE = ImageBuilder().layer(file("/a"))
EMPTY = ImageBuilder()


def evidence_of(path: Path, key: bytes | None = KEY) -> list[dict[str, Any]]:
    """The evidence of all findings on credentials."""
    options: list[str] = []
    if key is not None:
        (path.parent / "fp.key").write_bytes(key)
        options = ["--fingerprint-key", str(path.parent / "fp.key")]
    report = report_of(path, "--policy", "generic", *options)
    others = [result["findings"] for result in report["results"] if result["rule"] != "TRE-SEC-002"]
    assert not [item for findings in others for finding in findings for item in finding["evidence"] if item["secret_id"] is not None]
    (result,) = [result for result in report["results"] if result["rule"] == "TRE-SEC-002"]
    return [item for finding in result["findings"] for item in finding["evidence"]]


def ids(image: ImageBuilder, folder: Path, key: bytes | None = KEY, form: str = "oci") -> list[str | None]:
    return [item["secret_id"] for item in evidence_of(image.save(folder / "image", form), key)]


def named(value: str) -> str:
    return secret_id(KEY, value.encode())


PGPASS = f"db.example.org:5432:*:study:{PASSWORD}\n"
NETRC = f"machine db.example.org login study password {PASSWORD}\n"
DOCKER = json.dumps({"auths": {"r.example.org": {"password": PASSWORD}}})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/root/.pgpass", PGPASS),
        ("/root/.netrc", NETRC),
        ("/root/.docker/config.json", DOCKER),
        ("/app/.env", f"DB_PASSWORD={PASSWORD}\n"),
        ("/app/.env", f"DB_PASSWORD='{PASSWORD}'\r\n"),
        ("/app/settings.py", f"DATABASE = '{URL}'\n"),
        ("/app/.env", f"DATABASE_URL={URL}\n"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_in_files(path: str, text: str, encoding: str, tmp_path: Path) -> None:
    found = ids(EMPTY.layer(file(path, text.encode(encoding))), tmp_path)
    assert set(found) == {named(PASSWORD)}


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_letters_that_are_not_ascii_are_those_of_the_text(mark: str, encoding: str, end: str, tmp_path: Path) -> None:
    for value in (UMLAUT, "Ö" + UMLAUT, UMLAUT + "ł"):
        text = f"{mark}DB_PASSWORD={value}{end}"
        assert ids(EMPTY.layer(file("/app/.env", text.encode(encoding))), tmp_path) == [named(value)]
        assert ids(EMPTY.layer(file("/app/.env", text.encode())), tmp_path) == [named(value)]


@pytest.mark.parametrize(
    "image",
    [
        IMAGE.config(env=[f"DATABASE_URL={URL}"]),
        IMAGE.config(labels={"note": URL}),
        IMAGE.config(cmd=[URL]),
        EMPTY.layer(file("/a"), created_by=f"|1 DB={URL} /bin/sh -c make"),
        IMAGE.config_json(lambda document: {**document, "unknown": URL}),
        EMPTY.layer(symlink("/l", URL)),
        EMPTY.layer(file("/x", b"1", xattrs={"user.note": URL.encode()})),
        EMPTY.layer(file("/.env", f"A={URL}".encode())).layer(whiteout("/.env")),
        EMPTY.layer(file("/large", b"line\n" * 300_000 + URL.encode() + b"\n" * 3_000_000)),
    ],
)
def test_in_documents_names_and_elsewhere(image: ImageBuilder, tmp_path: Path) -> None:
    assert set(ids(image, tmp_path)) == {named(PASSWORD)}


def test_in_the_name_of_an_entry_and_escaped_in_a_document(tmp_path: Path) -> None:
    escaped = "".join(f"\\u{ord(character):04x}" for character in TOKEN)
    documents = IMAGE.config_json(lambda document: (json.dumps(document)[:-1] + f', "unknown": "{escaped}"}}').encode())
    for image in (EMPTY.layer(file(f"/app/{TOKEN}/x")), documents):
        assert ids(image, tmp_path) == [named(TOKEN)]


def test_in_what_belongs_to_no_image_and_behind_the_end_of_a_layer(tmp_path: Path) -> None:
    source = IMAGE.save(tmp_path / "source", "oci-dir")
    (source / "notes.txt").write_text(f"words\n{URL}\n")
    manifest_name = json.loads((source / "index.json").read_text())["manifests"][0]["digest"].partition(":")[2]
    layer = json.loads((source / "blobs" / "sha256" / manifest_name).read_text())["layers"][0]["digest"].partition(":")[2]
    with (source / "blobs" / "sha256" / layer).open("ab") as blob:
        blob.write(URL.encode())
    found = evidence_of(source)
    assert [item["member"] for item in found] == ["notes.txt", "layer 0"]
    assert {item["secret_id"] for item in found} == {named(PASSWORD)}


@pytest.mark.parametrize("form", ["docker", "oci", "podman"])
def test_each_place_of_a_finding_has_the_id_of_its_own_secret(form: str, tmp_path: Path) -> None:
    other = TOKEN[:-1] + "Q"
    text = "\n".join(["x", TOKEN, other, TOKEN, ""])
    assert ids(EMPTY.layer(file("/notes.txt", text.encode())), tmp_path, form=form) == [named(value) for value in (TOKEN, other, TOKEN)]


def test_another_key_gives_other_ids_and_no_key_none(tmp_path: Path) -> None:
    image = EMPTY.layer(file("/notes.txt", TOKEN.encode())).config(env=[f"A={URL}"])
    with_key, with_another, without = (ids(image, tmp_path, key) for key in (KEY, KEY + b"\n", None))
    assert len({*with_key, *with_another}) == 4
    assert without == [None, None]


def test_a_key_changes_nothing_else(tmp_path: Path) -> None:
    image = EMPTY.layer(file("/notes.txt", TOKEN.encode())).config(env=[f"A={URL}"])
    with_key, without = (evidence_of(image.save(tmp_path / "image"), key) for key in (KEY, None))
    assert [item | {"secret_id": None} for item in with_key] == without


def test_a_private_key_is_the_same_in_a_file_and_in_a_line_of_json(tmp_path: Path) -> None:
    body = base64.b64encode(b"openssh-key-v1\0" + bytes(range(180))).decode()
    lines = [
        "-----BEGIN OPENSSH PRIVATE" + " KEY-----",
        *(body[at : at + 70] for at in range(0, len(body), 70)),
        "-----END OPENSSH PRIVATE KEY-----",
    ]
    image = EMPTY.layer(file("/root/.ssh/id_rsa", "\n".join([*lines, ""]).encode()), file("/win", "\r\n".join(lines).encode()))
    image = image.layer(file("/app/key.json", json.dumps({"key": "\n".join(lines)}).encode())).config(env=["KEY=" + "\\n".join(lines)])
    found = evidence_of(image.save(tmp_path / "image"))
    assert {item["path"] or item["config_field"] for item in found} >= {"/root/.ssh/id_rsa", "/win", "/app/key.json", "Env[KEY]"}
    assert len({item["secret_id"] for item in found}) == 1


def test_what_is_kept_of_a_layer_has_the_ids_of_its_key_alone(tmp_path: Path) -> None:
    """Each criteria twice over one folder: the second time the layer is known."""
    path = EMPTY.layer(file("/notes.txt", TOKEN.encode())).save(tmp_path / "image.tar")
    folder = tmp_path / "cache"
    for key in (KEY, None, KEY + b"\n"):
        criteria = load_criteria("generic", fingerprint_key=key)
        expected = [secret_id(key, TOKEN.encode()) if key is not None else ""]
        for is_known in (False, True):
            with open_archive(path) as archive:
                kept = LayerCache(Cache(folder), criteria.matcher, reader_key(criteria, archive.limits))
                listing = list_images(archive)
                digest = str(listing.images[0].layers[0].blob.digest)
                assert kept.has(kept.key(digest, "sha256")) == is_known
                report = inspect(archive, listing.images[0], listing, criteria, cache=kept)
            found = [item for result in report.results if result.rule.check == "credentials" for item in result.findings]
            assert [item.secret_id for finding in found for item in finding.evidence] == expected
    assert not [entry for entry in folder.iterdir() if KEY in entry.read_bytes()]
