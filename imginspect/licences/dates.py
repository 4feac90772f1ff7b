"""Expiry dates as licence files write them. Compared only with dates that the image itself states, never with the clock."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

_MONTHS = {
    name: number
    for number, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1)
}
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})-([a-z]{3})[a-z]{0,6}-(\d{1,4})")
_YEAR_MONTH_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:$|[T ])")
_FOREVER = frozenset({"permanent", "0", "never", "perpetual"})


class Expiry(NamedTuple):
    """The end of a licence: None where it is permanent, or where *is_unread*."""

    day: date | None
    is_unread: bool = False


def parse_expiry(text: str) -> Expiry | None:
    """What *text* says of the end: ``31-dec-2026``, ``2026-12-31``, ``permanent``, year 0. None where it is no date at all."""
    text = text.strip()[:40]
    if text.lower() in _FOREVER:
        return Expiry(None)
    match = _DAY_MONTH_YEAR.fullmatch(text.lower())
    if match:
        month = _MONTHS.get(match.group(2).lower())
        return _expiry(_year(match.group(3)), month, int(match.group(1))) if month else None
    match = _YEAR_MONTH_DAY.match(text)
    return _expiry(int(match.group(1)), int(match.group(2)), int(match.group(3))) if match else None


def parse_created(text: str) -> date | None:
    """The day of a config's ``created``; None where it is missing, or is the fixed date of a reproducible build (1980 or before)."""
    expiry = parse_expiry(text)
    return expiry.day if expiry is not None and expiry.day is not None and expiry.day.year > 1980 else None


def _year(digits: str) -> int:
    """Year 0 is FlexNet's "never"; two digits are of 1970 to 2069."""
    year = int(digits)
    if len(digits) <= 2 and year:
        return year + (1900 if year >= 70 else 2000)
    return year


def _expiry(year: int, month: int | None, day: int) -> Expiry:
    if year == 0:
        return Expiry(None)
    try:
        return Expiry(date(year, month or 0, day))
    except ValueError:
        return Expiry(None, is_unread=True)
