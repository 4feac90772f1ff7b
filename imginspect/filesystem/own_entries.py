"""OwnEntries: what one layer itself says of a path. Made only for the few layers whose whiteouts meet a link or a file of a lower one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from imginspect.layer.index import MARKERS, OPAQUE, WHITEOUT, Entry


class OwnEntries:
    """Looks up paths in the entries of one layer; the tables are made when the first path is asked for."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._deleted: dict[str, bool] = {}

    def at(self, path: str) -> tuple[int, Entry] | None:
        """The ordinal and entry that the layer has for exactly *path*, whiteouts left out; the last one where there are several."""
        return self._made.get(path)

    def deletes(self, path: str) -> bool:
        """Whether a whiteout of the layer takes away what lower layers have at *path*, or a directory above it."""
        if path not in self._deleted:
            self._deleted[path] = self._is_deleted(path)
        return self._deleted[path]

    def _is_deleted(self, path: str) -> bool:
        while path not in ("", "/"):
            parent = path.rpartition("/")[0] or "/"
            if path in self._whiteouts or parent in self._opaque:
                return True
            path = parent
        return False

    @cached_property
    def _made(self) -> dict[str, tuple[int, Entry]]:
        return {entry.path: (ordinal, entry) for ordinal, entry in enumerate(self._entries) if entry.kind not in MARKERS}

    @cached_property
    def _whiteouts(self) -> frozenset[str]:
        return frozenset(entry.path for entry in self._entries if entry.kind == WHITEOUT)

    @cached_property
    def _opaque(self) -> frozenset[str]:
        return frozenset(entry.parent for entry in self._entries if entry.kind == OPAQUE)
