"""The result of a check: a verdict, findings, and the evidence of each finding."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import NamedTuple

from imginspect.rules import Rule, Severity


class Verdict(StrEnum):
    """A rule's verdict on one image."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not-applicable"


class Confidence(StrEnum):
    """How sure a finding is of what it says."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class EvidenceState(StrEnum):
    """The state of the file that the evidence is in; CONFIG for evidence in the config."""

    VISIBLE = "visible"
    OVERWRITTEN = "overwritten"
    DELETED = "deleted"
    CONFIG = "config"


class Line(NamedTuple):
    """A line of a file, its *number* from 1."""

    number: int
    text: str


class Evidence(NamedTuple):
    """Where something was seen. *path* is a path in the image, *config_field* a field of its config, *member* a file of the archive.

    *state* is visible, overwritten, deleted or config; empty for what is about the archive or a layer as a whole. *file_sha256* is the
    hex digest of the file's content. *expected* and *found* are set where two values disagree. *by_layer* is the layer that overwrote or
    deleted it. *context* are the lines around *line*, which ``with_context`` adds.
    *secret_id* names the credential that was seen, for who has the key; it is empty where none was given.
    """

    path: str | None = None
    config_field: str | None = None
    member: str | None = None
    line: int | None = None
    layer_index: int | None = None
    state: EvidenceState | None = None
    file_sha256: str | None = None
    file_type: str | None = None
    size: int | None = None
    excerpt: str | None = None
    expected: str | None = None
    found: str | None = None
    by_layer: int | None = None
    context: tuple[Line, ...] = ()
    secret_id: str = ""


class Finding(NamedTuple):
    """One thing that a rule found. *fingerprint* names it across runs and rebuilds and holds nothing of any content.

    *remedy* says what to do about it; empty where the rule's own advice is for it.
    """

    rule_id: str
    verdict: Verdict
    severity: Severity
    confidence: Confidence
    message: str
    evidence: tuple[Evidence, ...]
    fingerprint: str
    remedy: str = ""


class FindingDraft(NamedTuple):
    """A finding as a check reports it, before the runner adds rule, severity and fingerprint.

    *severity* is there where it is another than the rule's. What to do about the finding is *remedy*, from the knowledge base, or
    what the rule says of its *kind* (``Rule.remedies``), in which *about*, of all findings of the kind, takes the place of ``{it}``.
    """

    verdict: Verdict
    message: str
    evidence: tuple[Evidence, ...] = ()
    confidence: Confidence = Confidence.HIGH
    severity: Severity | None = None
    remedy: str = ""
    kind: str = ""
    about: str = ""


class Outcome(NamedTuple):
    """A check's answer. *for_want_of_reading* marks an UNDETERMINED that a complete archive would settle."""

    verdict: Verdict
    found: tuple[FindingDraft, ...] = ()
    reason: str = ""
    conditions: tuple[str, ...] = ()
    due_to_unread: bool = False


class CheckResult(NamedTuple):
    """One rule's result on one image."""

    rule: Rule
    verdict: Verdict
    findings: tuple[Finding, ...]
    reason: str
    conditions: tuple[str, ...]
    due_to_unread: bool = False
    findings_not_listed: int = 0
    places_not_listed: int = 0

    @property
    def severity(self) -> Severity:
        """The rule's, or the worst of the findings that the verdict comes from."""
        deciding = [finding.severity for finding in self.findings if finding.verdict is self.verdict]
        return max([self.rule.severity, *deciding], key=lambda severity: severity.rank)


def place_of(evidence: tuple[Evidence, ...]) -> str:
    """The place that a finding with this *evidence* is named by: the path, field or member of the first one; empty for none."""
    first = evidence[0] if evidence else Evidence()
    return first.path or first.config_field or first.member or ""


def fingerprint(rule_id: str, evidence: tuple[Evidence, ...], occurrence: int) -> str:
    """32 hex digits from the rule, the place of the first evidence and the occurrence there; stable over rebuilds.

    The occurrence is 1 for the rule's first finding at that place, however many lines of it the finding names: one more key in a
    file changes no fingerprint.
    """
    text = "\0".join([rule_id, place_of(evidence), str(occurrence)])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
