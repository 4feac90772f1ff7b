"""What is given out when, and what becomes of tasks whose workers die, with an engine that does as it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import BrokenExecutor, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from imginspect.batch.run.schedule import DIED, Event, ImageJudged, LayerRead, Schedule, WorkersDie
from imginspect.batch.store.connection import NoRoom
from imginspect.batch.values.plans import ImagePlan, LayerPlan, Unit
from imginspect.batch.workers.task_batch import TaskOutcome, all_of
from imginspect.batch.workers.work import ImageDone, LayerDone
from imginspect.errors import UsageError
from tests.batch import making


class KilledWorker(Exception):
    """As Dask says it of one task."""


class Script:
    """Engine, plan and orders in one. What is under way is done, oldest first, when the schedule waits for it.

    *deadly* maps a task to how often it kills its worker; all tasks that are under way are lost with it unless *one_by_one*.
    """

    name = "script"
    together = 1

    def __init__(
        self,
        images: Mapping[str, Iterable[str]],
        sizes: dict[str, int] | None = None,
        *,
        width: int = 3,
        deadly: dict[str, int] | None = None,
        one_by_one: bool = False,
        raises: dict[str, Exception] | None = None,
        short: Iterable[str] = (),
        done_before: Iterable[str] = (),
        dies_idle: int = 0,
    ) -> None:
        self.width = width
        self.workers = width - 1
        self._sizes = sizes or {}
        self._needs = {image: set(needs) for image, needs in images.items()}
        self._layers = sorted(
            {layer for needs in images.values() for layer in needs}, key=lambda layer: (-self._sizes.get(layer, 0), layer)
        )
        self._deadly = deadly or {}
        self._one_by_one = one_by_one
        self._raises = raises or {}
        self._short = set(short)
        self._done_before = set(done_before)
        self._dies_idle = dies_idle
        self._queue: list[tuple[str, Future[Any], int]] = []
        self.given: list[str] = []
        self.alone: list[str] = []
        self.shares: dict[str, list[int]] = {}
        self.renewed = 0
        self._arrived: list[Future[Any]] = []
        self._broken = False

    # the plan

    def largest_layers(self) -> list[tuple[str, LayerPlan]]:
        found, self._layers = self._layers[:2], self._layers[2:]
        return [(layer, LayerPlan(layer, layer, 0, self._sizes.get(layer, 0), layer)) for layer in found]

    def ready_images(self) -> list[tuple[ImagePlan, int]]:
        ready = sorted(image for image, needs in self._needs.items() if not needs)
        for image in ready:
            del self._needs[image]
        return [(ImagePlan(image, Unit(image, image), (image,), "", (), 0, False, (), ""), self._sizes.get(image, 0)) for image in ready]

    def is_read(self, layer_id: str) -> None:
        for needs in self._needs.values():
            needs.discard(layer_id)

    # the orders

    def layer(self, layer: LayerPlan, share: int) -> tuple[Callable[..., LayerDone], tuple[Any, ...]]:
        return _no_layer, (layer.digest, share)

    def image(self, plan: ImagePlan, share: int) -> tuple[Callable[..., ImageDone], tuple[Any, ...]]:
        return _no_image, (plan.key, share)

    # the engine

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        del work
        name, share = arguments
        if self._dies_idle and name == "idle":
            self._dies_idle -= 1
            self._broken = True
        if self._broken:
            raise BrokenProcessPool
        future: Future[Any] = Future()
        self._queue.append((name, future, share))
        self.given.append(name)
        self.shares.setdefault(name, []).append(share)
        assert len(self._queue) <= self.width
        names = [waiting for waiting, _, _ in self._queue]
        assert len(names) == len(set(names))
        if len(self._queue) == 1:
            self.alone.append(name)
        return future

    def is_lost(self, error: BaseException) -> bool:
        return isinstance(error, BrokenExecutor | KilledWorker)

    def renew(self) -> None:
        self.renewed += 1
        self._broken = False
        self._queue = []

    def close(self, *, at_once: bool = False) -> None:
        """Nothing to do."""

    # where futures arrive

    def put(self, item: Future[Any]) -> None:
        self._arrived.append(item)

    def get(self) -> Future[Any]:
        while not self._arrived:
            self._work()
        return self._arrived.pop(0)

    def _work(self) -> None:
        name, future, share = self._queue.pop(0)
        if self._deadly.get(name, 0) > 0:
            self._deadly[name] -= 1
            if self._one_by_one:
                future.set_exception(KilledWorker(name))
                return
            queue, self._queue, self._broken = self._queue, [], True
            for other, lost, _ in queue:
                if other in self._done_before:
                    lost.set_result(_done(other))
            self._arrived.insert(0, future)
            future.set_exception(BrokenProcessPool("died"))
            self._arrived.remove(future)
            for _, lost, _ in queue:
                if not lost.done():
                    lost.set_exception(BrokenProcessPool("died"))
        elif name in self._raises:
            future.set_exception(self._raises[name])
        else:
            future.set_result(_done(name, short=name in self._short and share == 1))

    def run(self) -> list[Event]:
        return list(Schedule(self, self, self, self).run())


def _no_layer(digest: str, share: int) -> LayerDone:
    raise AssertionError(f"{digest} {share}")


def _no_image(key: str, share: int) -> ImageDone:
    raise AssertionError(f"{key} {share}")


def _done(name: str, *, short: bool = False) -> LayerDone | ImageDone:
    if name.startswith("layer"):
        return LayerDone(1, 0.0, short)
    return ImageDone(making.ROWS[0], (), 0, 0.0, short)


def named(event: Event) -> str:
    return event.layer_id if isinstance(event, LayerRead) else event.plan.key


def failed(events: list[Event]) -> dict[str, str]:
    return {named(event): event.failure for event in events if event.done is None}


ALL = {"a": ["layer1", "layer2"], "b": ["layer2"], "c": [], "d": ["layer3"], "idle": ["layer1"]}
SIZES = {"layer1": 10, "layer2": 30, "layer3": 20, "c": 25}
EVERYTHING = sorted([*ALL, "layer1", "layer2", "layer3"])


def test_layers_come_before_the_images_that_need_them_and_the_large_first() -> None:
    script = Script(ALL, SIZES, width=1)
    assert script.given == []
    assert [named(event) for event in script.run()] == ["layer2", "c", "layer3", "layer1", "b", "a", "d", "idle"]


@pytest.mark.parametrize("width", [1, 2, 3, 8])
def test_each_task_is_done_once_and_after_what_it_needs(width: int) -> None:
    events = [named(event) for event in Script(ALL, SIZES, width=width).run()]
    assert sorted(events) == EVERYTHING
    for image, needs in ALL.items():
        assert all(events.index(layer) < events.index(image) for layer in needs)


@pytest.mark.parametrize("task", EVERYTHING)
@pytest.mark.parametrize("one_by_one", [False, True])
def test_a_worker_that_dies_once_is_no_loss(task: str, one_by_one: bool) -> None:
    script = Script(ALL, SIZES, deadly={task: 1}, one_by_one=one_by_one)
    events = script.run()
    assert sorted(map(named, events)) == EVERYTHING
    assert failed(events) == {}
    assert script.shares[task] == [1, script.workers + 1]
    assert script.renewed == (1 if one_by_one else 2)  # once more when the worker gives back what it was allowed to take


@pytest.mark.parametrize("task", EVERYTHING)
@pytest.mark.parametrize("one_by_one", [False, True])
def test_what_kills_its_worker_alone_too_is_to_blame_and_nothing_else(task: str, one_by_one: bool) -> None:
    script = Script(ALL, SIZES, deadly={task: 9}, one_by_one=one_by_one)
    events = script.run()
    assert sorted(map(named, events)) == EVERYTHING
    assert failed(events) == {task: DIED}
    assert script.given.count(task) == 2
    assert task in script.alone


def test_two_that_kill_their_workers_do_not_blame_each_other() -> None:
    events = Script(ALL, SIZES, deadly={"c": 9, "layer2": 9}).run()
    assert failed(events) == {"c": DIED, "layer2": DIED}
    assert sorted(map(named, events)) == EVERYTHING


def test_what_was_done_when_another_worker_died_is_not_done_again() -> None:
    script = Script({"a": [], "b": [], "c": []}, deadly={"a": 1}, done_before=["b"])
    events = script.run()
    assert sorted(map(named, events)) == ["a", "b", "c"]
    assert [script.given.count(name) for name in ("a", "b", "c")] == [2, 1, 2]


@pytest.mark.parametrize("images", [{"idle": []}, {"a": [], "b": [], "idle": []}])
def test_a_worker_that_dies_when_it_has_nothing_to_do_blames_nothing(images: dict[str, list[str]]) -> None:
    events = Script(images, dies_idle=1).run()
    assert sorted(map(named, events)) == sorted(images)
    assert failed(events) == {}


def test_what_is_short_of_memory_is_done_again_alone_with_all_of_it() -> None:
    script = Script({"a": [], "b": [], "c": []}, short=["a"])
    events = script.run()
    assert script.shares == {"a": [1, 3], "b": [1], "c": [1]}
    assert "a" in script.alone
    assert [named(event) for event in events] == ["b", "c", "a"]


def test_an_error_of_a_task_is_its_result() -> None:
    events = Script(ALL, SIZES, raises={"b": KeyError("k"), "layer3": ValueError("v")}).run()
    assert failed(events) == {"b": "KeyError: 'k'", "layer3": "ValueError: v"}
    assert sorted(map(named, events)) == EVERYTHING


@pytest.mark.parametrize("error", [NoRoom("full"), UsageError("another version")])
def test_an_error_of_the_machine_ends_the_run(error: Exception) -> None:
    script = Script({"a": [], "b": []}, raises={"a": error})
    with pytest.raises(type(error)):
        script.run()


@pytest.mark.parametrize("one_by_one", [False, True])
def test_where_every_worker_dies_the_machine_is_to_blame_and_no_image(one_by_one: bool) -> None:
    script = Script(
        {f"image{number}": [] for number in range(500)}, deadly={f"image{number}": 9 for number in range(500)}, one_by_one=one_by_one
    )
    seen: list[Event] = []
    with pytest.raises(WorkersDie) as caught:  # noqa: PT012 - what came before the error counts
        for event in Schedule(script, script, script, script).run():
            seen.append(event)
    assert seen == []
    assert "image0" in str(caught.value)
    assert len(script.given) < 30


def test_some_that_kill_their_workers_among_many_that_do_not_end_nothing() -> None:
    images: dict[str, Iterable[str]] = {f"image{number:03}": [] for number in range(200)}
    deadly = {f"image{number:03}": 9 for number in range(0, 200, 4)}
    events = Script(images, deadly=dict(deadly)).run()
    assert sorted(map(named, events)) == sorted(images)
    assert set(failed(events)) == set(deadly)


def test_the_last_ones_are_blamed_at_the_end() -> None:
    events = Script({"a": [], "y": [], "z": []}, deadly={"y": 9, "z": 9}).run()
    assert failed(events) == {"y": DIED, "z": DIED}


def test_images_do_not_wait_for_ever_for_a_layer_that_kills_its_workers() -> None:
    events = Script({"a": ["layer1"], "b": ["layer1"]}, deadly={"layer1": 9}).run()
    assert [named(event) for event in events] == ["layer1", "a", "b"]
    assert failed(events) == {"layer1": DIED}


def test_whoever_runs_it_sees_each_event_before_the_next_task_ends() -> None:
    script = Script({"a": [], "b": []}, width=1)
    running = Schedule(script, script, script, script).run()
    assert isinstance(next(running), ImageJudged)
    assert script.given == ["a"]


# -- short tasks that travel together ----------------------------------------------------------------------------------


class Quick(Script):
    """Images take no time, so that they are given out together; *chunks* are those that were."""

    together = 16

    def __init__(self, count: int, **more: Any) -> None:
        super().__init__({f"image{number:03}": [] for number in range(count)}, **more)
        self.chunks: list[list[str]] = []

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        names = [name for _, (name, _) in arguments] if work is all_of else [arguments[0]]
        share = arguments[0][1][1] if work is all_of else arguments[1]
        self.chunks.append(names)
        assert work is not all_of or share == 1
        return super().submit(work, "+".join(names), share)

    def _work(self) -> None:
        names = self._queue[0][0].split("+")
        if len(names) == 1:
            super()._work()
            return
        name, future, _ = self._queue[0]
        if any(self._deadly.get(one, 0) > 0 for one in names):
            self._deadly[name] = 1
            super()._work()
            for one in names:
                self._deadly[one] = self._deadly.get(one, 1) - 1
            return
        self._queue.pop(0)
        outcomes = [
            TaskOutcome(error=self._raises[one]) if one in self._raises else TaskOutcome(_done(one, short=one in self._short))
            for one in names
        ]
        future.set_result(tuple(outcomes))

    def run(self) -> list[Event]:
        return list(Schedule(self, self, self, self, together=self.together).run())


def test_images_that_take_no_time_travel_together_once_that_is_known() -> None:
    script = Quick(600)
    assert sorted(map(named, script.run())) == sorted(f"image{number:03}" for number in range(600))
    assert len(script.chunks[0]) == 1
    assert max(map(len, script.chunks)) == 16
    assert len(script.chunks) < 200
    assert len(script.chunks[-1]) == 1  # at the end no worker waits for another's chunk


def test_images_that_have_much_to_read_travel_alone() -> None:
    script = Quick(200, sizes={f"image{number:03}": 40 << 20 for number in range(200)})
    assert len(script.run()) == 200
    assert {len(names) for names in script.chunks} == {1}


@pytest.mark.parametrize("one_by_one", [True, False])
@pytest.mark.parametrize("deaths", [1, 2])
def test_an_image_that_kills_a_worker_is_found_among_those_that_travel_with_it(deaths: int, *, one_by_one: bool) -> None:
    script = Quick(300, deadly={"image250": deaths}, one_by_one=one_by_one)
    events = script.run()
    assert sorted(map(named, events)) == sorted(f"image{number:03}" for number in range(300))
    assert failed(events) == ({"image250": DIED} if deaths == 2 else {})
    assert ["image250"] in script.chunks


def test_what_one_raises_is_its_own() -> None:
    script = Quick(300, raises={"image250": ValueError("a bug")}, short=["image251"])
    events = script.run()
    assert failed(events) == {"image250": "ValueError: a bug"}
    assert ["image251"] in script.chunks
    assert len(events) == 300


def test_what_is_no_images_fault_ends_the_run_from_within_a_chunk_too() -> None:
    with pytest.raises(NoRoom):
        Quick(300, raises={"image250": NoRoom("full")}).run()
