"""Reports and packs of schema 1.3 still render and verify, and say what their version passed over."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from imginspect.checks.result import Verdict
from imginspect.evidence_pack.answer import agrees
from imginspect.evidence_pack.checking import check_pack, documents_of
from imginspect.evidence_pack.reading import read_pack
from imginspect.report import json_format
from imginspect.report.formats import FORMATS, render
from imginspect.report.reading import read_report
from imginspect.report.strict_json import NotReadable
from imginspect.rules import Undetermined
from tests.evidence_pack.packs import pack_of, signer, stated_policy
from tests.inspecting import run
from tests.report.judged import OPEN, Kind, document_of
from tests.report.sample_document import sample_document


def earlier(document: Any) -> Any:
    """*document* as schema 1.3 had it."""
    made = copy.deepcopy(document)
    made["schema_version"] = "1.3"
    del made["policy"]["undetermined"]
    return made


def passed_over() -> Any:
    """A report of then on an image with an open rule: what it says is not so."""
    made = earlier(document_of((Kind(Verdict.PASS), OPEN), undetermined=Undetermined.PASS))
    return made | {"reason": "every rule that applies is met"}


@pytest.mark.parametrize("several", [False, True])
def test_a_report_comes_back_as_it_was_filed(several: bool) -> None:
    text = json_format.render([earlier(sample_document())], several=several)
    text = text.replace('"schema_version": "1.4"', '"schema_version": "1.3"')
    back = read_report(text.encode())
    again = json_format.render(back.documents, several=back.several)
    assert again.replace('"schema_version": "1.4"', '"schema_version": "1.3"') == text
    assert json.loads(again)["policy" if not several else "reports"] is not None


@pytest.mark.parametrize("form", FORMATS)
def test_it_renders_in_every_form(form: str, tmp_path: Path) -> None:
    (tmp_path / "app.json").write_text(json.dumps(earlier(sample_document())))
    assert run("render", tmp_path / "app.json", "--format", form).code == 0


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "json"])
def test_what_it_took_for_met_is_told(form: str) -> None:
    (document,) = read_report(json.dumps(passed_over()).encode()).documents
    text = " ".join(render(form, [document], several=False).split())
    assert "rule that applies is met" not in text
    if form != "gitlab":
        assert "1 high rule could not be decided" in text


def test_keys_belong_to_their_version() -> None:
    new = sample_document()
    for wrong in (earlier(new) | {"policy": new["policy"]}, {**new, "policy": earlier(new)["policy"]}):
        with pytest.raises(NotReadable, match="undetermined"):
            read_report(json.dumps(wrong).encode())
    with pytest.raises(NotReadable, match=r"this imginspect reads 1\.3 and 1\.4"):
        read_report(json.dumps({**new, "schema_version": "1.2"}).encode())


@pytest.mark.parametrize("make", [lambda: earlier(sample_document()), passed_over])
def test_a_pack_of_then_verifies(make: Any, tmp_path: Path) -> None:
    document = make()
    stated_policy(document)
    pack = pack_of([document], signer())
    for name, content in pack.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    stored = read_pack(tmp_path)
    statement = json.loads(stored.files["attestation/statement.json"])["predicate"]
    assert set(statement["policy"]) == {"id", "digest", "failOn", "strict"}, "as statements were then"
    assert not {"conditionsCount", "undecidedRules"} & statement.keys()
    checks = check_pack(stored, documents_of(stored), None)
    assert agrees(checks), [item.disagreements for item in checks]


def test_a_pack_of_now_states_what_was_not_decided() -> None:
    document = document_of((Kind(Verdict.PASS, conditions=2), OPEN))
    predicate = json.loads(pack_of([document]).files["attestation/statement.json"])["predicate"]
    assert (predicate["verdict"], predicate["exitCode"], predicate["policy"]["undetermined"]) == ("undecided", 5, "undecided")
    assert (predicate["conditionsCount"], predicate["undecidedRules"]) == (2, ["TRE-T-001"])
