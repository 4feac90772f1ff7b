"""Run: plans the inspection of a mirror, hands out the work, records each outcome as soon as it is known, and writes the summary.

Recorded outcomes survive any interruption: a resumed run (*resume*) plans again and leaves out what is already recorded.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing, nullcontext, suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from imginspect.batch.mirror.name_filter import ByName
from imginspect.batch.mirror.planning import PlanOptions
from imginspect.batch.mirror.sources import find_units, roots
from imginspect.batch.run.listener import RunListener
from imginspect.batch.run.schedule import ImageJudged, LayerRead, Schedule
from imginspect.batch.run.tasks import RunOrders
from imginspect.batch.run.unit_plans import plan_units, unit_that_failed
from imginspect.batch.run.work_plan import NAME, Planned
from imginspect.batch.store import database as databases
from imginspect.batch.store.baseline import Baseline, open_baseline
from imginspect.batch.store.connection import complaints
from imginspect.batch.store.database import Database, PresentImage
from imginspect.batch.summary import write_answer
from imginspect.batch.summary.verdict import total
from imginspect.batch.values.plans import ImagePlan, RuleRow, Skipped, Unit
from imginspect.batch.workers import work
from imginspect.batch.workers.engines import TaskEngine, submitted
from imginspect.batch.workers.result_cache import ResultCache
from imginspect.batch.workers.worker_config import WorkerConfig, WorkerContext
from imginspect.errors import RunAborted, UsageError
from imginspect.host.writing import folder_of, replace_file
from imginspect.report import ReportVerdict
from imginspect.report.formats import FORMATS
from imginspect.report.printable import one_line as plain_line
from imginspect.report.text import one_line
from imginspect.version import __version__
from imginspect.wording import counted

REPORTS = "reports"
"""The folder of the reports within that of a run."""
_AT_A_TIME = 16
"""Units planned at a time for each worker."""
_PIECE = 1 << 20
"""Bytes that are copied at a time; all of a report is copied."""


class SourceGone(RunAborted):
    """A source that was readable when the run began can no longer be read. Completed work is kept."""


class RunRequest(NamedTuple):
    """The request. *out* is the directory of the run; *since* that of an earlier run whose results are kept."""

    sources: tuple[str, ...]
    out: Path
    plan: PlanOptions = PlanOptions()
    names: ByName = ByName()
    since: Path | None = None
    resume: bool = False


class Result(NamedTuple):
    """The result of a run. *layer_bytes_read* counts the bytes of blobs that were read, *layer_bytes_needed* those of the blobs needed.

    *known* images were judged in an earlier run, *already* were done when the run was resumed, *left_out* keep earlier results.
    """

    verdict: ReportVerdict
    counts: dict[str, int]
    images: int
    already: int
    known: int
    left_out: int
    layers_read: int
    layer_bytes_read: int
    layer_bytes_needed: int


def run(request: RunRequest, setup: WorkerConfig, engine: TaskEngine, listener: RunListener) -> Result:
    """Inspect all requested images.

    Raises: UsageError - a source is missing, or the directory belongs to another run; NoRoom, SourceGone - completed work is kept
    """
    units = find_units(request.sources, setup.limits)
    place = WorkerContext(setup)
    setup = setup._replace(criteria=place.digest)
    with _opened(request, setup, place) as database, closing(Planned(request.out)) as planned:
        return _Run(request, setup, place, engine, listener, database, planned).go(units)


class _Run:
    """One run, with everything that it works with."""

    def __init__(
        self,
        request: RunRequest,
        setup: WorkerConfig,
        place: WorkerContext,
        engine: TaskEngine,
        listener: RunListener,
        database: Database,
        planned: Planned,
    ) -> None:
        self._request = request
        self._setup = setup
        self._place = place
        self._engine = engine
        self._listener = listener
        self._database = database
        self._planned = planned
        self._known = ResultCache(place.results, place.digest, setup.format_names)
        self._roots = dict(_known(roots(request.sources)))
        self._found = self._already = self._left_out = self._unchosen = 0
        self._judged_before = self._layers_read = self._bytes_read = 0

    def go(self, units: Iterator[Unit | Skipped]) -> Result:
        """See ``run``."""
        _remove_remains(self._request.out)
        self._plan(units)
        self._decide()
        amount = self._planned.settle()
        self._listener.planned(amount, self._already)
        self._work()
        self._remove_gone()
        _remove_remains(self._request.out)
        self._database.finish()
        self._place.results.put_file(self._database.run["run"], self._database.path)
        os.sync()  # the reports are not waited for one by one
        write_answer(self._database, self._request.out)
        answer = total(self._database)
        return Result(
            verdict=answer.verdict,
            counts=answer.counts,
            images=answer.images,
            already=self._already,
            known=self._judged_before,
            left_out=self._left_out,
            layers_read=self._layers_read,
            layer_bytes_read=self._bytes_read,
            layer_bytes_needed=amount.layer_bytes,
        )

    def _remove_gone(self) -> None:
        """Removes recorded images that are no longer in the mirror, their reports first."""
        gone = [key for key in self._database.done() if not self._planned.has(key)]
        with complaints(self._request.out / REPORTS):
            for key in gone:
                for format_name in {*self._setup.format_names, "json"}:
                    (self._request.out / REPORTS / f"{key}{FORMATS[format_name].suffixes[0]}").unlink(missing_ok=True)
        self._database.remove(gone)

    # -- planning ----------------------------------------------------------------------------------------------------

    def _plan(self, units: Iterator[Unit | Skipped]) -> None:
        """Everything in the sources is planned or reported as skipped."""
        self._database.forget_skipped()
        is_unread = False
        waiting: list[Unit] = []
        for item in units:
            if isinstance(item, Skipped):
                is_unread |= item.unread
                self._skip([item])
                continue
            waiting.append(item)
            if len(waiting) >= _AT_A_TIME * self._engine.workers:
                self._add(waiting)
                waiting = []
        self._add(waiting)
        if is_unread:
            for root in self._roots:
                self._check_source(root)
        if self._unchosen:
            left = Skipped("--include, --exclude", f"{counted(self._unchosen, 'image')} excluded by name")
            self._database.add_skipped([left])

    def _add(self, units: list[Unit]) -> None:
        for found in plan_units(self._engine, self._setup, units, self._request.plan):
            self._skip(found.skipped)
            if found.failed:
                self._check_source(found.unit.path)
            plans = (unit_that_failed(found.unit, found.failed),) if found.failed else found.images
            for plan in plans:
                chosen = self._request.names.chosen(plan)
                if chosen is None:
                    self._unchosen += 1
                else:
                    self._planned.add(chosen)
                    self._found += 1
            self._listener.found(self._found, found.unit.shown)

    def _skip(self, items: Iterable[Skipped]) -> None:
        masked = self._place.redactor.masked
        self._database.add_skipped(item._replace(shown=masked(item.shown), reason=masked(item.reason)) for item in items)

    def _decide(self) -> None:
        """Sorts the plan: images already done, images judged before, and images that need layers."""
        since = self._request.since
        baseline = open_baseline(since, self._database.run, REPORTS) if since is not None else None
        unchanged: list[tuple[ImagePlan, str, str]] = []
        with closing(baseline) if baseline is not None else nullcontext():
            for plan in self._planned.images():
                kept = self._kept(plan)
                is_done = kept is not None and self._is_done(plan, kept)
                if baseline is not None and self._is_carried(plan, baseline, is_done=is_done):
                    self._left_out += 1
                    self._planned.leave_out(plan.key)
                elif is_done:
                    self._already += 1
                    self._planned.leave_out(plan.key)
                elif kept is not None and plan.identity and kept.identity == plan.identity:
                    unchanged.append((plan, kept.report, kept.report_sha256))
                    if len(unchanged) >= _AT_A_TIME * _AT_A_TIME:
                        self._restore(unchanged)
                        unchanged = []
                else:
                    self._need(plan)
            self._restore(unchanged)
        self._database.set_run({"left_out": str(self._left_out)})

    def _is_carried(self, plan: ImagePlan, baseline: Baseline, *, is_done: bool) -> bool:
        """Whether the image is in the earlier run; its row and its reports are taken over then, unless that *is_done* already."""
        suffixes = sorted({FORMATS[format_name].suffixes[0] for format_name in (*self._setup.format_names, "json")})
        row = baseline.row(plan, self._names(plan), suffixes)
        if row is None:
            return False
        if not is_done:
            with complaints(self._request.out / REPORTS), folder_of(self._request.out / REPORTS / plan.key) as folder:
                for suffix in suffixes:
                    with baseline.report(row.report, suffix).open("rb") as report:
                        replace_file(folder, f"{plan.key}{suffix}", iter(lambda: report.read(_PIECE), b""), waits=False)
            source = plain_line(self._place.redactor.masked(plan.unit.shown))
            identity = row.identity if row.identity == plan.identity else ""
            new = (item for item in baseline.contents(row) if not self._database.has_contents(item.digest))
            self._database.add(row._replace(key=plan.key, source=source, report=plan.key, identity=identity), list(new))
        return True

    def _kept(self, plan: ImagePlan) -> PresentImage | None:
        """What was noted of the image by just the names that it has now: its report shows them."""
        kept = self._database.kept(plan.key)
        if kept is None:
            return None
        return kept if kept.references == tuple(sorted(self._names(plan))) else None

    def _names(self, plan: ImagePlan) -> set[str]:
        return {plain_line(self._place.redactor.masked(name)) for name in plan.references}

    def _is_done(self, plan: ImagePlan, kept: PresentImage) -> bool:
        """Whether an image that was noted is what it was, and its reports are on the disk: of the others than JSON not every byte is
        compared, but one that a power cut left empty or blank is seen."""
        if kept.identity and plan.identity and kept.identity != plan.identity:
            return False
        folder = self._request.out / REPORTS
        with suppress(OSError):
            content = (folder / f"{kept.report}.json").read_bytes()
            others = [
                folder / f"{kept.report}{FORMATS[format_name].suffixes[0]}"
                for format_name in self._setup.format_names
                if format_name != "json"
            ]
            return sha256(content).hexdigest() == kept.report_sha256 and not any(map(_is_blank, others))
        return False

    def _restore(self, unchanged: list[tuple[ImagePlan, str, str]]) -> None:
        """Images that are as they were when they were noted: their reports are written again, or else they are judged again."""
        chunks = [unchanged[start : start + _AT_A_TIME] for start in range(0, len(unchanged), _AT_A_TIME)]
        reports = [tuple((report, digest) for _, report, digest in chunk) for chunk in chunks]
        waiting = [submitted(self._engine, work.restore, self._setup, of_chunk) for of_chunk in reports]
        for chunk, future in zip(chunks, waiting, strict=True):
            missing = self._missing(future, chunk)
            for plan, report, _ in chunk:
                if report in missing:
                    self._need(plan)
                else:
                    self._judged_before += 1
                    self._planned.leave_out(plan.key)

    def _missing(self, future: Future[tuple[str, ...]], chunk: list[tuple[ImagePlan, str, str]]) -> tuple[str, ...]:
        """The reports that could not be written again: all, where the worker died."""
        error = future.exception()
        if error is None:
            return future.result()
        if not self._engine.is_lost(error):
            raise error
        self._engine.renew()
        return tuple(report for _, report, _ in chunk)

    def _need(self, plan: ImagePlan) -> None:
        """The image is to be judged: note which of its layers have to be read for that."""
        if plan.failed or self._known.has(plan):
            return
        layers = self._place.layers
        for layer in plan.layers:
            claimed = layer.digest or layer.diff_id
            if layer.path and not (claimed and layers.has(layers.key(claimed, work.hashing_of(layer)))):
                self._planned.need(plan.key, claimed or layer.identity, layer)

    # -- working -----------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        orders = RunOrders(self._setup, self._planned, self._database)
        for event in Schedule(self._engine, self._planned, orders, together=self._engine.together).run():
            if isinstance(event, LayerRead):
                self._note_layer(event, orders)
            else:
                self._note_image(event, orders)
        left = (self._known.contents(digest) for digest in sorted(orders.missed) if not self._database.has_contents(digest))
        self._database.add_contents(contents for contents in left if contents is not None)

    def _note_layer(self, event: LayerRead, orders: RunOrders) -> None:
        orders.note_layer(event)
        read, seconds = (event.done.bytes_read, event.done.seconds) if event.done is not None else (0, 0.0)
        self._layers_read += 1
        self._bytes_read += read
        self._listener.layer(event.layer, read, seconds, event.failure)

    def _note_image(self, event: ImageJudged, orders: RunOrders) -> None:
        done = event.done
        orders.note_image(event.plan, done)
        if done is None:
            done = work.failed_image(self._setup, event.plan, event.failure)
        if not done.row.identity:  # something was not there, or not as it was planned
            self._check_source(event.plan.unit.path)
        self._database.add(done.row, done.contents, done.seconds)
        self._bytes_read += done.bytes_read
        self._judged_before += done.is_known
        self._listener.image(done.row, done.seconds, event.size, is_known=done.is_known)

    def _check_source(self, path: str) -> None:
        """Raises SourceGone where the source that *path* is of is not there, or another folder is in its place: what a mount was mounted
        on is an empty one. What could not be read is no image's fault then."""
        for root in (path, *map(str, Path(path).parents)):
            before = self._roots.get(root)
            if before is None:
                continue
            try:
                now = _which(root)
            except OSError as error:
                raise SourceGone(f"{root} can no longer be read ({error.strerror}); completed work is kept") from error
            if now != before:
                raise SourceGone(f"{root} is not the same directory as at the start of the run; completed work is kept")


def _opened(request: RunRequest, setup: WorkerConfig, place: WorkerContext) -> Database:
    """The database of the run: that of the resumed run, or a new one, which starts with the results of the last run over these sources.

    Raises: UsageError
    """
    out = request.out
    facts = _facts(request, setup, place)
    if not (out / databases.NAME).exists():
        with complaints(out):
            others = sorted(name for name in os.listdir(out) if name not in _OWN and not _REMAINS.fullmatch(name)) if out.is_dir() else []
            if others:
                raise UsageError(f"{out} is not empty (it contains {others[0]!a}): name an empty or new directory")
            (out / REPORTS).mkdir(mode=0o700, parents=True, exist_ok=True)
        before = place.results.open(facts["run"])
        if before is not None and databases.take_over(out, before, facts, _rules(place)):
            return databases.open_for_writing(out)
        return databases.create(out, facts, _rules(place))
    if not request.resume:
        raise UsageError(f"{out} already contains a run: resume it with --resume, or name another directory")
    with databases.open_for_reading(out) as database:  # which leaves it a finished one
        begun = database.run
    changed = next((name for name in _MUST_AGREE if begun.get(name) != facts[name]), None)
    if changed is not None:
        raise UsageError(f"the run in {out} was started with different settings ({_MUST_AGREE[changed]}): name another directory")
    return databases.open_for_writing(out)


def _known(folders: Iterable[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Those of *folders* that can be listed, with what names each."""
    for folder in folders:
        with suppress(OSError):
            yield folder, _which(folder)


def _is_blank(report: Path) -> bool:
    """Whether the file has no bytes, or only room for them. Raises: OSError"""
    with report.open("rb") as file:
        return file.read(1) in (b"", b"\0")


def _which(root: str) -> tuple[int, int]:
    """Names the folder at *root*, which can be read.

    Raises: OSError
    """
    status = os.stat(root)
    with os.scandir(root) as entries:
        next(entries, None)
    return status.st_dev, status.st_ino


_REMAINS = re.compile(rf"\.({re.escape(databases.NAME)}|run\.json|index\.html|results\.[a-z]+)\.[0-9a-f]{{16}}(-journal|-wal|-shm)?")


def _remove_remains(out: Path) -> None:
    """Removes the remains of processes that were killed while writing. No other process writes to *out* at this time."""
    with complaints(out):
        for left in out.iterdir():
            if _REMAINS.fullmatch(left.name):
                left.unlink(missing_ok=True)
        for left in (out / REPORTS).glob(".*"):
            left.unlink(missing_ok=True)


_OWN = frozenset((REPORTS, "cache", NAME))
"""What may be in the folder of a run that has no database yet: what was left of one that ended before it began."""
_MUST_AGREE = {"criteria": "the rules, the policy or the program", "report_forms": "--report"}


def _facts(request: RunRequest, setup: WorkerConfig, place: WorkerContext) -> dict[str, str]:
    """What the database says of the run; see ``database``. *run* names it among all runs, for the cache."""
    criteria = place.criteria
    asked = repr((place.digest, setup.format_names, request.sources, request.plan.platform, request.plan.every_platform, request.names))
    return {
        "run": f"run-{sha256(asked.encode('utf-8', 'surrogatepass')).hexdigest()}",
        "tool_version": __version__,
        "policy": criteria.policy.id,
        "policy_sha256": criteria.policy.digest,
        "rules_sha256": criteria.rules.digest,
        "fail_on": str(criteria.fail_on),
        "strict": "yes" if criteria.strict else "no",
        "undetermined": str(criteria.undetermined),
        "criteria": place.digest,
        "report_forms": " ".join(FORMATS[format_name].suffixes[0][1:] for format_name in setup.format_names),
        "fingerprint_key": criteria.matcher.key_id,
    }


def _rules(place: WorkerContext) -> list[RuleRow]:
    rules = place.criteria.rules.rules
    return [
        RuleRow(
            rule.id,
            one_line(rule.title),
            str(rule.severity),
            one_line(rule.remediation),
            one_line(rule.finding_title),
            one_line(rule.undecided_title),
            str(rule.harm),
        )
        for rule in rules
    ]
