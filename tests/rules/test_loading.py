"""Rules and policies from files: every complaint names file and line, before any image is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from imginspect.checks import prepare
from imginspect.errors import RuleError
from imginspect.rules import Severity, built_in_rules, load_policy, load_rules
from tests.inspecting import run

RULE = """\
id: OWN-DIR-001
title: Mine
check: mount-directories-exist
severity: low
rationale: because
remediation: do it
references:
  - {title: A guide, level: should}
examples:
  flag:
    - title: nothing there
      image: {layers: [[{path: /a, text: "1"}]]}
  pass:
    - title: all there
      image: {layers: [[{path: /safe_data/}, {path: /safe_outputs/}, {path: /scratch/}]]}
"""

FAULTS = [
    ("severity: low", "severity: terrible", r"own\.yaml, line 4: .*terrible"),
    ("title: Mine", "title: Mine\ncolour: red", r"own\.yaml, line 3: 'colour' is not known"),
    ("title: Mine", "title: Mine\ntitle: Yours", r"own\.yaml, line 3: 'title' is there twice"),
    ("title: Mine", "title: [1]", r"own\.yaml, line 2: 'title': expected a text"),
    ("id: OWN-DIR-001", "id: own dir", r"own\.yaml, line 1: id: .*own dir"),
    ("id: OWN-DIR-001", "id: TRE-DIR-001", r"own\.yaml, line 1: TRE-DIR-001 is defined in directories/exist\.yaml"),
    ("check: mount-directories-exist", "check: magic", r"own\.yaml, line 1: OWN-DIR-001: no check is called 'magic'"),
    ("severity: low", "severity: low\nparams: {depth: 3}", r"own\.yaml, line 1: OWN-DIR-001: .* no parameter 'depth'"),
    ("check: mount-directories-exist", "check: integrity", r"own\.yaml, line 1: OWN-DIR-001: .* needs the parameter 'topic'"),
    ("check: mount-directories-exist", "check: integrity\nparams: {topic: digest, verdict: bad}", r"own\.yaml, line 1: .*verdict.*bad"),
    ("check: mount-directories-exist", "check: integrity\nparams: {topic: weather, verdict: fail}", r"own\.yaml, line 1: .*topic.*weather"),
    ("level: should", "level: maybe", r"own\.yaml, line 8: level: .*maybe"),
    ("examples:", "example:", r"own\.yaml, line 9: 'example' is not known"),
    ("  flag:", "  flags:", r"own\.yaml, line 10: 'flags' is not known"),
    ("severity: low", "severity: [low", r"own\.yaml, line \d+: not valid YAML"),
    ("rationale: because\n", "", r"own\.yaml, line 1: 'rationale': expected a text, found nothing"),
]


def folder(tmp_path: Path, text: str) -> Path:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "own.yaml").write_text(text)
    return rules


@pytest.mark.parametrize(("old", "new", "complaint"), FAULTS)
def test_a_faulty_rule_is_refused_with_its_place(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    assert RULE.count(old) == 1
    rules = folder(tmp_path, RULE.replace(old, new))
    with pytest.raises(RuleError, match=complaint):
        prepare(load_rules([built_in_folder(), rules]))
    outcome = run("inspect", tmp_path / "no-such-image.tar", "--rules", rules)
    assert outcome.code == 2
    assert "own.yaml, line" in outcome.err
    assert "no such file" not in outcome.err


def built_in_folder() -> Path:
    from imginspect.rules.ruleset import rules_folder

    return rules_folder()


def test_a_rule_of_ones_own_is_judged_beside_the_built_in_ones(tmp_path: Path) -> None:
    rules = load_rules([built_in_folder(), folder(tmp_path, RULE)])
    assert [rule.id for rule in rules.rules] == sorted([rule.id for rule in built_in_rules().rules] + ["OWN-DIR-001"])
    assert rules.digest != built_in_rules().digest
    own = rules.get("OWN-DIR-001")
    assert own is not None
    assert (own.severity, own.file, own.line) == (Severity.LOW, "own.yaml", 1)
    assert len(prepare(rules)) == len(rules.rules)


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no rules"):
        load_rules([tmp_path])


@pytest.mark.parametrize(("text", "complaint"), [("- a\n", "expected a mapping"), ("", "expected a mapping"), ("a: \xff\n", "own.yaml")])
def test_what_is_no_mapping_is_refused(text: str, complaint: str, tmp_path: Path) -> None:
    rules = folder(tmp_path, text)
    (rules / "own.yaml").write_bytes(text.encode("latin-1"))
    with pytest.raises(RuleError, match=complaint):
        load_rules([rules])


def test_yaml_makes_no_objects(tmp_path: Path) -> None:
    rules = folder(tmp_path, RULE.replace("severity: low", "severity: low\nparams: {x: !!python/object/apply:os.getcwd []}"))
    with pytest.raises(RuleError, match=r"own\.yaml"):
        load_rules([rules])


# -- policies --------------------------------------------------------------------------------------------------------

POLICY = "id: mine\ntitle: Mine\nfail_on: low\ndirectories:\n  - {path: /data, purpose: d}\nquestions:\n  - {id: q, text: Really?}\n"


def test_the_policies_that_come_along() -> None:
    assert [directory.path for directory in load_policy("epcc-tre").directories] == ["/safe_data", "/safe_outputs", "/scratch"]
    assert load_policy("generic").directories == ()
    assert load_policy("generic").digest != load_policy("epcc-tre").digest


def test_a_policy_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(POLICY)
    policy = load_policy(str(path))
    assert (policy.id, policy.fail_on, policy.platform, policy.file) == ("mine", Severity.LOW, "linux/amd64", "mine.yaml")
    assert ([item.path for item in policy.directories], [item.text for item in policy.questions]) == (["/data"], ["Really?"])


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("/data", "data", r"mine\.yaml, line 5: path: .*'data'"),
        ("/data", "/a/../b", r"mine\.yaml, line 5: path"),
        ("/data", "/", r"mine\.yaml, line 5: path"),
        ("fail_on: low", "fail_on: never", r"mine\.yaml, line 3: fail_on: .*never"),
        ("title: Mine", "titel: Mine", r"mine\.yaml, line 2: 'titel' is not known"),
        ("text: Really?", "words: x", r"mine\.yaml, line 7: 'words' is not known"),
    ],
)
def test_a_faulty_policy_is_refused_with_its_place(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(POLICY.replace(old, new))
    with pytest.raises(RuleError, match=complaint):
        load_policy(str(path))
    assert run("inspect", tmp_path / "none.tar", "--policy", path).code == 2


def test_an_unknown_policy_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"epcc-tre, generic"):
        load_policy("unheard-of")
    with pytest.raises(RuleError, match="No such file"):
        load_policy(str(tmp_path / "none.yaml"))
