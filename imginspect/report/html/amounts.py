"""Sizes in words that a reader can take in at a glance."""

from __future__ import annotations

_UNITS = ("kB", "MB", "GB", "TB", "PB")


def size_text(count: int) -> str:
    """*count* bytes in the largest unit that leaves a number of at least one: ``62 B``, ``1.5 kB``, ``78 MB``. Units of 1,000."""
    if count < 1_000:
        return f"{count} B"
    amount = float(count)
    step = -1
    while step < 0 or (amount >= 999.5 and step + 1 < len(_UNITS)):
        amount /= 1_000
        step += 1
    unit = _UNITS[step]
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"


def share_text(part: int, whole: int) -> str:
    """*part* of *whole* in per cent: ``12 %``, and ``under 1 %`` for what is little but not nothing."""
    if not part or whole <= 0:
        return "0 %"
    share = 100 * part / whole
    return "under 1 %" if share < 1 else f"{share:.0f} %"
