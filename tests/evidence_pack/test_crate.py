"""The RO-Crate of a pack: read by the library that its users have, and judged by the profile's own validator where that is installed."""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Any

import pytest

from imginspect.evidence_pack import write_pack
from tests.evidence_pack.packs import pack_of, record, sample, signer


def graph(**options: Any) -> dict[str, Any]:
    tree = json.loads(pack_of([sample()], **options).files["ro-crate-metadata.json"])
    return {entity["@id"]: entity for entity in tree["@graph"]}


def test_every_file_is_described_and_every_reference_leads_somewhere() -> None:
    pack = pack_of([sample(), sample()], signer(), by="A. Auditor")
    tree = json.loads(pack.files["ro-crate-metadata.json"])
    entities = {entity["@id"]: entity for entity in tree["@graph"]}
    assert len(entities) == len(tree["@graph"])
    assert {part["@id"] for part in entities["./"]["hasPart"]} == pack.files.keys() - {"ro-crate-metadata.json"}
    references = {item["@id"] for entity in tree["@graph"] for value in entity.values() for item in _references(value)}
    assert {name for name in references - entities.keys() if not name.startswith("http")} == set()


def _references(value: Any) -> list[dict[str, str]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def test_the_inspection_is_an_assessment_of_the_image_by_its_digests() -> None:
    entities = graph(by="A. Auditor")
    action = entities["#inspection-1"]
    assert action["@type"] == "AssessAction"
    assert entities[action["instrument"]["@id"]]["name"] == "imginspect"
    assert entities[action["agent"]["@id"]]["name"] == "A. Auditor"
    image = entities[action["object"]["@id"]]
    assert {entities[item["@id"]]["value"] for item in image["identifier"]} == {f"sha256:{'ab' * 32}", f"sha256:{'ef' * 32}"}
    results = {item["@id"] for item in action["result"]}
    assert {"report.json", "report.txt"} <= results
    assert entities["#verdict-1"]["value"] == "fail"
    assert not any("CheckValue" in str(entity) for entity in entities.values())


def test_without_a_name_nobody_is_named() -> None:
    entities = graph()
    assert "#agent" not in entities
    assert "agent" not in entities["#inspection-1"]


def test_an_image_that_was_not_inspected_has_a_failed_action() -> None:
    tree = json.loads(pack_of([sample(verdict="not-inspected", exit_code=3, image=None)]).files["ro-crate-metadata.json"])
    action = next(entity for entity in tree["@graph"] if entity["@id"] == "#inspection-1")
    assert action["actionStatus"] == "http://schema.org/FailedActionStatus"


def test_the_library_reads_the_crate(tmp_path: Path) -> None:
    rocrate = pytest.importorskip("rocrate.rocrate")
    write_pack(pack_of([sample()], signer()), record(), tmp_path / "pack")
    crate = rocrate.ROCrate(str(tmp_path / "pack"))
    assert {entity.id for entity in crate.data_entities} == {
        path.relative_to(tmp_path / "pack").as_posix() for path in (tmp_path / "pack").rglob("*") if path.is_file()
    } - {"ro-crate-metadata.json", "inspection.json"}
    assert crate.get("#inspection-1")["instrument"].id == "#imginspect"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of libraries that the validator uses
def test_the_validator_finds_nothing_that_is_required(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its look-ups of the JSON-LD context are served from the copy that the library ships: no test asks the network."""
    services = pytest.importorskip("rocrate_validator.services")
    rocrate = pytest.importorskip("rocrate")
    shipped = json.loads((Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_text("utf-8"))
    served = {"@context": shipped["@context"]}
    answer = types.SimpleNamespace(status_code=200, ok=True, headers={"Content-Type": "application/ld+json"}, text=json.dumps(served))
    answer.json = lambda: served
    context, http = (pytest.importorskip(name) for name in ("rdflib.plugins.shared.jsonld.context", "rocrate_validator.utils.http"))
    monkeypatch.setattr(context.Context, "_fetch_context", lambda *_: served)
    monkeypatch.setattr(http.HttpRequester, "__getattr__", lambda *_: lambda *_, **__: answer)
    required = pytest.importorskip("rocrate_validator.models").Severity.REQUIRED
    write_pack(pack_of([sample(), sample(verdict="pass")], signer(), by="A. Auditor"), record(), tmp_path / "pack")
    for changed in (False, True):
        if changed:
            _spoil(tmp_path / "pack" / "ro-crate-metadata.json")
        asked = services.ValidationSettings(
            rocrate_uri=str(tmp_path / "pack"), profile_identifier="ro-crate-1.1", requirement_severity=required
        )
        found = [f"{issue.check.identifier}: {issue.message}" for issue in services.validate(asked).get_issues()]
        assert bool(found) == changed, found


def _spoil(path: Path) -> None:
    """Take the date away, which the profile requires: the validator does look."""
    tree = json.loads(path.read_text("utf-8"))
    next(entity for entity in tree["@graph"] if entity["@id"] == "./").pop("datePublished")
    path.write_text(json.dumps(tree), "utf-8")
