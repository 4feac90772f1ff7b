"""The registry of sections. A new one is a function of a Part and a line here; where it has nothing to say it is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from imginspect.report.html.checking import checking
from imginspect.report.html.coverage import coverage
from imginspect.report.html.custody import custody
from imginspect.report.html.filesystem import filesystem
from imginspect.report.html.image import image
from imginspect.report.html.layers import layers
from imginspect.report.html.licences import licences
from imginspect.report.html.markup import Markup
from imginspect.report.html.part import Part
from imginspect.report.html.problems import problems
from imginspect.report.html.questions import questions
from imginspect.report.html.results import results
from imginspect.report.html.start import start
from imginspect.report.html.summary import summary


class PageSection(NamedTuple):
    """One section of a report on one image, in the order of the page; *id* is what links name it by."""

    id: str
    title: str
    content: Callable[[Part], Markup]


SECTIONS = (
    PageSection("summary", "Summary", summary),
    PageSection("questions", "Questions and decision", questions),
    PageSection("results", "Findings and results", results),
    PageSection("start", "Start of the container", start),
    PageSection("licences", "Licences", licences),
    PageSection("image", "Image and config", image),
    PageSection("layers", "Layers and history", layers),
    PageSection("custody", "Chain of custody", custody),
    PageSection("coverage", "Coverage", coverage),
    PageSection("problems", "Problems in the archive", problems),
    PageSection("checking", "How to check this report", checking),
    PageSection("filesystem", "Filesystem", filesystem),
)
