"""Parallel efficiency with many workers, in virtual time, with imginspect's own scheduler and the costs of a real run.

    imginspect batch MIRROR --out RUN --jobs 1 --threads 1 --format ndjson > events.ndjson
    python benchmarks/simulate.py MIRROR events.ndjson --copies 50 --workers 64 512

``VirtualExecutor`` is a ``concurrent.futures.Executor`` with as many workers as wished, and runs nothing: what a task costs is looked up in
the events of the real run. The plan on disk and the scheduler are imginspect's, and decide what is submitted when. Each copy of the
mirror has layers of its own, so that the copies are one mirror of as many times the images. Hours of many workers take minutes.
"""

from __future__ import annotations

import argparse
import heapq
import json
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabulate import tabulate

from imginspect.batch.mirror.merging import merged
from imginspect.batch.mirror.planning import PlanOptions, plan_unit
from imginspect.batch.mirror.sources import find_units
from imginspect.batch.run.schedule import ImageJudged, Schedule
from imginspect.batch.run.work_plan import Amount, Planned
from imginspect.batch.values.plans import ImagePlan, ImageRow, LayerPlan, Unit
from imginspect.batch.workers.task_batch import all_of
from imginspect.batch.workers.work import ImageDone, LayerDone

Outcome = Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], tuple[float, Any]]
"""Function, positional and named arguments of a task -> its seconds, and what it returns (an exception is raised by the future)."""


@dataclass
class Clock:
    """Virtual seconds since the start, as the scheduler sees them: it is one thread, and is busy while it dispatches."""

    now: float = 0.0


class VirtualExecutor(Executor):
    """Tasks are taken first come, first served, each by the worker that is free first, *dispatch* seconds after the one before.

    *dispatch* is what the scheduler and its transport need for each task, one after another: no number of workers makes that faster.
    """

    def __init__(self, workers: int, outcome: Outcome, *, dispatch: float = 0.001) -> None:
        self.clock = Clock()
        self.work = 0.0
        self.tasks = 0
        self.last_end = 0.0
        self.dispatch, self._outcome = dispatch, outcome
        self._free = [0.0] * workers
        self._running: list[tuple[float, int, Future[Any], Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The task's future, done once the clock has come to its end: see ``advance``."""
        seconds, result = self._outcome(fn, args, kwargs)
        self.clock.now += self.dispatch
        end = max(self.clock.now, heapq.heappop(self._free)) + seconds
        heapq.heappush(self._free, end)
        self.work += seconds
        self.tasks += 1
        self.last_end = max(self.last_end, end)
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        heapq.heappush(self._running, (end, self.tasks, future, result))
        return future

    def advance(self) -> Future[Any]:
        """Goes on to the next task's end, and completes it. Raises: LookupError - nothing runs, so that a scheduler would wait for ever."""
        if not self._running:
            raise LookupError("deadlock: the scheduler waits for a task that it did not submit")
        end, _, future, result = heapq.heappop(self._running)
        self.clock.now = max(self.clock.now, end)
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)
        return future

    @property
    def span(self) -> float:
        """Seconds until the last task has ended and the scheduler knows of it."""
        return max(self.last_end, self.clock.now)

    def efficiency(self) -> float:
        """The tasks' own seconds over what the workers were there for, idle at the start and at the end included."""
        return self.work / (len(self._free) * self.span) if self.tasks else 1.0


@dataclass
class Arrivals:
    """Stands in for the queue of completed futures: ``get`` is the next one in virtual time, whatever is waited for."""

    executor: VirtualExecutor

    def put(self, item: Future[Any]) -> None:
        """The executor knows what is done."""

    def get(self) -> Future[Any]:
        """As ``queue.Queue.get``; it never has to wait."""
        return self.executor.advance()


@dataclass
class Costs:
    """Seconds that a real run took: for each layer that had a task of its own, by digest, and each image, by key."""

    layers: dict[str, float]
    images: dict[str, float]

    @classmethod
    def read(cls, path: Path) -> Costs:
        """Those in the events of a run (``--format ndjson``)."""
        events = [json.loads(line) for line in path.read_text().splitlines()]
        layers = {event["digest"]: event["seconds"] for event in events if event["event"] == "layer"}
        return cls(layers, {event["report"]: event["seconds"] for event in events if event["event"] == "image"})


class VirtualEngine:
    """See ``imginspect.batch.workers.engines.Engine``."""

    name = "virtual"
    together = 16

    def __init__(self, workers: int, dispatch: float) -> None:
        self.workers = workers
        self.width = 2 * workers
        self.executor = VirtualExecutor(workers, _outcome, dispatch=dispatch)

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """See Engine."""
        return self.executor.submit(work, *arguments)

    def is_lost(self, error: BaseException) -> bool:
        """Nobody dies here."""
        del error
        return False

    def renew(self) -> None:
        """Nobody dies here."""

    def close(self, *, at_once: bool = False) -> None:
        """There is nothing to let go."""
        del at_once


class VirtualOrders:
    """See ``imginspect.batch.run.schedule.Orders``: tasks that cost what they cost in the real run, and do nothing."""

    def __init__(self, costs: Costs) -> None:
        self._costs = costs

    def layer(self, layer: LayerPlan, share: int) -> tuple[Callable[..., LayerDone], tuple[Any, ...]]:
        """See Orders."""
        del share
        return _layer_done, (self._costs.layers[layer.digest],)

    def image(self, plan: ImagePlan, share: int) -> tuple[Callable[..., ImageDone], tuple[Any, ...]]:
        """See Orders."""
        del share
        return _image_done, (self._costs.images[plan.key[_MARK:]],)


_MARK = 5
"""Characters that say which copy a key is of."""


def _layer_done(seconds: float) -> LayerDone:
    return LayerDone(0, seconds)


def _image_done(seconds: float) -> ImageDone:
    return ImageDone(_ROW, (), 0, seconds)


_ROW = ImageRow("", (), "", "", "", "", "pass", "", (), (), ())


def _outcome(work: Callable[..., Any], arguments: tuple[Any, ...], _named: dict[str, Any]) -> tuple[float, Any]:
    """What a task costs, or several that travel together; and what it returns."""
    orders = arguments if work is all_of else ((work, arguments),)
    return sum(order[1][0] for order in orders), work(*arguments)


def plans_of(mirror: Path, costs: Costs) -> list[ImagePlan]:
    """The images of *mirror* that the run of *costs* was about."""
    units = (unit for unit in find_units([str(mirror)]) if isinstance(unit, Unit))
    found = merged(plan for unit in units for plan in plan_unit(unit, PlanOptions()).images)
    return [plan for key, plan in sorted(found.items()) if key in costs.images]


def fill(planned: Planned, plans: list[ImagePlan], copies: int) -> Amount:
    """Puts *copies* of *plans* into the plan, as a cold run over a mirror of them all would."""
    for copy in range(copies):
        mark = f"{copy:0{_MARK}}"
        for plan in plans:
            planned.add(plan._replace(key=mark + plan.key))
            for layer in plan.layers:
                if layer.path:
                    planned.need(mark + plan.key, mark + (layer.digest or layer.identity), layer)
    return planned.settle()


def simulate(plans: list[ImagePlan], costs: Costs, copies: int, workers: int, dispatch: float) -> tuple[VirtualExecutor, Amount]:
    """All of it done by *workers*."""
    with tempfile.TemporaryDirectory() as folder, closing(Planned(Path(folder))) as planned:
        amount = fill(planned, plans, copies)
        engine = VirtualEngine(workers, dispatch)
        schedule = Schedule(engine, planned, VirtualOrders(costs), Arrivals(engine.executor), together=engine.together)
        judged = sum(isinstance(event, ImageJudged) for event in schedule.run())
    if judged != amount.images:
        raise SystemExit(f"{judged:,} of {amount.images:,} images were judged")
    return engine.executor, amount


def main() -> int:
    """0."""
    parser = argparse.ArgumentParser(description="Parallel efficiency of imginspect's scheduler with simulated workers.")
    parser.add_argument("mirror", type=Path, help="the mirror of the run")
    parser.add_argument("events", type=Path, help="output of the run with --format ndjson")
    parser.add_argument("--copies", type=int, default=50, help="number of copies of the mirror [%(default)s]")
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 16, 64, 512])
    parser.add_argument("--dispatch", type=float, default=0.001, help="scheduler seconds per task [%(default)s]")
    options = parser.parse_args()
    costs = Costs.read(options.events)
    plans = plans_of(options.mirror, costs)
    rows = []
    for workers in options.workers:
        executor, amount = simulate(plans, costs, options.copies, workers, options.dispatch)
        rows.append(
            {
                "workers": workers,
                "images": amount.images,
                "tasks": executor.tasks,
                "work s": executor.work,
                "makespan s": executor.span,
                "efficiency": executor.efficiency(),
                "dispatching, share of makespan": executor.tasks * options.dispatch / executor.span,
            }
        )
    longest = max([*costs.layers.values(), *costs.images.values()])
    print(f"{len(plans):,} images, {options.copies} copies; the longest task takes {longest:.1f} s")
    print(tabulate(rows, headers="keys", floatfmt=(",.0f", ",.0f", ",.0f", ",.1f", ",.2f", ".3f", ".3f")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
