"""Schedule: selects the next task for an engine. Layers come before the images that need them, large before small, none twice at once.

It knows nothing of images or rules, only of tasks and of workers that may die. When one does, what was under way is done again, one task
at a time with nothing beside it: what then kills a worker again is to blame, and becomes a result that says so. Not at once: where nothing
is done any more between one death and the next, it is the machine that is to blame, and the run ends with nothing noted of these tasks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, NamedTuple, Protocol

from imginspect.batch.values.plans import ImagePlan, LayerPlan
from imginspect.batch.workers.engines import TaskEngine
from imginspect.batch.workers.task_batch import Order, TaskOutcome, all_of
from imginspect.batch.workers.work import ImageDone, LayerDone
from imginspect.errors import RuleError, RunAborted, UsageError

_SECONDS = 2.0
"""What a task of several images should take."""
_SMALL = 64 << 20
"""Bytes that such a task may have to read."""
_STEP = 1 / 16
"""The weight of the last image in the mean of what images take."""


class Plan(Protocol):
    """What there is to do: see ``Planned``."""

    def largest_layers(self) -> list[tuple[str, LayerPlan]]:
        """Some layers, the largest first."""

    def ready_images(self) -> list[tuple[ImagePlan, int]]:
        """Some images that wait for no layer."""

    def is_read(self, layer_id: str) -> None:
        """The layer was read."""


class Orders(Protocol):
    """Creates tasks."""

    def layer(self, layer: LayerPlan, share: int) -> tuple[Callable[..., LayerDone], tuple[Any, ...]]:
        """The work of reading *layer*, and its arguments."""

    def image(self, plan: ImagePlan, share: int) -> tuple[Callable[..., ImageDone], tuple[Any, ...]]:
        """The work of judging *plan*, and its arguments."""


class Arrivals(Protocol):
    """Where futures come when they are done."""

    def put(self, item: Future[Any]) -> None:
        """One that is done."""

    def get(self) -> Future[Any]:
        """The next one; waits for it."""


class LayerRead(NamedTuple):
    """A layer's task is over. *failure* says what the worker could not get over; then there is no *done*."""

    layer_id: str
    layer: LayerPlan
    done: LayerDone | None
    failure: str = ""


class ImageJudged(NamedTuple):
    """An image's task is over, likewise. *size* is in bytes of the layers that it had to read itself."""

    plan: ImagePlan
    done: ImageDone | None
    failure: str = ""
    size: int = 0


Event = LayerRead | ImageJudged


@dataclass(slots=True)
class _Task:
    """One task: a layer with its id, or an image. *size* is in bytes to read, *share* of a worker's memory, *deaths* of workers by it."""

    layer: LayerPlan | None
    plan: ImagePlan | None
    layer_id: str = ""
    size: int = 0
    share: int = 1
    deaths: int = 0

    @property
    def name(self) -> str:
        """How a user knows it."""
        if self.plan is not None:
            return ", ".join(self.plan.references) or self.plan.unit.shown
        return f"layer {self.layer.digest or self.layer.path}" if self.layer is not None else ""


@dataclass(slots=True)
class _Queues:
    layers: deque[_Task] = field(default_factory=deque)
    images: deque[_Task] = field(default_factory=deque)
    alone: deque[_Task] = field(default_factory=deque)


class _Pace:
    """How many images to give out as one task, at most *most*: short tasks travel together, so that giving them out holds nobody up."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._mean = _SECONDS

    def note(self, seconds: float) -> None:
        """An image took so long."""
        self._mean += (seconds - self._mean) * _STEP

    @property
    def images(self) -> int:
        """As many as take about a second."""
        return max(1, min(self._most, int(_SECONDS / max(self._mean, 1e-3))))


_MOST_DEATHS = 8
"""Tasks in a row that kill a worker, each with nothing beside it, from which on no image is blamed any more."""
_NOT_AN_IMAGES = (RunAborted, UsageError, RuleError)
"""What a worker raises where the run as a whole cannot go on: a full disk, another version of the program."""
DIED = "the worker died twice on this task, the second time with no other task running: most likely there was not enough memory"


class WorkersDie(RunAborted):
    """Workers die before they complete anything."""


class Schedule:
    """Runs a plan on an engine. Up to *together* short images are sent as one task."""

    def __init__(self, engine: TaskEngine, plan: Plan, orders: Orders, arrivals: Arrivals | None = None, *, together: int = 1) -> None:
        self._engine = engine
        self._plan = plan
        self._orders = orders
        self._arrivals: Arrivals = arrivals if arrivals is not None else SimpleQueue()
        self._queues = _Queues()
        self._under_way: dict[Future[Any], tuple[_Task, ...]] = {}
        self._layers_given = self._alone = False
        self._pace = _Pace(together)
        self._swollen = False
        """Whether a worker was given more memory than it may have: it may still have it."""
        self._deadly: list[_Task] = []
        """What killed a worker, alone, since something was done last."""

    def run(self) -> Iterator[Event]:
        """What came of each task, as it is done. Whoever runs this notes the event before asking for the next.

        Raises: WorkersDie; what a worker raises that is no image's fault
        """
        while True:
            self._fill()
            if not self._under_way:
                if not self._deadly:
                    return
                yield from self._blamed()
                continue
            future = self._arrivals.get()
            tasks = self._under_way.pop(future, None)
            if tasks is not None:
                yield from self._ended(tasks, future)

    # -- giving out --------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Give out tasks until enough are under way; what is to be done alone only when nothing is."""
        while True:
            if self._queues.alone or self._alone:
                if self._under_way:
                    return
                self._alone = bool(self._queues.alone)
                if not self._alone and self._swollen:
                    self._swollen = False
                    self._engine.renew()
                if self._alone:
                    self._give((self._queues.alone.popleft(),))
                    return
            elif len(self._under_way) >= self._engine.width:
                return
            else:
                tasks = self._next()
                if not tasks:
                    return
                self._give(tasks)

    def _next(self) -> tuple[_Task, ...]:
        """The largest of what can be done now, or several small images."""
        queues = self._queues
        if not queues.layers and not self._layers_given:
            found = self._plan.largest_layers()
            self._layers_given = not found
            queues.layers += [_Task(layer, None, layer_id, layer.size) for layer_id, layer in found]
        together = self._pace.images
        workers = max(1, self._engine.workers)
        while len(queues.images) < (1 if together == 1 else together * workers) and (ready := self._plan.ready_images()):
            queues.images += [_Task(None, plan, size=own) for plan, own in ready]
        if queues.layers and (not queues.images or queues.layers[0].size >= queues.images[0].size):
            return (queues.layers.popleft(),)
        return self._images(min(together, len(queues.images) // workers)) if queues.images else ()

    def _images(self, most: int) -> tuple[_Task, ...]:
        """The next image; with it those after it, up to *most*, that are small too."""
        queue = self._queues.images
        taken = [queue.popleft()]
        size = taken[0].size
        while len(taken) < most and size + queue[0].size <= _SMALL:
            size += queue[0].size
            taken.append(queue.popleft())
        return tuple(taken)

    def _give(self, tasks: tuple[_Task, ...]) -> None:
        orders = [self._order(task) for task in tasks]
        work: Callable[..., Any]
        work, arguments = orders[0] if len(orders) == 1 else (all_of, tuple(orders))
        try:
            future = self._engine.submit(work, *arguments)
        except BrokenExecutor as error:  # a worker died before it was given this
            if self._under_way:
                future = Future()
                future.set_exception(error)
            else:
                self._engine.renew()
                future = self._engine.submit(work, *arguments)
        self._under_way[future] = tasks
        future.add_done_callback(self._arrivals.put)

    def _order(self, task: _Task) -> Order:
        if task.layer is not None:
            return self._orders.layer(task.layer, task.share)
        assert task.plan is not None
        return self._orders.image(task.plan, task.share)

    # -- taking in ---------------------------------------------------------------------------------------------------

    def _ended(self, tasks: tuple[_Task, ...], future: Future[Any]) -> Iterator[Event]:
        error = future.exception()
        if error is not None and self._engine.is_lost(error):
            self._lost(tasks, error)
        elif error is not None and (isinstance(error, _NOT_AN_IMAGES) or not isinstance(error, Exception)):
            raise error
        elif len(tasks) == 1:
            yield from self._came(tasks[0], TaskOutcome(None, error) if error is not None else TaskOutcome(future.result()))
        elif error is not None:  # what came of them did not come back: that of one cannot be put into words
            self._queues.alone += tasks
        else:
            for task, outcome in zip(tasks, future.result(), strict=True):
                yield from self._came(task, outcome)

    def _came(self, task: _Task, outcome: TaskOutcome) -> Iterator[Event]:
        """What a worker says of *task*."""
        done, error = outcome
        if isinstance(error, _NOT_AN_IMAGES):
            raise error
        self._swollen |= task.share > 1
        if done is not None and done.short_of_memory and task.share == 1:
            task.share = self._engine.workers + 1
            self._queues.alone.append(task)
            return
        if done is not None and task.plan is not None:
            self._pace.note(done.seconds)
        yield from self._blamed()
        yield from self._told(task, done, "" if error is None else f"{type(error).__name__}: {error}")

    def _lost(self, tasks: tuple[_Task, ...], error: BaseException) -> None:
        """A worker died. Of an executor that is broken by that, all that was under way is suspect."""
        suspects = list(tasks)
        if isinstance(error, BrokenExecutor):
            broken = [future for future in self._under_way if not _is_done(future)]
            suspects += [task for future in broken for task in self._under_way.pop(future)]
            self._engine.renew()
        was_alone = self._alone
        for suspect in suspects:
            suspect.deaths += was_alone
            suspect.share = self._engine.workers + 1
            (self._deadly if suspect.deaths else self._queues.alone).append(suspect)
        if len(self._deadly) >= _MOST_DEATHS:
            raise WorkersDie(
                f"{len(self._deadly)} tasks in a row killed their worker, each with no other task running: most likely this machine does"
                f" not have enough memory now. Completed work is kept; nothing is recorded about {_named(self._deadly)}"
            )

    def _blamed(self) -> Iterator[Event]:
        """Workers do live: what killed some is to blame for it."""
        deadly, self._deadly = self._deadly, []
        for task in deadly:
            yield from self._told(task, None, DIED)

    def _told(self, task: _Task, done: Any, failure: str) -> Iterator[Event]:
        if task.layer is not None:
            yield LayerRead(task.layer_id, task.layer, done, failure)
            self._plan.is_read(task.layer_id)
        else:
            assert task.plan is not None
            yield ImageJudged(task.plan, done, failure, task.size)


def _is_done(future: Future[Any]) -> bool:
    """Whether it has a result."""
    return future.done() and not future.cancelled() and future.exception() is None


def _named(tasks: list[_Task]) -> str:
    return "; ".join(task.name for task in tasks)
