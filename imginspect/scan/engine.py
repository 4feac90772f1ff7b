"""Engine: finds the places in some bytes where patterns may match. The places are then confirmed with Python's own ``re``.

Two engines give the same places after confirmation: Hyperscan (all patterns at once, about a gigabyte a second) and one that looks for
the fixed text of each pattern (some tens of megabytes a second), for machines without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Bytes: TypeAlias = "bytes | bytearray | memoryview"


@dataclass(frozen=True, slots=True)
class Expression:
    """One regular expression in the dialect that both engines share, and the most bytes that it can match.

    *core* is an expression that matches within every match of it; where it has none of its own it is *regex* itself.
    """

    regex: bytes
    ignore_case: bool
    longest: int
    core: bytes


class PatternEngine(Protocol):
    """Finds candidates. Not to be used by two threads at once."""

    name: str

    def candidates(self, data: Bytes, most: int) -> tuple[dict[int, list[tuple[int, int]]], bool]:
        """For each expression's number the regions (start, end) that hold all its matches, and whether all of *data* was searched.

        Regions of one expression are in order and may overlap. After about *most* candidates the search stops.
        """


def merged(regions: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """*regions*, which are in order of their starts, without overlaps and within 0 and *length*."""
    joined: list[tuple[int, int]] = []
    for start, end in regions:
        if joined and start <= joined[-1][1]:
            if end > joined[-1][1]:
                joined[-1] = joined[-1][0], min(end, length)
        else:
            joined.append((max(0, start), min(end, length)))
    return joined
