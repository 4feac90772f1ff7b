"""Problem: what could not be read, was ignored, or contradicts itself; a value that every report shows."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import NamedTuple


class Topic(StrEnum):
    """What a problem is about. Each topic is judged by one integrity rule."""

    DIGEST = "digest"
    DIFF_ID = "diff-id"
    TRAILING_DATA = "trailing-data"
    UNREFERENCED = "unreferenced"
    HEADER = "header-disagreement"
    JSON_KEYS = "json-keys"
    INDEXES = "index-disagreement"
    RUNTIME = "runtime-dependent"
    UNREAD = "unread"
    ESCAPE = "escape"
    ENTRIES = "entries"
    HISTORY = "history"
    MEDIA_TYPE = "media-type"
    PLATFORM = "platform"


class Problem(NamedTuple):
    """One problem: *where* and *what* in words for people, and the same as fields where a field says it."""

    topic: Topic
    where: str
    what: str
    expected: str | None = None
    found: str | None = None
    layer_index: int | None = None
    path: str | None = None
    unread: bool = False
    """Something was not read because of this: the result is incomplete."""
    is_habit: bool = False
    """A tool in common use writes it so, and nothing that runs depends on it: a note."""


_LAYERS = 10
"""How many times the problems of one topic in one layer are listed for all layers together; all are counted."""


class Problems:
    """A bounded list of problems: beyond *bound* of one topic in one place, or ten times that in all, they are only counted."""

    def __init__(self, bound: int = 1_000) -> None:
        self._bound = bound
        self._listed: list[Problem] = []
        self._counts: Counter[tuple[Topic, int | None]] = Counter()
        self._listed_of: Counter[tuple[Topic, int | None]] = Counter()
        self._of_topic: Counter[Topic] = Counter()
        self._unlisted: dict[tuple[Topic, int | None], Problem] = {}

    def add(self, problem: Problem) -> None:
        """Take note of *problem*."""
        key = (problem.topic, problem.layer_index)
        self._counts[key] += 1
        if self._counts[key] <= self._bound and self._of_topic[problem.topic] < _LAYERS * self._bound:
            self._of_topic[problem.topic] += 1
            self._listed_of[key] += 1
            self._listed.append(problem)
        elif key not in self._unlisted or (problem.unread and not self._unlisted[key].unread):
            self._unlisted[key] = problem

    def extend(self, problems: list[Problem]) -> None:
        """Take note of each of *problems*."""
        for problem in problems:
            self.add(problem)

    def listed(self) -> list[Problem]:
        """The problems in the order they were met, then one line for each kind of which there were too many."""
        more = [
            Problem(
                topic=topic,
                where=problem.where,
                what=f"and {self._counts[topic, layer] - self._listed_of[topic, layer]:,} more of this kind (such as: {problem.what})",
                layer_index=layer,
                unread=problem.unread,
            )
            for (topic, layer), problem in self._unlisted.items()
        ]
        return self._listed + more
