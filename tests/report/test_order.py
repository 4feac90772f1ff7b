"""One order, worst first, in every format: what fails the image, verdict, severity, harm, id."""

from __future__ import annotations

import csv
import io
import json
import random
from typing import Any, get_args

import pytest

from imginspect.report.document import HarmName, ReportDocument
from imginspect.report.formats import FORMATS, render
from imginspect.report.order import worst_first
from imginspect.rules.rule import Harm
from tests.report.sample_document import finding, result, sample_document

RULES = [
    ("TRE-Z-001", "fail", "critical", "disclosure", True),
    ("TRE-Y-001", "fail", "high", "disclosure", True),
    ("TRE-X-001", "fail", "high", "integrity", True),
    ("TRE-W-001", "fail", "high", "network", True),
    ("TRE-V-001", "fail", "high", "start", True),
    ("TRE-U-001", "fail", "high", "directories", True),
    ("TRE-S-001", "fail", "high", "other", True),
    ("TRE-T-001", "fail", "high", "other", True),
    ("TRE-R-001", "fail", "low", "disclosure", False),
    ("TRE-Q-001", "undetermined", "high", "network", False),
    ("TRE-P-001", "undetermined", "medium", "disclosure", False),
    ("TRE-O-001", "warn", "medium", "other", False),
    ("TRE-N-001", "warn", "low", "disclosure", False),
]
IDS = [rule for rule, *_ in RULES]


def document(seed: int) -> ReportDocument:
    results = [
        result(rule, verdict, [finding(rule, verdict, severity=severity)], severity=severity, harm=harm, fails_image=fails)
        for rule, verdict, severity, harm, fails in random.Random(seed).sample(RULES, len(RULES))
    ]
    return sample_document(results=results)


def mentioned(form: str, text: str) -> list[str]:
    """The rules in the order in which the format lists their results."""
    if form == "sarif":
        found: list[Any] = json.loads(text)["runs"][0]["results"]
        return [item["ruleId"] for item in found]
    if form == "gitlab":
        return [item["check_name"] for item in json.loads(text)]
    if form == "csv":
        return [row["rule"] for row in csv.DictReader(io.StringIO(text)) if row["row"] in ("finding", "undecided")]
    return sorted((rule for rule in IDS if rule in text), key=text.rindex if form == "terminal" else text.index)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("form", [form for form in FORMATS if form != "json"])
def test_every_format_goes_by_it(form: str, seed: int) -> None:
    made = document(seed)
    if form in ("sarif", "junit"):  # they keep the order of the document, which is drawn up in this one
        made["results"] = worst_first(made["results"])
    found = mentioned(form, render(form, [made], several=False))
    assert found == [rule for rule in IDS if rule in found]
    assert IDS[:8] == found[:8]


def test_the_harms_of_rules_are_those_of_documents_in_their_order() -> None:
    assert [str(harm) for harm in Harm] == list(get_args(HarmName))


def test_what_is_not_known_is_sorted_and_no_error() -> None:
    odd = result("TRE-A-001", "odd", [], severity="odd", harm="odd", fails_image=False)
    assert [item["rule"] for item in worst_first([result("TRE-B-001", "warn"), odd])] == ["TRE-A-001", "TRE-B-001"]
