"""Rules from files: every complaint names file and line, before any image is opened."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from imginspect.checks import prepare
from imginspect.errors import RuleError
from imginspect.inspection.criteria import load_criteria
from imginspect.rules import Severity, built_in_rules, load_rules
from imginspect.rules.ruleset import rules_folder
from tests.inspecting import run

pytestmark = pytest.mark.slow

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
finding_title: Not mine
undecided_title: Undecided whether it is mine
harm: start
"""

CHECK = "check: mount-directories-exist"
INTEGRITY = "check: integrity\nparams:\n  topic: digest\n  verdict: fail"
FAULTS = [
    ("severity: low", "severity: terrible", r"line 4: .*terrible"),
    ("title: Mine", "title: Mine\ncolour: red", r"line 3: unknown key 'colour'"),
    ("title: Mine", "title: Mine\ntitle: Yours", r"line 3: duplicate key 'title'"),
    ("title: Mine", "title: [1]", r"line 2: 'title': expected a string, found a list"),
    ("title: Mine", "title: 1", r"line 2: 'title': expected a string, found 1"),
    ("id: OWN-DIR-001", "id: own dir", r"line 1: id: .*own dir"),
    ("id: OWN-DIR-001", "id: TRE-DIR-001", r"line 1: TRE-DIR-001 is already defined in directories/exist\.yaml, line 1"),
    ("finding_title: Not mine", "", r"line 1: 'finding_title': expected a string, found nothing"),
    ("undecided_title: Undecided whether it is mine", "", r"line 1: 'undecided_title': expected a string, found nothing"),
    ("harm: start", "harm: terrible", r"line 18: harm: expected one of disclosure, .*'terrible'"),
    (
        CHECK,
        CHECK + "\nremedies: {missing: add it, lost: find it}",
        r"line 4: OWN-DIR-001: .* kind of finding 'lost'; there are: ",
    ),
    (CHECK, "check: run-user\nremedies: {lost: find it}", r"line 4: OWN-DIR-001: .* no kind of finding 'lost'; it has none"),
    (CHECK, "check: credentials\nparams: {sure_severity: bad}", r"line 4: OWN-DIR-001: sure_severity: expected one of info, .*bad"),
    (CHECK, "check: magic", r"line 3: OWN-DIR-001: unknown check 'magic'; expected one of: "),
    ("severity: low", "severity: low\nparams: {depth: 3}", r"line 5: OWN-DIR-001: .* no parameter 'depth'; it takes none"),
    (CHECK, "check: integrity", r"line 3: OWN-DIR-001: .* needs the parameter 'topic'"),
    (CHECK, INTEGRITY.replace("fail", "bad"), r"line 6: OWN-DIR-001: verdict: .*bad"),
    (CHECK, INTEGRITY.replace("digest", "weather"), r"line 5: OWN-DIR-001: topic: .*weather"),
    (CHECK, INTEGRITY.replace("digest", "3"), r"line 5: OWN-DIR-001: topic: expected a string, found 3"),
    (CHECK, INTEGRITY.replace("digest", "[digest]"), r"line 5: OWN-DIR-001: topic: expected a string, found a list"),
    (CHECK, INTEGRITY + "\n  depth: 3", r"line 7: OWN-DIR-001: .* no parameter 'depth'; its parameters are: topic, verdict"),
    (CHECK, "check: licence-inventory\nparams:\n  names: many", r"line 5: OWN-DIR-001: names: expected an integer, found 'many'"),
    (CHECK, "check: licence-inventory\nparams:\n  names: true", r"line 5: OWN-DIR-001: names: expected an integer, found true"),
    (CHECK, "check: licence-inventory\nparams:\n  names: 1.5", r"line 5: OWN-DIR-001: names: expected an integer, found 1\.5"),
    (CHECK, "check: temporary-directory\nparams:\n  variables: TMP", r"line 5: OWN-DIR-001: variables: expected a list"),
    (CHECK, "check: temporary-directory\nparams:\n  variables: [TMP, 3]", r"line 5: OWN-DIR-001: variables: expected a list"),
    (CHECK, "check: temporary-directory\nparams:\n  variables:", r"line 5: OWN-DIR-001: variables: expected a list.*found nothing"),
    (CHECK, "check: device-nodes\nparams:\n  known: [/dev/null]", r"line 5: OWN-DIR-001: known: expected a mapping"),
    (CHECK, "check: device-nodes\nparams:\n  known: {/dev/null: [one, 3]}", r"line 5: OWN-DIR-001: known: expected a mapping"),
    (CHECK, CHECK + "\nparams: 3", r"line 4: 'params': expected a mapping, found 3"),
    ("level: should", "level: maybe", r"line 8: level: .*maybe"),
    ("level: should", "kind: a", r"line 8: unknown key 'kind'"),
    ("examples:", "example:", r"line 9: unknown key 'example'"),
    ("  flag:", "  flags:", r"line 10: unknown key 'flags'"),
    ('      image: {layers: [[{path: /a, text: "1"}]]}\n', "", r"line 11: 'image' is missing"),
    ('image: {layers: [[{path: /a, text: "1"}]]}', "image: [1]", r"line 12: 'image': expected a mapping, found a list"),
    ("severity: low", "severity: [low", r"line \d+: not valid YAML"),
    ("rationale: because\n", "", r"line 1: 'rationale': expected a string, found nothing"),
]


def folder(tmp_path: Path, text: str) -> Path:
    rules = tmp_path / "rules"
    rules.mkdir(parents=True)
    (rules / "own.yaml").write_text(text)
    return rules


@pytest.mark.parametrize(("old", "new", "complaint"), FAULTS)
def test_a_faulty_rule_is_refused_with_its_place(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    assert RULE.count(old) == 1
    rules = folder(tmp_path, RULE.replace(old, new))
    with pytest.raises(RuleError, match=rf"^rules/own\.yaml, {complaint}"):
        prepare(load_rules([rules_folder(), rules]))
    outcome = run("inspect", tmp_path / "no-such-image.tar", "--rules", rules)
    assert outcome.code == 2
    assert outcome.err.startswith("imginspect: rules/own.yaml, line ")
    assert "no such file" not in outcome.err


def test_a_rule_of_ones_own_is_judged_beside_the_built_in_ones(tmp_path: Path) -> None:
    rules = load_rules([rules_folder(), folder(tmp_path, RULE)])
    assert [rule.id for rule in rules.rules] == sorted([rule.id for rule in built_in_rules().rules] + ["OWN-DIR-001"])
    assert rules.digest != built_in_rules().digest
    own = rules.get("OWN-DIR-001")
    assert own is not None
    assert (own.severity, own.file, own.line) == (Severity.LOW, "rules/own.yaml", 1)
    assert len(prepare(rules)) == len(rules.rules)


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no rules"):
        load_rules([tmp_path])


def test_a_rule_without_one_kind_of_example_is_refused(tmp_path: Path) -> None:
    text = RULE[: RULE.index("  pass:")]
    with pytest.raises(RuleError, match=r"own\.yaml, line 9: 'examples' needs at least one to flag and one to pass"):
        load_rules([folder(tmp_path, text)])
    with pytest.raises(RuleError, match=r"own\.yaml, line 9: 'examples' needs"):
        load_rules([folder(tmp_path / "2", text + "  pass: []\n")])


# -- what else a folder may hold -------------------------------------------------------------------------------------

KIND = """\
kinds:
  - id: own-token
    issuer: Us
    title: Our token
    regex: 'ours-[a-z0-9]{10}'
    longest: 15
    validators: [not-placeholder]
    reference: Our own notes
    examples:
      flag: ['ours-a8f3k2m9x1']
      pass: ['ours-']
"""
PRODUCT = """\
products:
  - {id: own-solver, name: Solver, need: required, verified: true, reference: Notes, markers: ["*/own/solver"]}
"""
POLICY = "id: own\ntitle: Own\nseverities: {OWN-DIR-001: critical}\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_folder_may_hold_rules_knowledge_and_policies(tmp_path: Path) -> None:
    rules = folder(tmp_path, RULE)
    write(rules / "knowledge/credentials/own.yaml", KIND)
    write(rules / "knowledge/licences/own.yaml", PRODUCT)
    write(rules / "policies/own.yaml", POLICY)
    criteria = load_criteria("own", [rules])
    kind = criteria.knowledge.patterns.get("own-token")
    assert kind is not None
    assert kind.file == "rules/knowledge/credentials/own.yaml"
    assert "own-solver" in [product.id for product in criteria.knowledge.products.products]
    rule = criteria.rules.get("OWN-DIR-001")
    assert rule is not None
    assert rule.severity is Severity.CRITICAL
    assert criteria.own_severities == {"OWN-DIR-001": Severity.LOW}


def test_a_folder_may_hold_knowledge_or_policies_alone(tmp_path: Path) -> None:
    write(tmp_path / "a/knowledge/credentials/own.yaml", KIND)
    write(tmp_path / "b/policies/own.yaml", "id: own\ntitle: Own\n")
    criteria = load_criteria("own", [tmp_path / "a", tmp_path / "b"])
    assert criteria.policy.file == "b/policies/own.yaml"
    assert criteria.knowledge.patterns.get("own-token") is not None
    assert [rule.id for rule in criteria.rules.rules] == [rule.id for rule in built_in_rules().rules]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("id: own-token", "id: github-personal-access-token", r"line 2: .* is already defined in knowledge/credentials/.*\.yaml, line \d+"),
        ("[not-placeholder]", "[magic]", r"line 2: own-token: unknown validator 'magic'"),
        ("ours-[a-z0-9]{10}", "(?<=x)ours-[a-z0-9]{10}", r"line 5: regex: look-around"),
        ("ours-[a-z0-9]{10}", "(o)urs-(?:x\\1){5}", r"line 5: regex: a back-reference"),
        ("ours-[a-z0-9]{10}", "ours-[a-z0-9]+", r"line 5: regex: can match text of any length"),
        ("ours-[a-z0-9]{10}", "(?:ours)?", r"line 5: regex: can match the empty string"),
        ("ours-[a-z0-9]{10}", "(ours)-([a-z])", r"line 5: regex: more than one group"),
        ("ours-[a-z0-9]{10}", "ours-[", r"line 5: regex: "),
        ("ours-[a-z0-9]{10}", "öurs-[a-z0-9]{10}", r"line 5: regex: "),
        ("longest: 15", "longest: 14", r"line 6: longest: the regex can match 15 bytes"),
        ("longest: 15", "longest: -1", r"line 6: 'longest': expected a number"),
        ("pass: ['ours-']", "pass: []", r"line 2: own-token: 'examples' needs"),
    ],
)
def test_a_faulty_kind_of_credential_is_refused_with_its_place(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    assert KIND.count(old) == 1
    write(tmp_path / "mine/knowledge/credentials/own.yaml", KIND.replace(old, new))
    with pytest.raises(RuleError, match=rf"^mine/knowledge/credentials/own\.yaml, {complaint}"):
        load_criteria(rule_folders=[tmp_path / "mine"])


def test_two_folders_with_one_id_are_refused_with_both_places(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a/x.yaml", RULE).parent, write(tmp_path / "b/sub/y.yaml", RULE).parent.parent
    with pytest.raises(RuleError, match=r"^b/sub/y\.yaml, line 1: OWN-DIR-001 is already defined in a/x\.yaml, line 1$"):
        load_rules([rules_folder(), first, second])


def test_files_that_would_not_be_read_are_refused(tmp_path: Path) -> None:
    rules = folder(tmp_path, RULE)
    write(rules / ".draft.yaml", "not: [a rule")
    assert len(load_rules([rules]).rules) == 1
    other = write(rules / "more.yml", RULE)
    with pytest.raises(RuleError, match=r"^rules/more\.yml: is not read"):
        load_rules([rules])
    other.unlink()
    (rules / "linked").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(RuleError, match=r"^rules/linked: is a link to a folder"):
        load_rules([rules])


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_link(path: Path, target: str) -> None:
    path.symlink_to(target)


@pytest.mark.parametrize("name", ["x.yaml", "knowledge/credentials/x.yaml", "policies/x.yaml"])
def test_what_is_no_file_is_refused(name: str, tmp_path: Path) -> None:
    rules = folder(tmp_path, RULE)
    path = rules / name
    path.parent.mkdir(parents=True, exist_ok=True)
    makers: dict[str, Callable[[Path], None]] = {
        "is a folder, not a file": Path.mkdir,
        "is a link loop": lambda path: make_link(path, path.name),
        "No such file or directory": lambda path: make_link(path, "nowhere"),
        "is not a file": make_pipe,
    }
    for complaint, make in makers.items():
        make(path)
        with pytest.raises(RuleError, match=rf"^rules/{name}: {complaint}"):
            load_criteria("x" if name.startswith("policies") else "epcc-tre", [rules])
        path.rmdir() if complaint.startswith("is a folder") else path.unlink()


def test_a_folder_that_cannot_be_one_of_rules_is_refused(tmp_path: Path) -> None:
    rules = folder(tmp_path, RULE)
    with mock.patch("imginspect.rules.folder._MOST_ENTRIES", 3):
        load_rules([rules])
        for number in range(3):
            write(rules / f"{number}.txt", "")
        with pytest.raises(RuleError, match=r"is this a rules folder\?"):
            load_rules([rules])
