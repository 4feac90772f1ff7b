"""What all processes below this one occupy together while something runs: a thread looks several times a second. Linux only."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType

_EVERY = 0.1


class TreeMemory:
    """A context: afterwards *together* is the highest sum of the processes' proportional sizes (shared pages count once), *largest* the
    highest resident size of one; both in bytes, 0 where it cannot be told.

    This process and its own children, which only launch, are left out: what they launch is looked at.
    """

    def __init__(self) -> None:
        self.together = self.largest = self.processes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> TreeMemory:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(_EVERY):
            launchers = _children(os.getpid())
            stack = [child for launcher in launchers for child in _children(launcher)]
            sizes = []
            while stack:
                process = stack.pop()
                stack += _children(process)
                sizes.append(_sizes(process))
            self.processes = max(self.processes, len(sizes))
            self.together = max(self.together, sum(proportional for proportional, _ in sizes))
            self.largest = max([self.largest, *(resident for _, resident in sizes)])


def _children(process: int) -> list[int]:
    try:
        tasks = os.listdir(f"/proc/{process}/task")
        return [int(child) for task in tasks for child in Path(f"/proc/{process}/task/{task}/children").read_text().split()]
    except (OSError, ValueError):
        return []


def _sizes(process: int) -> tuple[int, int]:
    """Proportional and resident size of one process."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0, 0
    found = {line.split()[0]: int(line.split()[1]) * 1024 for line in lines[1:]}
    return found.get("Pss:", 0), found.get("Rss:", 0)
