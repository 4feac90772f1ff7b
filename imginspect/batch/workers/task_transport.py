"""Task transport: sends a task to a worker that may have another version. Intermediaries see only bytes and do not need imginspect."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from imginspect.batch.workers.worker_config import program_digest
from imginspect.errors import UsageError

OTHER_PROGRAM = "a worker has no imginspect, or a version of imginspect, Python or the libraries that differs from that of the run"


class _Order:
    """A task that runs when it is unpickled."""

    def __init__(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self._order = pickle.dumps((work, arguments))

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return carry_out, (program_digest(), self._order)


def sent(work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Callable[..., Any], bytes]:
    """A function that every Python has, and what to call it with to have *work* done with *arguments*."""
    return pickle.loads, pickle.dumps(_Order(work, arguments))


def carry_out(program: str, order: bytes) -> Any:
    """Do the task *order* of *program*.

    Raises: UsageError - this is another program; and what the task raises
    """
    if program != program_digest():
        raise UsageError(OTHER_PROGRAM)
    work, arguments = pickle.loads(order)  # noqa: S301 - from whoever may give this worker anything to do
    try:
        return work(*arguments)
    except Exception as error:  # noqa: BLE001 - raised again
        # without the way that it came: of a deep place that is too much for Dask, which never tells of the task then
        raise error.with_traceback(None) from None


def complaint(error: BaseException) -> BaseException:
    """*error* of a task, in the words for a worker that could not even begin with it, where it is that."""
    if isinstance(error, ImportError) or (isinstance(error, AttributeError) and str(error).startswith("Can't get attribute")):
        return UsageError(f"{OTHER_PROGRAM} ({error})")
    return error
