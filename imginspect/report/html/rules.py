"""Which rules of a report the first page names."""

from __future__ import annotations

from imginspect.report.document import ResultPart


def is_to_settle(result: ResultPart) -> bool:
    """Whether the first page gives *result* a line: it failed, could not be decided, or counts against the image."""
    return result["verdict"] not in ("pass", "warn", "not-applicable") or result["fails_image"]
