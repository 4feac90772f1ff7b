"""Counted steps: how many lines of Python a call runs, the same on every machine, so that a bound can be asserted without a clock."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


class TooManySteps(AssertionError):
    """More lines were run than were allowed."""


def lines_run(function: Callable[[], Any], most: int) -> int:
    """The lines of Python that *function* runs.

    Raises: TooManySteps - more than *most*; it is stopped there
    """
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        del frame, argument
        if event == "line":
            count += 1
            if count > most:
                raise TooManySteps(f"more than {most:,} lines were run")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count
