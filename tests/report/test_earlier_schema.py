"""Reports and packs of schema 1 still render and verify, and say what their version passed over."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from imginspect.checks.result import Verdict
from imginspect.evidence_pack import make_pack
from imginspect.evidence_pack.answer import agrees
from imginspect.evidence_pack.checking import check_pack, documents_of
from imginspect.evidence_pack.reading import read_pack
from imginspect.report import json_format
from imginspect.report.formats import FORMATS, render
from imginspect.report.order import worst_first
from imginspect.report.reading import read_report
from imginspect.report.strict_json import NotReadable
from imginspect.rules import Undetermined
from tests.evidence_pack.packs import POLICY, pack_of, signer, stated_policy
from tests.inspecting import run
from tests.report.judged import OPEN, Kind, document_of
from tests.report.sample_document import sample_document

DEMO = Path(__file__).parent.parent / "golden" / "demo-schema-1.4.json"
NAMES = {
    "chain_of_custody": "chain", "startup": "start", "archive_layout": "archive_form", "other_images": "also_present",
    "fails_image": "counts", "archive_member": "member", "actual": "found", "not_analysed": "unread",
    "unreferenced_files": "other_files", "is_tool_metadata": "known", "changed_severities": "severities",
    "mount_directories": "directories", "folded-directory": "folder", "folded-package": "folder of a package",
}  # fmt: skip
"""Today's keys and kinds, and what they were called in version 1."""


ADDED = ("inspected_by", "inspected_on")


def renamed(value: Any) -> Any:
    """*value* in the words of version 1."""
    if isinstance(value, dict):
        return {NAMES.get(key, key): NAMES.get(item, item) if key == "kind" else renamed(item) for key, item in value.items()}
    return [renamed(item) for item in value] if isinstance(value, list) else value


def earlier(document: Any, version: str = "1.3") -> Any:
    """*document* as schema 1.3 or 1.4 had it."""
    made = renamed(copy.deepcopy(document))
    for item in made.get("reports", [made]):
        item["schema_version"] = version
        for result in item["results"]:
            del result["outcome_title"], result["harm"]
            for finding in result["findings"]:
                del finding["remediation"]
        for added in ADDED:
            del item[added]
        if item["image"]:
            del item["image"]["base"]
        if version == "1.3":
            del item["policy"]["undetermined"]
    return made | {"schema_version": version}


def with_open_rule() -> Any:
    """A report of schema 1.3 on an image with an open rule: its reason says that every rule is met."""
    made = earlier(document_of((Kind(Verdict.PASS), OPEN), undetermined=Undetermined.PASS))
    return made | {"reason": "every rule that applies is met"}


@pytest.mark.parametrize("version", ["1.3", "1.4"])
@pytest.mark.parametrize("several", [False, True])
def test_a_report_is_read_as_one_of_today(several: bool, version: str) -> None:
    today = json.loads(json_format.render([sample_document()], several=several))
    back = read_report(json.dumps(earlier(today, version)).encode())
    for item in today.get("reports", [today]):
        item["image"]["base"] = None
        item["policy"]["undetermined"] = None if version == "1.3" else item["policy"]["undetermined"]
        item["results"] = worst_first(item["results"])
        for result in item["results"]:
            result["outcome_title"] = ("Not met: " if result["verdict"] in ("fail", "warn") else "") + result["title"]
    assert json.loads(json_format.render(back.documents, several=back.several)) == today


def test_a_report_that_was_filed_with_schema_1_4_renders_whole(tmp_path: Path) -> None:
    filed = json.loads(DEMO.read_text())
    back = read_report(DEMO.read_bytes())
    again = earlier(json.loads(json_format.render(back.documents, several=back.several)), "1.4")
    for item in (again, filed):
        item["results"].sort(key=lambda result: result["rule"])
    assert again == filed
    for form in FORMATS:
        assert run("render", DEMO, "--format", form).code == 0


@pytest.mark.parametrize("form", FORMATS)
def test_it_renders_in_every_form(form: str, tmp_path: Path) -> None:
    (tmp_path / "app.json").write_text(json.dumps(earlier(sample_document())))
    assert run("render", tmp_path / "app.json", "--format", form).code == 0


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "json"])
def test_what_it_took_for_met_is_told(form: str) -> None:
    (document,) = read_report(json.dumps(with_open_rule()).encode()).documents
    text = " ".join(render(form, [document], several=False).split())
    assert "rule that applies is met" not in text
    if form != "gitlab":
        assert "1 high rule could not be decided" in text


def _with(document: Any, place: str, **values: Any) -> Any:
    for item in document[place] if isinstance(document[place], list) else [document[place]]:
        item.update(values)
    return document


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: _with(earlier(sample_document()), "policy", undetermined="pass"), "undetermined"),
        (lambda: _with(earlier(sample_document(), "1.4"), "policy", mount_directories=[]), "does not have"),
        (lambda: earlier(sample_document(), "1.4") | {"startup": None}, "does not have"),
        (lambda: earlier(sample_document(), "1.4") | {"inspected_by": "A. Auditor"}, "does not have"),
        (lambda: {**sample_document(), "schema_version": "1.4"}, "does not have"),
        (lambda: earlier(sample_document(), "1.4") | {"schema_version": "2.0"}, "has no"),
        (lambda: earlier(sample_document(), "1.4") | {"policy": 1}, "expected an object"),
        (lambda: earlier(sample_document(), "1.4") | {"results": {}}, "expected a list"),
        (lambda: _with(earlier(sample_document(), "1.4"), "results", harm="other"), "harm"),
        (lambda: {**sample_document(), "schema_version": "1.2"}, r"this imginspect reads 1\.3, 1\.4, 2\.0"),
    ],
)
def test_keys_belong_to_their_version(make: Any, told: str) -> None:
    with pytest.raises(NotReadable, match=told):
        read_report(json.dumps(make()).encode())


@pytest.mark.parametrize("make", [lambda: earlier(sample_document()), with_open_rule])
def test_a_pack_of_then_verifies(make: Any, tmp_path: Path) -> None:
    filed = make()
    filed["policy"]["sha256"] = stated_policy(sample_document())["policy"]["sha256"]
    (document,) = read_report(json.dumps(filed).encode()).documents
    forms = {"report.json": json.dumps(filed).encode(), "report.txt": b"the report\n"}
    pack = make_pack([document], forms, {"policies/epcc-tre.yaml": POLICY}, signer=signer())
    for name, content in pack.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    stored = read_pack(tmp_path)
    statement = json.loads(stored.files["attestation/statement.json"])["predicate"]
    assert set(statement["policy"]) == {"id", "digest", "failOn", "strict"}, "as statements were then"
    assert not {"conditionsCount", "undecidedRules", "openRules"} & statement.keys()
    checks = check_pack(stored, documents_of(stored), None)
    assert agrees(checks), [item.disagreements for item in checks]


def test_a_pack_of_now_states_what_was_not_decided() -> None:
    document = document_of((Kind(Verdict.PASS, conditions=2), OPEN))
    predicate = json.loads(pack_of([document]).files["attestation/statement.json"])["predicate"]
    assert (predicate["verdict"], predicate["exitCode"], predicate["policy"]["undetermined"]) == ("undecided", 5, "undecided")
    assert (predicate["conditionsCount"], predicate["undecidedRules"]) == (2, ["TRE-T-001"])
    (stated,) = predicate["openRules"]
    assert stated == {"rule": "TRE-T-001", "verdict": "undetermined", "severity": "high", "title": document["results"][1]["outcome_title"]}
