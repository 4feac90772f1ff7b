"""Parallel efficiency with many workers, in virtual time: ``python benchmarks/simulate.py OUT_DIR/registry-5000/work.json``.

``VirtualExecutor`` is a ``concurrent.futures.Executor`` with as many workers as wished, and runs nothing: what a task costs, and what it
returns, is looked up. A scheduler that hands tasks to an executor and waits for the next one done through ``Arrivals`` runs on it as
on a real one, with its own code deciding what is submitted when. Hours of many workers take seconds.
"""

from __future__ import annotations

import argparse
import heapq
import json
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mirror_plan import Plan
from tabulate import tabulate

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
            raise LookupError("nothing runs: the scheduler waits for a task that it did not submit")
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

    def get(self, block: bool = True, timeout: float | None = None) -> Future[Any]:
        """As ``queue.Queue.get``; it never has to wait."""
        del block, timeout
        return self.executor.advance()


@dataclass
class Costs:
    """Seconds of one core: for a layer, by its uncompressed bytes; for an image, besides its layers; for a task, to be started at all."""

    per_gb: float = 4.5
    per_image: float = 0.05
    per_task: float = 0.002
    scale: float = 1.0
    """Layers as many times as large: a mirror of small images stands for one of large ones."""

    def layer(self, size: int) -> float:
        """Seconds for a layer of *size* bytes."""
        return size * self.scale / 1e9 * self.per_gb


@dataclass
class Work:
    """A mirror as make_mirror.py notes it: layers (uncompressed, stored), and each image's layers by number."""

    layers: list[tuple[int, int]]
    images: list[list[int]]
    users: dict[int, list[int]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Work:
        """What is noted in *path*."""
        value = json.loads(path.read_text())
        return cls([(size, stored) for size, stored in value["layers"]], value["images"]).joined()

    @classmethod
    def planned(cls, images: int, seed: int = 1) -> Work:
        """The mirror that make_mirror.py would make, of any size, from its plan: nothing is made. A third of a layer is stored."""
        plan, numbers, layers, stacks = Plan(seed, 1), dict[str, int](), list[tuple[int, int]](), []
        for number in range(images):
            recipe = plan.image(number)
            for stack in filter(None, (recipe.layers, recipe.arm_layers)):
                for layer in stack:
                    if numbers.setdefault(layer.name, len(layers)) == len(layers):
                        layers.append((layer.size, layer.size // 3))
                stacks.append([numbers[layer.name] for layer in stack])
        return cls(layers, stacks).joined()

    def joined(self) -> Work:
        """Itself, knowing for each layer which images use it."""
        for image, layers in enumerate(self.images):
            for layer in dict.fromkeys(layers):
                self.users.setdefault(layer, []).append(image)
        return self


def stand_in(work: Work, executor: VirtualExecutor, workers: int, costs: Costs, group_seconds: float) -> None:
    """A plain list scheduler: shared layers first, the largest first; an image once its shared layers are there, with those of its own.

    At most two tasks per worker are under way. Small items travel together in one task, up to *group_seconds*, and no more than a quarter
    of a worker's share of what is ready, for a long task late leaves workers idle; but at least twice what the scheduler takes to hand a
    task to each worker, for tasks that are shorter do so too.
    """
    shortest = 2 * workers * executor.dispatch
    shared = {layer for layer, users in work.users.items() if len(users) > 1}
    waiting = [set(layers) & shared for layers in work.images]
    cost = {("layer", layer): costs.layer(work.layers[layer][0]) for layer in shared}
    cost |= {("image", image): _image_cost(work, image, costs) for image in range(len(work.images))}
    ready = [_ranked(cost, "layer", layer) for layer in shared]
    ready += [_ranked(cost, "image", image) for image, layers in enumerate(waiting) if not layers]
    heapq.heapify(ready)
    left = sum(cost[kind, number] for _, _, kind, number in ready)
    arrivals, under_way = Arrivals(executor), 0
    while ready or under_way:
        while ready and under_way < 2 * workers:
            group, length = [], 0.0
            while ready and (not group or length - ready[0][1] <= min(group_seconds, max(shortest, left / workers / 4))):
                _, seconds, kind, number = heapq.heappop(ready)
                group.append((kind, number))
                length -= seconds
            left -= length
            executor.submit(_nothing, group, length)
            under_way += 1
        under_way -= 1
        for kind, number in arrivals.get().result():
            for image in work.users[number] if kind == "layer" else ():
                waiting[image].discard(number)
                if not waiting[image]:
                    heapq.heappush(ready, _ranked(cost, "image", image))
                    left += cost["image", image]


def _ranked(cost: dict[tuple[str, int], float], kind: str, number: int) -> tuple[int, float, str, int]:
    """Its place in the queue: layers before images, then the longest first."""
    return 0 if kind == "layer" else 1, -cost[kind, number], kind, number


def _image_cost(work: Work, image: int, costs: Costs) -> float:
    own = (work.layers[layer][0] for layer in dict.fromkeys(work.images[image]) if len(work.users[layer]) == 1)
    return costs.per_image + sum(map(costs.layer, own))


def _nothing() -> None:
    """What is submitted: it never runs."""


def _outcome(costs: Costs) -> Outcome:
    def look_up(_fn: Callable[..., Any], args: tuple[Any, ...], _kwargs: dict[str, Any]) -> tuple[float, Any]:
        group, seconds = args
        return costs.per_task + seconds, group

    return look_up


def simulate(work: Work, workers: int, costs: Costs, dispatch: float, group_seconds: float) -> VirtualExecutor:
    """*work* done by *workers*."""
    executor = VirtualExecutor(workers, _outcome(costs), dispatch=dispatch)
    stand_in(work, executor, workers, costs, group_seconds)
    return executor


def row_of(workers: int, executor: VirtualExecutor, alone: float, dispatch: float) -> dict[str, Any]:
    """One row of the table; *alone* is what one worker needs."""
    return {
        "workers": workers,
        "tasks": executor.tasks,
        "work s": executor.work,
        "makespan s": executor.span,
        "efficiency": alone / (workers * executor.span),
        "dispatching, share of makespan": executor.tasks * dispatch / executor.span,
    }


def main() -> int:
    """0."""
    parser = argparse.ArgumentParser(description="Parallel efficiency with simulated workers.")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("work", type=Path, nargs="?", metavar="WORK.json", help="as make_mirror.py writes it")
    source.add_argument("--planned", type=int, metavar="N", help="a mirror of N images that need not be made")
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 16, 64, 512])
    parser.add_argument("--per-gb", type=float, default=4.5, help="CPU seconds per uncompressed GB (1e9 bytes) [%(default)s]")
    parser.add_argument("--per-image", type=float, default=0.05, help="CPU seconds per image besides its layers [%(default)s]")
    parser.add_argument("--scale", type=float, default=1.0, help="take layers for so many times as large [%(default)s]")
    parser.add_argument("--dispatch", type=float, default=0.001, help="seconds of the scheduler per task, one after another [%(default)s]")
    parser.add_argument("--group", type=float, default=0.0, help="tasks shorter than so many seconds travel together [%(default)s]")
    options = parser.parse_args()
    work = Work.planned(options.planned) if options.planned else Work.read(options.work)
    costs = Costs(options.per_gb, options.per_image, scale=options.scale)
    alone = simulate(work, 1, costs, options.dispatch, options.group)
    rows = [row_of(1, alone, alone.span, options.dispatch)]
    for workers in options.workers:
        rows.append(row_of(workers, simulate(work, workers, costs, options.dispatch, options.group), alone.span, options.dispatch))
    bytes_read = sum(size for size, _ in work.layers) * options.scale
    longest = max(costs.layer(size) for size, _ in work.layers)
    print(f"{len(work.images):,} images, {len(work.layers):,} layers of {bytes_read / 1e9:,.1f} GB; the largest takes {longest:.1f} s")
    print(tabulate(rows, headers="keys", floatfmt=(",.0f", ",.0f", ",.1f", ",.2f", ".3f", ".3f")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
