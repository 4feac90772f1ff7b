"""LayerIndex: what one pass over a layer found. Entries are tuples: a Node is made only on lookup."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from imginspect.layer.content_spool import SpooledContent
from imginspect.oci.digest import Digest
from imginspect.problems import Problem
from imginspect.scan.elf import Elf
from imginspect.scan.match import Match
from imginspect.tar.reader import Extra

WHITEOUT = "whiteout"
OPAQUE = "opaque whiteout"
METADATA = "aufs metadata"
INVALID = "invalid"

MARKERS = frozenset({WHITEOUT, OPAQUE, METADATA, INVALID})
"""Kinds of entries that are no nodes of a filesystem."""

SMALL = 1024
"""Bytes of a file below which its digest is little else than a digest of the credential in it."""
WITHHELD = bytes(32)
"""Stands for the digest of a small file with a credential in it: who can guess could tell the credential by the digest."""


class LayerStatus(StrEnum):
    """How far a layer was read."""

    READ = "read"
    PARTIAL = "partial"
    NOT_READ = "not-read"


class OlderDigests(NamedTuple):
    """Digests of a content in hex, as package databases record them."""

    md5: str
    sha1: str


class Entry(NamedTuple):
    """One entry of a layer's tar, in the tar's order. *parent* is an absolute normalised path; the root itself is ``("/", "")``.

    For a whiteout *name* is the name that it hides, for an opaque one *parent* is the directory and *name* is empty. *size* is in
    bytes as a reader of the file would count them, *mtime* in seconds, *digest* the raw sha256 of a file's content, or WITHHELD.
    """

    parent: str
    name: str
    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    link: str
    digest: bytes | None
    content_class: str
    extra: Extra | None

    @property
    def path(self) -> str:
        """The absolute path."""
        return f"/{self.name}" if self.parent == "/" else f"{self.parent}/{self.name}"


@dataclass(slots=True)
class LayerIndex:
    """Everything that is known of a layer after its pass. Bytes: *stored* as in the blob, *expanded* of its tar."""

    entries: list[Entry] = field(default_factory=list)
    status: LayerStatus = LayerStatus.READ
    reason: str = ""
    compression: str = ""
    stored: int = 0
    expanded: int = 0
    files: int = 0
    file_bytes: int = 0
    trailing: int = 0
    """Bytes behind the end of the tar, or of the compressed stream, that are not zero."""
    blob_digest: Digest | None = None
    diff_id: Digest | None = None
    variant: str = ""
    """``eStargz`` or ``zstd:chunked`` where it has a table of contents of its own."""
    padded: tuple[Digest, ...] = ()
    """What the diff_id would be with 1, 2, … blocks of zeros more, where the tool that writes this format is known to lose such padding."""
    kept: dict[int, SpooledContent] = field(default_factory=dict)
    """First bytes of kept files by the ordinal of their entry, credentials in them masked."""
    behind: tuple[Match, ...] = ()
    """What was found in bytes behind the end of its tar, or of its compressed stream."""
    packed: dict[str, int] = field(default_factory=dict)
    """How many files are archives or compressed, by class: what is in them was not read."""
    elf: dict[int, Elf] = field(default_factory=dict)
    """What compiled programs and libraries need to start, by the ordinal of their entry."""
    matches: dict[int, tuple[Match, ...]] = field(default_factory=dict)
    """What the scan found in contents, by the ordinal of their entry, in the order of the bytes."""
    older_digests: dict[int, OlderDigests] = field(default_factory=dict)
    """Of contents in which the scan found something, at least SMALL bytes long and read in one piece, by the ordinal of their entry."""
    problems: list[Problem] = field(default_factory=list)
    attribute_bytes: int = 0
    """Bytes of its extended attributes, as far as they count against ``kept_bytes``."""
    sparse_bytes: int = 0
    """Bytes of the holes of its sparse files, which count against ``expanded_bytes`` and in the ratio."""
    is_repeatable: bool = True
    """Whether another pass over the same bytes finds the same, whatever else is read: not where the machine failed or a limit was met."""
    has_plain_names: bool = False
    """Whether its names, links and attributes were searched for credentials already, and hold none."""

    _fitting: dict[str, list[int]] = field(default_factory=dict, repr=False, compare=False)
    _parents: list[frozenset[str]] = field(default_factory=list, repr=False, compare=False)

    def fitting(self, question: str, fits: Callable[[Entry], bool]) -> list[int]:
        """The ordinals of the entries that *fits* accepts, remembered under *question* for every image that has the layer."""
        found = self._fitting.get(question)
        if found is None:
            found = self._fitting[question] = [ordinal for ordinal, entry in enumerate(self.entries) if fits(entry)]
        return found

    @property
    def parents(self) -> frozenset[str]:
        """All folders that entries are directly in; remembered likewise."""
        if not self._parents:
            self._parents.append(frozenset(entry.parent for entry in self.entries))
        return self._parents[0]

    @property
    def stored_as(self) -> str:
        """Its compression, and the format of its table of contents where it has one."""
        return f"{self.compression} ({self.variant})" if self.variant else self.compression

    def as_layer(self, number: int) -> LayerIndex:
        """The same blob as layer *number* of an image: what was found in it holds there too. What is kept may be added to."""
        problems = [
            problem._replace(layer_index=number, where=f"layer {number}" if problem.layer_index is not None else problem.where)
            for problem in self.problems
        ]
        return replace(self, problems=problems, kept=dict(self.kept))
