"""Running the labelled suites: each case is built, inspected and judged as a user's image would be."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from imginspect.archive import open_archive
from imginspect.criteria import Criteria, load_criteria
from imginspect.image import list_images
from imginspect.inspection import inspect
from imginspect.sample import build


@cache
def _criteria(policy: str) -> Criteria:
    return load_criteria(policy)


def verdicts(description: dict[str, Any], policy: str) -> dict[str, str]:
    """The verdict of each rule on the image that *description* describes."""
    with open_archive(io.BytesIO(build(description))) as archive:
        listing = list_images(archive)
        report = inspect(archive, listing.images[0], listing, _criteria(policy))
    return {result.rule.id: str(result.verdict) for result in report.results}
