"""Loading of rules: those that come with imginspect, and a user's own folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from imginspect.errors import RuleError
from imginspect.rules import yaml_file
from imginspect.rules.folder import KNOWLEDGE, POLICIES, rule_files, rules_folder
from imginspect.rules.rule import Rule, RuleSet, digest_of, parse_rule

__all__ = ["built_in_rules", "load_rules", "rules_folder"]

_NO_RULES = frozenset({POLICIES, KNOWLEDGE})


def built_in_rules() -> RuleSet:
    """The rules that come with imginspect."""
    return load_rules([rules_folder()])


def load_rules(folders: Sequence[Path]) -> RuleSet:
    """All rules of *folders*, subfolders included (``policies`` and ``knowledge`` are none of theirs), ordered by id.

    Raises: RuleError - a faulty file, two rules with one id, or a folder that holds neither rules nor policies nor knowledge
    """
    rules: dict[str, Rule] = {}
    contents: list[bytes] = []
    for folder in folders:
        files = rule_files(folder)
        if not files:
            raise RuleError(f"{folder}: contains no rules (*.yaml)")
        for file in files:
            if _NO_RULES & set(file.parts):
                continue
            content = yaml_file.read(file.path, file.shown_as)
            mapping = yaml_file.parse(content, file.shown_as)
            rule = parse_rule(mapping)
            if rule.id in rules:
                before = rules[rule.id]
                raise mapping.place_of("id").error(f"{rule.id} is already defined in {before.file}, line {before.line}")
            rules[rule.id] = rule
            contents.append(content)
    return RuleSet(tuple(rules[rule_id] for rule_id in sorted(rules)), digest_of(contents))
