"""Shown: how strings of the image become strings of a document."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Shown: TypeAlias = Callable[[str], str]
"""Masks and escapes a string of the image: ``Report.shown``."""


def optional(text: str | None, shown: Shown) -> str | None:
    """*text* shown; None where there is none."""
    return None if text is None else shown(text)
