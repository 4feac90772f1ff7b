"""Creates the tasks of a run, and remembers what is needed until they are done."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from imginspect.batch.run.schedule import LayerRead
from imginspect.batch.run.work_plan import Planned
from imginspect.batch.store.database import Database
from imginspect.batch.values.plans import ImagePlan, LayerPlan
from imginspect.batch.workers import work
from imginspect.batch.workers.work import ImageDone, LayerDone
from imginspect.batch.workers.worker_config import WorkerConfig


class RunOrders:
    """See ``schedule.Orders``. The contents of each layer are asked for once, for the database: again only of the task that was asked."""

    def __init__(self, setup: WorkerConfig, planned: Planned, database: Database) -> None:
        self._setup = setup
        self._planned = planned
        self._database = database
        self._asked: dict[str, str] = {}
        """The image that was asked, by the digest of the layer."""
        self.missed: set[str] = set()
        """Layers whose contents an image was asked for and did not give: others had them meanwhile, and were not asked."""
        self._seconds: dict[str, float] = {}
        self._failures: dict[str, str] = {}

    def layer(self, layer: LayerPlan, share: int) -> tuple[Callable[..., LayerDone], tuple[Any, ...]]:
        """See Orders."""
        return work.read_layer, (self._setup, layer, share)

    def image(self, plan: ImagePlan, share: int) -> tuple[Callable[..., ImageDone], tuple[Any, ...]]:
        """See Orders."""
        named = dict.fromkeys(layer.digest or layer.diff_id for layer in plan.layers)
        wanted = tuple(digest for digest in named if self._is_new(digest, plan.key))
        self._asked.update(dict.fromkeys(wanted, plan.key))
        spent = 0.0
        if self._seconds or self._failures:
            needs = self._planned.needs(plan.key)
            failed = next((self._failures[layer] for layer in needs if layer in self._failures), "")
            if failed:
                return work.failed_image, (self._setup, plan, failed)
            spent = sum(self._seconds.get(layer, 0.0) for layer in needs)
        return work.judge_image, (self._setup, plan, wanted, spent, share)

    def note_layer(self, event: LayerRead) -> None:
        """Remember what reading a layer took, for the images that need it."""
        if event.done is None:
            self._failures[event.layer_id] = f"layer {event.layer.digest or event.layer.diff_id} could not be read: {event.failure}"
        elif self._setup.seconds is not None:
            self._seconds[event.layer_id] = math.inf if event.done.is_late else event.done.seconds

    def note_image(self, plan: ImagePlan, done: ImageDone | None) -> None:
        """Remember which contents are still to be asked for."""
        had = {item.digest for item in done.contents} if done is not None else set()
        for digest in {layer.digest or layer.diff_id for layer in plan.layers}:
            if self._asked.get(digest) == plan.key:  # what came is in the database before anything more is asked
                del self._asked[digest]
                if digest not in had:
                    self.missed.add(digest)

    def _is_new(self, digest: str, key: str) -> bool:
        return bool(digest) and self._asked.get(digest, key) == key and not self._database.has_contents(digest)
