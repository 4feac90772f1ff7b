"""BatchDocument: the summary of a batch run as plain values, as in ``results.json``. The types are also its schema."""

from __future__ import annotations

from typing import Annotated, TypedDict

from imginspect.report.document import DigestText, ExitCode, ResultName, SeverityName, Tool, UndeterminedName, VerdictName
from imginspect.report.json_schema import AtLeast, Is, Means

SCHEMA_VERSION = "2.0"


class BatchPolicy(TypedDict):
    """The policy that judged the images. Digests are in hex."""

    id: str
    sha256: str
    rules_sha256: str
    criteria_sha256: Annotated[str, Means("Digest of everything that a verdict depends on besides the image.")]
    fail_on: str
    strict: bool
    undetermined: UndeterminedName


class RuleResult(TypedDict):
    """The result of one rule on an image."""

    rule: str
    title: Annotated[str, Means("What was found, or that it is undecided; empty where the rule is not known.")]
    verdict: ResultName
    severity: SeverityName
    fails_image: Annotated[bool, Means("Whether the result makes the image fail.")]


class BatchImage(TypedDict):
    """One image."""

    key: Annotated[str, Means("Identifies the image within the run.")]
    references: list[str]
    source: str
    platform: str
    manifest_digest: DigestText | None
    image_id: DigestText | None
    size: Annotated[int | None, Means("Bytes of its layers as stored; null where one of them could not be read.")]
    created: Annotated[str, Means("When the image was made, as it claims; empty where it does not say.")]
    base: Annotated[str, Means("The image that it claims to be built on; empty where it names none.")]
    base_digest: Annotated[str, Means("The digest of that image, as claimed.")]
    base_in_run: Annotated[
        str, Means("The image of this run whose layers it begins with, the one with most layers; empty where there is none.")
    ]
    verdict: VerdictName
    reason: str
    conditions: Annotated[int, Means("Number of conditions that a pass depends on.")]
    results: Annotated[list[RuleResult], Means("Rules whose result is neither pass nor not-applicable, worst first.")]
    passed: int
    not_applicable: int
    report: Annotated[str, Means("Name of the report below reports/, without a suffix; empty if there is none.")]


class CountedRule(TypedDict):
    """A rule that did not pass on every image, with the number of images for each result."""

    rule: str
    title: str
    severity: Annotated[str, Means("The policy's severity where it changes the rule's own.")]
    failed: int
    warned: int
    undecided: int


class SharedFinding(TypedDict):
    """A finding that several images have because they share a layer."""

    rule: str
    verdict: ResultName
    severity: SeverityName
    fails_image: Annotated[bool, Means("Whether the finding's rule makes an image fail.")]
    images: Annotated[int, AtLeast(2), Means("Number of images with this finding.")]
    examples: Annotated[list[str], Means("Names of the first few of these images.")]
    message: str
    place: str
    layer: Annotated[str, Means("The diff_id of the layer.")]
    instruction: Annotated[str, Means("The instruction that created the layer.")]
    fingerprint: str


class SkippedPart(TypedDict):
    """An item in the sources that was not inspected."""

    source: str
    reason: str
    unread: Annotated[bool, Means("Whether it could not be read; it may contain images.")]


class BatchDocument(TypedDict):
    """The summary of a batch run."""

    schema_version: Annotated[str, Is(SCHEMA_VERSION)]
    tool: Tool
    policy: BatchPolicy
    verdict: Annotated[
        VerdictName,
        Means(
            "The worst verdict of all images, in the order fail, not-inspected, incomplete, undecided, pass; at best incomplete if "
            "something could not be read."
        ),
    ]
    exit_code: ExitCode
    counts: Annotated[dict[VerdictName, int], Means("Number of images with each verdict.")]
    images: Annotated[list[BatchImage], Means("Sorted by first reference (or source), then by key.")]
    rules: Annotated[list[CountedRule], Means("Rules that failed, warned or could not be decided on some image, worst first.")]
    shared_findings: Annotated[list[SharedFinding], Means("Findings shared by the most images come first.")]
    skipped: list[SkippedPart]
