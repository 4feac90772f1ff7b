"""Queries about files across all images of a run: by content or path, and whether a later layer hides them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from imginspect.batch.store.contents import find_digest, glob, hides
from imginspect.batch.store.database import Database
from imginspect.batch.store.query import QueryResult, Value
from imginspect.batch.values.plans import LayerContents
from imginspect.errors import UsageError

_SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
_COLUMNS = ("image", "platform", "layer", "path", "state", "diff_id")
_KEPT = 256  # layers
_ANSWERS = 100_000
"""Answers that are remembered; others are worked out again, and nothing is lost."""
Search = Callable[[LayerContents], list[str]]


def files(database: Database, asked: str) -> QueryResult:
    """The files with the sha256 *asked*, also those that a later layer hides.

    Raises: UsageError - it is no whole sha256
    """
    match = _SHA256.fullmatch(asked.lower())
    if not match:
        raise UsageError(f"{asked!a}: expected the full SHA-256 digest of a file (64 hex digits)")
    wanted = bytes.fromhex(match[1])
    return QueryResult(_COLUMNS, _Files(database, lambda contents: find_digest(contents, wanted)).rows())


def paths(database: Database, asked: str) -> QueryResult:
    """The files and directories at the path *asked*, or that fit the glob: by their last name, or as a whole where it holds a slash."""
    pattern = asked.rstrip("/") or "/" if asked.startswith("/") else asked
    return QueryResult(_COLUMNS, _Files(database, lambda contents: glob(contents, pattern)).rows())


class _Files:
    """One search through the files of all layers: first which layers have any, then the images with those."""

    def __init__(self, database: Database, search: Search) -> None:
        self._database = database
        self._search = search
        self._contents = lru_cache(_KEPT)(database.contents)
        self._found = lru_cache(_KEPT)(self._search_in)
        self._hides = lru_cache(_ANSWERS)(self._hidden_in)

    def rows(self) -> Iterator[tuple[Value, ...]]:
        """A row for each place."""
        self._note_layers()
        places = self._database.select(
            "SELECT DISTINCT i.name, i.key, p.position, i.platform, i.id, l.digest, l.diff_id FROM hit h"
            " CROSS JOIN layer l ON l.digest = h.layer OR l.diff_id = h.layer CROSS JOIN step s ON s.layer = l.id"
            " CROSS JOIN image_layer p ON p.step = s.id CROSS JOIN image i ON i.id = p.image ORDER BY i.name, i.key, p.position"
        )
        for name, _, position, platform, image, digest, diff_id in places:
            found = self._found(diff_id, digest)
            above = self._above(image, position) if found else []
            for path in found:
                yield name, platform, position, path, self._state(path, above), diff_id

    def _note_layers(self) -> None:
        scratch, select = self._database.scratch, self._database.select
        scratch("CREATE TEMP TABLE IF NOT EXISTS hit (layer TEXT PRIMARY KEY)")
        scratch("DELETE FROM hit")
        for layer, path_list, digests in select("SELECT layer, paths, digests FROM contents"):
            if self._search(LayerContents(layer, path_list, digests)):
                scratch("INSERT INTO hit VALUES (?)", layer)

    def _above(self, image: int, position: int) -> list[tuple[int, str, str]]:
        """(position, diff_id, digest) of the layers above *position*."""
        return list(
            self._database.select(
                "SELECT p.position, l.diff_id, l.digest FROM image_layer p JOIN step s ON s.id = p.step JOIN layer l ON l.id = s.layer"
                " WHERE p.image = ? AND p.position > ? ORDER BY p.position",
                image,
                position,
            )
        )

    def _state(self, path: str, above: list[tuple[int, str, str]]) -> str:
        """What later layers do to *path*; the first that does anything decides."""
        for position, diff_id, digest in above:
            what = self._hides(diff_id, digest, path)
            if what is None:
                return f"unknown: the files of layer {position} are not recorded"
            if what:
                return f"{what} by layer {position}"
        return "visible"

    def _search_in(self, diff_id: str, digest: str) -> list[str]:
        contents = self._contents(diff_id, digest)
        return self._search(contents) if contents else []

    def _hidden_in(self, diff_id: str, digest: str, path: str) -> str | None:
        contents = self._contents(diff_id, digest)
        return None if contents is None else hides(contents, path)
