"""Everything in folders of rules, by the cache where that knows it: parsing a few hundred kilobytes of YAML outlasts a small image.

The cache holds what was made of the same bytes, in files of the same names, by the same code. Whatever else it holds is parsed again.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from imginspect.host.cache import Cache
from imginspect.rules import codec, yaml_file
from imginspect.rules.folder import RuleFile, rule_files
from imginspect.rules.knowledge_base import KnowledgeBase, load_knowledge
from imginspect.rules.policy import DEFAULT_POLICY, Policy, parse_policy, policy_file
from imginspect.rules.rule import RuleSet
from imginspect.rules.ruleset import load_rules
from imginspect.version import __version__


class Loaded(NamedTuple):
    """What some folders hold."""

    rules: RuleSet
    knowledge: KnowledgeBase
    policy: Policy


def load(folders: Sequence[Path], policy_name: str = DEFAULT_POLICY, cache: Cache | None = None) -> Loaded:
    """The rules and the knowledge in *folders*, and a policy.

    Raises: RuleError
    """
    policy = policy_file(policy_name, folders)
    if cache is None or cache.folder is None:
        return _parsed(folders, policy)
    key = _key(folders, policy)
    stored = cache.get(key)
    if stored is not None:
        try:
            return codec.decode(stored, Loaded)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            pass  # in another format than this version writes: made again
    loaded = _parsed(folders, policy)
    if _key(folders, policy) == key:  # no file was changed in between
        cache.put(key, codec.encode(loaded))
    return loaded


def _parsed(folders: Sequence[Path], policy: RuleFile) -> Loaded:
    content = yaml_file.read(policy.path, policy.shown_as)
    return Loaded(load_rules(folders), load_knowledge(folders), parse_policy(content, policy.shown_as))


def _key(folders: Sequence[Path], policy: RuleFile) -> str:
    """Names what *folders* hold, and the policy: every file's name and bytes, and the code that reads them.

    Raises: RuleError
    """
    digest = hashlib.sha256(f"{__version__} {sys.version_info[:2]}".encode())
    files = [(path.name, path.read_bytes()) for path in sorted(Path(__file__).parent.glob("*.py"))]
    for file in [policy, *(file for folder in folders for file in rule_files(folder))]:
        files.append((file.shown_as, yaml_file.read(file.path, file.shown_as)))
    for name, content in files:
        digest.update(f"\0{len(name)} {len(content)} {name}\0".encode("utf-8", "surrogateescape"))
        digest.update(content)
    return f"rules-{digest.hexdigest()}"
