"""BatchDocument: the answer as plain values, which ``results.json`` holds. Its schema is ``results.schema.json`` beside this file."""

from __future__ import annotations

from typing import TypedDict

from imginspect.report.document import ResultName, SeverityName, Tool, VerdictName

SCHEMA_VERSION = "1.1"


class BatchPolicy(TypedDict):
    """What judged the images; digests in hex, *criteria_sha256* of all that a verdict depends on besides the image."""

    id: str
    sha256: str
    rules_sha256: str
    criteria_sha256: str
    fail_on: str
    strict: bool
    undetermined: str


class RuleResult(TypedDict):
    """How one rule went on an image; those that passed or do not apply are left out."""

    rule: str
    verdict: ResultName
    severity: SeverityName
    counts: bool


class BatchImage(TypedDict):
    """One image. *report* is the name of its report below ``reports/`` without a suffix, empty where there is none."""

    key: str
    references: list[str]
    source: str
    platform: str
    manifest_digest: str | None
    image_id: str | None
    verdict: VerdictName
    reason: str
    conditions: int
    results: list[RuleResult]
    passed: int
    not_applicable: int
    report: str


class SharedFinding(TypedDict):
    """A finding that *images* images have because they have one layer (its diff_id); *examples* names the first of them."""

    rule: str
    verdict: ResultName
    severity: SeverityName
    counts: bool
    images: int
    examples: list[str]
    message: str
    place: str
    layer: str
    instruction: str
    fingerprint: str


class SkippedPart(TypedDict):
    """Something that was not taken for an image, and why. *unread* says that it could not be looked into: there may be images in it."""

    source: str
    reason: str
    unread: bool


class BatchDocument(TypedDict):
    """The answer; *counts* maps verdicts to numbers of images."""

    schema_version: str
    tool: Tool
    policy: BatchPolicy
    verdict: VerdictName
    exit_code: int
    counts: dict[VerdictName, int]
    images: list[BatchImage]
    shared_findings: list[SharedFinding]
    passed_over: list[SkippedPart]
