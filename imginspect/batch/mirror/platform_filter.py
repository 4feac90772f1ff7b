"""Selects the images of a unit by platform: for each name, as for a single image."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from imginspect.image.selection import DEFAULT_PLATFORM
from imginspect.oci.platform import Platform


class ListedState(Enum):
    """The state of a listed image."""

    THERE = "there"
    DAMAGED = "its manifest is there and cannot be read"
    MISSING = "its manifest is not there"


class Candidate(NamedTuple):
    """A listed image. *groups* are the names that it shares with its variants for other platforms."""

    groups: tuple[str, ...]
    platform: Platform | None
    state: ListedState


class Wish(NamedTuple):
    """The platform wanted (None: linux/amd64, otherwise any that is present), or *every* one."""

    platform: Platform | None = None
    every: bool = False


def choose_each(candidates: Sequence[Candidate], wish: Wish) -> set[int]:
    """The numbers of the *candidates* to inspect.

    What is not there counts only where nothing of its name is: of an index for ten platforms a mirror may hold one. What is damaged
    counts as if it could be read, and what states no platform as one for any.
    """
    groups: dict[str, list[int]] = {}
    for number, candidate in enumerate(candidates):
        for group in candidate.groups:
            groups.setdefault(group, []).append(number)
    chosen: set[int] = set()
    for members in groups.values():
        there = [number for number in members if candidates[number].state is not ListedState.MISSING]
        chosen.update(_of_one_name(candidates, there or members, wish))
    return chosen


def _of_one_name(candidates: Sequence[Candidate], numbers: list[int], wish: Wish) -> list[int]:
    if wish.every:
        return numbers
    fitting = [number for number in numbers if _fits(candidates[number].platform, wish.platform or DEFAULT_PLATFORM)]
    return fitting if wish.platform else fitting or numbers


def _fits(platform: Platform | None, wanted: Platform) -> bool:
    return platform is None or not platform.is_known or platform.satisfies(wanted)
