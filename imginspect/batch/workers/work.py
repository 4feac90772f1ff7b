"""Work: the tasks of a worker on any machine: read one layer into the cache, or judge one image. Results are small values.

Faults of an image are not raised. Any exception of a worker is a fault of the machine or the program.
"""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from imginspect.archive import Access
from imginspect.archive.identity import file_identity, is_settled
from imginspect.archive.members import BlobNotFound
from imginspect.archive.source import PartReader
from imginspect.batch.mirror.opening import is_unchanged, open_planned
from imginspect.batch.mirror.planning import PlanOptions, plan_unit
from imginspect.batch.store import contents as layer_contents
from imginspect.batch.store.connection import complaints
from imginspect.batch.store.rows import image_row
from imginspect.batch.values.plans import ImagePlan, ImageRow, LayerContents, LayerPlan, Unit, UnitPlan
from imginspect.batch.workers.deadline import TimeExceeded, within
from imginspect.batch.workers.result_cache import ImageAnswer, ResultCache
from imginspect.batch.workers.worker_config import WorkerConfig, WorkerContext, workshop
from imginspect.checks.runner import has_crashed
from imginspect.errors import NO_MEMORY, ImgInspectError, describe
from imginspect.host.writing import folder_of, replace_file
from imginspect.inspection.inspect import inspect, not_inspected
from imginspect.layer import ContentSpool, LayerJob, PassVisitors
from imginspect.layer.content_scanner import ContentScanner
from imginspect.layer.index import WITHHELD, LayerIndex
from imginspect.oci import media_types
from imginspect.oci.digest import Digest, InvalidDigest
from imginspect.reading.cached_layers import LayerSource, read_through
from imginspect.reading.given import given, link_of_unopened
from imginspect.reading.names import has_plain_strings
from imginspect.report import Report, formats
from imginspect.report.formats import FORMATS
from imginspect.report.tree import report_tree

_MOST_HASHED = 64 << 20
"""Bytes of what was not inspected that are hashed to name it: a fraction of a second, as its time may be over already."""
_WITHHELD = frozenset((WITHHELD.hex(),))
"""What a layer tells of its files is told without regard to the image that it is read for."""


class LayerDone(NamedTuple):
    """A layer that was read into the cache, or tried: *bytes_read* of its blob, in *seconds*. *short_of_memory*: there was too little."""

    bytes_read: int
    seconds: float
    short_of_memory: bool = False
    is_late: bool = False


class ImageDone(NamedTuple):
    """The result for an image, with the requested *contents*. *is_known*: it was judged in an earlier run."""

    row: ImageRow
    contents: tuple[LayerContents, ...]
    bytes_read: int
    seconds: float
    short_of_memory: bool = False
    is_known: bool = False


def check(setup: WorkerConfig) -> str:
    """The digest of what this worker judges by.

    Raises: RuleError
    """
    return WorkerContext(setup).digest


def plan(setup: WorkerConfig, units: tuple[Unit, ...], options: PlanOptions) -> list[UnitPlan]:
    """The images of each of *units*."""
    with _bounded(setup, 1):
        return [plan_unit(unit, options) for unit in units]


def read_layer(setup: WorkerConfig, layer: LayerPlan, share: int = 1) -> LayerDone:
    """Read *layer* into the cache, if it is not there. *share*: how many times a worker's usual memory it may take."""
    began = time.monotonic()
    counted = _ByteCount()
    place = workshop(setup)  # whether that finds room is not the image's affair
    with _bounded(setup, share):
        try:
            short = within(setup.seconds, partial(_read_layer, setup, place, layer, counted), may_exit=setup.may_exit)
        except TimeExceeded:
            return LayerDone(counted.bytes, time.monotonic() - began, is_late=True)
        except MemoryError:
            short = True
    return LayerDone(counted.bytes, time.monotonic() - began, short)


def judge_image(setup: WorkerConfig, plan: ImagePlan, wanted: tuple[str, ...], spent: float = 0.0, share: int = 1) -> ImageDone:
    """The result for the image *plan*; its reports are written.

    *wanted* are the layers, by digest, whose contents are asked for; *spent* the seconds that its layers took already, infinite where
    one of them was not read in time; *share* is that of ``read_layer``.
    """
    began = time.monotonic()
    counted = _ByteCount()
    place = workshop(setup)  # whether that finds room is not the image's affair
    with _bounded(setup, share):
        if plan.failed:
            return _failed(setup, place, plan, plan.failed, began, counted)
        known = ResultCache(place.results, place.digest, setup.format_names)
        answer = known.get(plan)
        if answer is not None:
            found = [known.contents(layer.digest) for layer in answer.row.layers if layer.digest in wanted]
            if None not in found:
                _write(setup, answer.row.report, answer.reports)
                asked = tuple(item for item in found if item is not None)
                return ImageDone(answer.row, asked, 0, time.monotonic() - began, is_known=True)
        left = None if setup.seconds is None else setup.seconds - spent
        late = f"it took longer than {setup.seconds:g} seconds (--timeout)" if setup.seconds is not None else ""
        if left is not None and left <= 0:
            return _failed(setup, place, plan, late, began, counted)
        try:
            return within(left, partial(_judged, setup, place, plan, known, wanted, began, counted), may_exit=setup.may_exit)
        except TimeExceeded:
            return _failed(setup, place, plan, late, began, counted)
        except (MemoryError, RecursionError) as error:
            failure = describe(error)
        # outside of the handler, so that the frames which filled the memory are gone
        return _failed(setup, place, plan, failure, began, counted)


def restore(setup: WorkerConfig, reports: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """Write reports that an earlier run made, given as (name, digest of the JSON report); the names of those that are gone."""
    missing = []
    place = workshop(setup)
    known = ResultCache(place.results, place.digest, setup.format_names)
    for name, digest in reports:
        found = known.reports(digest)
        if found is None:
            missing.append(name)
        else:
            _write(setup, name, found)
    return tuple(missing)


def failed_image(setup: WorkerConfig, plan: ImagePlan, reason: str) -> ImageDone:
    """The row of an image that has only a reason."""
    return _failed(setup, workshop(setup), plan, reason, time.monotonic(), _ByteCount())


# -- images ------------------------------------------------------------------------------------------------------------


def _judged(
    setup: WorkerConfig,
    place: WorkerContext,
    plan: ImagePlan,
    known: ResultCache,
    wanted: tuple[str, ...],
    began: float,
    counted: _ByteCount,
) -> ImageDone:
    access = Access(setup.limits, _path(setup.tmp_dir), threads=setup.threads)
    try:
        with open_planned(plan, access) as (archive, image, listing):
            report = inspect(archive, image, listing, place.criteria, counted.add, place.layers)
            chain_ids = [str(layer.chain_id or "") for layer in image.layers]
            is_sure = is_unchanged(plan, archive, image) and _is_repeatable(report)
    except ImgInspectError as error:
        return _failed(setup, place, plan, describe(error), began, counted)
    answer = _answer(setup, place, plan, report, chain_ids)
    if not is_sure:
        answer = answer._replace(row=answer.row._replace(identity=""))
    unknown = {layer.digest for layer in answer.row.layers if is_sure and not known.has_contents(layer.digest)}
    found = _contents(place, report, answer.row, {*wanted, *unknown})
    if is_sure:
        for digest in unknown & found.keys():
            known.put_contents(found[digest])
        known.put(plan, answer)
    _write(setup, answer.row.report, answer.reports)
    asked = tuple(found[digest] for digest in wanted if digest in found)
    return ImageDone(answer.row, asked, counted.bytes, time.monotonic() - began, short_of_memory=_is_short_of_memory(setup, report))


def _answer(setup: WorkerConfig, place: WorkerContext, plan: ImagePlan, report: Report, chain_ids: list[str]) -> ImageAnswer:
    """The row, and the reports; their filesystem is left out, for it would be most of them, a thousand times."""
    document = report_tree(report, with_filesystem=False)
    texts = {
        format_name: formats.render(format_name, [document], several=False) for format_name in dict.fromkeys((*setup.format_names, "json"))
    }
    digest = sha256(texts["json"].encode("utf-8")).hexdigest()
    masked = place.redactor.masked
    row = image_row(plan.key, tuple(map(masked, plan.references)), masked(plan.unit.shown), document, chain_ids, plan.key, digest)
    return ImageAnswer(row._replace(identity=plan.identity), texts)


def _failed(setup: WorkerConfig, place: WorkerContext, plan: ImagePlan, reason: str, began: float, counted: _ByteCount) -> ImageDone:
    what = given(plan.unit.shown, _MOST_HASHED)._replace(path=Path(plan.unit.path))
    answer = _answer(setup, place, plan, not_inspected(reason, place.criteria, link=link_of_unopened(what, None)), [])
    row = answer.row._replace(
        platform=place.redactor.masked(plan.platform), manifest_digest=plan.digests[-1] if plan.digests else "", identity=""
    )
    _write(setup, row.report, answer.reports)
    seconds = time.monotonic() - began
    return ImageDone(row, (), counted.bytes, seconds, short_of_memory=_is_short(reason))


def _contents(place: WorkerContext, report: Report, row: ImageRow, wanted: set[str]) -> dict[str, LayerContents]:
    """Names and digests of the files of the layers *wanted*, by the digest of the layer."""
    found: dict[str, LayerContents] = {}
    layers = report.filesystem.layers if report.filesystem is not None else ()
    for layer, index in zip(row.layers, layers, strict=False):
        if layer.digest in wanted and layer.digest not in found:
            found[layer.digest] = layer_contents.of_layer(layer.digest, _without_secrets(place, index), _WITHHELD)
    return found


def _without_secrets(place: WorkerContext, index: LayerIndex) -> LayerIndex:
    """*index* with no name in which a credential stands."""
    find = place.criteria.matcher.find
    if has_plain_strings(index, place.criteria.matcher):
        return index
    return LayerIndex(entries=[entry for entry in index.entries if not find(entry.path.encode("utf-8", "surrogateescape"))[0]])


def _is_repeatable(report: Report) -> bool:
    """Whether the same image would get the same report: not where this machine failed."""
    if report.filesystem is None or any(not index.is_repeatable for index in report.filesystem.layers):
        return False
    return not any(has_crashed(result) for result in report.results)


def _is_short_of_memory(setup: WorkerConfig, report: Report) -> bool:
    """Whether there was too little memory, or may have been: what a check makes of that is not for certain."""
    is_crashed = bool(setup.memory) and any(has_crashed(result) for result in report.results)
    return is_crashed or any(_is_short(problem.what) for problem in report.problems)


def _is_short(text: str) -> bool:
    return text.startswith(NO_MEMORY)


def _write(setup: WorkerConfig, name: str, reports: dict[str, str]) -> None:
    """Writes the reports, whole or not at all; they need not be on the disk yet when this returns.

    Raises: NoRoom; UsageError - the folder is gone
    """
    folder = Path(setup.reports)
    with complaints(folder / "x"), folder_of(folder / "x") as opened:
        for format_name, text in reports.items():
            replace_file(opened, name + FORMATS[format_name].suffixes[0], [text.encode("utf-8")], waits=False)


# -- layers ------------------------------------------------------------------------------------------------------------


def _read_layer(setup: WorkerConfig, place: WorkerContext, layer: LayerPlan, counted: _ByteCount) -> bool:
    """Whether there was too little memory to read *layer*."""
    with ContentSpool(_path(setup.tmp_dir)) as store:
        look = PassVisitors(ContentScanner(place.criteria.matcher), place.criteria.retention(), store)
        indexes = read_through(place.layers, [_source(layer)], setup.limits, look, counted.add, threads=setup.threads)
    return indexes is not None and any(_is_short(index.reason) for index in indexes.values())


def _source(layer: LayerPlan) -> LayerSource:
    claimed = _digest(layer.digest) or _digest(layer.diff_id)
    hashing = hashing_of(layer)
    job = LayerJob(
        index=0,
        open=partial(_open, layer),
        blob_algorithm=claimed.algorithm if claimed and layer.digest else "sha256",
        diff_algorithm=hashing or "sha256",
        not_readable="" if hashing else "it is encrypted: only its stored bytes could be checked",
        stored=layer.size,
    )
    return LayerSource(job, partial(_identity, layer), claimed, hashing)


def hashing_of(layer: LayerPlan) -> str:
    """The algorithm of the diff_id; empty where the layer cannot be expanded."""
    return "" if media_types.is_encrypted(layer.media_type) else layer.diff_algorithm


def _open(layer: LayerPlan) -> PartReader:
    try:
        return PartReader(Path(layer.path), layer.offset, layer.size)
    except OSError as error:
        raise BlobNotFound(f"it cannot be opened: {error.strerror}") from error


def _identity(layer: LayerPlan, since_ns: int) -> str:
    with suppress(OSError, ValueError):
        status = os.stat(layer.path)
        if is_settled(status, since_ns):
            return file_identity(status, layer.offset, layer.digest)
    return ""


def _digest(text: str) -> Digest | None:
    try:
        return Digest.parse(text)
    except InvalidDigest:
        return None


# -- the machine -------------------------------------------------------------------------------------------------------


class _ByteCount:
    """Bytes of layers that were read."""

    def __init__(self) -> None:
        self.bytes = 0

    def add(self, count: int) -> None:
        """So many more."""
        self.bytes += count


class _Bound:
    """What this process may take while tasks run in it. Of several in one process, each in a thread, the largest share counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted: list[int] = []
        self._before = (0, 0)

    def add(self, most: int) -> None:
        with self._lock:
            if not self._wanted:
                self._before = resource.getrlimit(resource.RLIMIT_AS)
            self._wanted.append(most)
            self._set()

    def remove(self, most: int) -> None:
        with self._lock:
            self._wanted.remove(most)
            self._set()

    def _set(self) -> None:
        soft, hard = self._before
        if self._wanted:
            soft = max(self._wanted) if hard == resource.RLIM_INFINITY else min(max(self._wanted), hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


_bound = _Bound()


@contextmanager
def _bounded(setup: WorkerConfig, share: int) -> Iterator[None]:
    """The memory of this process bounded to *share* times what a worker may take."""
    if not setup.memory:
        yield
        return
    most = setup.memory * share
    _bound.add(most)
    try:
        yield
    finally:
        _bound.remove(most)


def _path(text: str) -> Path | None:
    return Path(text) if text else None
