"""Deadline: work that takes too long is ended where it is, in whichever thread it runs.

A signal would do in a process's main thread; workers of a cluster run tasks in others. An exception that is set in the thread is raised at
its next step in Python, which comes within moments: no call of ours into compiled code lasts long. Where that fails, the
process can be told to end itself; whoever started it takes that for the death of a worker.
"""

from __future__ import annotations

import ctypes
import os
import threading
from types import TracebackType

_AGAIN = 1.0
"""Seconds between attempts: an exception that strikes a place where Python drops exceptions (a finaliser) has no effect."""
_MOST_STRIKES = 30
"""Attempts after which a process that does not end its work ends itself, if it may."""
EXIT_CODE = 70


class TimeExceeded(BaseException):
    """The time for a task is over. No Exception, so that nothing that catches what is wrong with an image catches it."""


class Deadline:
    """``with Deadline(seconds): work``; None sets none.

    Raises: TimeExceeded
    """

    def __init__(self, seconds: float | None, *, may_exit: bool = False) -> None:
        self._seconds = seconds
        self._may_exit = may_exit
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._struck = False
        self._thread_id = 0

    def __enter__(self) -> Deadline:
        if self._seconds is not None:
            self._thread_id = threading.get_ident()
            threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._lock:
            self._over.set()
            if self._struck:
                _set(self._thread_id, None)  # it may not have been raised yet
        if self._struck and kind is not TimeExceeded:
            raise TimeExceeded

    def _watch(self) -> None:
        assert self._seconds is not None
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


def _set(thread_id: int, kind: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), ctypes.py_object(kind) if kind is not None else None)
