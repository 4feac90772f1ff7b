"""Every form agrees with the exit code: what blocks in a CI system does so where the exit code is not 0, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from imginspect.checks.result import Verdict
from imginspect.report import formats as forms
from imginspect.report.document import ReportDocument
from imginspect.rules import Severity, Undetermined
from tests.report.judged import OPEN, UNREAD, Kind, document_of
from tests.report.payloads import not_inspected
from tests.report.reading import read_csv, read_github, read_gitlab, read_junit, read_sarif

CLEAN, ON_CONDITIONS = Kind(Verdict.PASS), Kind(Verdict.PASS, conditions=3)
LOW = (
    Kind(Verdict.FAIL, Severity.LOW),
    Kind(Verdict.UNDETERMINED, Severity.LOW),
    Kind(Verdict.WARN),
    Kind(Verdict.WARN, Severity.CRITICAL),
)
CRITICAL = Kind(Verdict.UNDETERMINED, Severity.CRITICAL)
DOCUMENTS: dict[str, ReportDocument] = {
    "pass": document_of((CLEAN,)),
    "pass on conditions": document_of((CLEAN, ON_CONDITIONS)),
    "pass with what does not count": document_of((CLEAN, *LOW)),
    "pass with open rules": document_of((CLEAN, OPEN, CRITICAL), undetermined=Undetermined.PASS),
    "undecided": document_of((CLEAN, OPEN, CRITICAL, *LOW)),
    "fail": document_of((CLEAN, Kind(Verdict.FAIL), OPEN)),
    "fail as open rules count": document_of((CLEAN, OPEN), undetermined=Undetermined.FAIL),
    "fail as warnings count": document_of((CLEAN, Kind(Verdict.WARN)), strict=True),
    "incomplete": document_of((CLEAN,), ("layer 1: cut off",)),
    "incomplete for a rule": document_of((CLEAN, UNREAD)),
    "incomplete for a rule though open rules pass": document_of((CLEAN, UNREAD), undetermined=Undetermined.PASS),
    "not-inspected": not_inspected(),
}


def blocks_in_junit(text: str) -> bool:
    root = read_junit(text)
    found = root.find(".//failure") is not None or root.find(".//error") is not None
    assert found == (root.attrib["failures"] != "0" or root.attrib["errors"] != "0")
    return found


def blocks_in_sarif(text: str) -> bool:
    (run,) = read_sarif(text)["runs"]
    (invocation,) = run["invocations"]
    found = any(result["level"] == "error" for result in run["results"])
    assert found or invocation["executionSuccessful"]
    assert found == (invocation["exitCode"] != 0)
    return found


def blocks_in_gitlab(text: str) -> bool:
    return any(entry["severity"] in ("blocker", "critical") for entry in read_gitlab(text))


def blocks_in_github(text: str) -> bool:
    commands = read_github(text)
    found = any(command.kind == "error" for command in commands)
    assert found == (commands[0].kind == "error")
    return found


BLOCKS: dict[str, Callable[[str], bool]] = {
    "junit": blocks_in_junit, "sarif": blocks_in_sarif, "gitlab": blocks_in_gitlab, "github": blocks_in_github,
}  # fmt: skip


@pytest.mark.parametrize("form", BLOCKS)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_blocks_agrees_with_the_exit_code(name: str, form: str) -> None:
    document = DOCUMENTS[name]
    assert document["verdict"] == name.split(" ", maxsplit=1)[0]
    assert BLOCKS[form](forms.render(form, [document], several=False)) == (document["exit_code"] != 0)


@pytest.mark.parametrize("form", BLOCKS)
def test_one_bad_image_of_several_blocks(form: str) -> None:
    good, bad = DOCUMENTS["pass"], DOCUMENTS["undecided"]
    text = forms.render(form, [good, bad], several=True)
    if form == "sarif":
        assert [any(item["level"] == "error" for item in run["results"]) for run in read_sarif(text)["runs"]] == [False, True]
    elif form == "github":
        assert any(command.kind == "error" for command in read_github(text))
    else:
        assert BLOCKS[form](text)


PEOPLE = ("terminal", "html", "markdown")


@pytest.mark.parametrize("form", list(forms.FORMATS))
def test_an_undecided_image_is_told_in_every_form(form: str) -> None:
    text = forms.render(form, [DOCUMENTS["undecided"]], several=False)
    assert "undecided" in text.lower()
    assert "1 critical and 1 high rules could not be decided" in " ".join(text.split()).replace("high rule ", "high rules ")
    for word in ("is met", "may be used", "meets the policy", ">Pass<", "PASS "):
        assert word not in text


@pytest.mark.parametrize("form", list(forms.FORMATS))
def test_a_pass_on_conditions_says_how_many(form: str) -> None:
    text = forms.render(form, [DOCUMENTS["pass on conditions"]], several=False)
    if form == "gitlab":  # a list of what to look at: each condition is in it
        assert text.count("provided: condition") == 3
    else:
        assert "on 3 conditions" in text


@pytest.mark.parametrize("form", list(forms.FORMATS))
def test_a_pass_in_spite_of_open_rules_says_how_many(form: str) -> None:
    text = " ".join(forms.render(form, [DOCUMENTS["pass with open rules"]], several=False).split())
    if form == "gitlab":
        assert text.count("undetermined") == 2
    else:
        assert "1 critical and 1 high rule could not be decided" in text
    assert "is met" not in text


@pytest.mark.parametrize("form", PEOPLE)
def test_the_headline_of_a_pass_is_qualified(form: str) -> None:
    for name, told in (
        ("pass on conditions", "on 3 conditions"),
        ("pass with open rules", ", but 1 critical and 1 high rule could not be"),
    ):
        head = forms.render(form, [DOCUMENTS[name]], several=False)
        lines: list[Any] = [line for line in head.split("</strong>" if form == "html" else "\n") if told in line]
        assert "pass" in lines[0].lower(), lines[:1]


@pytest.mark.parametrize("choice", Undetermined)
@pytest.mark.parametrize("form", ["terminal", "html", "markdown", "json", "sarif", "junit", "csv"])
def test_the_report_says_what_was_chosen(form: str, choice: Undetermined) -> None:
    text = forms.render(form, [document_of((CLEAN,), undetermined=choice)], several=False)
    told = {
        "html": {"fail": "counts as a failure", "undecided": "makes the image undecided", "pass": "does not change the verdict"}[choice],
        "terminal": f"rules that cannot be decided: {choice}",
        "markdown": f"rules that cannot be decided: {choice}",
        "json": f'"undetermined": "{choice}"',
        "sarif": f'"undetermined": "{choice}"',
        "junit": f'<property name="policy undetermined" value="{choice}" />',
        "csv": f'"{choice}"',
    }[form]
    assert told in text


def test_the_csv_form_has_the_choice_in_the_row_of_the_image() -> None:
    rows = read_csv(forms.render("csv", [DOCUMENTS["undecided"]], several=False))
    assert [row["undetermined"] for row in rows if row["row"] == "image"] == ["undecided"]
