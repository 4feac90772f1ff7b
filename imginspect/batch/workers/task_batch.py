"""Task batches: short tasks that are sent as one, so that the scheduler does not become the bottleneck."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Order = tuple[Callable[..., Any], tuple[Any, ...]]


class TaskOutcome(NamedTuple):
    """What a task returned, or (*error*) raised."""

    done: Any = None
    error: Exception | None = None


def all_of(*orders: Order) -> tuple[TaskOutcome, ...]:
    """The outcome of each of *orders*, run one after the other."""
    return tuple(_outcome(work, arguments) for work, arguments in orders)


def _outcome(work: Callable[..., Any], arguments: tuple[Any, ...]) -> TaskOutcome:
    try:
        return TaskOutcome(work(*arguments))
    except Exception as error:  # noqa: BLE001 - the outcome carries it, as for a task that is sent alone
        return TaskOutcome(error=error)
