"""Running the labelled suites: each case is built, inspected and judged as a user's image would be."""

from __future__ import annotations

import io
from functools import cache
from typing import Any, NamedTuple

from imginspect.archive import open_archive
from imginspect.examples.sample import build
from imginspect.image import list_images
from imginspect.inspection.criteria import Criteria, load_criteria
from imginspect.inspection.inspect import inspect
from imginspect.report.report import Report


@cache
def _criteria(policy: str) -> Criteria:
    return load_criteria(policy)


def verdicts(description: dict[str, Any], policy: str) -> dict[str, str]:
    """The verdict of each rule on the image that *description* describes."""
    return {result.rule.id: str(result.verdict) for result in _report(description, policy).results}


def _report(description: dict[str, Any], policy: str) -> Report:
    with open_archive(io.BytesIO(build(description))) as archive:
        listing = list_images(archive)
        return inspect(archive, listing.images[0], listing, _criteria(policy))


class Answer(NamedTuple):
    """A rule's verdict, and the files and lines that its findings show."""

    verdict: str
    places: tuple[tuple[str, int | None], ...]


def answers(description: dict[str, Any], policy: str) -> dict[str, Answer]:
    """What each rule says of the image that *description* describes."""
    return {
        result.rule.id: Answer(
            str(result.verdict), tuple((place.path or "", place.line) for finding in result.findings for place in finding.evidence)
        )
        for result in _report(description, policy).results
    }
