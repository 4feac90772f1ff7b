"""A report's document as a row."""

from __future__ import annotations

import pytest

from imginspect.batch.store.rows import image_row
from imginspect.report.document import ReportDocument
from tests.inspecting import CONTROL, texts_of
from tests.report.payloads import PAYLOADS, clean, incomplete, not_inspected, spoilt, whole_document
from tests.report.sample_document import evidence, finding, place, result, sample_document


def row_of(document: ReportDocument):  # type: ignore[no-untyped-def]
    return image_row("0f" * 16, ["b:1", "a:1", "b:1"], "mirror/x.tar", document, ["sha256:c0", "sha256:c1"], "x", "ab" * 32)


def test_a_row_says_what_the_document_says() -> None:
    document = sample_document()
    row = row_of(document)
    assert (row.key, row.references, row.source, row.report, row.report_sha256) == (
        "0f" * 16, ("a:1", "b:1"), "mirror/x.tar", "x", "ab" * 32,
    )  # fmt: skip
    assert (row.verdict, row.reason, row.platform) == ("fail", document["reason"], "linux/amd64")
    assert [(item.rule, item.verdict, item.fails_image) for item in row.results] == [
        ("TRE-DIR-001", "pass", False), ("TRE-LIC-001", "not-applicable", False), ("TRE-NET-001", "fail", True),
        ("TRE-PRM-001", "warn", False),
    ]  # fmt: skip
    assert [layer.chain_id for layer in row.layers] == ["sha256:c0", "sha256:c1"]
    assert row.layers[0].stored == 30_000_000
    assert row.layers[1].created_by == "COPY . /app"
    first = row.findings[0]
    assert (first.rule, first.verdict, first.fails_image, first.place, first.state) == (
        "TRE-NET-001",
        "fail",
        True,
        "/app/run.sh",
        "visible",
    )
    assert first.diff_id == f"sha256:{'cd' * 32}"
    assert first.secret_ids == ()


def test_the_first_place_is_the_findings_and_every_credential_is_told() -> None:
    places = [evidence("/a", state="deleted", hidden_by=place(1), secret_id="22" * 16), evidence("/b", secret_id="11" * 16)]
    (found,) = row_of(sample_document(results=[result(findings=[finding(evidence=places)])])).findings
    assert (found.place, found.state, found.secret_ids) == ("/a", "deleted by layer 1", ("11" * 16, "22" * 16))


def test_a_finding_without_a_place_has_none() -> None:
    (found,) = row_of(sample_document(results=[result(findings=[finding(evidence=[])])])).findings
    assert (found.place, found.layer, found.diff_id) == ("", "", "")


def test_of_rules_that_are_settled_only_open_findings_are_kept() -> None:
    kept = [finding(verdict=verdict) for verdict in ("pass", "not-applicable", "warn", "fail", "undetermined")]
    for verdict in ("pass", "not-applicable"):
        row = row_of(sample_document(results=[result(verdict=verdict, findings=kept)]))
        assert [item.verdict for item in row.findings] == ["warn", "fail", "undetermined"]


@pytest.mark.parametrize("document", [clean(), incomplete(), not_inspected(), whole_document()])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_a_row_breaks_a_line_or_acts(document: ReportDocument, payload: str) -> None:
    row = image_row("k", [payload], payload, spoilt(document, payload), [payload], "x", "")
    for text in texts_of([row._asdict(), *([*item] for item in (*row.results, *row.findings, *row.layers))]):
        assert not CONTROL.search(text)
        assert "\n" not in text
        text.encode()
