"""The knowledge base: every entry shows by examples what it recognises and what it leaves alone; faults are refused with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from imginspect.errors import RuleError
from imginspect.languages.registry import LANGUAGES
from imginspect.network.network import CallSite, network
from imginspect.reach.guards import Reach
from imginspect.reach.startup import startup
from imginspect.rules import built_in_rules
from imginspect.rules.network_knowledge import KnowledgeEntry, Snippet, load_network_knowledge
from imginspect.rules.ruleset import rules_folder
from tests.views import static, text, view_of

KNOWLEDGE = load_network_knowledge([rules_folder()])
LANGUAGE_OF = {language.id: language for language in LANGUAGES}
_RUNNERS = {"shell": "/bin/sh", "python": "python3", "r": "Rscript"}
"""Interpreters whose name is not the language's id."""


def sites(snippet: Snippet) -> list[CallSite]:
    """What an image that starts the text reaches for."""
    interpreter = _RUNNERS.get(snippet.language, snippet.language)
    path = "/work/run" + LANGUAGE_OF[snippet.language].suffixes[0]
    view = view_of([static("/bin/sh"), text(path, snippet.text)], entrypoint=[interpreter, path])
    return [site for site in network(view, startup(view), KNOWLEDGE).sites if site.reached.reach is not Reach.NEVER]


FLAG = [pytest.param(entry, example, id=f"{entry.id}-{n}") for entry in KNOWLEDGE.entries for n, example in enumerate(entry.flag)]
PASS = [pytest.param(entry, example, id=f"{entry.id}-{n}") for entry in KNOWLEDGE.entries for n, example in enumerate(entry.passing)]


@pytest.mark.parametrize(("entry", "example"), FLAG)
def test_what_reaches_for_the_network_is_recognised(entry: KnowledgeEntry, example: Snippet) -> None:
    assert entry.id in {site.entry.id for site in sites(example)}


@pytest.mark.parametrize(("entry", "example"), PASS)
def test_what_does_not_is_left_alone(entry: KnowledgeEntry, example: Snippet) -> None:
    assert sites(example) == []


def test_every_entry_belongs_to_a_rule_and_says_why_and_what_to_do() -> None:
    rules = built_in_rules()
    for entry in KNOWLEDGE.entries:
        assert entry.rules
        assert all(rules.get(rule) is not None for rule in entry.rules), entry.id
        assert entry.rationale
        assert entry.remediation
        assert entry.references


OWN = """\
rationale: because
remediation: do it
entries:
  - id: kb-own
    rule: TRE-NET-001
    title: mine
    match:
      - sh_command: {name: [mine], target: url}
    examples:
      flag:
        - shell: mine http://h
      pass:
        - shell: mine --version
"""

FAULTS = [
    ("id: kb-own", "id: own", r"own\.yaml, line 4: id: .*own"),
    ("id: kb-own", "id: kb-curl", r"own\.yaml, line 4: kb-curl is already defined in knowledge/network/commands\.yaml"),
    ("title: mine", "title: mine\n    colour: red", r"own\.yaml, line 7: unknown key 'colour'"),
    ("target: url", "target: moon", r"own\.yaml, line 8: target: .*moon"),
    ("name: [mine]", "name: []", r"own\.yaml, line 8: name: expected a list"),
    ("sh_command", "sh_commands", r"own\.yaml, line 8: unknown key 'sh_commands'"),
    ("- sh_command: {name: [mine], target: url}", "[]", r"own\.yaml, line 7: match: expected"),
    ("- shell: mine --version", "- cobol: mine", r"own\.yaml, line 13: unknown key 'cobol'"),
    ("      pass:\n        - shell: mine --version\n", "", r"own\.yaml, line 4: kb-own: 'examples' needs"),
    ("rationale: because\n", "", r"own\.yaml, line 1: 'rationale': expected a string"),
    ("target: url}", "target: url, settings: [A]}", r"own\.yaml, line 8: settings: .*'A'"),
]


def folder(tmp_path: Path, content: str) -> Path:
    own = tmp_path / "knowledge" / "network"
    own.mkdir(parents=True)
    (own / "own.yaml").write_text(content)
    return tmp_path


@pytest.mark.parametrize(("old", "new", "complaint"), FAULTS)
def test_a_faulty_entry_is_refused_with_its_place(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    assert OWN.count(old) == 1
    with pytest.raises(RuleError, match=complaint):
        load_network_knowledge([rules_folder(), folder(tmp_path, OWN.replace(old, new))])


def test_entries_of_ones_own_stand_beside_the_built_in_ones(tmp_path: Path) -> None:
    both = load_network_knowledge([rules_folder(), folder(tmp_path, OWN)])
    assert both.get("kb-own") is not None
    assert len(both.entries) == len(KNOWLEDGE.entries) + 1
    assert both.digest != KNOWLEDGE.digest
