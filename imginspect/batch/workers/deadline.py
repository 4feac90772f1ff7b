"""Deadline: interrupts work that takes too long, in any thread.

A signal would do in a process's main thread; workers of a cluster run tasks in others. An exception that is set in the thread is raised at
its next step in Python, which comes within moments: no call of ours into compiled code lasts long. Where that fails, the
process can be told to end itself; whoever started it takes that for the death of a worker.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from typing import TypeVar

from imginspect.host.worker import Worker

T = TypeVar("T")

_AGAIN = 1.0
"""Seconds between attempts: an exception that strikes a place where Python drops exceptions (a finaliser) has no effect."""
_MOST_STRIKES = 30
"""Attempts after which a process that does not end its work ends itself, if it may."""
EXIT_CODE = 70


class TimeExceeded(BaseException):
    """The time for a task is over. No Exception, so that nothing that catches what is wrong with an image catches it."""


def within(seconds: float | None, work: Callable[[], T], *, may_exit: bool = False) -> T:
    """What *work* gives. None sets no bound.

    Raises: TimeExceeded - it took longer than *seconds*
    """
    if seconds is None:
        return work()
    watch = _Watch(seconds, may_exit=may_exit)
    try:
        try:
            watch.begin()
            return work()
        finally:
            watch.end()
    except TimeExceeded:
        watch.end()  # where it struck on the way into the first one
        raise


class _Watch:
    """Strikes the thread that begins it, from when its time is over until its end. Nothing strikes after that."""

    def __init__(self, seconds: float, *, may_exit: bool) -> None:
        self._seconds = seconds
        self._may_exit = may_exit
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._struck = False
        self._thread_id = threading.get_ident()

    def begin(self) -> None:
        """Raises: MemoryError - there is no room for another thread"""
        Worker(self._watch).start()

    def end(self) -> None:
        """Raises: TimeExceeded - it struck, and what was done may not be whole"""
        with self._lock:
            if self._over.is_set():
                return
            self._over.set()
        if self._struck:
            _let_strike(self._thread_id)
            raise TimeExceeded

    def _watch(self) -> None:
        wait = max(0.0, self._seconds)
        strikes = 0
        while not self._over.wait(wait):
            with self._lock:
                if self._over.is_set():
                    return
                self._struck = True
                _set(self._thread_id, TimeExceeded)
            strikes += 1
            if self._may_exit and strikes > _MOST_STRIKES:
                os._exit(EXIT_CODE)
            wait = _AGAIN


def _let_strike(thread_id: int) -> None:
    """Returns when no strike is waiting for this thread, whose number is *thread_id*, any more.

    One that waits is raised here. It is not taken back: CPython 3.11 would then believe for good that something waits, which slows all
    that it does from then on, and stops it where a profiler is set.
    """
    try:
        _set(thread_id, TimeExceeded)
        while True:
            pass
    except TimeExceeded:
        return


def _set(thread_id: int, kind: type[BaseException]) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), ctypes.py_object(kind))
