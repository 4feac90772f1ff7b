"""Criteria: the rules, policy and knowledge that judge an image, loaded and checked before any image is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imginspect.checks import prepare
from imginspect.checks.runner import Prepared
from imginspect.host.cache import Cache
from imginspect.licences.files import licence_globs
from imginspect.reading.retention import TextRetention
from imginspect.rules import PatternSet, Policy, RuleSet, Severity, Undetermined, yaml_file
from imginspect.rules.folder import rule_files, rules_folder
from imginspect.rules.knowledge_base import KnowledgeBase
from imginspect.rules.loading import load
from imginspect.rules.mapping import SourceLine
from imginspect.rules.policy import DEFAULT_POLICY, policy_file
from imginspect.rules.rule import digest_of
from imginspect.scan.matcher import Matcher
from imginspect.scan.validators import VALIDATORS


@dataclass(frozen=True, slots=True)
class Criteria:
    """Rules bound to their checks, what they know, the search for credentials, the policy, from which severity on to fail, and what
    rules count as that cannot be decided.

    The rules have the severities that the policy gives them; *own_severities* are those that changed rules state themselves, by id.
    """

    rules: RuleSet
    prepared: tuple[Prepared, ...]
    knowledge: KnowledgeBase
    matcher: Matcher
    policy: Policy
    fail_on: Severity
    strict: bool = False
    undetermined: Undetermined = Undetermined.UNDECIDED
    own_severities: Mapping[str, Severity] = field(default_factory=dict)

    def retention(self) -> TextRetention:
        """Decides for one pass at a time which contents are kept."""
        return TextRetention(licence_globs(self.knowledge.products))


def load_criteria(
    policy_name: str = DEFAULT_POLICY,
    rule_folders: Sequence[Path] = (),
    fail_on: Severity | None = None,
    *,
    strict: bool = False,
    undetermined: Undetermined | None = None,
    cache: Cache | None = None,
    fingerprint_key: bytes | None = None,
) -> Criteria:
    """The criteria that the rules built in, those in *rule_folders* and the policy make; *fail_on* and *undetermined* override
    the policy's.

    With *fingerprint_key* each credential that is found has an id; see ``scan.secret_id``.
    Raises: RuleError
    """
    folders = [rules_folder(), *rule_folders]
    loaded = load(folders, policy_name, cache)
    policy = loaded.policy
    rules = under(policy, loaded.rules)
    patterns = loaded.knowledge.patterns
    _check_validators(patterns)
    return Criteria(
        rules=rules,
        prepared=prepare(rules, policy.skipped),
        knowledge=loaded.knowledge,
        matcher=Matcher(patterns, cache=cache, fingerprint_key=fingerprint_key),
        policy=policy,
        fail_on=fail_on or policy.fail_on,
        strict=strict,
        undetermined=undetermined or policy.undetermined,
        own_severities=own_severities(policy, loaded.rules),
    )


def criteria_files(policy_name: str, rule_folders: Sequence[Path], policy_digest: str) -> dict[str, bytes]:
    """The policy and all files of rules and knowledge, by a relative name each: what an image was judged by, to be kept.

    Raises: RuleError - the policy is not the one with the sha256 *policy_digest* any more
    """
    folders = [rules_folder(), *rule_folders]
    policy = policy_file(policy_name, folders)
    content = yaml_file.read(policy.path, policy.shown_as)
    if digest_of([content]) != policy_digest:
        raise SourceLine(policy.shown_as, 1).error("the file changed during the inspection")
    files = {"policy.yaml": content}
    for number, folder in enumerate(folders):
        for file in rule_files(folder):
            name = file.path.relative_to(folder).as_posix()
            files[f"{'rules' if number == 0 else f'own-rules-{number}'}/{name}"] = yaml_file.read(file.path, file.shown_as)
    return files


def own_severities(policy: Policy, rules: RuleSet) -> dict[str, Severity]:
    """The severities that those *rules* state themselves which *policy* changes, by id."""
    return {rule.id: rule.severity for rule in rules.rules if rule.id in policy.severities}


def _check_validators(patterns: PatternSet) -> None:
    for pattern in patterns.patterns:
        for name in pattern.validators:
            if name not in VALIDATORS:
                place = SourceLine(pattern.file, pattern.line)
                raise place.error(f"{pattern.id}: unknown validator {name!r}; expected one of: {', '.join(VALIDATORS)}")


def under(policy: Policy, rules: RuleSet) -> RuleSet:
    """*rules* with the severities that *policy* gives them.

    Raises: RuleError - the policy names a rule that is none of them
    """
    policy.check_ids(rules)
    severities = policy.severities
    return rules._replace(rules=tuple(rule._replace(severity=severities.get(rule.id, rule.severity)) for rule in rules.rules))
