"""The one pass: each layer is expanded, hashed, indexed, classified, scanned and kept from while its bytes go by once.

Damage ends at the layer's boundary: it becomes a Problem, the layer's status says *partial* or *not-read*, and its digests are still
checked as far as its bytes go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from imginspect.archive.members import ByteReader
from imginspect.errors import NO_MEMORY, ImgInspectError, LayerError, LimitExceeded
from imginspect.host.compression import TRAILING_START, SkippedFrame
from imginspect.layer.attributes import OLD_SPARSE, ZERO_DEVICE, runtime_notes
from imginspect.layer.content_class import BINARY, COMPRESSED, EMPTY, HEAD_BYTES, content_class
from imginspect.layer.content_spool import ContentSpool
from imginspect.layer.formats import ZSTD_CHUNKED, NotATarLayer, file_system_of, variant_of
from imginspect.layer.index import INVALID, MARKERS, SMALL, WITHHELD, Entry, LayerIndex, LayerStatus, OlderDigests
from imginspect.layer.names import EntryNames, is_marker, leads_out, whiteout
from imginspect.layer.pipeline import BlobJob, BlobRead, Pipeline
from imginspect.layer.protocols import Retention, Scanner, ScanResult
from imginspect.limits import PATH_MAX, RATIO_FLOOR, Limits
from imginspect.oci.digest import Digest
from imginspect.problems import Problem, Problems, Topic
from imginspect.scan.match import Match
from imginspect.scan.search import masked
from imginspect.tar.header import CHARACTER_DEVICE, FILE, HARDLINK, ZERO_BLOCK
from imginspect.tar.reader import UNKNOWN_KIND, Extra, RawEntry, TarReader
from imginspect.wording import counted

_SMALL_XATTRS = 128
"""Bytes of extended attributes that every file may have (a capability, a label); more counts as kept."""
_LARGEST_XATTRS = 64 << 10
"""Bytes of all extended attributes of one file, as in Linux (XATTR_SIZE_MAX is that for one of them)."""
_HEAD = 2048
"""First bytes of a layer that identify a file system: most superblocks are after the first kibibyte."""
_PZSTD_FRAME = 4
_PZSTD_BYTES = 1024
"""Bytes of skippable frames as pzstd writes them: a frame for some megabytes."""
_MOST_PADDING = 22
"""Blocks of padding that may be lost: the two that end a tar, and what fills a record of twenty."""
_EMPTY_DIGEST = hashlib.sha256(b"").digest()


class PassVisitors(NamedTuple):
    """What the pass does with contents besides hashing them: look into them, and keep some (in *store*)."""

    scanner: Scanner | None = None
    keep: Retention | None = None
    store: ContentSpool | None = None


@dataclass(frozen=True, slots=True)
class LayerJob:
    """One layer to read: its index in the image, how to open its blob, and the digests' algorithms."""

    index: int
    open: Callable[[], ByteReader]
    blob_algorithm: str = "sha256"
    diff_algorithm: str = "sha256"
    not_readable: str = ""
    """Why the blob can only be hashed, not expanded (it is encrypted)."""
    stored: int = 0
    """Bytes of the blob in the archive: holes of its sparse files are measured by them."""


def read_layers(
    jobs: Sequence[LayerJob],
    limits: Limits,
    look: PassVisitors | None = None,
    progress: Callable[[int], None] | None = None,
    *,
    apart: bool = False,
    threads: int = 2,
) -> Generator[tuple[LayerJob, LayerIndex], None, None]:
    """Each of *jobs* with what its pass found, in the order of *jobs*. Raises nothing for what is wrong with a layer.

    The limits are those of all jobs together; *apart* they hold for each, so that what is found in one says nothing of the others.
    *threads* is 2 or 1: see ``Pipeline``.
    Close the generator (``contextlib.closing``) where it is not run to its end: a thread works for it.
    """
    if not jobs:
        return
    blobs = [BlobJob(job.open, job.blob_algorithm, expand=not job.not_readable) for job in jobs]
    budget = _Budget(limits)
    with Pipeline(blobs, limits, progress, apart=apart, threads=threads) as pipeline:
        for job in jobs:
            pipeline.begin()
            yield job, _Pass(job, pipeline, limits, _Budget(limits) if apart else budget, look or PassVisitors()).run()


class _Budget:
    """What all layers of an image share: entries, bytes of extended attributes, and bytes of holes, of blobs and of their tars."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.entries = 0
        self.attributes = 0
        self.sparse = 0
        self.stored = 0
        self.expanded = 0
        self.is_met = False
        """Whether a limit was met that the layers share."""


class _Pass:
    """The pass over one layer, in the caller's thread."""

    def __init__(self, job: LayerJob, pipeline: Pipeline, limits: Limits, budget: _Budget, look: PassVisitors) -> None:
        self._job = job
        self._pipeline = pipeline
        self._limits = limits
        self._budget = budget
        self._keep = look.keep
        self._scanner = look.scanner
        self._store = look.store
        self._index = LayerIndex()
        self._problems = Problems(limits.problems)
        self._names = EntryNames()
        self._withheld: set[bytes] = set()
        self._secret: dict[bytes, tuple[Match, ...]] = {}
        """What was found in contents, by their digest."""
        self._diff = hashlib.new(job.diff_algorithm)
        self._is_stored_plain = False
        self._is_begun = False
        self._last_name = b""
        self._where = f"layer {job.index}"
        self._before = budget.attributes, budget.sparse
        budget.stored += job.stored
        self._kept = 0
        if self._keep is not None:
            self._keep.begin()

    # -- BlockSource -------------------------------------------------------------------------------------------------

    def next_block(self) -> memoryview:
        """The pipeline's next bytes, hashed for the diff_id on the way (a plain blob's digest is its diff_id already)."""
        block = self._pipeline.next_block()
        self._is_stored_plain = self._pipeline.is_plain and self._job.diff_algorithm == self._job.blob_algorithm
        if not self._is_stored_plain:
            self._diff.update(block)
        if not self._is_begun:
            self._is_begun = True
            if name := file_system_of(bytes(block[:_HEAD])):
                raise NotATarLayer(f"it is a file system image ({name}) instead of a tar, and was not read")
        return block

    def skip(self, count: int) -> int:
        """See BlockSource."""
        del count
        return 0

    # ----------------------------------------------------------------------------------------------------------------

    def run(self) -> LayerIndex:
        """The finished index."""
        error: ImgInspectError | MemoryError | RecursionError | None = None
        reader = TarReader(self, self._limits, self._notice)
        if not self._job.not_readable:
            try:
                self._read_entries(reader)
                self._note_end(reader)
            except (ImgInspectError, MemoryError, RecursionError) as caught:
                error = caught.with_traceback(None)  # its frames would hold on to the pipeline's buffers
        self._is_begun = True
        while len(self.next_block()):
            pass
        assert self._pipeline.result is not None
        self._finish(self._pipeline.result, error)
        return self._index

    def _read_entries(self, reader: TarReader) -> None:
        entries = self._index.entries
        while (raw := reader.next_entry()) is not None:
            self._budget.entries += 1
            if self._budget.entries > self._limits.entries:
                self._budget.is_met = True
                raise LimitExceeded("entries", self._limits.entries, "entries of all layers")
            self._last_name = raw.name
            parent, name, wrong = self._names.split(raw.name)
            kind = raw.kind
            if is_marker(name):
                kind, name, what = whiteout(name)
                if what:
                    wrong = [*wrong, (Topic.ENTRIES, what)]
            digest: bytes | None = None
            found_class = ""
            if raw.kind == FILE:
                digest, found_class = self._content(reader, raw, parent, name)
                if kind in MARKERS and raw.size:
                    wrong = [*wrong, (Topic.ENTRIES, f"a {kind} with {raw.size:,} bytes of content, never visible in a container")]
            if wrong or raw.kind != FILE:
                if raw.kind.startswith(UNKNOWN_KIND):
                    kind = INVALID
                    topic = Topic.UNREAD if raw.size else Topic.ENTRIES
                    self._note(topic, raw.name, f"an entry of {raw.kind}: its {raw.size:,} bytes were not read", unread=raw.size > 0)
                if not name and wrong and raw.name.strip(b"./"):
                    kind = INVALID
                self._note_entry(raw, parent, name, kind, wrong)
            link = self._link(raw) if raw.link else ""
            extra = self._extra(raw, raw.extra) if raw.extra else None
            if reader.old_sparse:
                reader.old_sparse = False
                self._note(Topic.RUNTIME, raw.name, OLD_SPARSE)
            entries.append(
                Entry(parent, name, kind, raw.mode & 0o7777, raw.uid, raw.gid, raw.size, raw.mtime, link, digest, found_class, extra)
            )

    def _link(self, raw: RawEntry) -> str:
        """The text of a link. One longer than Linux allows leads nowhere: of that only the start is kept."""
        if len(raw.link) > PATH_MAX:
            self._note(Topic.ENTRIES, raw.name, f"a link target of {len(raw.link):,} bytes, which is longer than Linux allows")
        elif raw.kind == HARDLINK and leads_out(raw.link):
            self._note(Topic.ESCAPE, raw.name, "a hard link whose target leads out of the root with '..'; '..' at the root is ignored")
        return raw.link[:PATH_MAX].decode("utf-8", "surrogateescape")

    def _extra(self, raw: RawEntry, extra: Extra) -> Extra:
        """Extended attributes as far as they are such that Linux could hold them, and fit in what may be kept."""
        for what in runtime_notes(raw.kind, extra.xattrs):
            self._note(Topic.RUNTIME, raw.name, what)
        size = sum(len(key) + len(value) for key, value in extra.xattrs)
        kept = max(0, size - _SMALL_XATTRS)
        if size <= _LARGEST_XATTRS and self._budget.attributes + kept <= self._limits.kept_bytes:
            self._budget.attributes += kept
            return extra
        self._budget.is_met = True
        self._note(Topic.UNREAD, raw.name, f"its extended attributes of {size:,} bytes were not kept", unread=True)
        return extra._replace(xattrs=())

    def _content(self, reader: TarReader, raw: RawEntry, parent: str, name: str) -> tuple[bytes | None, str]:
        index = self._index
        index.files += 1
        size = raw.size
        if not size:
            return _EMPTY_DIGEST, EMPTY
        if raw.extra and raw.extra.sparse and not self._may_expand(raw, reader):
            return None, ""
        index.file_bytes += size
        path = f"{parent}/{name}" if parent != "/" else f"/{name}"
        pieces = iter(reader.content())
        first = next(pieces)
        if len(first) < HEAD_BYTES and len(first) < size:  # the class must not depend on where a buffer ends
            first = memoryview(bytes(first) + bytes(next(pieces)))
        found_class = content_class(first)
        wanted = self._wanted(raw, path, found_class)
        scanner = self._scanner if self._scanner is not None and self._scanner.wants(path, size, found_class) else None
        if found_class in COMPRESSED:
            index.packed[found_class] = index.packed.get(found_class, 0) + 1
        looked: ScanResult | None = None
        if len(first) == size:
            digest = hashlib.sha256(first).digest()
            kept = bytes(first[:wanted])
            if scanner is not None:
                looked = scanner.whole(len(index.entries), first, digest)
        else:
            digest, kept, looked = self._pieces(first, pieces, wanted, scanner)
        if looked is not None:
            self._note_looked(raw, looked, digest)
            if looked.matches and len(first) == size >= SMALL:
                index.older_digests[len(index.entries)] = OlderDigests(_hex("md5", first), _hex("sha1", first))
        if kept and self._store is not None and (looked is None or looked.is_whole):  # else not all in it could be masked
            index.kept[len(index.entries)] = self._store.add(masked(kept, looked.matches) if looked is not None else kept)
        return digest, found_class

    def _pieces(
        self, first: memoryview, pieces: Iterator[memoryview], wanted: int, scanner: Scanner | None
    ) -> tuple[bytes, bytes, ScanResult | None]:
        """Digest, kept bytes and result of a content that does not come in one piece."""
        hasher = hashlib.sha256(first)
        kept = bytearray(first[:wanted])
        if scanner is not None:
            scanner.begin(len(self._index.entries))
            scanner.feed(first)
        for piece in pieces:
            hasher.update(piece)
            if len(kept) < wanted:
                kept += piece[: wanted - len(kept)]
            if scanner is not None:
                scanner.feed(piece)
        digest = hasher.digest()
        return digest, bytes(kept), scanner.end(digest) if scanner is not None else None

    def _wanted(self, raw: RawEntry, path: str, found_class: str) -> int:
        """How many of its first bytes to keep, as far as they fit in what may be kept."""
        if self._keep is None or self._store is None:
            return 0
        wanted = min(raw.size, self._keep.wanted(path, raw.size, found_class))
        if self._kept + wanted > self._limits.kept_bytes:
            self._note(Topic.UNREAD, raw.name, "it was not kept for analysis: the limit kept_bytes was reached")
            return 0
        self._kept += wanted
        return wanted

    def _note_looked(self, raw: RawEntry, looked: ScanResult, digest: bytes) -> None:
        ordinal = len(self._index.entries)
        if looked.matches:
            self._index.matches[ordinal] = looked.matches
            self._secret[digest] = looked.matches
            if raw.size < SMALL:
                self._withheld.add(digest)
        if looked.elf is not None:
            self._index.elf[ordinal] = looked.elf
        if not looked.is_whole:
            what = "the credential search in it stopped early: too many possible matches, or the file is too large for one of this name"
            self._note(Topic.UNREAD, raw.name, what, unread=True)

    def _may_expand(self, raw: RawEntry, reader: TarReader) -> bool:
        """Whether the holes of a sparse file fit in what the image may expand to; else the file is not hashed.

        Holes cost nothing to store and as much as other bytes to hash: they count in the ratio of expanded to stored bytes.
        """
        budget, limits = self._budget, self._limits
        holes = raw.size - reader.stored
        budget.sparse += holes
        limit = "" if budget.sparse <= limits.expanded_bytes else f"{limits.expanded_bytes:,} (expanded_bytes)"
        if is_beyond_ratio(budget.stored, budget.expanded + reader.offset + budget.sparse, limits):
            limit = f"{limits.ratio:,} bytes for each stored one (ratio)"
        if not limit:
            return True
        budget.is_met = True
        what = f"a sparse file of {raw.size:,} bytes was not read: its holes of {holes:,} bytes exceed the limit of {limit}"
        self._note(Topic.UNREAD, raw.name, what, unread=True)
        return False

    # -- problems ----------------------------------------------------------------------------------------------------

    def _note(self, topic: Topic, raw_name: bytes, what: str, *, unread: bool = False) -> None:
        path = raw_name[:PATH_MAX].decode("utf-8", "surrogateescape")
        self._problems.add(Problem(topic, self._where, what, layer_index=self._job.index, path=path or None, unread=unread))

    def _notice(self, topic: Topic, name: bytes, what: str) -> None:
        self._note(topic, name, what)

    def _note_entry(self, raw: RawEntry, parent: str, name: str, kind: str, wrong: list[tuple[Topic, str]]) -> None:
        for topic, what in wrong:
            self._note(topic, raw.name, what)
        if kind == CHARACTER_DEVICE and raw.extra is not None and raw.extra.device == (0, 0):
            self._note(Topic.RUNTIME, raw.name, ZERO_DEVICE)

    def _note_end(self, reader: TarReader) -> None:
        lone = reader.lone_zero_block
        scanner = self._scanner if self._scanner is not None and self._scanner.wants("", 0, BINARY) else None
        if scanner is not None:
            scanner.begin(-1)
        rest, nonzero = reader.drain(scanner.feed if scanner is not None else None)
        if scanner is not None:
            self._note_behind(scanner.end(b""))
        if nonzero:
            self._index.trailing += nonzero
            what = f"{rest:,} bytes follow the end of its tar, {nonzero:,} of them not zero"
            if lone:
                what += "; only one zero block precedes them: some readers continue there, container runtimes refuse the layer"
            self._note(Topic.TRAILING_DATA, b"", what, unread=lone)
        elif not reader.end_marker and self._index.entries:
            self._note(Topic.ENTRIES, b"", "its tar has no end marker")

    def _note_behind(self, looked: ScanResult) -> None:
        self._index.behind += looked.matches
        if not looked.is_whole:
            self._note(Topic.UNREAD, b"", "the credential search after the end of its tar stopped early", unread=True)

    def _finish(self, blob: BlobRead, error: ImgInspectError | MemoryError | RecursionError | None) -> None:
        index = self._index
        index.compression = blob.compression
        index.stored = blob.stored
        index.expanded = blob.expanded
        index.blob_digest = blob.digest
        if blob.trailing:
            index.trailing += blob.trailing_nonzero
            topic = Topic.TRAILING_DATA if blob.trailing_nonzero else Topic.ENTRIES
            self._note(topic, b"", f"{blob.trailing:,} bytes follow the end of its {blob.compression} stream")
            self._search_trailing(blob)
        cause = blob.error or error
        is_shared_limit = self._budget.is_met or (isinstance(cause, LimitExceeded) and cause.limit == "expanded_bytes")
        is_read = blob.digest is not None and not _is_machines(cause)
        index.is_repeatable = is_read and not is_shared_limit
        attributes, sparse = self._before
        index.attribute_bytes, index.sparse_bytes = self._budget.attributes - attributes, self._budget.sparse - sparse
        self._budget.expanded += index.expanded
        if self._job.not_readable:
            index.status, index.reason = LayerStatus.NOT_READ, self._job.not_readable
            self._note(Topic.UNREAD, b"", index.reason, unread=True)
        elif cause is not None:
            index.status = LayerStatus.PARTIAL if index.entries else LayerStatus.NOT_READ
            index.reason = _message(cause)
            after = f"; {counted(len(index.entries), 'entry')} read before that" if index.entries else ""
            self._note(Topic.UNREAD, b"", f"{index.reason}{after}", unread=True)
        if blob.error is None and not self._job.not_readable and not isinstance(error, NotATarLayer):
            index.diff_id = blob.digest if self._is_stored_plain else Digest(self._job.diff_algorithm, self._diff.hexdigest())
            index.variant = variant_of(blob.tail, self._last_name, blob.skipped)
            if index.variant == ZSTD_CHUNKED and not index.trailing and error is None:
                index.padded = tuple(self._padded())
        if blob.skipped and index.variant != ZSTD_CHUNKED:
            self._note_skipped(blob.skipped)
        if self._secret:
            self._mask_copies(self._secret)
        if self._withheld:  # also where the same content has another name
            index.entries = [
                entry._replace(digest=WITHHELD) if entry.size < SMALL and entry.digest in self._withheld else entry
                for entry in index.entries
            ]
        index.problems = self._problems.listed()

    def _note_skipped(self, frames: Sequence[SkippedFrame]) -> None:
        """Note bytes in skippable frames, which readers of the layer ignore, and search the first of them."""
        size = sum(frame.size for frame in frames)
        if size <= _PZSTD_BYTES and all(frame.size % _PZSTD_FRAME == 0 for frame in frames):
            return  # pzstd writes the size of each frame in front of it
        self._index.trailing += size
        self._note(
            Topic.TRAILING_DATA, b"", f"{size:,} bytes are in skippable frames of its zstd stream, which readers of the layer ignore"
        )
        start = b"\n".join(frame.start for frame in frames)
        if self._scanner is not None and self._scanner.wants("", len(start), BINARY):
            self._note_behind(self._scanner.whole(-1, memoryview(start), b""))
            if sum(len(frame.start) for frame in frames) < size:
                self._note(Topic.UNREAD, b"", "only the first bytes of the skippable frames were searched", unread=True)

    def _padded(self) -> Iterator[Digest]:
        """The diff_ids that the layer would have with blocks of zeros behind its end, up to the size of a tar's record."""
        hasher = self._diff.copy()
        for _ in range(_MOST_PADDING):
            hasher.update(ZERO_BLOCK)
            yield Digest(self._job.diff_algorithm, hasher.hexdigest())

    def _mask_copies(self, secret: Mapping[bytes, tuple[Match, ...]]) -> None:
        """Mask contents that are *secret* only by the name of another file with the same content, such as ``.netrc``."""
        for ordinal, kept in list(self._index.kept.items()):
            matches = secret.get(self._index.entries[ordinal].digest or b"")
            if matches and ordinal not in self._index.matches and self._store is not None:
                del self._index.kept[ordinal]
                with suppress(LayerError):
                    self._index.kept[ordinal] = self._store.add(masked(kept.read(), matches))

    def _search_trailing(self, blob: BlobRead) -> None:
        """Search the first bytes after the compressed stream; usually these are all of them."""
        if self._scanner is None or not blob.trailing_start or not self._scanner.wants("", len(blob.trailing_start), BINARY):
            return
        self._note_behind(self._scanner.whole(-1, memoryview(blob.trailing_start), b""))
        if blob.trailing > len(blob.trailing_start) == TRAILING_START:
            what = f"only the first {TRAILING_START:,} bytes after its {blob.compression} stream were searched"
            self._note(Topic.UNREAD, b"", what, unread=True)


def is_beyond_ratio(stored: int, expanded: int, limits: Limits) -> bool:
    """Whether *stored* bytes of layers may not expand to *expanded* ones, holes of sparse files included."""
    return expanded > RATIO_FLOOR and expanded > stored * limits.ratio


def _is_machines(error: BaseException | None) -> bool:
    """Whether this machine failed, not the layer: a full disk, say."""
    return error is not None and any(isinstance(item, OSError | MemoryError | RecursionError) for item in (error, error.__cause__))


def _message(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return f"{NO_MEMORY} to read it"
    if isinstance(error, RecursionError):
        return "it is nested too deeply to read"
    if isinstance(error, OSError):
        return f"it cannot be read: {error.strerror or error}"
    return str(error)


def _hex(algorithm: str, content: memoryview) -> str:
    return hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
