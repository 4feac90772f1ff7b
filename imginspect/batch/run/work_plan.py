"""Planned: the work of a run, on disk and not in memory: images, the layers to read first, and their dependencies.

It is made anew whenever a run begins or goes on, and is gone with it; nothing in it has to survive. A layer gets a task of its own where
several images wait for it, or where it is large; any other is read by the task of the one image that needs it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from imginspect.batch.mirror.merging import merge
from imginspect.batch.store.connection import complaints
from imginspect.batch.values.plans import ImagePlan, LayerPlan
from imginspect.rules import codec

NAME = "planned.sqlite"
LARGE = 32 << 20
"""Stored bytes of a layer from which on it is read by a task of its own."""
_PRAGMAS = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
_TABLES = """
CREATE TABLE image (key TEXT PRIMARY KEY, plan BLOB NOT NULL, state INTEGER NOT NULL, pending INTEGER NOT NULL, own INTEGER NOT NULL,
    base TEXT NOT NULL);
CREATE TABLE layer (id TEXT PRIMARY KEY, plan BLOB NOT NULL, size INTEGER NOT NULL, state INTEGER NOT NULL);
CREATE TABLE need (layer TEXT NOT NULL, image TEXT NOT NULL, PRIMARY KEY (layer, image)) WITHOUT ROWID;
CREATE INDEX need_of_image ON need (image);
"""
_INDEXES = """
CREATE INDEX ready ON image (state, pending, own, base, key);
CREATE INDEX largest ON layer (state, size, id);
"""
_WAITS, _GIVEN = 0, 1
_PAGE = 64
"""Plans that are read from the database at a time; all are."""


class Amount(NamedTuple):
    """The amount of work: images, the layers to read for them, and the stored bytes of these layers."""

    images: int
    layers: int
    layer_bytes: int


class Planned:
    """The plan of a run, in *folder*. Close it: it is gone then."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        with complaints(self._path):
            self._path.unlink(missing_ok=True)
            os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
            self._connection = sqlite3.connect(self._path, isolation_level=None)
            self._connection.executescript(_PRAGMAS + _TABLES)
            self._connection.execute("BEGIN")

    def add(self, plan: ImagePlan) -> None:
        """One image. A further plan of one that is there already adds its names.

        Raises: NoRoom
        """
        with complaints(self._path):
            found = self._connection.execute("SELECT plan FROM image WHERE key = ?", (plan.key,)).fetchone()
            if found is not None:
                plan = merge(_image(found[0]), plan)
            self._connection.execute("INSERT OR REPLACE INTO image VALUES (?, ?, 0, 0, 0, '')", (plan.key, codec.encode(plan)))

    def images(self) -> Iterator[ImagePlan]:
        """All images, by their keys. Images may be left out and needs be added meanwhile."""
        last = ""
        while page := self._select("SELECT key, plan FROM image WHERE key > ? ORDER BY key LIMIT ?", last, _PAGE):
            for key, plan in page:
                yield _image(plan)
                last = key

    def drop(self, key: str) -> None:
        """The image is not a part of the run."""
        self._change("DELETE FROM image WHERE key = ?", key)

    def leave_out(self, key: str) -> None:
        """The image needs nothing done."""
        self._change("UPDATE image SET state = ? WHERE key = ?", _GIVEN, key)

    def need(self, key: str, layer_id: str, layer: LayerPlan) -> None:
        """The image waits for *layer* to be read; *layer_id* is one for all plans of the same bytes."""
        self._change("INSERT OR IGNORE INTO layer VALUES (?, ?, ?, 0)", layer_id, codec.encode(layer), layer.size)
        self._change("INSERT OR IGNORE INTO need VALUES (?, ?)", layer_id, key)

    def settle(self) -> Amount:
        """All images and needs are there: says who reads what. How much there is to do."""
        self._change("CREATE TABLE several AS SELECT layer FROM need GROUP BY layer HAVING count(*) > 1")
        self._change("CREATE UNIQUE INDEX several_layer ON several (layer)")
        tasks = "(size >= ? OR id IN (SELECT layer FROM several))"
        self._change(f"UPDATE layer SET state = ? WHERE NOT {tasks}", _GIVEN, LARGE)  # noqa: S608 - constants
        of_image = "FROM need JOIN layer ON layer.id = need.layer WHERE need.image = image.key AND layer.state"
        self._change(f"UPDATE image SET pending = (SELECT count(*) {of_image} = ?)", _WAITS)  # noqa: S608
        self._change(f"UPDATE image SET own = (SELECT coalesce(sum(size), 0) {of_image} = ?)", _GIVEN)  # noqa: S608
        self._change(f"UPDATE image SET base = coalesce((SELECT layer.id {of_image} = ? ORDER BY size DESC LIMIT 1), '')", _WAITS)  # noqa: S608
        for statement in _INDEXES.split(";")[:-1]:
            self._change(statement)
        ((images,),) = self._select("SELECT count(*) FROM image WHERE state = ?", _WAITS)
        ((layers, size),) = self._select("SELECT count(*), coalesce(sum(size), 0) FROM layer")
        return Amount(images, layers, size)

    # -- while the run goes on ---------------------------------------------------------------------------------------

    def largest_layers(self) -> list[tuple[str, LayerPlan]]:
        """Some layers that wait to be read, the largest first; they are given out with that."""
        page = self._select("SELECT id, plan FROM layer WHERE state = ? ORDER BY size DESC, id LIMIT ?", _WAITS, _PAGE)
        for layer_id, _ in page:
            self._change("UPDATE layer SET state = ? WHERE id = ?", _GIVEN, layer_id)
        return [(layer_id, codec.decode(plan, LayerPlan)) for layer_id, plan in page]

    def ready_images(self) -> list[tuple[ImagePlan, int]]:
        """Some images that wait for no layer, with the bytes that they have to read themselves; they are given out with that.

        Those with much to read come first; then those of one base together, so that a worker has it at hand.
        """
        page = self._select(
            "SELECT key, plan, own FROM image WHERE state = ? AND pending = 0 ORDER BY own / ? DESC, base, key LIMIT ?",
            _WAITS,
            LARGE,
            _PAGE,
        )
        for key, _, _ in page:
            self.leave_out(key)
        return [(_image(plan), own) for _, plan, own in page]

    def is_read(self, layer_id: str) -> None:
        """The layer was read, or never will be: nobody waits for it any more."""
        self._change("UPDATE image SET pending = pending - 1 WHERE key IN (SELECT image FROM need WHERE layer = ?)", layer_id)

    def needs(self, key: str) -> list[str]:
        """The layers that were read for the image."""
        return [layer for (layer,) in self._select("SELECT layer FROM need WHERE image = ?", key)]

    def has(self, key: str) -> bool:
        """Whether the image is in the plan."""
        return bool(self._select("SELECT 1 FROM image WHERE key = ?", key))

    def close(self) -> None:
        """The plan is gone."""
        self._connection.close()
        self._path.unlink(missing_ok=True)

    def _select(self, statement: str, *values: object) -> list[Any]:
        with complaints(self._path):
            return self._connection.execute(statement, values).fetchall()

    def _change(self, statement: str, *values: object) -> None:
        with complaints(self._path):
            self._connection.execute(statement, values)


def _image(plan: bytes) -> ImagePlan:
    return codec.decode(plan, ImagePlan)
