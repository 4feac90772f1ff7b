"""``results.csv``: one row per image. Cells are written as in a report's CSV format: quoted, and never a formula."""

from __future__ import annotations

from collections.abc import Iterator

from imginspect.batch.store.database import Database
from imginspect.batch.store.queries import Recorded, images
from imginspect.report.csv_format import cell, line

COLUMNS = (
    "image", "platform", "verdict", "reason", "failed_rules", "undetermined_rules", "warned_rules", "other_references", "source",
    "manifest_digest", "image_id", "report", "key", "conditions",
)  # fmt: skip
"""The columns; later versions add to their end. Where a cell holds several names, there are blanks between them."""


def render(database: Database) -> Iterator[str]:
    """The table with a line of column names, in pieces."""
    yield line(COLUMNS)
    for image in images(database):
        yield line(tuple(map(cell, _cells(image))))


def _cells(image: Recorded) -> tuple[str, ...]:
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
    )
