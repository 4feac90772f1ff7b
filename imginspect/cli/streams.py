"""Standard input, output and error: a closed one is harmless, and a line on standard error never changes how a command ends."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import IO


class _Closed(io.BufferedIOBase):
    """Standard output that is not there: every command that writes to it ends with a usage error and not with a traceback."""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        del data
        raise OSError(errno.EBADF, "standard output is closed")


def prepare() -> None:
    """Puts something in the place of the standard streams that are closed.

    Without that the next file that is opened gets the number of the closed one, and what is written to standard error goes into it.
    ``sys.stdin`` stays None where it is closed.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(_Closed(), encoding="utf-8", write_through=True)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for as long as the program runs


def is_flushed(stream: IO[str]) -> bool:
    """Whether all that was written to *stream* has arrived. What has not is dropped: Python would try again at its end, and complain."""
    try:
        stream.flush()
    except (OSError, ValueError):
        drop(stream)
        return False
    return True


def drop(stream: IO[str]) -> None:
    """Nothing that is or will be written to *stream* goes anywhere."""
    with suppress(OSError, ValueError):
        descriptor = os.open(os.devnull, os.O_WRONLY)
        os.dup2(descriptor, stream.fileno())
        os.close(descriptor)
        stream.flush()


def say(text: str) -> None:
    """A line on standard error, where somebody can read it."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        drop(sys.stderr)
