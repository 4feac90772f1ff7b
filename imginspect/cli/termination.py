"""Termination: a request to end (SIGTERM, as batch systems send it) is met like an interrupt from the keyboard."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class Terminated(KeyboardInterrupt):
    """The process was asked to end."""


@contextmanager
def termination_as_interrupt() -> Iterator[None]:
    """SIGTERM raises Terminated within; in the main thread only, which signals are for."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _raise)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _raise(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise Terminated
