"""WorkerConfig: everything that a worker has to know; and the WorkerContext that it creates from it once: rules, engine, caches.

A config is small and plain, so every task can carry it. Workers on other machines load the rules from their own disk. Before the first
task it is verified that these are the same rules, read by the same program.
"""

from __future__ import annotations

import threading
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from imginspect.errors import UsageError
from imginspect.host.cache import Cache
from imginspect.inspection.criteria import Criteria, load_criteria
from imginspect.inspection.reader_key import code_digest, reader_key
from imginspect.limits import Limits
from imginspect.reading.layer_cache import LayerCache
from imginspect.rules import Severity, Undetermined
from imginspect.scan.redaction import Redactor

_LIBRARIES = (
    "isal", "hyperscan", "backports.zstd", "tree-sitter", "tree-sitter-bash", "python-magic", "pylibmagic", "PyYAML", "tabulate",
)  # fmt: skip


class WorkerConfig(NamedTuple):
    """What was asked for. Folders are absolute host paths, the same on every machine.

    *reports* is the folder of the reports, *forms* the forms that each image's report is written in. *seconds* bounds what one image may
    take, *memory* what a worker process may (bytes; 0 for no bound). *criteria* is the digest of what judges, once it is known.
    """

    policy: str
    rule_folders: tuple[str, ...]
    fail_on: str
    strict: bool
    undetermined: str
    limits: Limits
    user_cache: str
    cache: str
    cache_size: int
    tmp_dir: str
    reports: str
    format_names: tuple[str, ...]
    fingerprint_key: bytes = b""
    seconds: float | None = None
    memory: int = 0
    may_exit: bool = False
    threads: int = 2
    criteria: str = ""


class WorkerContext:
    """The tools of a worker."""

    def __init__(self, setup: WorkerConfig) -> None:
        self.setup = setup
        user_cache = Cache(Path(setup.user_cache) if setup.user_cache else None)
        folders = [Path(folder) for folder in setup.rule_folders]
        severity = Severity(setup.fail_on) if setup.fail_on else None
        key = setup.fingerprint_key or None
        undetermined = Undetermined(setup.undetermined) if setup.undetermined else None
        self.criteria: Criteria = load_criteria(
            setup.policy, folders, severity, strict=setup.strict, undetermined=undetermined, cache=user_cache, fingerprint_key=key
        )
        self.results = Cache(Path(setup.cache), setup.cache_size)
        self.layers = LayerCache(self.results, self.criteria.matcher, reader_key(self.criteria, setup.limits))
        self.redactor = Redactor(self.criteria.matcher)
        """For names that a mirror gives: a tag is free text too."""
        self.digest = _digest(self.criteria, setup)


def program_digest() -> str:
    """A digest of this program and its libraries."""
    return code_digest(("",), _LIBRARIES)


def _digest(criteria: Criteria, setup: WorkerConfig) -> str:
    """A digest of everything besides the image that a result depends on."""
    knowledge = criteria.knowledge
    published = [(item.title, item.sha256, item.remediation) for item in knowledge.patterns.published]
    decide = (
        program_digest(),
        (criteria.rules.digest, criteria.policy.digest, criteria.fail_on, criteria.strict, criteria.undetermined),
        (knowledge.patterns.digest, published, knowledge.products.digest, knowledge.network.digest),
        (criteria.matcher.engine_name, criteria.matcher.key_id, setup.limits),
    )
    return sha256(repr(decide).encode("utf-8", "surrogatepass")).hexdigest()


_at_hand = threading.local()
"""Each thread has a workshop of its own: the engine of the search serves one at a time."""


def workshop(setup: WorkerConfig) -> WorkerContext:
    """The context of this thread for *setup*.

    Raises: RuleError; UsageError - the version of the program, its libraries or the rules differs from that of the run
    """
    known = getattr(_at_hand, "workshop", None)
    if not isinstance(known, WorkerContext) or known.setup != setup:
        known = WorkerContext(setup)
        if setup.criteria and known.digest != setup.criteria:
            raise UsageError(
                "a worker has a version of imginspect, the libraries, the rules or the policy that differs from that of the run"
            )
        _at_hand.workshop = known
    return known
