"""Numbers of things in words, for messages to people."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """*count* of something in words: ``1 file``, ``2 files``, ``3 entries``."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"
