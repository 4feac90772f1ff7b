"""Criteria: what an image is judged by, loaded and checked before any image is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imginspect.cache import Cache
from imginspect.checks import prepare
from imginspect.checks.runner import Prepared
from imginspect.rules import Policy, RuleSet, Severity, load_policy, load_rules
from imginspect.rules.knowledge_base import KnowledgeBase, load_knowledge
from imginspect.rules.ruleset import rules_folder
from imginspect.scan.matcher import Matcher


@dataclass(frozen=True, slots=True)
class Criteria:
    """Rules bound to their checks, what they know, the search for credentials, the policy, and from which severity on to fail."""

    rules: RuleSet
    prepared: tuple[Prepared, ...]
    knowledge: KnowledgeBase
    matcher: Matcher
    policy: Policy
    fail_on: Severity
    strict: bool = False


def load_criteria(
    policy_name: str = "epcc-tre",
    rule_folders: Sequence[Path] = (),
    fail_on: Severity | None = None,
    *,
    strict: bool = False,
    cache: Cache | None = None,
) -> Criteria:
    """The criteria that the rules built in, those in *rule_folders* and the policy make; *fail_on* overrides the policy's.

    Raises: RuleError
    """
    folders = [rules_folder(), *rule_folders]
    rules = load_rules(folders)
    policy = load_policy(policy_name)
    knowledge = load_knowledge(folders)
    return Criteria(rules, prepare(rules), knowledge, Matcher(knowledge.patterns, cache=cache), policy, fail_on or policy.fail_on, strict)
