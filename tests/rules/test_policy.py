"""Policies: what comes along, what a file may say, and how it changes what rules are judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from imginspect.errors import RuleError
from imginspect.inspection.criteria import load_criteria
from imginspect.rules import Severity, Undetermined, load_policy
from imginspect.rules.policy import Runner, RunsAs
from tests.image_builder import ImageBuilder, file, program
from tests.inspecting import report_of, run

pytestmark = pytest.mark.slow

POLICY = """\
id: mine
title: Mine
fail_on: low
directories:
  - {path: /data, purpose: d, role: data}
questions:
  - {id: q, text: Really?}
platforms: [linux/arm64, linux/amd64]
registries: [ghcr.io, "registry.example.org:5000/a/b_c"]
runners:
  - {name: podman, runs_as: root}
severities:
  TRE-INT-012: critical
skip:
  TRE-DIR-001: made when it runs
"""
DOCUMENT = Path(__file__).parents[2] / "docs" / "policy.md"


def written(tmp_path: Path, text: str = POLICY) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return str(path)


def test_the_policies_that_come_along() -> None:
    epcc, generic = load_policy("epcc-tre"), load_policy("generic")
    assert [directory.path for directory in epcc.directories] == ["/safe_data", "/safe_outputs", "/scratch"]
    assert [(runner.name, str(runner.runs_as)) for runner in epcc.runners] == [
        ("podman", "root"), ("apptainer", "user"), ("kubernetes", "non-root"),
    ]  # fmt: skip
    assert epcc.registries == ("ghcr.io", "git.ecdf.ed.ac.uk")
    assert (generic.directories, generic.runners, generic.registries) == ((), (), ())
    assert generic.digest != epcc.digest
    assert epcc.platforms == generic.platforms == ("linux/amd64",)
    assert epcc.overrides == generic.overrides == ()


def test_a_policy_in_a_file(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path))
    assert (policy.id, policy.fail_on, policy.file) == ("mine", Severity.LOW, "mine.yaml")
    assert (policy.platforms, policy.platform) == (("linux/arm64", "linux/amd64"), "linux/arm64")
    assert ([item.path for item in policy.directories], [item.text for item in policy.questions]) == (["/data"], ["Really?"])
    assert policy.registries == ("ghcr.io", "registry.example.org:5000/a/b_c")
    assert policy.runners == (Runner("podman", RunsAs.ROOT),)
    assert policy.severities == {"TRE-INT-012": Severity.CRITICAL}
    assert policy.skipped == {"TRE-DIR-001": "made when it runs"}


def test_a_policy_needs_a_name_only(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, "id: mine\ntitle: Mine\n"))
    assert (policy.fail_on, policy.platform, policy.directories) == (Severity.HIGH, "linux/amd64", ())
    assert policy.undetermined is Undetermined.UNDECIDED


def test_the_documented_example_is_one(tmp_path: Path) -> None:
    example = DOCUMENT.read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    policy = load_policy(written(tmp_path, example))
    keys = [line.partition(":")[0] for line in example.splitlines() if line[:1].isalpha()]
    assert sorted(keys) == sorted(
        ["id", "title", "fail_on", "undetermined", "platforms", "registries", "directories", "runners", "severities", "skip", "questions"]
    )
    assert all(getattr(policy, key) for key in keys if key not in ("skip",))
    assert policy.skipped
    assert {runner.runs_as for runner in policy.runners} == set(RunsAs)
    criteria = load_criteria(written(tmp_path, example))
    assert len(criteria.own_severities) == 2


FAULTS = [
    ("/data", "data", "line 5: path: .*'data'"),
    ("/data", "/a/../b", "line 5: path"),
    ("/data", "/", "line 5: path"),
    ("role: data", "role: attic", "line 5: role: .*attic"),
    ("fail_on: low", "fail_on: never", "line 3: fail_on: .*never"),
    ("fail_on: low", "undetermined: maybe", "line 3: undetermined: expected one of fail, undecided, pass, found 'maybe'"),
    ("title: Mine", "titel: Mine", "line 2: unknown key 'titel'"),
    ("text: Really?", "words: x", "line 7: unknown key 'words'"),
    ("platforms: [linux/arm64, linux/amd64]", "platform: linux/amd64", "line 8: unknown key 'platform'"),
    ("linux/arm64", "arm64", "line 8: platforms: .*'arm64'"),
    ("linux/arm64", "linux/amd64", "line 8: platforms: duplicate entry"),
    ("[linux/arm64, linux/amd64]", "linux/amd64", "line 8: 'platforms': expected a list of strings"),
    ("ghcr.io", "https://ghcr.io", "line 9: registries: .*https"),
    ("ghcr.io", "ghcr.io/", "line 9: registries: "),
    ("ghcr.io", "GHCR.io", "line 9: registries: "),
    ("runs_as: root", "runs_as: nobody", "line 11: runs_as: .*nobody"),
    ("runs_as: root", "uid: 0", "line 11: unknown key 'uid'"),
    (", runs_as: root", "", "line 11: 'runs_as': expected a string, found nothing"),
    ("name: podman", "name: a b", "line 11: name: .*'a b'"),
    ("TRE-INT-012: critical", "TRE-INT-012: worst", "line 13: TRE-INT-012: expected one of .*worst"),
    ("TRE-INT-012: critical", "TRE-INT-012: off", "line 13: 'TRE-INT-012': expected a string, found false"),
    ("TRE-INT-012: critical", "TRE-INT-999: low", "line 13: unknown rule 'TRE-INT-999'"),
    ("TRE-INT-012: critical", "TRE-DIR-001: low", "line 15: TRE-DIR-001 is skipped, so"),
    ("TRE-INT-012: critical", "TRE-INT-012: low\n  TRE-INT-012: high", "line 14: duplicate key 'TRE-INT-012'"),
    ("severities:\n  TRE-INT-012: critical", "severities: [TRE-INT-012]", "line 12: 'severities': expected a mapping"),
    ("TRE-DIR-001: made when it runs", "TRE-DIR-999: because", "line 15: unknown rule 'TRE-DIR-999'"),
    ("TRE-DIR-001: made when it runs", "TRE-DIR-001: ''", "line 15: TRE-DIR-001: expected the reason"),
    ("TRE-DIR-001: made when it runs", "TRE-DIR-001:", "line 15: 'TRE-DIR-001': expected a string, found nothing"),
]


@pytest.mark.parametrize(("old", "new", "complaint"), FAULTS)
def test_a_faulty_policy_is_refused_with_its_place(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    assert POLICY.count(old) == 1
    path = written(tmp_path, POLICY.replace(old, new))
    with pytest.raises(RuleError, match=rf"^mine\.yaml, {complaint}"):
        load_criteria(path)
    outcome = run("inspect", tmp_path / "none.tar", "--policy", path)
    assert outcome.code == 2
    assert outcome.err.startswith("imginspect: mine.yaml, line ")


def test_an_unknown_policy_names_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "rules" / "policies").mkdir(parents=True)
    (tmp_path / "rules" / "policies" / "own.yaml").write_text("id: own\ntitle: Own\n")
    with pytest.raises(RuleError, match=r"epcc-tre, generic, own"):
        load_policy("unheard-of", [tmp_path / "rules"])
    assert load_policy("own", [tmp_path / "rules"]).file == "rules/policies/own.yaml"
    with pytest.raises(RuleError, match="No such file"):
        load_policy(str(tmp_path / "none.yaml"))


def test_two_policies_with_one_name_are_refused_with_both_places(tmp_path: Path) -> None:
    (tmp_path / "rules" / "policies").mkdir(parents=True)
    (tmp_path / "rules" / "policies" / "generic.yaml").write_text("id: own\ntitle: Own\n")
    with pytest.raises(RuleError, match=r"policies/generic\.yaml and rules/policies/generic\.yaml"):
        load_policy("generic", [tmp_path / "rules"])
    assert load_policy(str(tmp_path / "rules" / "policies" / "generic.yaml")).id == "own"


# -- what a policy changes -------------------------------------------------------------------------------------------

BARE = "id: bare\ntitle: Bare\ndirectories: [{path: /data}]\n"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """An image without the directory /data, and without a history."""
    return ImageBuilder().layer(file("/app/run", b"x")).save(tmp_path / "app.tar")


def result(report: dict[str, list[dict[str, object]]], rule: str) -> dict[str, object]:
    return next(item for item in report["results"] if item["rule"] == rule)


def test_a_severity_of_the_policy_is_the_one_that_counts(image: Path, tmp_path: Path) -> None:
    report = report_of(image, "--policy", written(tmp_path, BARE))
    assert "TRE-DIR-001" in report["reason"]
    assert result(report, "TRE-DIR-001")["severity"] == "high"
    lowered = written(tmp_path, BARE + "severities: {TRE-DIR-001: low}\n")
    report = report_of(image, "--policy", lowered)
    assert "TRE-DIR-001" not in report["reason"]
    found = result(report, "TRE-DIR-001")
    assert (found["verdict"], found["severity"]) == ("fail", "low")
    assert [finding["severity"] for finding in found["findings"]] == ["low"]  # type: ignore[attr-defined]
    assert "FAIL TRE-DIR-001 (low by the policy, not counted) " in run("inspect", image, "--policy", lowered).text


def test_what_becomes_of_open_rules_is_the_policys_unless_it_is_asked_for(tmp_path: Path) -> None:
    image = ImageBuilder().layer(program("/run")).config(entrypoint=["/run"]).save(tmp_path / "open.tar")
    for own, code in (("", 5), ("undetermined: undecided\n", 5), ("undetermined: fail\n", 1), ("undetermined: pass\n", 0)):
        policy = written(tmp_path, "id: bare\ntitle: Bare\n" + own)
        assert run("inspect", image, "--policy", policy).code == code
        for choice, other in (("undecided", 5), ("fail", 1), ("pass", 0)):
            outcome = run("inspect", image, "--policy", policy, "--undetermined", choice, "--format", "json")
            assert (outcome.code, outcome.document["policy"]["undetermined"]) == (other, choice)
    assert run("inspect", image, "--undetermined", "maybe").code == 2


def test_a_skipped_rule_stays_in_the_report_with_its_reason(image: Path, tmp_path: Path) -> None:
    skipping = written(tmp_path, BARE + "skip: {TRE-DIR-001: made when it runs}\n")
    report = report_of(image, "--policy", skipping)
    assert "TRE-DIR-001" not in report["reason"]
    found = result(report, "TRE-DIR-001")
    assert (found["verdict"], found["findings"]) == ("not-applicable", [])
    assert found["reason"] == "the policy skips this rule: made when it runs"
    text = " ".join(run("inspect", image, "--policy", skipping).text.split())
    assert "(the policy skips this rule: made when it runs)" in text


def test_skipping_what_was_not_read_does_not_make_it_read(tmp_path: Path) -> None:
    from imginspect.examples.sample import build

    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(build({"layers": [[{"path": "/a", "text": "x"}]], "damage": [{"kind": "encrypt-layer", "layer": 0}]}))
    skipping = written(tmp_path, "id: bare\ntitle: Bare\nskip: {TRE-INT-009: trust me}\n")
    outcome = run("inspect", damaged, "--policy", skipping, "--fail-on", "critical", "--format", "json")
    assert outcome.code == 4
    assert outcome.document["verdict"] == "incomplete"
