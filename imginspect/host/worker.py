"""Worker: a thread that either starts or reports that it could not.

``threading.Thread.start`` waits for ever if the new thread runs out of memory before it has started; under a tight address-space limit
that is a hang.
"""

from __future__ import annotations

import _thread
from collections.abc import Callable

from imginspect.errors import NO_MEMORY

_PATIENCE = 5.0
"""Seconds that a thread may take to begin: on any machine that works it is far less than one."""

_NO_ROOM = f"{NO_MEMORY} for another thread"


class Worker:
    """Runs *work*, which must not raise, in a thread of its own."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._begun = _thread.allocate_lock()
        self._ended = _thread.allocate_lock()

    def start(self) -> None:
        """Begin.

        Raises: MemoryError - there is no room for another thread
        """
        self._begun.acquire()
        self._ended.acquire()
        try:
            _thread.start_new_thread(self._run, ())
        except RuntimeError as error:
            self._ended.release()
            raise MemoryError(_NO_ROOM) from error
        if not self._begun.acquire(timeout=_PATIENCE):
            self._ended.release()
            raise MemoryError(_NO_ROOM)

    def is_alive(self) -> bool:
        """Whether the work is still going on."""
        return self._ended.locked()

    def join(self) -> None:
        """Wait for the end of the work."""
        with self._ended:
            pass

    def _run(self) -> None:
        try:
            self._begun.release()
            self._work()
        finally:
            self._ended.release()
