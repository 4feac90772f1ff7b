"""Document: a report as plain values, with a type for each part. It is what the JSON form writes, and all that any form is made from.

Every string of the image in it is masked and escaped already (``Report.shown``); a form only adds what its own syntax asks for. So a
report that was filed as JSON gives every other form, the same bytes as the inspection itself would have given.
"""

from __future__ import annotations

from typing import Literal, TypedDict

SCHEMA_VERSION = "1.4"
EARLIER_VERSIONS = ("1.3",)
"""Versions of filed reports that are read too: what they lack is in the ``…Since`` classes, whose keys may be missing."""

VerdictName = Literal["pass", "fail", "undecided", "incomplete", "not-inspected"]
ResultName = Literal["pass", "warn", "fail", "undetermined", "not-applicable"]
UndeterminedName = Literal["fail", "undecided", "pass"]
SeverityName = Literal["info", "low", "medium", "high", "critical"]


class Tool(TypedDict):
    """The program that made the report."""

    name: str
    version: str


class DirectoryPart(TypedDict):
    """A directory of the environment that is mounted over the image's. *role* is data, outputs, scratch or empty."""

    path: str
    role: str
    purpose: str


class PolicySince14(TypedDict, total=False):
    """*undetermined* is the verdict where a rule that could fail the image cannot be decided for want of a fact; ``pass`` before 1.4."""

    undetermined: UndeterminedName


class PolicyPart(PolicySince14):
    """The policy that was asked for. *severities* are those it changes, with what the rule itself says; *skipped* maps rule to reason."""

    id: str
    title: str
    sha256: str
    fail_on: SeverityName
    strict: bool
    rules_sha256: str
    directories: list[DirectoryPart]
    severities: dict[str, SeverityName]
    skipped: dict[str, str]


class ConfigPart(TypedDict):
    """The image's config but for its history."""

    os: str
    architecture: str
    variant: str
    created: str
    author: str
    user: str
    env: list[str]
    entrypoint: list[str]
    cmd: list[str]
    working_dir: str
    shell: list[str]
    stop_signal: str
    healthcheck: list[str] | None
    volumes: list[str]
    exposed_ports: list[str]
    labels: dict[str, str]
    on_build: list[str]
    unread_fields: list[str]


class ImagePart(TypedDict):
    """What the image is."""

    references: list[str]
    image_id: str | None
    manifest_digest: str | None
    platform: str
    archive_form: str
    also_present: list[str]
    layers: int
    config: ConfigPart | None


class ChainLink(TypedDict):
    """One link of the chain of custody; see ``evidence.custody.Link``. Sizes in bytes."""

    role: str
    name: str
    layer: int | None
    status: str
    digest: str | None
    expected: str | None
    size: int | None
    expected_size: int | None


class LayerPlace(TypedDict):
    """A layer where evidence stands, with the instruction that made it."""

    index: int
    digest: str | None
    diff_id: str | None
    created_by: str


class ContextLine(TypedDict):
    """A line of a file near a finding, its number from 1."""

    line: int
    text: str


class EvidencePart(TypedDict):
    """Where something was seen. *hidden_by* is the layer that overwrote or deleted it; *context* are lines of the file around *line*.

    *secret_id* is the id of the credential that was seen there, where the inspection had a fingerprint key.
    """

    path: str | None
    config_field: str | None
    member: str | None
    line: int | None
    layer: LayerPlace | None
    state: str | None
    hidden_by: LayerPlace | None
    file_sha256: str | None
    file_type: str | None
    size: int | None
    excerpt: str | None
    context: list[ContextLine]
    expected: str | None
    found: str | None
    secret_id: str | None


class FindingPart(TypedDict):
    """One thing that a rule found."""

    rule: str
    verdict: ResultName
    severity: SeverityName
    confidence: str
    message: str
    fingerprint: str
    evidence: list[EvidencePart]


class ReferencePart(TypedDict):
    """Where a rule comes from; *level* is must, should or info."""

    title: str
    section: str
    level: str
    quote: str


class ResultPart(TypedDict):
    """One rule's result. *counts* says whether it makes the image fail; *severity* is the policy's."""

    rule: str
    title: str
    verdict: ResultName
    severity: SeverityName
    counts: bool
    reason: str
    conditions: list[str]
    rationale: str
    remediation: str
    references: list[ReferencePart]
    findings: list[FindingPart]


class LayerPart(TypedDict):
    """One layer, base first. Bytes: *stored* in the archive, *expanded* of its tar, *wasted* of files that later layers hide."""

    index: int
    created_by: str
    created: str
    digest: str | None
    diff_id: str | None
    compression: str
    status: str
    stored_bytes: int
    expanded_bytes: int
    files: int
    file_bytes: int
    wasted_bytes: int


class StepPart(TypedDict):
    """One build step of the config's history; *layer* is None where it made none."""

    created: str
    created_by: str
    comment: str
    layer: int | None


class ProgramPart(TypedDict):
    """A program or text that starts. *chain* tells in words how the start leads there, outermost first."""

    language: str
    path: str | None
    config_field: str | None
    line: int | None
    layer: int | None
    chain: list[str]
    unread: str


class StartPart(TypedDict):
    """What starts in a container. *command* are the words of ENTRYPOINT and CMD, *steps* tell in words what happens with them."""

    command: list[str]
    user: str
    working_dir: str
    steps: list[str]
    problems: list[str]
    conditions: list[str]
    programs: list[ProgramPart]


class LicenceRow(TypedDict):
    """One row of the table of licences; see ``checks.facts.LicenceFact``. *kind* is product, variable, file, packages, stated or texts."""

    kind: str
    name: str
    detail: str
    path: str | None
    count: int


class TreeRow(TypedDict):
    """One row of the filesystem, in the order of paths, parents before children.

    *kind* is directory, file, hardlink, symlink, character-device, block-device, fifo, or ``folder of a package`` or ``folder``: a
    directory whose content is one row, with *files* and *size* (in bytes) of all below it. *target* is where a link leads.
    """

    path: str
    kind: str
    mode: str
    owner: str
    size: int
    layer: int
    files: int
    target: str
    sha256: str | None


class FilesystemPart(TypedDict):
    """What a container sees: *rows* are all of it, with whole folders as one row where there is more than can be shown."""

    rows: list[TreeRow]
    files: int
    bytes: int


class LayerCoveragePart(TypedDict):
    """What was read of a layer; see ``evidence.ledger.LayerCoverage``."""

    index: int
    status: str
    reason: str
    compression: str
    stored_bytes: int
    expanded_bytes: int
    entries: int
    files: int
    file_bytes: int
    files_not_read: int
    trailing_bytes: int
    packed_files: int


class OtherFile(TypedDict):
    """A file of the archive that does not belong to the image."""

    name: str
    size: int
    kind: str
    sha256: str | None
    known: bool


class NotListed(TypedDict, total=False):
    """Findings, and places of findings, that are only counted; there where limits were met."""

    findings_not_listed: int
    places_not_listed: int


class CoveragePart(NotListed):
    """The ledger of what was read; see ``evidence.ledger.Coverage``."""

    complete: bool
    gaps: list[str]
    archive_bytes: int
    bytes_by_use: dict[str, int]
    layers: list[LayerCoveragePart]
    other_files: list[OtherFile]
    visible_nodes: int
    hidden_nodes: int
    second_pass_files: int


class ProblemPart(TypedDict):
    """Something that was wrong with the archive; see ``problems.Problem``."""

    topic: str
    where: str
    what: str
    expected: str | None
    found: str | None
    layer: int | None
    path: str | None
    unread: bool


class QuestionPart(TypedDict):
    """What only a person can settle."""

    id: str
    question: str
    why: str


class ReportDocument(TypedDict):
    """The report on one image. Parts are None where there was no image to inspect."""

    schema_version: str
    tool: Tool
    verdict: VerdictName
    exit_code: int
    reason: str
    policy: PolicyPart
    image: ImagePart | None
    chain: list[ChainLink]
    results: list[ResultPart]
    layers: list[LayerPart]
    history: list[StepPart]
    start: StartPart | None
    licences: list[LicenceRow]
    filesystem: FilesystemPart | None
    coverage: CoveragePart | None
    problems: list[ProblemPart]
    questions: list[QuestionPart]


class ReportDocuments(TypedDict):
    """The reports on several images of one archive; verdict and exit code are the worst of them."""

    schema_version: str
    tool: Tool
    verdict: VerdictName
    exit_code: int
    reports: list[ReportDocument]
