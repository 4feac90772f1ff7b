"""Plans of many units, made by the workers of an engine, because reading documents waits for the disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from imginspect.batch.mirror.planning import PlanOptions
from imginspect.batch.values.plans import ImagePlan, Unit, UnitPlan
from imginspect.batch.workers import work
from imginspect.batch.workers.engines import TaskEngine, submitted
from imginspect.batch.workers.worker_config import WorkerConfig

_CHUNK = 8
"""Units of one task."""
_DIED = "the worker that listed its images died: most likely there was not enough memory"


def plan_units(engine: TaskEngine, setup: WorkerConfig, units: Sequence[Unit], options: PlanOptions) -> Iterator[UnitPlan]:
    """The plan of each of *units*, in their order. A unit at which a worker dies, with nothing beside it, fails."""
    chunks = [tuple(units[start : start + _CHUNK]) for start in range(0, len(units), _CHUNK)]
    waiting = [submitted(engine, work.plan, setup, chunk, options) for chunk in chunks]
    lost: list[int] = []
    for number, future in enumerate(waiting):
        error = future.exception()
        if error is not None:
            if not engine.is_lost(error):
                raise error
            lost.append(number)
    if lost:
        engine.renew()
    for number, chunk in enumerate(chunks):
        if number in lost:
            yield from (_alone(engine, setup, unit, options) for unit in chunk)
        else:
            yield from waiting[number].result()


def unit_that_failed(unit: Unit, reason: str) -> ImagePlan:
    """The plan of a unit that cannot be opened, which becomes a row in the summary."""
    key = sha256(f"failed\0{unit.shown}\0{unit.within}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
    name = f"{unit.repository}:{unit.tag}" if unit.repository and unit.tag else unit.repository
    return ImagePlan(key, unit, (name,) if name else (), "", (), -1, False, (), "", reason)  # noqa: FBT003 - a field's value


def _alone(engine: TaskEngine, setup: WorkerConfig, unit: Unit, options: PlanOptions) -> UnitPlan:
    future = engine.submit(work.plan, setup, (unit,), options)
    error = future.exception()
    if error is None:
        (found,) = future.result()
        return UnitPlan(*found)
    if not engine.is_lost(error):
        raise error
    engine.renew()
    return UnitPlan(unit, (), failed=_DIED)
