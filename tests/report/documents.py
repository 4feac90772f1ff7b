"""Reports as documents, for the tests of the forms."""

from __future__ import annotations

from imginspect.report import Report
from imginspect.report.document import ReportDocument
from imginspect.report.tree import report_tree


def document_of(report: Report) -> ReportDocument:
    """*report* as the forms take it."""
    return report_tree(report)
