"""The second look: contents that analyses ask for and the pass did not keep are read by another pass over their layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

from imginspect.filesystem.view import View

Reread: TypeAlias = Callable[[Sequence[tuple[int, int]]], int]
"""Reads contents that were not kept, named as (layer index, ordinal), and gives how many there were."""
Answer = TypeVar("Answer")
_MOST_LOOKS = 3
"""A script that was not kept may name a second one, and that a third; each look expands whole layers again. Deeper ones stay unread, and
are reported as such."""


def until_answered(view: View, reread: Reread, ask: Callable[[], Answer]) -> tuple[Answer, int]:
    """What *ask* gives once the contents that it asks *view* for have been read, and how many were read for it."""
    served = 0
    for _ in range(_MOST_LOOKS):
        answer = ask()
        if not view.missed:
            return answer, served
        missed = tuple(view.missed)
        view.missed.clear()
        served += reread(missed)
    return ask(), served
