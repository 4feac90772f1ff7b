"""Which findings are listed where there are too many: every rule and every finding has its share."""

from __future__ import annotations

from collections.abc import Sequence

from imginspect.checks.result import FindingDraft, Verdict

_ORDER = (Verdict.FAIL, Verdict.UNDETERMINED, Verdict.WARN, Verdict.PASS)


def share(counts: Sequence[int], limit: int) -> int:
    """How many of each may be listed, so that they are not more than *limit* in all; who has fewer leaves its share to the others."""
    left = limit
    for number, count in enumerate(sorted(counts)):
        each = left // (len(counts) - number)
        if count > each:
            return max(1, each)
        left -= count
    return max(counts, default=0)


def worst_few(found: Sequence[FindingDraft], most: int) -> list[int]:
    """The numbers of the worst *most* of *found*, in their order."""
    if len(found) <= most:
        return list(range(len(found)))
    return sorted(sorted(range(len(found)), key=lambda number: _badness(found[number]))[:most])


def _badness(found: FindingDraft) -> tuple[int, int]:
    return _ORDER.index(found.verdict), -found.severity.rank if found.severity else 0
