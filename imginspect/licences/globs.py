"""Globs whose last name is literal or ``*`` and a suffix: most paths are ruled out by their last name alone."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Generic, TypeVar

T = TypeVar("T")


class Globs(Generic[T]):
    """Values by the globs that lead to them."""

    def __init__(self, items: Iterable[tuple[str, T]]) -> None:
        self._by_name: dict[str, list[tuple[str, T]]] = {}
        self._by_suffix: dict[str, list[tuple[str, T]]] = {}
        for glob, value in items:
            last = glob.rpartition("/")[2]
            table, key = (self._by_suffix, last.rpartition(".")[2]) if last.startswith("*") else (self._by_name, last)
            table.setdefault(key, []).append((glob, value))

    def may_match(self, name: str) -> bool:
        """Whether a path whose last name is *name* may match."""
        return name in self._by_name or name.rpartition(".")[2] in self._by_suffix

    def find(self, path: str) -> list[T]:
        """The values of all globs that *path* matches."""
        name = path.rpartition("/")[2]
        candidates = self._by_name.get(name, []) + self._by_suffix.get(name.rpartition(".")[2], [])
        return [value for glob, value in candidates if fnmatchcase(path, glob)]
