"""Strings of a document as they may stand in a line. A report that was filed may hold anything, whatever the inspection escaped."""

from __future__ import annotations

import re

from imginspect.report.text import visible

_BREAKS = re.compile(r"[ \t]*[\r\n][ \t\r\n]*")


def one_line(text: str) -> str:
    """*text* without breaks of lines (a space each), and with what is not plainly visible escaped as ``visible`` does.

    A text that was escaped already is not changed: its backslashes stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    parts = _BREAKS.sub(" ", text.strip("\r\n")).split("\\")
    return "\\".join(visible(part, longest=len(part)) for part in parts)


def shortened(text: str, length: int) -> str:
    """*text*, or its beginning and an ellipsis, at most *length* characters."""
    return text if len(text) <= length else text[: length - 1] + "…"
