"""The values that travel between planning, workers and the run's database. All are plain tuples of texts and numbers: any executor can
carry them, and none of them holds bytes of an image."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.report.order import fitting_title


class Unit(NamedTuple):
    """One thing to open: an archive, a layout, a ``dir:`` tree, or one repository of a registry's storage tree.

    *path* is the host path to open. *repository* and *tag* are the name that its place in the mirror gives to what has none of its
    own (``library/app`` and ``1.0`` of the tree ``library/app:1.0``); empty where the archive names its images itself. *within* is the
    repository of a registry's storage tree at *path* that is meant, else empty. *shown* is the path as reports show it: relative to
    the SOURCE that led to it, with that in front.
    """

    path: str
    shown: str
    repository: str = ""
    tag: str = ""
    within: str = ""


class Skipped(NamedTuple):
    """Something in a source that was not taken for an image, and why. Nothing is left out without a word.

    *unread* says that it could not be read: there may be images in it.
    """

    shown: str
    reason: str
    unread: bool = False


class LayerPlan(NamedTuple):
    """A layer that an image needs, as far as its documents tell. *path*, *offset* and *size* say where its blob is on the host.

    *digest* is what is claimed of the blob (``sha256:...``), empty where nothing is. *identity* names the file as it is now (inode,
    size, times), so that a blob which was verified before need not be read again; it is empty for a blob that is not there, and for
    one within a compressed archive, which has no place of its own.
    """

    digest: str
    path: str
    offset: int
    size: int
    identity: str
    media_type: str = ""
    diff_algorithm: str = "sha256"
    diff_id: str = ""
    """The digest of its content that the config promises; of a layer that is stored plain that of its blob too."""


class ImagePlan(NamedTuple):
    """One image to inspect. *key* names it within the run (32 hex digits), whatever the number of workers and the order of work.

    *unit* is where it is. *references* are all names that the mirror gives it, qualified and sorted. *digests* are those of the
    documents that lead to it, outermost first, its own manifest's last (empty where the archive has no manifests: *ordinal* then says
    which of its images it is). *only* says that the archive holds too many images to list them all for each: just these documents are read.
    *identity* names everything that its report depends on besides the criteria and *references*; empty where that cannot be told.
    """

    key: str
    unit: Unit
    references: tuple[str, ...]
    platform: str
    digests: tuple[str, ...]
    ordinal: int
    only: bool
    layers: tuple[LayerPlan, ...]
    identity: str
    failed: str = ""
    """Why nothing of it can be read: it still has a row in the answer."""
    promised: tuple[str, ...] = ()
    """The digests under which such of these documents are listed as do not have them."""


class UnitPlan(NamedTuple):
    """What planning found in one unit. *failed* says why nothing in it can be inspected: then the unit itself is one row."""

    unit: Unit
    images: tuple[ImagePlan, ...]
    skipped: tuple[Skipped, ...] = ()
    failed: str = ""


class FindingRow(NamedTuple):
    """A finding as the run's database has it, every text masked and escaped. *place* is the path, config field or member of its first
    evidence, *layer* the digest of the layer there, *diff_id* that of its content (both empty where there is none).

    *fails_image* says whether it belongs to a rule that makes the image fail. *secret_ids* are there with a fingerprint key only.
    """

    rule: str
    verdict: str
    severity: str
    fails_image: bool
    confidence: str
    message: str
    fingerprint: str
    place: str
    state: str
    layer: str
    diff_id: str
    secret_ids: tuple[str, ...] = ()


class ResultRow(NamedTuple):
    """One rule's result on one image."""

    rule: str
    verdict: str
    severity: str
    fails_image: bool


class LayerRow(NamedTuple):
    """A layer of an image, base first: digests as found (``sha256:...``, empty where not read), *chain_id* as the config promises it.

    *stored* is in bytes. *created_by* is masked and escaped."""

    digest: str
    diff_id: str
    chain_id: str
    stored: int
    created_by: str


class ImageRow(NamedTuple):
    """What became of one image: a row of the answer. *report* is the name of its report below ``reports/`` without a suffix, empty where
    there is none; *report_sha256* the digest of the JSON report of it."""

    key: str
    references: tuple[str, ...]
    source: str
    platform: str
    manifest_digest: str
    image_id: str
    verdict: str
    reason: str
    results: tuple[ResultRow, ...]
    findings: tuple[FindingRow, ...]
    layers: tuple[LayerRow, ...]
    report: str = ""
    report_sha256: str = ""
    identity: str = ""
    """That of the plan, where the same files would give the same answer; else empty."""
    conditions: int = 0
    """How many conditions a pass depends on; 0 for every other verdict."""
    created: str = ""
    """When it was made, as it says itself; empty where it does not."""
    base: str = ""
    """The image that it says it was built on; empty where it names none."""
    base_digest: str = ""
    """The digest of that one, as it states it."""


class LayerContents(NamedTuple):
    """What the run's database keeps of one layer's files for later questions: see ``contents``."""

    digest: str
    paths: bytes
    digests: bytes


class RuleRow(NamedTuple):
    """A rule as the answer names it."""

    id: str
    title: str
    severity: str
    remediation: str
    finding_title: str = ""
    undecided_title: str = ""
    harm: str = ""

    def title_for(self, verdict: str) -> str:
        """The title that is true where the rule has that *verdict*."""
        return fitting_title(verdict, self.title, self.finding_title, self.undecided_title) if self.title else ""
