"""Document: a report as plain values, with a type for each part. It is what the JSON format writes, and what every format is made from.

Every string of the image in it is masked and escaped already (``Report.shown``); a format only adds what its own syntax asks for. So a
report that was filed as JSON gives every other format, the same bytes as the inspection itself would have given.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from imginspect.report.json_schema import AtLeast, Fits, Is, Means

SCHEMA_VERSION = "2.0"

VerdictName = Literal["pass", "fail", "undecided", "incomplete", "not-inspected"]
ResultName = Literal["pass", "warn", "fail", "undetermined", "not-applicable"]
UndeterminedName = Literal["fail", "undecided", "pass"]
SeverityName = Literal["info", "low", "medium", "high", "critical"]
HarmName = Literal["disclosure", "integrity", "network", "start", "directories", "other"]
ConfidenceName = Literal["low", "medium", "high"]
LayerStatusName = Literal["read", "partial", "not-read"]
LinkStatusName = Literal["verified", "computed", "mismatch", "missing", "not-read", "stated"]
StateName = Literal["visible", "overwritten", "deleted", "config"]
CompressionName = Literal["", "plain", "gzip", "zstd", "xz", "bzip2"]
RowKind = Literal[
    "directory", "file", "hardlink", "symlink", "character-device", "block-device", "fifo", "folded-directory", "folded-package"
]
LicenceKind = Literal["product", "variable", "file", "packages", "stated", "texts"]
LevelName = Literal["must", "should", "info"]
MountRoleName = Literal["", "data", "outputs", "scratch"]
ExitCode = Literal[0, 1, 3, 4, 5]
DigestText = Annotated[str, Fits("sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")]
Sha256Text = Annotated[str, Fits("[0-9a-f]{64}")]
DateText = Annotated[str, Fits("[0-9]{4}-[0-9]{2}-[0-9]{2}")]
IdText = Annotated[str, Fits("[0-9a-f]{32}")]
RuleId = Annotated[str, Fits("[A-Z][A-Z0-9-]*-[0-9]{3}")]
LineNumber = Annotated[int, AtLeast(1)]


class Tool(TypedDict):
    """The program that made the report."""

    name: Annotated[str, Is("imginspect")]
    version: str


class DirectoryPart(TypedDict):
    """A directory of the environment that is mounted over the image's."""

    path: str
    role: MountRoleName
    purpose: str


class PolicyPart(TypedDict):
    """The policy that was asked for."""

    id: str
    title: str
    sha256: Sha256Text
    fail_on: SeverityName
    strict: bool
    undetermined: Annotated[
        UndeterminedName | None,
        Means("The verdict where a rule at or above fail_on cannot be decided; null in reports of schema 1.3, whose images passed."),
    ]
    rules_sha256: Sha256Text
    mount_directories: list[DirectoryPart]
    changed_severities: Annotated[dict[str, SeverityName], Means("Rules whose severity the policy changes, with the rule's own severity.")]
    skipped: Annotated[dict[str, str], Means("Rules that the policy skips, with its reason.")]


class ConfigPart(TypedDict):
    """The image's config without its history."""

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
    unread_fields: Annotated[list[str], Means("Fields of the config that imginspect gives no meaning to.")]


class BasePart(TypedDict):
    """The image that this one says it was built on. Nothing verifies it."""

    name: str
    digest: Annotated[str, Means("As the image states it; empty where it states none.")]


class ImagePart(TypedDict):
    """The image."""

    references: list[str]
    image_id: Annotated[
        DigestText | None, Means("Digest of the config: the image id of Docker before 29. Null where there is no config blob.")
    ]
    manifest_digest: Annotated[
        DigestText | None, Means("Digest of the manifest: the image id of Docker 29. Null in docker archives without a manifest.")
    ]
    platform: str
    archive_layout: str
    other_images: Annotated[list[str], Means("Other images, platforms and artefacts of the archive, not inspected here.")]
    layers: int
    base: Annotated[BasePart | None, Means("From the manifest's annotations, else the labels; null where neither names one.")]
    config: ConfigPart | None


class ChainLink(TypedDict):
    """One link of the chain of custody."""

    role: str
    name: str
    layer: int | None
    status: Annotated[
        LinkStatusName,
        Means("verified: equal to what refers to it; computed: nothing refers to it by digest; stated: a name in the archive."),
    ]
    digest: DigestText | None
    expected: DigestText | None
    size: Annotated[int | None, Means("Bytes as stored; of a layer's content, bytes of its tar.")]
    expected_size: int | None


class LayerPlace(TypedDict):
    """A layer that holds evidence, with the instruction that made it."""

    index: int
    digest: DigestText | None
    diff_id: DigestText | None
    created_by: str


class ContextLine(TypedDict):
    """A line of a file near a finding, numbered from 1."""

    line: LineNumber
    text: str


class EvidencePart(TypedDict):
    """One place of a finding."""

    path: Annotated[str | None, Means("A path in the image.")]
    config_field: str | None
    archive_member: Annotated[str | None, Means("A file of the archive, or a document in it.")]
    line: LineNumber | None
    layer: LayerPlace | None
    state: StateName | None
    hidden_by: Annotated[LayerPlace | None, Means("The layer that overwrote or deleted the file.")]
    file_sha256: Sha256Text | None
    file_type: str | None
    size: int | None
    excerpt: str | None
    context: Annotated[list[ContextLine], Means("Lines of the file around the place, credentials masked.")]
    expected: str | None
    actual: str | None
    secret_id: Annotated[
        IdText | None,
        Means("Identifies the credential: an HMAC under the key of --fingerprint-key. Null without a key, and without a credential."),
    ]


class FindingPart(TypedDict):
    """One thing that a rule found."""

    rule: str
    verdict: ResultName
    severity: Annotated[SeverityName, Means("It may be above the rule's, unless the policy sets the rule's severity.")]
    confidence: ConfidenceName
    message: str
    remediation: Annotated[str, Means("What to do about this kind of finding; empty where the rule's remediation is for it.")]
    fingerprint: Annotated[
        IdText, Means("Identifies the finding across runs and rebuilds; made from rule, place and occurrence, never from content.")
    ]
    evidence: list[EvidencePart]


class ReferencePart(TypedDict):
    """The source of a rule."""

    title: str
    section: str
    level: LevelName
    quote: str


class ResultPart(TypedDict):
    """The result of one rule."""

    rule: RuleId
    title: Annotated[str, Means("What the rule asks.")]
    outcome_title: Annotated[
        str, Means("What holds for the image: what was found where the rule failed or warned, that it is undecided, or else the title.")
    ]
    verdict: ResultName
    severity: Annotated[
        SeverityName,
        Means("The policy's severity where it changes the rule's own; else the worst of the findings that decide the verdict."),
    ]
    harm: Annotated[HarmName, Means("What a failure puts at risk, the worst first; results of one verdict and severity are in its order.")]
    fails_image: Annotated[bool, Means("Whether the result makes the image fail.")]
    reason: str
    conditions: Annotated[list[str], Means("Conditions that a pass depends on.")]
    rationale: str
    remediation: str
    references: list[ReferencePart]
    findings: list[FindingPart]


class LayerPart(TypedDict):
    """One layer."""

    index: int
    created_by: str
    created: str
    digest: DigestText | None
    diff_id: DigestText | None
    compression: CompressionName
    status: LayerStatusName
    stored_bytes: Annotated[int, Means("Bytes of the layer in the archive.")]
    expanded_bytes: Annotated[int, Means("Bytes of its tar.")]
    files: int
    file_bytes: int
    wasted_bytes: Annotated[int, Means("Bytes of files that later layers overwrote or deleted.")]


class StepPart(TypedDict):
    """One build step of the config's history."""

    created: str
    created_by: str
    comment: str
    layer: Annotated[int | None, Means("The layer that the step made; null where it made none, or where that is not known.")]


class ProgramPart(TypedDict):
    """A program or text that starts."""

    language: str
    path: str | None
    config_field: str | None
    line: int | None
    layer: int | None
    chain: Annotated[list[str], Means("How the start leads to it, outermost first.")]
    not_analysed: Annotated[str, Means("Why it was not analysed; empty where it was.")]


class StartPart(TypedDict):
    """What starts in a container."""

    command: Annotated[list[str], Means("The words of ENTRYPOINT and CMD.")]
    user: str
    working_dir: str
    steps: Annotated[list[str], Means("What happens with the command, a sentence each.")]
    problems: list[str]
    conditions: Annotated[list[str], Means("What a run needs besides the image.")]
    programs: list[ProgramPart]


class LicenceRow(TypedDict):
    """One row of the table of licences. What packages state are their own claims."""

    kind: LicenceKind
    name: str
    detail: str
    path: str | None
    count: int


class TreeRow(TypedDict):
    """One row of the filesystem, in the order of paths, parents before children."""

    path: str
    kind: Annotated[
        RowKind, Means("Of a folded directory, size and files count everything below it, and nothing below it has a row of its own.")
    ]
    mode: Annotated[str, Fits("[0-7]{4}")]
    owner: Annotated[str, Fits("[0-9]+:[0-9]+"), Means("User and group as numbers.")]
    size: int
    layer: Annotated[int, Means("The layer that it comes from; of a folded directory, the last layer that added to it.")]
    files: int
    target: Annotated[str, Means("The target of a link; empty for everything else.")]
    sha256: Sha256Text | None


class FilesystemPart(TypedDict):
    """The final filesystem. Every file has a row of its own, or is counted in that of a folded directory."""

    rows: list[TreeRow]
    files: int
    bytes: int


class LayerCoveragePart(TypedDict):
    """What was read of a layer."""

    index: int
    status: LayerStatusName
    reason: str
    compression: CompressionName
    stored_bytes: int
    expanded_bytes: int
    entries: int
    files: int
    file_bytes: int
    files_not_read: int
    trailing_bytes: int
    packed_files: Annotated[int, Means("Files that are compressed or archives; their packed contents were not searched.")]


class UnreferencedFile(TypedDict):
    """A file of the archive that no image refers to."""

    name: str
    size: int
    kind: str
    sha256: Sha256Text | None
    is_tool_metadata: Annotated[bool, Means("Whether tools are known to write such a file.")]


class NotListed(TypedDict, total=False):
    """Counts of what is not listed; absent where everything is."""

    findings_not_listed: Annotated[int, Means("Findings beyond the limit of findings: judged like the others, and only counted.")]
    places_not_listed: Annotated[int, Means("Places of findings beyond the limit of places.")]


class CoveragePart(NotListed):
    """What was read."""

    complete: bool
    gaps: Annotated[list[str], Means("Everything that was not read, a sentence each.")]
    archive_bytes: Annotated[int, Means("Bytes of the archive after whole-archive decompression: the sum of bytes_by_use.")]
    bytes_by_use: dict[str, int]
    layers: list[LayerCoveragePart]
    unreferenced_files: list[UnreferencedFile]
    visible_nodes: int
    hidden_nodes: int
    second_pass_files: Annotated[int, Means("Files that the analyses asked for and that another pass over their layers read.")]


class ProblemPart(TypedDict):
    """Something that is wrong with the archive."""

    topic: str
    where: str
    what: str
    expected: str | None
    actual: str | None
    layer: int | None
    path: str | None
    unread: Annotated[bool, Means("Whether something was not read because of it: the image is then incomplete.")]


class QuestionPart(TypedDict):
    """A question that only a person can answer."""

    id: str
    question: str
    why: str


class ReportDocument(TypedDict):
    """The report on one image. Parts are null where there was no image to inspect."""

    schema_version: Annotated[str, Is(SCHEMA_VERSION)]
    tool: Tool
    inspected_by: Annotated[str | None, Means("The person responsible, as given by --by; null where no name was given.")]
    inspected_on: Annotated[DateText | None, Means("The date of the inspection, as given by --date; null where none was given.")]
    verdict: VerdictName
    exit_code: ExitCode
    reason: Annotated[str, Means("The reason for the verdict, in a sentence.")]
    policy: PolicyPart
    image: ImagePart | None
    chain_of_custody: Annotated[list[ChainLink], Means("From the archive down.")]
    results: Annotated[list[ResultPart], Means("Worst first.")]
    layers: Annotated[list[LayerPart], Means("Base first; empty where there was no image to inspect.")]
    history: Annotated[list[StepPart], Means("The build steps that the config lists.")]
    startup: Annotated[StartPart | None, Means("Null where nothing starts.")]
    licences: list[LicenceRow]
    filesystem: FilesystemPart | None
    coverage: CoveragePart | None
    problems: list[ProblemPart]
    questions: list[QuestionPart]


class ReportDocuments(TypedDict):
    """The reports on several images of one archive. Verdict and exit code are the worst of them."""

    schema_version: Annotated[str, Is(SCHEMA_VERSION)]
    tool: Tool
    verdict: VerdictName
    exit_code: ExitCode
    reports: list[ReportDocument]
