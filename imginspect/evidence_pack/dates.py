"""The date of a pack, which never comes from the clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from imginspect.report.document import ReportDocument

FIRST = datetime(1980, 1, 1, tzinfo=UTC)
LAST = datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)
"""The first and the last date that a zip can hold."""
_DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def date_of(documents: Sequence[ReportDocument], source_date_epoch: int | None) -> datetime:
    """The date given for the inspection, else *source_date_epoch*, else the first date of creation that an image states, else 1980;
    limited to the range and precision of a zip.
    """
    date = _given(documents)
    if date is None:
        date = _from_seconds(source_date_epoch) if source_date_epoch is not None else _created(documents)
    date = min(max(date, FIRST), LAST)
    return date.replace(second=date.second & ~1, microsecond=0)


def _given(documents: Sequence[ReportDocument]) -> datetime | None:
    """The first moment of the day of ``--date``, as UTC counts days."""
    days = (document["inspected_on"] for document in documents)
    return next((datetime.fromisoformat(day).replace(tzinfo=UTC) for day in days if day is not None), None)


def _from_seconds(seconds: int) -> datetime:
    bounded = min(max(seconds, int(FIRST.timestamp())), int(LAST.timestamp()))
    return datetime.fromtimestamp(bounded, UTC)


def _created(documents: Sequence[ReportDocument]) -> datetime:
    for document in documents:
        config = document["image"]["config"] if document["image"] else None
        match = _DATE.fullmatch(config["created"]) if config else None
        if match:
            try:
                return datetime.fromisoformat(match[1] + match[2].replace("Z", "+00:00")).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
    return FIRST
