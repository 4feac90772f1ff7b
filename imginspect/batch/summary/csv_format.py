"""``results.csv``: one row per image. Cells are written as in a report's CSV format: quoted, and never a formula."""

from __future__ import annotations

from collections.abc import Iterator

from imginspect.batch.store.database import Database
from imginspect.batch.store.queries import Recorded, bases, images
from imginspect.report.csv_format import cell, line

COLUMNS = (
    "image", "platform", "verdict", "reason", "failed_rules", "undetermined_rules", "warned_rules", "other_references", "source",
    "manifest_digest", "image_id", "report", "key", "conditions", "size", "created", "base",
    "base_digest", "base_in_run",
)  # fmt: skip
"""The columns; later versions add to their end. Where a cell holds several names, there are blanks between them."""


def render(database: Database) -> Iterator[str]:
    """The table with a line of column names, in pieces."""
    yield line(COLUMNS)
    base_of = bases(database)
    for image in images(database):
        yield line(tuple(map(cell, _cells(image, base_of(image.id)))))


def _cells(image: Recorded, base_in_run: str) -> tuple[str, ...]:
    return (
        image.name,
        image.platform,
        image.verdict,
        image.reason,
        " ".join(image.rules("fail")),
        " ".join(image.rules("undetermined")),
        " ".join(image.rules("warn")),
        " ".join(reference for reference in image.references if reference != image.name),
        image.source,
        image.manifest_digest,
        image.image_id,
        image.report,
        image.key,
        str(image.conditions),
        "" if image.size is None else str(image.size),
        image.created,
        image.base,
        image.base_digest,
        base_in_run,
    )
