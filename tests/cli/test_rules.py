"""``imginspect rules``: list, show and test, of the built-in rules and of a user's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from imginspect.rules import Rule, built_in_rules, load_patterns
from imginspect.rules.markdown import document, table
from imginspect.rules.ruleset import rules_folder
from tests.inspecting import CONTROL, run
from tests.rules.test_loading import KIND, RULE, folder, write

pytestmark = pytest.mark.slow

IDS = [rule.id for rule in built_in_rules().rules]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No run of these leaves anything in the user's own cache."""
    monkeypatch.setenv("IMGINSPECT_CACHE_DIR", "")


# -- list ------------------------------------------------------------------------------------------------------------


def test_all_rules_are_listed() -> None:
    lines = run("rules", "list").text.splitlines()
    assert [line.split()[0] for line in lines[1:]] == IDS
    listed = run("rules", "list", "--format", "json").document
    assert [item["id"] for item in listed] == IDS
    assert all(item["rationale"] and item["examples"]["flag"] and item["examples"]["pass"] for item in listed)


def test_all_kinds_of_credentials_are_listed() -> None:
    kinds = [pattern.id for pattern in load_patterns([rules_folder()]).patterns]
    assert [line.split()[0] for line in run("rules", "list", "--kinds").text.splitlines()[1:]] == kinds
    assert [item["id"] for item in run("rules", "list", "--kinds", "--format", "json").document] == kinds


def test_the_markdown_forms_are_the_document_and_the_table() -> None:
    assert run("rules", "list", "--format", "markdown").text == document(built_in_rules(), load_patterns([rules_folder()]))
    assert run("rules", "list", "--format", "markdown-table").text == table(built_in_rules())
    assert run("rules", "list", "--kinds", "--format", "markdown").code == 2


def test_rules_of_ones_own_and_what_the_policy_changes_are_listed(tmp_path: Path) -> None:
    rules = folder(tmp_path, RULE)
    policy = write(tmp_path / "p.yaml", "id: p\ntitle: P\nseverities: {TRE-DIR-001: low}\nskip: {OWN-DIR-001: ours is better}\n")
    severities = {line.split()[0]: line.split()[1] for line in run("rules", "list", "--rules", rules, "--policy", policy).text.splitlines()}
    assert (severities["OWN-DIR-001"], severities["TRE-DIR-001"], severities["TRE-DIR-002"]) == ("skipped", "low", "high")
    listed = {item["id"]: item for item in run("rules", "list", "--format", "json", "--rules", rules, "--policy", policy).document}
    assert (listed["TRE-DIR-001"]["severity"], listed["TRE-DIR-001"]["own_severity"]) == ("low", "high")
    assert (listed["OWN-DIR-001"]["skipped_because"], listed["TRE-DIR-001"]["skipped_because"]) == ("ours is better", None)


# -- show ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", built_in_rules().rules, ids=lambda rule: rule.id)
def test_everything_of_a_rule_is_shown(rule: Rule) -> None:
    outcome = run("rules", "show", rule.id)
    text = " ".join(outcome.text.split())
    assert outcome.code == 0
    assert not CONTROL.search(outcome.text)
    shown = [rule.title, rule.check, rule.file, str(rule.severity), rule.rationale, rule.remediation]
    shown += [item.title for item in rule.references] + [item.title for item in (*rule.flag, *rule.passing)]
    shown += list(rule.params)
    for words in shown:
        assert " ".join(words.split()) in text
    assert all(len(line) <= 80 for line in outcome.text.splitlines() if " " in line.strip())
    assert run("rules", "show", rule.id.lower(), "--format", "json").document["id"] == rule.id


def test_examples_are_shown_in_words() -> None:
    text = " ".join(run("rules", "show", "TRE-DIR-001").text.split())
    assert "layer 0: " in text
    assert "damage: truncate-layer, layer 0" in " ".join(run("rules", "show", "TRE-INT-001").text.split())


def test_a_kind_of_credential_is_shown() -> None:
    text = run("rules", "show", "github-personal-access-token").text
    for words in (
        "GitHub personal access token (classic)",
        "ghp_[A-Za-z0-9]{36}",
        "crc32-base62",
        "knowledge/credentials/code-hosting.yaml",
    ):
        assert words in text
    assert run("rules", "show", "github-personal-access-token", "--format", "json").document["issuer"] == "GitHub"


def test_what_the_policy_changes_is_shown(tmp_path: Path) -> None:
    policy = write(tmp_path / "p.yaml", "id: ours\ntitle: P\nseverities: {TRE-DIR-001: low}\nskip: {TRE-DIR-002: because so}\n")
    assert "low (by the policy ours; the rule itself says high)" in run("rules", "show", "TRE-DIR-001", "--policy", policy).text
    assert "skipped by the policy ours: because so" in run("rules", "show", "TRE-DIR-002", "--policy", policy).text


def test_an_unknown_rule_is_a_usage_error_that_names_what_may_be_meant() -> None:
    outcome = run("rules", "show", "TRE-DIR-01")
    assert (outcome.code, outcome.out) == (2, b"")
    assert "TRE-DIR-001" in outcome.err
    assert "imginspect rules list" in run("rules", "show", "xyz").err


# -- test ------------------------------------------------------------------------------------------------------------


def test_the_examples_of_all_rules_are_tried(tmp_path: Path) -> None:
    rules = folder(tmp_path, RULE)
    write(rules / "knowledge/credentials/own.yaml", KIND)
    outcome = run("rules", "test", rules)
    lines = outcome.text.splitlines()
    assert outcome.code == 0
    assert [line.split()[:2] for line in lines[:-1]] == [[rule, "ok"] for rule in sorted([*IDS, "OWN-DIR-001"])]
    assert lines[-1].endswith("all answered correctly")
    assert f"of {len(IDS) + 1} rules and" in lines[-1]


def test_an_example_that_gives_another_answer_is_named(tmp_path: Path) -> None:
    swapped = RULE.replace("  flag:", "  x:").replace("  pass:", "  flag:").replace("  x:", "  pass:")
    rules = folder(tmp_path, swapped)
    write(rules / "knowledge/credentials/own.yaml", KIND.replace("pass: ['ours-']", "pass: ['ours-b8f3k2m9x1']"))
    outcome = run("rules", "test", rules)
    assert outcome.code == 1
    text = outcome.text
    assert "OWN-DIR-001   WRONG  1 must be flagged, 1 must pass  (rules/own.yaml)\n" in text
    assert "    must be flagged: all there (the answer was: pass)\n" in text
    assert "    must pass: nothing there (the answer was: fail)\n" in text
    assert "own-token  WRONG  (rules/knowledge/credentials/own.yaml, line 2)\n" in text
    assert text.splitlines()[-1].endswith("3 answered incorrectly")


@pytest.mark.parametrize("text", [RULE.replace("severity: low", "severity: x"), RULE.replace("path: /a", "road: /a")])
def test_a_faulty_rule_file_is_a_usage_error(text: str, tmp_path: Path) -> None:
    outcome = run("rules", "test", folder(tmp_path, text))
    assert outcome.code == 2
    assert outcome.err.startswith("imginspect: rules/own.yaml, line ")
    assert outcome.err.count("\n") == 1


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    assert run("rules", "test", tmp_path / "none").code == 2
    assert run("rules", "list", "--rules", tmp_path / "none").code == 2
    assert run("rules", "list", "--rules", write(tmp_path / "file", "x")).code == 2
