"""inspect: one image of an archive in, a Report out. The one orchestrator; it decides nothing and prints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imginspect.archive import Archive
from imginspect.image import Image, Listing
from imginspect.inspection.criteria import Criteria
from imginspect.inspection.judgement import Judgement, judge
from imginspect.layer import ContentSpool
from imginspect.problems import Problem, Topic
from imginspect.reading.contents import Progress
from imginspect.reading.custody import Link
from imginspect.reading.read_image import Reading, read_image
from imginspect.report.image_summary import ImageSummary, summary_of
from imginspect.report.report import Report, ReportVerdict
from imginspect.scan.redaction import Redactor

if TYPE_CHECKING:
    from imginspect.reading.layer_cache import LayerCache


def inspect(
    archive: Archive,
    image: Image,
    listing: Listing,
    criteria: Criteria,
    progress: Progress | None = None,
    cache: LayerCache | None = None,
) -> Report:
    """The report on *image*. Nothing that is wrong with the image is raised: it is in the report.

    What *cache* knows of layers is not read again; the report is the same with it and without.
    """
    if archive.file is not None:
        archive.file.begin_digest()
    with ContentSpool(archive.tmp_dir) as spool:
        reading = read_image(archive, image, criteria.matcher, criteria.retention(), spool, progress, cache)
        judgement = judge(reading, criteria)
    return _report(summary_of(image, listing, archive.layout.name), reading, judgement, criteria)


def _report(image: ImageSummary, reading: Reading, judgement: Judgement, criteria: Criteria) -> Report:
    return Report(
        verdict=judgement.verdict,
        reason=judgement.reason,
        image=image,
        chain=reading.chain,
        results=judgement.results,
        coverage=judgement.coverage,
        problems=reading.problems,
        policy=criteria.policy,
        fail_on=criteria.fail_on,
        strict=criteria.strict,
        ruleset_digest=criteria.rules.digest,
        redactor=Redactor(criteria.matcher, reading.values),
        own_severities=criteria.own_severities,
        undetermined=criteria.undetermined,
        filesystem=reading.filesystem,
        facts=judgement.facts,
        withheld=reading.withheld,
    )


def not_inspected(reason: str, criteria: Criteria, archive: Archive | None = None, link: Link | None = None) -> Report:
    """The report on what could not be inspected, and why; *link* tells what was given, *archive* is it where it could be opened."""
    problem = Problem(Topic.UNREAD, "the archive", reason, unread=True)
    return Report(
        verdict=ReportVerdict.NOT_INSPECTED,
        reason=reason,
        image=None,
        chain=(link,) if link is not None else (),
        results=(),
        coverage=None,
        problems=(*(archive.problems.listed() if archive is not None else ()), problem),
        policy=criteria.policy,
        fail_on=criteria.fail_on,
        strict=criteria.strict,
        ruleset_digest=criteria.rules.digest,
        redactor=Redactor(criteria.matcher),
        own_severities=criteria.own_severities,
        undetermined=criteria.undetermined,
    )
