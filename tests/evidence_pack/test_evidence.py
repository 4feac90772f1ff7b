"""Verifying a pack against the archive: whether each piece of evidence is really there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imginspect.evidence_pack import write_pack
from imginspect.examples.sample import build
from imginspect.report.document import ReportDocument
from imginspect.rules.folder import rules_folder
from imginspect.rules.loading import load
from tests.evidence_pack.packs import SCRIPT, document_of, image, inspected, pack_of, record
from tests.image_builder import ImageBuilder, file, flip_byte, whiteout
from tests.inspecting import Outcome, run
from tests.test_samples import FAULTS

pytestmark = pytest.mark.slow

FILES = "files of the evidence"
LINES = "lines of the evidence"
FIELDS = "config fields of the evidence"
DIGESTS = "digests of archive, manifest, config and layers"


def filed(built: ImageBuilder, folder: Path, form: str = "oci", script: bytes = SCRIPT) -> tuple[Path, ReportDocument]:
    """The archive of *built*, and the document on it."""
    archive = built.save(folder / "app.tar", form=form)
    return archive, document_of(inspected(archive), script)


def verified(document: ReportDocument, archive: Path, folder: Path) -> Outcome:
    write_pack(pack_of([document]), record(), folder / "pack")
    return run("verify", folder / "pack", archive, "--format", "json", "-q")


def results(outcome: Outcome) -> dict[str, Any]:
    assert outcome.out, outcome.err
    return {check["what"]: check for check in outcome.document["checks"]}


@pytest.mark.parametrize("form", ["oci", "docker"])
def test_the_evidence_of_an_image_is_in_its_archive(tmp_path: Path, form: str) -> None:
    archive, document = filed(image(), tmp_path, form)
    outcome = verified(document, archive, tmp_path)
    assert outcome.code == 0, outcome.text
    found = results(outcome)
    for what in (FILES, LINES, FIELDS, DIGESTS):
        assert found[what]["agreeing"] == found[what]["compared"] > 0


def test_one_byte_of_an_evidence_file_is_seen(tmp_path: Path) -> None:
    """The layer is not compressed, so that one byte of the file can be changed in the archive as it is."""
    archive = image().save(tmp_path / "app.tar", form="docker", compression="none")
    document = document_of(inspected(archive), SCRIPT)
    content = archive.read_bytes()
    at = content.find(b"curl https://example.org")
    archive.write_bytes(content[:at] + b"C" + content[at + 1 :])
    outcome = verified(document, archive, tmp_path)
    assert outcome.code == 1
    found = results(outcome)
    assert any("/app/run.sh in layer 1 has different content" in sentence for sentence in found[FILES]["disagreements"])
    assert "line 3 of /app/run.sh in layer 1 differs from the report" in found[LINES]["disagreements"]
    assert any(sentence.startswith("the archive as given has the digest") for sentence in found[DIGESTS]["disagreements"])
    assert any("layer content (diff_id) layer 1" in sentence for sentence in found[DIGESTS]["disagreements"])


def test_one_byte_of_a_compressed_layer_is_seen(tmp_path: Path) -> None:
    archive, document = filed(image(), tmp_path)
    digest = next(link["digest"] for link in document["chain_of_custody"] if link["role"] == "layer" and link["layer"] == 1)
    assert digest
    outcome = verified(document, flip_byte(archive, 40, f"blobs/sha256/{digest.partition(':')[2]}"), tmp_path)
    assert outcome.code == 1
    assert results(outcome)[DIGESTS]["result"] == "disagrees"


def test_another_image_is_not_the_one_that_was_inspected(tmp_path: Path) -> None:
    _, document = filed(image(), tmp_path)
    other = image(b"#!/bin/sh\nexit\n").save(tmp_path / "other.tar", form="oci")
    outcome = verified(document, other, tmp_path)
    assert outcome.code == 1
    assert "the archive does not contain the image" in results(outcome)["image is in the archive"]["disagreements"][0]


def _set(**parts: Any) -> Callable[[dict[str, Any]], None]:
    return lambda evidence: evidence.update(parts)


@pytest.mark.parametrize(
    ("change", "what", "said"),
    [
        (_set(path="/app/other.sh"), FILES, "/app/other.sh in layer 1 is missing"),
        (_set(file_sha256="00" * 32), FILES, "has different content"),
        (_set(size=1), FILES, "the report says 1"),
        (_set(context=[{"line": 3, "text": "wget https://example.org"}]), LINES, "line 3 of /app/run.sh in layer 1 differs"),
        (_set(context=[{"line": 2, "text": "curl https://example.org/model.bin -o /tmp/m"}]), LINES, "line 2 of"),
        (_set(context=[{"line": 999, "text": ""}]), LINES, "line 999 of"),
        (_set(excerpt="rm -rf /"), LINES, "does not contain the text that the report quotes"),
        (_set(excerpt="curl -o"), LINES, ""),
        (_set(excerpt="wget --quiet"), LINES, "does not contain the text that the report quotes"),
        (_set(context=[{"line": 3, "text": "…"}]), LINES, "line 3 of"),
    ],
)
def test_evidence_that_is_not_there_is_said(tmp_path: Path, change: Callable[[dict[str, Any]], None], what: str, said: str) -> None:
    archive, document = filed(image(), tmp_path)
    changed = [
        part
        for result in document["results"]
        for finding in result["findings"]
        for part in finding["evidence"]
        if part["path"] == "/app/run.sh" and part["line"] == 3
    ]
    assert changed
    for part in changed:
        change(part)  # type: ignore[arg-type]
    outcome = verified(document, archive, tmp_path)
    sentences = results(outcome)[what]["disagreements"]
    assert (outcome.code, bool(sentences)) == ((1, True) if said else (0, False)), outcome.text
    assert said in " ".join(sentences)


def test_a_layer_that_does_not_exist_is_said(tmp_path: Path) -> None:
    archive, document = filed(image(), tmp_path)
    for result in document["results"]:
        for finding in result["findings"]:
            for part in finding["evidence"]:
                if part["layer"]:
                    part["layer"]["index"] = 10**30
    outcome = verified(document, archive, tmp_path)
    assert outcome.code == 1
    assert results(outcome)[FILES]["agreeing"] == 0


def test_a_field_that_the_config_does_not_have_is_said(tmp_path: Path) -> None:
    archive, document = filed(image(), tmp_path)
    part = next(
        part for result in document["results"] for finding in result["findings"] for part in finding["evidence"] if part["config_field"]
    )
    part["config_field"] = "Env[NOT_THERE]"
    outcome = verified(document, archive, tmp_path)
    assert results(outcome)[FIELDS]["disagreements"] == ["the config has no field Env[NOT_THERE]"]


# -- what is masked, escaped or hidden ---------------------------------------------------------------------------------


def test_a_masked_credential_agrees_and_is_nowhere_in_the_answer(tmp_path: Path) -> None:
    secret = "ghp_" + "x7Kq2Lm9Pz4Rt6Vw8Yb1Nc3Df5Gh0JkSaEu2"[:36]
    script = f"#!/bin/sh\nexport TOKEN={secret}\nexec sleep 1\n".encode()
    built = image(script, env={"GITHUB_TOKEN": secret})
    archive = built.save(tmp_path / "app.tar", form="oci")
    document = document_of(inspected(archive))
    assert secret not in json.dumps(document)
    outcome = verified(document, archive, tmp_path)
    found = results(outcome)
    assert outcome.code == 0, outcome.text
    assert found[LINES]["compared"]
    assert secret not in outcome.text


@pytest.mark.parametrize("name", ["/app/ru\\n.sh", "/app/r\u202eun.sh", "/app/r\x1bun.sh", "/app/räum.sh"])
def test_a_path_that_is_shown_escaped_is_found(tmp_path: Path, name: str) -> None:
    built = (
        ImageBuilder().layer(file("/bin/sh", b"x", mode=0o755)).layer(file(name, SCRIPT, mode=0o755)).config(entrypoint=["/bin/sh", name])
    )
    archive = built.save(tmp_path / "app.tar", form="oci")
    outcome = verified(document_of(inspected(archive)), archive, tmp_path)
    assert outcome.code == 0, outcome.text
    assert results(outcome)[FILES]["compared"]


def test_a_file_that_a_later_layer_deleted_is_found_in_its_own(tmp_path: Path) -> None:
    secret = "ghp_" + "x7Kq2Lm9Pz4Rt6Vw8Yb1Nc3Df5Gh0JkSaEu2"[:36]
    built = image().layer(file("/root/.token", f"token={secret}\n".encode())).layer(whiteout("/root/.token"))
    archive = built.save(tmp_path / "app.tar", form="oci")
    document = document_of(inspected(archive))
    paths = [part["path"] for result in document["results"] for finding in result["findings"] for part in finding["evidence"]]
    assert "/root/.token" in paths
    outcome = verified(document, archive, tmp_path)
    assert outcome.code == 0, outcome.text


def test_an_archive_that_cannot_be_read_is_no_disagreement(tmp_path: Path) -> None:
    _, document = filed(image(), tmp_path)
    (tmp_path / "broken").write_bytes(b"nothing")
    assert verified(document, tmp_path / "broken", tmp_path).code == 3


def test_an_archive_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    _, document = filed(image(), tmp_path)
    assert verified(document, tmp_path / "missing", tmp_path).code == 2


# -- the evidence of every rule ----------------------------------------------------------------------------------------


def _examples() -> list[Any]:
    """Every image that a rule's examples describe, and one for each fault that the samples plant."""
    rules = load([rules_folder()]).rules
    described = [(f"{rule.id}: {example.title}", example.image) for rule in rules.rules for example in (*rule.flag, *rule.passing)]
    planted = [(name, lambda make=make: make().description()) for name, (make, _, _) in FAULTS.items()]
    return [pytest.param(make, id=name) for name, make in (*described, *planted)]


@pytest.mark.parametrize("make", _examples())
def test_what_the_rules_find_is_found_again(tmp_path: Path, make: Callable[[], dict[str, Any]]) -> None:
    """No evidence that a check gives is called wrong: hard links, directories, devices, fields, and images that are damaged."""
    archive = tmp_path / "app.tar"
    archive.write_bytes(build(make()))
    outcome = verified(document_of(inspected(archive)), archive, tmp_path)
    assert outcome.code == 0, outcome.text


def test_each_line_of_a_place_is_compared_and_the_excerpt_names_the_place_once(tmp_path: Path) -> None:
    tokens = ["glpat-" + "Zq7xW2mK9pL4vN8sT3y" + letter for letter in "ABCDEFGHIJKL"]
    start = b"#!/bin/sh\npython3 -c '\nimport requests\nrequests.get(\"https://example.org/x\")'\n"
    keys = "".join(f"token={token}\n\n" for token in tokens) + "#" * 2_000
    archive = image().layer(file("/keys.txt", keys.encode()), file("/start.sh", start, mode=0o755)).config(entrypoint=["/start.sh"]).save(
        tmp_path / "app.tar", form="oci"
    )  # fmt: skip
    document = document_of(inspected(archive), SCRIPT)
    outcome = verified(document, archive, tmp_path)
    assert outcome.code == 0, outcome.text
    (finding,) = [
        found
        for result in document["results"]
        for found in result["findings"]
        if "/keys.txt" in found["message"] and len(found["evidence"]) > 1
    ]
    excerpt = (tmp_path / "pack" / "excerpts" / f"{finding['fingerprint']}.txt").read_text("utf-8")
    assert "Evidence 1 of 1: /keys.txt, lines 1, 3, 5, 7, 9, 11, 13, 15, 17, 19 and 2 more" in excerpt
    assert excerpt.count("file sha256") == 1
    assert all(f"{line} | token=" in excerpt for line in range(1, 24, 2))
    finding["evidence"][2]["context"][0]["text"] = "something else"
    (tmp_path / "again").mkdir()
    wrong = verified(document, archive, tmp_path / "again")
    assert wrong.code == 1
    assert results(wrong)[LINES]["agreeing"] == results(wrong)[LINES]["compared"] - 1
