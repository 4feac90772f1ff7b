"""Loading of rules: those that come with imginspect, and a user's own folder."""

from __future__ import annotations

from pathlib import Path

from imginspect.errors import RuleError
from imginspect.rules import yaml_file
from imginspect.rules.rule import Rule, RuleSet, digest_of, parse_rule

_POLICIES = "policies"
_NO_RULES = frozenset({_POLICIES, "knowledge"})


def rules_folder() -> Path:
    """The folder of the rules that come with imginspect: in the wheel, or beside the package in a checkout.

    Raises: RuleError - the installation is incomplete
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_rules", package.parent / "rules"):
        if (folder / _POLICIES).is_dir():
            return folder
    raise RuleError("the rules that come with imginspect are missing: install it again")


def built_in_rules() -> RuleSet:
    """The rules that come with imginspect."""
    return load_rules([rules_folder()])


def load_rules(folders: list[Path]) -> RuleSet:
    """All rules of *folders*, subfolders included (``policies`` and ``knowledge`` are none of theirs), ordered by id.

    Raises: RuleError - a faulty file, or two rules with one id
    """
    rules: dict[str, Rule] = {}
    contents: list[bytes] = []
    for folder in folders:
        files = sorted(path for path in folder.rglob("*.yaml") if not _NO_RULES & set(path.relative_to(folder).parts[:-1]))
        if not files:
            raise RuleError(f"{folder}: holds no rules (*.yaml)")
        for path in files:
            shown_as = path.relative_to(folder).as_posix()
            mapping = yaml_file.load(path, shown_as)
            rule = parse_rule(mapping)
            if rule.id in rules:
                before = rules[rule.id]
                raise mapping.place_of("id").error(f"{rule.id} is defined in {before.file} already")
            rules[rule.id] = rule
            contents.append(path.read_bytes())
    return RuleSet(tuple(rules[rule_id] for rule_id in sorted(rules)), digest_of(contents))
