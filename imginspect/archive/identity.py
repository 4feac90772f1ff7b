"""Identity of a file on the host: what tells that it is the same, unchanged, as when its bytes were verified.

Inode, size and the times of the last change of content and of status: nobody but the system sets the last, so a file that was written to
in the meantime has another identity. The device's number and the path are left out: the same file has the same identity through
another hard link, and on each machine of a cluster.
"""

from __future__ import annotations

import hashlib
import os

_SETTLED_NS = 2_000_000_000
"""Clocks of file systems tick as slowly as every two seconds: what was changed more recently may change again unseen."""


def file_identity(status: os.stat_result, offset: int, claimed: str) -> str:
    """64 hex digits for the bytes at *offset* of the file with *status*, whose digest is said to be *claimed* (empty where nothing is)."""
    text = f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {offset} {claimed}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def is_settled(status: os.stat_result, since_ns: int) -> bool:
    """Whether the file was last changed so long before *since_ns* (as ``time.time_ns``) that a later change would show in its times."""
    return max(status.st_mtime_ns, status.st_ctime_ns) + _SETTLED_NS < since_ns
