"""The HTML format: one page that needs nothing but itself, for the person who decides on an image and for whoever checks it years later."""

from __future__ import annotations

from collections.abc import Sequence

from imginspect.report.document import ReportDocument
from imginspect.report.html.page import page


def render(documents: Sequence[ReportDocument], *, show_filesystem: bool = False) -> str:
    """One page on all of *documents*, with an overview where there are several. It works without its script and loads nothing.

    *show_filesystem* adds the list of files, where the documents have it.
    """
    return page(documents, show_filesystem=show_filesystem)
