"""docs/rules.md is what is made from the rules, and Markdown shows a rule's text as it is written."""

from __future__ import annotations

from pathlib import Path

from imginspect.rules import built_in_rules, load_patterns
from imginspect.rules.markdown import document, table
from imginspect.rules.patterns import PatternSet
from imginspect.rules.ruleset import rules_folder

DOCUMENT = Path(__file__).parents[2] / "docs" / "rules.md"


def test_the_document_is_made_from_the_rules() -> None:
    made = document(built_in_rules(), load_patterns([rules_folder()]))
    shown = DOCUMENT.read_text("utf-8")
    assert made == shown, "docs/rules.md is not up to date: run  imginspect rules list --format markdown > docs/rules.md"


def test_every_rule_and_kind_is_in_the_document() -> None:
    lines = DOCUMENT.read_text("utf-8").splitlines()
    for rule in built_in_rules().rules:
        assert sum(line.startswith(f"### {rule.id} ") for line in lines) == 1
    for pattern in load_patterns([rules_folder()]).patterns:
        assert sum(line.startswith(f"| `{pattern.id}` |") for line in lines) == 1


def test_text_that_markdown_would_act_on_is_shown_as_it_is() -> None:
    rules = built_in_rules()
    rule = rules.rules[0]._replace(title="a | b", rationale="<b> *x* `y` [z](w) a_b", params={"x": ["`", "|"]})
    changed = rules._replace(rules=(rule,))
    made = document(changed, PatternSet((), ""))
    assert r"\<b\> \*x\* \`y\` \[z\](w) a\_b" in made
    assert 'x`: ``["`", "|"]``' in made
    assert r"| a \| b |" in table(changed)
    assert len([line for line in table(changed).splitlines() if line.startswith("|")]) == 3
