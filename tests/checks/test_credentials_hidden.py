"""Credentials where few look: escaped in documents, in names and attributes, beyond a limit; and parts of them in messages."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from imginspect.reading import documents
from tests.image_builder import ImageBuilder, file, hardlink, noise, symlink, whiteout
from tests.inspecting import report_of, run

pytestmark = pytest.mark.slow

TOKEN = "glpat-" + "Zq7xW2mK9pL4vN8sT3yB"
PASSWORD = "kX83" + "plQz77rTvW"
URL = f"postgresql://study:{PASSWORD}@db.example.org/study"
ESCAPED = "".join(f"\\u{ord(character):04x}" for character in TOKEN)
IMAGE = ImageBuilder().layer(file("/a"))


def result_of(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The report, and the result of the rule on credentials."""
    report = report_of(path, "--policy", "generic")
    return report, next(result for result in report["results"] if result["rule"] == "TRE-SEC-002")


def evidence_of(image: ImageBuilder, tmp_path: Path) -> list[dict[str, Any]]:
    _, result = result_of(image.save(tmp_path / "image"))
    return [evidence for finding in result["findings"] for evidence in finding["evidence"]]


@pytest.mark.parametrize(
    "escaped", [ESCAPED, "glpat\\u002d" + TOKEN[6:], f"a\\n{ESCAPED}\\/", f'{{\\"a\\": \\"{TOKEN[:5]}\\\\u002d{TOKEN[6:]}\\"}}']
)
@pytest.mark.parametrize("place", ['"unknown": {"x": ["%s"]}', '"unknown": {"%s": 1}', '"config": {"Labels": {"a": "%s"}}'])
def test_what_escapes_of_json_stand_for(escaped: str, place: str, tmp_path: Path) -> None:
    def edit(document: dict[str, Any]) -> bytes:
        return (json.dumps(document)[:-1] + ", " + place % escaped + "}").encode()

    path = IMAGE.config_json(edit).save(tmp_path / "a.tar")
    _, result = result_of(path)
    assert result["verdict"] == "fail"
    assert len(result["findings"]) == 1


def test_an_annotation_of_the_manifest(tmp_path: Path) -> None:
    source = IMAGE.save(tmp_path / "source", "oci-dir")
    index = json.loads((source / "index.json").read_text())
    index["manifests"][0]["annotations"] = {"note": URL}
    (source / "index.json").write_text(json.dumps(index))
    _, result = result_of(source)
    assert [finding["evidence"][0]["archive_member"] for finding in result["findings"]] == ["index.json"]


def test_a_second_credential_of_a_kind_is_told_where_only_a_raw_document_holds_it(tmp_path: Path) -> None:
    image = IMAGE.config(env=[f"A={TOKEN}"]).config_json(
        lambda document: {**document, "unknown": TOKEN[::-1][:-6] + " " + TOKEN[:-1] + "Q"}
    )
    assert len(evidence_of(image, tmp_path)) == 2


FLOOD = "\n".join(f"token_{number}=glpat-{number:020}" for number in range(25_000))


@pytest.mark.parametrize("fields", [{"labels": {"a": FLOOD}}, {"env": [f"A={FLOOD}"]}, {"cmd": [FLOOD]}, {"unknown": FLOOD}])
def test_a_document_that_is_not_searched_to_its_end_is_said_not_to_be(fields: dict[str, Any], tmp_path: Path) -> None:
    image = IMAGE.config_json(lambda document: {**document, **fields}) if "unknown" in fields else IMAGE.config(**fields)
    report, _ = result_of(image.save(tmp_path / "a.tar"))
    assert not report["coverage"]["complete"]
    assert any("credential search in it stopped early" in problem["what"] and problem["unread"] for problem in report["problems"])


def test_more_strings_in_the_config_than_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_MOST_STRINGS", 10)
    report, _ = result_of(IMAGE.config(env=[f"A{number}=1" for number in range(20)]).save(tmp_path / "a.tar"))
    assert [(problem["where"], problem["unread"]) for problem in report["problems"]] == [("the config", True)]
    assert report["verdict"] == "incomplete" or not report["coverage"]["complete"]


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (file(f"/app/{TOKEN}"), "name"),
        (file(f"/app/{TOKEN}/inner/x"), "name"),
        (whiteout(f"/app/{TOKEN}"), "name"),
        (symlink("/l", URL), "link"),
        (hardlink("/l", f"/app/{TOKEN}"), "link"),
        (file("/x", b"1", xattrs={"user.note": TOKEN.encode()}), "attribute"),
    ],
)
def test_names_links_and_attributes(entry: Any, what: str, tmp_path: Path) -> None:
    path = IMAGE.layer(file("/first", b"1"), entry).save(tmp_path / "a.tar")
    report, result = result_of(path)
    assert any(what in finding["message"] and "layer 1" in finding["message"] for finding in result["findings"])
    assert {evidence["layer"]["index"] for finding in result["findings"] for evidence in finding["evidence"]} == {1}
    assert TOKEN not in json.dumps(report)
    assert PASSWORD not in json.dumps(report)


def test_a_folder_with_a_credential_in_its_name_is_told_once(tmp_path: Path) -> None:
    entries = [file(f"/app/{TOKEN}/{number}", b"1") for number in range(50)]
    assert len(evidence_of(ImageBuilder().layer(*entries), tmp_path)) == 1


def test_what_several_names_only_hold_together_is_nothing(tmp_path: Path) -> None:
    assert evidence_of(ImageBuilder().layer(file("/machine a.test"), file("/login lab"), file(f"/password {PASSWORD}")), tmp_path) == []


def test_a_flood_of_credentials_in_names_is_said_to_stop_the_search(tmp_path: Path) -> None:
    report, result = result_of(
        ImageBuilder().layer(*(file(f"/{TOKEN[:-4]}{number:04}", b"1") for number in range(3000))).save(tmp_path / "a")
    )
    assert result["verdict"] == "fail"
    assert any(problem["where"] == "the names in layer 0" and problem["unread"] for problem in report["problems"])


@pytest.mark.parametrize("length", [79, 80, 100, 120, 200])
@pytest.mark.parametrize("form", ["terminal", "json", "sarif", "junit"])
def test_no_part_of_a_credential_is_shown_where_a_message_is_cut(length: int, form: str, tmp_path: Path) -> None:
    at = URL.index(PASSWORD)
    cut = ["/" + "a" * (length - at - shown) + " " + URL for shown in (8, 10, 13)]
    layers = ImageBuilder()
    for number, text in enumerate(cut):
        layers = layers.layer(
            symlink(f"/l{number}", text), symlink("/safe_data", text), symlink("/scratch", text), file(f"/f{number}", URL.encode())
        )
        layers = layers.layer(whiteout(f"/f{number}"), created_by=f"RUN {text}")
    image = layers.config(entrypoint=["/bin/x", *cut], env=[f"TMPDIR={cut[0]}", f"PATH={cut[1]}", cut[2]], working_dir=cut[0], user=cut[1])
    text = run("inspect", image.save(tmp_path / "a.tar"), "--format", form, "--policy", "epcc-tre").text
    assert PASSWORD[:8] not in "".join(text.split())


def test_the_instruction_that_deleted_a_file_is_named_where_it_is_long(tmp_path: Path) -> None:
    image = ImageBuilder().layer(file("/f", URL.encode())).layer(whiteout("/f"), created_by="RUN /bin/sh -c " + "true " * 50)
    _, result = result_of(image.save(tmp_path / "a.tar"))
    assert "(RUN …)" in result["findings"][0]["message"]


def _key(size: int, label: str = "RSA ") -> str:
    """A private key of *size* bytes in DER, in armour."""
    body = base64.encodebytes(b"\x30\x82" + size.to_bytes(2, "big") + noise(f"key {size}", size)).decode()
    return f"-----BEGIN {label}PRIVATE KEY-----\n{body}-----END {label}PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    "text",
    [
        _key(9200),
        json.dumps({"key": _key(9200)}),
        "".join(f"{' ' * 40}{line}\n" for line in _key(4700).splitlines()),
        f"if line == '-----BEGIN RSA {'PRIVATE'} KEY-----':\n" + _key(1200),
        _key(1200).replace("A", "*", 30) + _key(1200),
        "".join(f"# {line}\n" for line in _key(1200).splitlines()),
        json.dumps({"url": URL}).replace("/", "\\/"),
    ],
)
def test_keys_and_logins_in_other_clothes(text: str, tmp_path: Path) -> None:
    assert len(evidence_of(ImageBuilder().layer(file("/app/notes", text.encode())), tmp_path)) == 1
