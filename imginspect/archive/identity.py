"""The identity of a file on the host in its current state, so that a file read before need not be read again."""

from __future__ import annotations

import hashlib
import os

_SECOND = 1_000_000_000
_GRANULARITY = 2_000_000_000
"""The coarsest clock of a file system that is in use (FAT), in nanoseconds."""


def file_identity(status: os.stat_result, offset: int, claimed: str) -> str:
    """A name (64 hex digits) of what a file holds at *offset*, of which *claimed* is the digest that was promised.

    Neither path nor device is in it: a file that several machines or several hard links show is one file. It tells nothing about the
    content by itself; that a file with this name was read and had the digest has to be remembered.
    """
    known = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, offset, claimed)
    return hashlib.sha256(repr(known).encode()).hexdigest()


def is_settled(status: os.stat_result, since_ns: int) -> bool:
    """Whether a change after *since_ns* would be seen in the file's times: they are older than the clock is coarse.

    Of a file that is not settled no identity is to be remembered: it might be changed again and still have the same times. Nor of one
    whose times are one whole second: so they are where they are made up, as in a squashfs, and another may have been mounted there before.
    """
    if status.st_mtime_ns == status.st_ctime_ns and status.st_ctime_ns % _SECOND == 0:
        return False
    return max(status.st_mtime_ns, status.st_ctime_ns) <= since_ns - _GRANULARITY
