"""The CSV form: a row for each place, columns that stay, and no formulas."""

from __future__ import annotations

from typing import Any

import pytest

from imginspect.report import csv_format
from tests.report.payloads import clean, incomplete, not_inspected, whole_document
from tests.report.reading import read_csv
from tests.report.sample_document import evidence, finding, large_document, place, result, sample_document


def rows_of(**parts: Any) -> list[dict[str, str]]:
    return read_csv(csv_format.render([sample_document(**parts)]))


def test_columns_keep_their_places() -> None:
    assert ",".join(csv_format.COLUMNS) == (
        "image,image_id,verdict,row,rule,title,result,fails_image,severity,confidence,message,place,line,state,layer,diff_id,instruction,"
        "hidden_by_layer,hidden_by_instruction,sha256,size,expected,actual,excerpt,fingerprint,secret_id,undetermined,lines,remediation"
    )


def test_a_row_says_all_of_a_place() -> None:
    seen = evidence(layer=place(0), state="deleted", hidden_by=place(1), expected="a", actual="b")
    row = rows_of(results=[result(findings=[finding(evidence=[seen])])])[1]
    assert row == {
        "image": "registry.example.org/team/app:1.0", "image_id": f"sha256:{'ab' * 32}", "verdict": "fail", "row": "finding",
        "rule": "TRE-NET-001", "title": "Nothing is fetched when the container starts", "result": "fail", "fails_image": "yes",
        "severity": "high", "confidence": "high", "message": finding()["message"], "place": "/app/run.sh", "line": "2", "state": "deleted",
        "layer": "0", "diff_id": f"sha256:{'cd' * 32}", "instruction": "COPY . /app", "hidden_by_layer": "1",
        "hidden_by_instruction": "COPY . /app", "sha256": "ab" * 32, "size": "62", "expected": "a", "actual": "b",
        "excerpt": "curl https://example.org/model.bin", "fingerprint": "0f" * 16, "secret_id": "", "undetermined": "", "lines": "2",
        "remediation": result()["remediation"],
    }  # fmt: skip


def test_there_is_a_row_for_each_place_and_for_each_finding_without_one() -> None:
    kinds = [row["row"] for row in read_csv(csv_format.render([whole_document()]))]
    assert kinds == ["image", "not read", *["finding"] * 5, "finding", "finding", "undecided", "finding", "condition"]
    assert len(read_csv(csv_format.render([large_document()]))) == 1 + 2_000 + 1, "the same place twice is one row"


@pytest.mark.parametrize(
    ("document", "rows"),
    [(clean(), ["image"]), (not_inspected(), ["image"]), (incomplete(), ["image", "not read", "condition"])],
)
def test_an_image_has_a_row_whatever_was_found(document: Any, rows: list[str]) -> None:
    found = read_csv(csv_format.render([document]))
    assert [row["row"] for row in found] == rows
    assert found[0]["message"] == document["reason"]
    assert {row["verdict"] for row in found} == {document["verdict"]}


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x", " =1", "'", "'=1", "''"])
def test_formulas_are_marked_and_can_be_had_back(text: str) -> None:
    document = sample_document(reason=text)
    assert f'"\'{text}"' in csv_format.render([document])
    assert read_csv(csv_format.render([document]))[0]["message"] == text


@pytest.mark.parametrize("text", ["a=1", "1-1", "/x", 'say "x", y', "a;b", "ü", "\\x1b"])
def test_what_is_no_formula_is_as_it_was(text: str) -> None:
    document = sample_document(reason=text)
    assert "\"'" not in csv_format.render([document])
    assert read_csv(csv_format.render([document]))[0]["message"] == text
