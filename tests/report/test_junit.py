"""The JUnit form: what CI systems make of it agrees with the verdict, and hostile names leave it well formed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from imginspect.checks.result import Evidence, Verdict
from imginspect.cli.demo_command import _IMAGE as DEMO
from imginspect.examples.sample import build
from imginspect.report import Report, junit
from imginspect.report.report import ReportVerdict
from imginspect.rules import Severity
from tests.fuzz.make_corpus import corpus
from tests.inspecting import CONTROL
from tests.report.documents import document_of
from tests.report.hostile import NAMES, finding, judged, named, nothing, report_on, sound, with_results
from tests.report.sample_document import result as plain_result
from tests.report.sample_document import sample_document

RULE = sound().results[0].rule.id


def parsed(*reports: Report) -> ElementTree.Element:
    return ElementTree.fromstring(junit.render([document_of(report) for report in reports]))


def case_of(report: Report, number: int = 1) -> ElementTree.Element:
    """The test of a rule; the first is that of the image as a whole."""
    return parsed(report).findall("testsuite/testcase")[number]


def ways(case: ElementTree.Element) -> list[str]:
    return [child.tag for child in case]


@pytest.mark.parametrize(
    ("verdict", "severity", "strict", "way"),
    [
        (Verdict.PASS, Severity.HIGH, False, []),
        (Verdict.FAIL, Severity.HIGH, False, ["failure"]),
        (Verdict.FAIL, Severity.CRITICAL, False, ["failure"]),
        (Verdict.FAIL, Severity.MEDIUM, False, ["skipped"]),
        (Verdict.WARN, Severity.HIGH, False, ["skipped"]),
        (Verdict.WARN, Severity.HIGH, True, ["failure"]),
        (Verdict.WARN, Severity.LOW, True, ["skipped"]),
        (Verdict.UNDETERMINED, Severity.HIGH, False, ["error"]),
        (Verdict.UNDETERMINED, Severity.LOW, False, ["skipped"]),
        (Verdict.NOT_APPLICABLE, Severity.HIGH, False, ["skipped"]),
    ],
)
def test_the_outcome_of_a_test_is_what_counts(verdict: Verdict, severity: Severity, strict: bool, way: list[str]) -> None:
    case = case_of(replace(with_results(judged(verdict, severity)), strict=strict))
    assert ways(case) == way
    if way:
        assert case[0].attrib["message"].startswith(f"{verdict.upper()} ({severity}")
        assert f"because {verdict}" in case[0].attrib["message"]
        assert ("not counted" in case[0].attrib["message"]) == (way == ["skipped"] and verdict is not Verdict.NOT_APPLICABLE)


def test_conditions_of_a_pass_are_told() -> None:
    case = case_of(with_results(judged(Verdict.PASS)._replace(conditions=("the model is on /safe_data",))))
    assert ways(case) == ["system-out"]
    assert case[0].text == "provided: the model is on /safe_data"


@pytest.mark.parametrize("name", [name for name, _ in corpus() if name not in ("chart", "rootfs")])
def test_numbers_agree_with_the_tests_and_with_the_verdict(name: str) -> None:
    report = report_on(dict(corpus())[name])
    root = parsed(report)
    for element in (root, root[0]):
        assert int(element.attrib["tests"]) == len(list(element.iter("testcase"))) == len(report.results) + 1
        for tag, plural in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(element.attrib[plural]) == len(list(element.iter(tag)))
    assert int(root.attrib["failures"]) == len(report.failed)
    assert (report.verdict is ReportVerdict.PASS) <= (root.attrib["failures"] == "0")
    assert (report.verdict is ReportVerdict.INCOMPLETE) <= (root.attrib["errors"] != "0")


@pytest.mark.parametrize(
    ("report", "words"),
    [(nothing(), "not-inspected: nothing \\x1b there"), (with_results(verdict=ReportVerdict.INCOMPLETE), "incomplete: ")],
)
def test_an_image_that_was_not_read_is_an_error(report: Report, words: str) -> None:
    case = case_of(report, 0)
    assert ways(case) == ["error"]
    assert case[0].attrib["message"].startswith(words)


def test_a_failed_image_that_was_not_read_whole_says_both() -> None:
    report = report_on(build({"layers": [[{"path": "/a", "text": "1"}]], "damage": [{"kind": "truncate-layer", "layer": 0}]}))
    assert report.verdict is ReportVerdict.FAIL
    root = parsed(report)
    assert int(root.attrib["failures"]) > 0
    whole = root.find("testsuite/testcase/error")
    assert whole is not None
    assert "not everything was read" in whole.attrib["message"]


def test_a_suite_names_the_image_and_its_digests() -> None:
    report = report_on(build(DEMO))
    suite = parsed(report)[0]
    assert suite.attrib["name"] == "imginspect-demo:1 (linux/amd64)"
    properties = {item.attrib["name"]: item.attrib["value"] for item in suite.findall("properties/property")}
    assert report.image is not None
    assert properties["image_id"] == str(report.image.image_id)
    assert properties["layer 2, verified"].startswith("sha256:")
    assert {case.attrib["classname"] for case in suite.findall("testcase")} == {
        "imginspect",
        *(result.rule.id[:-4] for result in report.results),
    }


def test_tests_of_several_images_do_not_have_one_name() -> None:
    other = report_on(build(DEMO))
    cases = parsed(sound(), other).findall("testsuite/testcase")
    names = [(case.attrib["classname"], case.attrib["name"]) for case in cases]
    assert len(set(names)) == len(names)


def test_the_same_report_gives_the_same_bytes_in_ascii_with_no_time() -> None:
    text = junit.render([document_of(sound())])
    assert text == junit.render([document_of(sound())])
    assert text.isascii()
    assert "timestamp" not in text
    assert {element.attrib["time"] for element in ElementTree.fromstring(text).iter() if "time" in element.attrib} == {"0"}


def test_many_findings_and_places_are_counted() -> None:
    many = finding(RULE, Verdict.FAIL, Evidence(path="/a"))._replace(evidence=tuple(Evidence(path=f"/{number}") for number in range(20)))
    case = case_of(with_results(judged(Verdict.FAIL, Severity.HIGH, *([many] * 200))))
    assert case[0].text is not None
    assert "and 150 more findings" in case[0].text
    assert "and 15 more places" in case[0].text
    assert "(and 199 more findings)" in case[0].attrib["message"]


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_leaves_the_document_well_formed_and_harmless(name: str) -> None:
    text = junit.render([document_of(named(name))])
    root = ElementTree.fromstring(text)
    assert [element.tag for element in root.iter("failure")] == ["failure"]
    for element in root.iter():
        for string in (*element.attrib.values(), element.text or "", element.tail or ""):
            assert not CONTROL.search(string)


def test_a_rule_of_a_users_own_may_hold_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    result: Any = judged(Verdict.FAIL)
    odd = result._replace(rule=result.rule._replace(title="a\x00b\ufffe\x1b<&\"'", remediation="x\x08y\ud800"))
    case = case_of(with_results(odd))
    assert case.attrib["name"].endswith("a\\x00b\\ufffe\\x1b<&\"'")
    assert case[0].text is not None
    assert case[0].text.endswith("x\\x08y\\ud800")


def test_what_gitlab_shows_says_all() -> None:
    """GitLab shows the text of an element, and not its message."""
    document = sample_document(results=[plain_result("TRE-B-001", "undetermined", [], reason="it is not known"), plain_result()])
    whole, undecided, failed = ElementTree.fromstring(junit.render([document])).findall("testsuite/testcase")
    assert ways(whole) == []
    assert (undecided[0].text or "").startswith(
        "UNDETERMINED (high): Nothing is fetched when the container starts: it is not known\nWhat to do: "
    )
    assert (failed[0].text or "").startswith("FAIL (high): Nothing is fetched when the container starts\n- /app/run.sh fetches")


def test_no_text_names_an_attachment() -> None:
    document = sample_document(results=[plain_result("TRE-A-001", "pass", [], conditions=["[[ATTACHMENT|/etc/passwd]]"])])
    assert r"provided: \x5b[ATTACHMENT|/etc/passwd]]" in junit.render([document])
