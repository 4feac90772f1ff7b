"""``python -m tests.batch.killed POINT NUMBER ARGUMENTS...``: a run that kills itself when it is at POINT for the NUMBER-th time.

POINT is ``rename`` or ``link`` (a file is about to get its name), ``database`` (one is about to be opened), or a function of the package,
``before:`` or ``after:`` in front. The work is done in the same process, so that nothing goes on after it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any

from tests.batch.running import inline

_EVENTS = {"rename": "os.rename", "link": "os.link", "database": "sqlite3.connect"}


class _Fuse:
    def __init__(self, number: int) -> None:
        self._left = number

    def burn(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _deadly(function: Callable[..., Any], fuse: _Fuse, *, first: bool) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        if first:
            fuse.burn()
        result = function(*arguments, **named)
        if not first:
            fuse.burn()
        return result

    return call


def _lay(point: str, fuse: _Fuse) -> None:
    if point in _EVENTS:
        sys.addaudithook(lambda event, _: fuse.burn() if event == _EVENTS[point] else None)
        return
    when, name = point.split(":", 1)
    owner_name, attribute = name.rsplit(".", 1)
    owner = resolve_name(owner_name)
    setattr(owner, attribute, _deadly(getattr(owner, attribute), fuse, first=when == "before"))


def main() -> None:
    point, number, *arguments = sys.argv[1:]
    import imginspect.batch.run.run  # noqa: F401 - what is patched is there
    from imginspect.cli import main as command

    _lay(point, _Fuse(int(number)))
    sys.argv = ["imginspect", "batch", "--policy", "generic", *arguments]
    with inline():
        command()


if __name__ == "__main__":
    main()
