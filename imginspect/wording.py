"""Numbers of things in words, for messages to people."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_SHOWN = 200
"""Characters of a text of the image, or of an error, within a message: enough to tell it apart. What is behind them is not shown."""
IN_JSON = "the JSON report lists all of them"


def at_run_time(what: str) -> str:
    """That *what* cannot be read from the image: ``the command $X is only known at run time``."""
    return f"{what} is only known at run time"


def counted(count: int, noun: str) -> str:
    """*count* of something in words: ``1 file``, ``2 files``, ``3 entries``."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"


def and_more(left: int, noun: str = "", note: str = "") -> str:
    """That there are *left* more than are shown: ``and 20 more findings``, and a *note* on where they are."""
    what = f" {counted(2, noun).removeprefix('2 ') if left != 1 else noun}" if noun else ""
    return f"and {left:,} more{what}" + (f"; {note}" if note else "")


def listed(texts: Sequence[str], most: int = 20, noun: str = "") -> str:
    """The first *most* of *texts* in a line, and how many more there are: ``a, b and 3 more``."""
    shown = ", ".join(texts[:most])
    return shown if len(texts) <= most else f"{shown} {and_more(len(texts) - most, noun)}"


def cut(text: str) -> str:
    """*text* as far as a message shows it."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def bounded(lines: Sequence[str], most: int, noun: str = "", note: str = "") -> list[str]:
    """The first *most* of *lines*, and one more that says how many there are besides."""
    return [*lines[:most], *([and_more(len(lines) - most, noun, note)] if len(lines) > most else [])]
