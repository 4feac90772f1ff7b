"""The SARIF form: its structure, one result for each finding, each at a place, and names that would act on a viewer."""

from __future__ import annotations

import copy
import json
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest

from imginspect.checks.result import Evidence, EvidenceState, Verdict
from imginspect.cli.demo_command import _IMAGE as DEMO
from imginspect.examples.sample import build
from imginspect.report import Report, sarif
from imginspect.report.places import raw_name, relative_uri
from imginspect.report.report import ReportVerdict
from imginspect.report.sarif_rules import LISTED, WHOLE
from imginspect.report.text import visible
from imginspect.rules import Severity
from tests.fuzz.make_corpus import corpus
from tests.inspecting import CONTROL, texts_of
from tests.report.documents import document_of
from tests.report.hostile import NAMES, finding, judged, named, nothing, report_on, sound, with_results
from tests.report.sample_document import evidence, place, sample_document
from tests.report.sample_document import finding as plain_finding
from tests.report.sample_document import result as plain_result
from tests.report.sarif_structure import check

pytestmark = pytest.mark.slow

RULE = sound().results[0].rule.id


def run_of(report: Report) -> Any:
    log = json.loads(sarif.render([document_of(report)]))
    check(log)
    return log["runs"][0]


# -- structure -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, _ in corpus() if name not in ("chart", "rootfs")])
def test_reports_on_all_sorts_of_images_are_sarif(name: str) -> None:
    report = report_on(dict(corpus())[name])
    run = run_of(report)
    judged = document_of(report)["results"]
    findings = [item for result in judged for item in result["findings"]]
    alone = [result for result in judged if result["verdict"] == "undetermined" and not result["findings"]]
    whole = str(report.verdict) in ("incomplete", "undecided")
    assert len(run["results"]) == sum(item["verdict"] != "pass" for item in findings) + len(alone) + whole


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: log.update(version="2.0.0"),
        lambda log: log["runs"][0].pop("tool"),
        lambda log: log["runs"][0]["results"][0].update(level="high"),
        lambda log: log["runs"][0]["results"][0].update(severity="high"),
        lambda log: log["runs"][0]["results"][0].update(locations=[]),
        lambda log: log["runs"][0]["results"][0]["message"].pop("text"),
        lambda log: log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"].update(startLine=0),
        lambda log: log["runs"][0]["results"][0].update(ruleIndex=1),
        lambda log: log["runs"][0]["results"][0].update(kind="open"),
        lambda log: log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].update(uri="../up"),
        lambda log: log["runs"].append(log["runs"][0]),
    ],
)
def test_what_is_no_sarif_is_refused_by_the_structure_that_the_tests_use(spoil: Any) -> None:
    log = copy.deepcopy(json.loads(sarif.render([document_of(named("/app/x"))])))
    check(log)
    spoil(log)
    with pytest.raises((jsonschema.ValidationError, AssertionError)):
        check(log)


def test_the_same_report_gives_the_same_bytes_in_ascii_with_no_time() -> None:
    text = sarif.render([document_of(sound())])
    assert text == sarif.render([document_of(sound())])
    assert text.isascii()
    assert "UTC" not in text
    assert "Time" not in text.replace("runtime", "").replace("RunTime", "")


def test_a_rule_says_why_and_what_to_do() -> None:
    run = run_of(report_on(build(DEMO)))
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    rule, own = rules["TRE-DIR-001"], next(result.rule for result in sound().results if result.rule.id == "TRE-DIR-001")
    assert rule["shortDescription"]["text"] == own.title
    assert rule["fullDescription"]["text"] == own.rationale.strip()
    for form in ("text", "markdown"):
        words = rule["help"][form].replace("`", "")
        assert own.remediation.strip() in words
        assert f"{own.references[0].title}, {own.references[0].section} ({own.references[0].level})" in words
        assert own.references[0].quote in words
    assert rule["properties"]["security-severity"] == "8.0"
    assert rule["properties"]["tags"] == ["security", "container-image", "TRE-DIR", "guidance-info", "guidance-must"]
    assert "helpUri" not in rule


@pytest.mark.parametrize(
    ("severity", "low", "high", "level"),
    [
        (Severity.CRITICAL, 9.1, 10.0, "error"),
        (Severity.HIGH, 7.0, 8.9, "error"),
        (Severity.MEDIUM, 4.0, 6.9, "warning"),
        (Severity.LOW, 0.1, 3.9, "note"),
        (Severity.INFO, 0.0, 0.0, "note"),
    ],
)
def test_severities_are_in_the_bands_of_code_scanning(severity: Severity, low: float, high: float, level: str) -> None:
    rule = run_of(with_results(judged(Verdict.FAIL, severity)))["tool"]["driver"]["rules"][0]
    assert low <= float(rule["properties"]["security-severity"]) <= high
    assert rule["defaultConfiguration"]["level"] == level


# -- results ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "kind", "level"),
    [(Verdict.FAIL, "fail", "error"), (Verdict.WARN, "fail", "warning"), (Verdict.UNDETERMINED, "open", "none")],
)
def test_a_finding_is_a_result_and_so_is_a_verdict_without_one(verdict: Verdict, kind: str, level: str) -> None:
    with_finding = run_of(with_results(judged(verdict, Severity.HIGH, finding(RULE, verdict, Evidence(path="/a")))))["results"]
    assert [(result["kind"], result["level"]) for result in with_finding] == [(kind, level)]
    bare = run_of(with_results(judged(verdict)))["results"]
    rule = judged(verdict).rule
    title = rule.undecided_title if verdict is Verdict.UNDETERMINED else rule.finding_title
    told = f"{title}: because {verdict}"
    assert [(result["kind"], result["level"], result["message"]["text"]) for result in bare] == [(kind, level, told)]


def test_an_open_verdict_is_not_lost_behind_lesser_findings() -> None:
    results = run_of(with_results(judged(Verdict.UNDETERMINED, Severity.HIGH, finding(RULE, Verdict.WARN, Evidence(path="/a")))))["results"]
    assert [result["kind"] for result in results] == ["fail", "open"]


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.NOT_APPLICABLE])
def test_what_passed_is_no_result_but_is_told(verdict: Verdict) -> None:
    result = judged(verdict, Severity.HIGH, finding(RULE, Verdict.PASS, Evidence(path="/a")))._replace(conditions=("a thing is so",))
    run = run_of(with_results(result, verdict=ReportVerdict.PASS))
    assert run["results"] == []
    assert run["properties"]["rules"] == {RULE: str(verdict)}
    assert run["properties"]["conditions"] == {RULE: ["a thing is so"]}


@pytest.mark.parametrize("verdict", [ReportVerdict.INCOMPLETE, ReportVerdict.NOT_INSPECTED])
def test_an_image_that_was_not_read_is_never_without_a_result(verdict: ReportVerdict) -> None:
    report = nothing() if verdict is ReportVerdict.NOT_INSPECTED else with_results(verdict=verdict)
    run = run_of(report)
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [(WHOLE, "error")]
    assert run["invocations"][0]["exitCode"] == verdict.exit_code


def test_an_execution_succeeded_when_everything_was_read() -> None:
    (good,) = run_of(sound())["invocations"]
    assert (good["executionSuccessful"], good["exitCode"]) == (True, 1)
    (bad,) = run_of(nothing())["invocations"]
    assert (bad["executionSuccessful"], bad["exitCode"]) == (False, 3)
    assert [(item["level"], item["message"]["text"]) for item in bad["toolExecutionNotifications"]] == [
        ("error", "the archive: nothing \\x1b there")
    ]


def test_every_problem_is_a_notification() -> None:
    layers = [[{"path": "/a", "text": "1"}], [{"path": "/b", "text": "2"}]]
    report = report_on(build({"layers": layers, "damage": [{"kind": "remove-layer", "layer": 1}]}))
    notifications = run_of(report)["invocations"][0]["toolExecutionNotifications"]
    assert len(notifications) == len(report.problems) > 0
    assert {item["level"] for item in notifications if item["properties"]["unread"]} == {"error"}


def test_a_config_field_is_a_place_too() -> None:
    (result,) = run_of(
        with_results(
            judged(Verdict.FAIL, Severity.HIGH, finding(RULE, Verdict.FAIL, Evidence(config_field="Env[X]", state=EvidenceState.CONFIG)))
        )
    )["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "image-config.json", "uriBaseId": "ARCHIVE"}
    assert location["logicalLocations"] == [{"fullyQualifiedName": "Env[X]", "kind": "property"}]


def test_a_layer_alone_is_placed_at_its_blob() -> None:
    report = with_results(judged(Verdict.FAIL, Severity.HIGH, finding(RULE, Verdict.FAIL, Evidence(layer_index=1))))
    (result,) = run_of(report)["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uriBaseId"] == "ARCHIVE"
    assert artifact["uri"] in [link.name for link in report.chain if link.role == "layer" and link.layer_index == 1]


def test_a_finding_with_no_place_is_about_the_image() -> None:
    (result,) = run_of(with_results(judged(Verdict.FAIL)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "image", "uriBaseId": "ARCHIVE"}


def test_the_state_and_the_layer_are_in_the_message_and_in_the_properties() -> None:
    (result,) = run_of(named("/app/secret"))["results"]
    assert "deleted, layer 1, made by: RUN echo \\x1b[2J" in result["message"]["text"]
    properties = result["locations"][0]["properties"]
    assert properties["state"] == "deleted"
    assert properties["layer"]["index"] == 1
    assert properties["layer"]["diff_id"].startswith("sha256:")
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "snippet": {"text": "/app/secret"}}


def test_further_evidence_is_related() -> None:
    more = finding(RULE, Verdict.FAIL, Evidence(path="/a"))._replace(evidence=tuple(Evidence(path=path) for path in ("/a", "/b", "/c")))
    (result,) = run_of(with_results(judged(Verdict.FAIL, Severity.HIGH, more)))["results"]
    assert [place["physicalLocation"]["artifactLocation"]["uri"] for place in result["relatedLocations"]] == ["b", "c"]


def test_fingerprints_are_those_of_the_report() -> None:
    report = named("/a", "/b")
    prints = [result["partialFingerprints"] for result in run_of(report)["results"]]
    assert [item["imginspect/v1"] for item in prints] == [item.fingerprint for item in report.results[0].findings]
    assert len({item["primaryLocationLineHash"] for item in prints}) == 2


# -- several images --------------------------------------------------------------------------------------------------


def test_each_image_is_a_run_with_a_category_that_outlives_its_tag() -> None:
    log = json.loads(sarif.render([document_of(report) for report in (sound(), sound(), nothing(), nothing())]))
    check(log)
    ids = [run["automationDetails"]["id"] for run in log["runs"]]
    assert ids[0].startswith("imginspect/registry.example.org:5000/team/app/linux/amd64/sha256:")
    assert len({item.rpartition("/")[0] for item in ids}) == 4


# -- hostile names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_harmless_in_every_string(name: str) -> None:
    log = json.loads(sarif.render([document_of(named(name))]))
    check(log)
    texts = list(texts_of({**log, "runs": [{**log["runs"][0], "tool": {}}]}))
    assert not [text for text in texts if CONTROL.search(text)]
    for result in log["runs"][0]["results"]:
        assert "](" not in result["message"]["text"]
        assert "{0}" not in result["message"]["text"]


@pytest.mark.parametrize("name", [name for name in NAMES if len(name) < 4000 and "//" not in name and ".." not in name and name != "/"])
def test_a_uri_is_the_bytes_of_the_name(name: str) -> None:
    (result,) = run_of(named(name))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert b"/" + unquote_to_bytes(uri) == name.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("/", "./"),
        ("", "./"),
        ("/a/b", "a/b"),
        ("/a b%#?", "a%20b%25%23%3F"),
        ("/../..\\\\x", "%28..%29/..%5Cx"),
        ("//host/./x", "host/%28.%29/x"),
        ("/\\xff\\x0a", "%FF%0A"),
        ("/\\u202e\\U000e0100", "%E2%80%AE%F3%A0%84%80"),
        ("/a:b", "a%3Ab"),
    ],
)
def test_relative_uris(path: str, uri: str) -> None:
    assert relative_uri(path) == uri


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shown_can_be_turned_back(name: str) -> None:
    assert raw_name(visible(name, longest=10_000)) == name.encode("utf-8", "surrogateescape")


# -- documents -------------------------------------------------------------------------------------------------------


def run_on(**parts: Any) -> Any:
    log = json.loads(sarif.render([sample_document(**parts)]))
    check(log)
    return log["runs"][0]


def result_on(*places: Any) -> Any:
    return run_on(results=[plain_result(findings=[plain_finding(evidence=list(places))])])["results"][0]


def test_the_lines_around_a_finding_are_its_context() -> None:
    physical = result_on(evidence())["locations"][0]["physicalLocation"]
    assert physical["region"] == {"startLine": 2, "snippet": {"text": "curl https://example.org/model.bin"}}
    assert (physical["contextRegion"]["startLine"], physical["contextRegion"]["endLine"]) == (1, 3)
    assert physical["contextRegion"]["snippet"]["text"].split("\n")[2] == "exec python3 /app/run.py"


@pytest.mark.parametrize(("line", "numbers"), [(2, []), (2, [2]), (4, [1, 2, 3]), (2, [1, 2, 5]), (0, [0, 1]), (None, [1, 2])])
def test_lines_that_do_not_hold_the_finding_or_do_not_follow_one_another_are_no_context(line: int | None, numbers: list[int]) -> None:
    seen = evidence(line=line, context=[{"line": number, "text": "x"} for number in numbers])
    assert "contextRegion" not in result_on(seen)["locations"][0]["physicalLocation"]


def test_the_layer_that_hid_a_file_is_related() -> None:
    result = result_on(*(evidence(path, layer=place(0), state="deleted", hidden_by=place(1)) for path in ("/a", "/b")))
    assert result["locations"][0]["properties"]["layer"] == place(0)
    assert result["locations"][0]["properties"]["hidden_by"] == place(1)
    assert [related["message"]["text"] for related in result["relatedLocations"]] == [
        "/b, line 2, deleted by layer 1, layer 0, made by: COPY . /app",
        "/a was deleted by layer 1, made by: COPY . /app",
    ]


def test_places_that_are_too_many_are_counted() -> None:
    result = result_on(*(evidence(f"/{number}") for number in range(150)))
    assert len(result["relatedLocations"]) == 100
    assert result["message"]["text"].endswith("\nAnd 49 more places: see the JSON report.")


def test_a_gap_that_no_problem_tells_is_an_error_too() -> None:
    document = sample_document(verdict="incomplete", exit_code=4)
    assert document["coverage"] is not None
    document["coverage"] |= {"complete": False, "gaps": ["layer 1: cut off"]}
    (invocation,) = json.loads(sarif.render([document]))["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [(item["level"], item["message"]["text"]) for item in invocation["toolExecutionNotifications"]] == [
        ("error", "layer 1: cut off")
    ]


def test_an_image_whose_rules_are_undecided_was_not_inspected_successfully() -> None:
    (invocation,) = run_on(verdict="incomplete", exit_code=4, reason="1 rule could not be decided: X")["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [item["level"] for item in invocation["toolExecutionNotifications"]] == ["error"]


def test_results_that_github_does_not_show_are_told_first() -> None:
    plain, worse = plain_finding(evidence=[], severity="low"), plain_finding("TRE-Z-001", evidence=[])
    few, many = run_on(results=[plain_result(findings=[plain] * 5_000)]), run_on(results=[plain_result(findings=[plain] * 5_001)])
    assert len(few["results"]) == 5_000
    assert (len(many["results"]), many["results"][0]["ruleId"]) == (5_002, LISTED)
    assert many["results"][0]["message"]["text"] == "5,001 results: GitHub shows 5,000 of them, the most severe."
    results = [plain_result(findings=[plain] * 30_000, severity="low"), plain_result("TRE-Z-001", findings=[worse])]
    all_of_them = run_on(results=results)["results"]
    assert len(all_of_them) == 25_000
    assert "5,002 of the least severe are left out" in all_of_them[0]["message"]["text"]
    assert all_of_them[1]["ruleId"] == "TRE-Z-001"


def test_no_rule_has_more_tags_than_github_shows() -> None:
    references = [{"title": "x", "section": "", "level": level, "quote": ""} for level in ("must", "should", "info", *map(str, range(30)))]
    tags = run_on(results=[plain_result(references=references)])["tool"]["driver"]["rules"][0]["properties"]["tags"]
    assert tags == ["security", "container-image", "TRE-NET", "guidance-info", "guidance-must", "guidance-should"]
