"""The rules of a report as the page names and orders them: one function for the title, one for the order."""

from __future__ import annotations

from imginspect.report.document import ReportDocument, ResultPart
from imginspect.report.order import worst_first


def title_of(result: ResultPart) -> str:
    """The title that the page shows for *result*."""
    return result["outcome_title"]


def in_order(document: ReportDocument) -> list[ResultPart]:
    """The results of *document*, worst first."""
    return worst_first(document["results"])


def is_to_settle(result: ResultPart) -> bool:
    """Whether the first page gives *result* a line: it failed, could not be decided, or counts against the image."""
    return result["verdict"] not in ("pass", "warn", "not-applicable") or result["fails_image"]
