"""Rules and policies: YAML in, frozen values out; every complaint names file and line. Knows nothing of how a rule is judged."""

from imginspect.rules.patterns import Pattern, PatternSet, load_patterns
from imginspect.rules.policy import Policy, Undetermined, load_policy
from imginspect.rules.rule import Rule, RuleReference, RuleSet, Severity
from imginspect.rules.ruleset import built_in_rules, load_rules

__all__ = [
    "Pattern",
    "PatternSet",
    "Policy",
    "Rule",
    "RuleReference",
    "RuleSet",
    "Severity",
    "Undetermined",
    "built_in_rules",
    "load_patterns",
    "load_policy",
    "load_rules",
]
