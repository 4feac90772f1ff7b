"""inspect: one image of an archive in, a Report out. The one orchestrator; it decides nothing and prints nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from imginspect.archive import Archive, StoredImage
from imginspect.checks import CheckContext, gather_facts, run_checks
from imginspect.checks.context import with_context
from imginspect.filesystem.view import View
from imginspect.image import Image, Listing
from imginspect.image.selection import short_id
from imginspect.inspection.criteria import Criteria
from imginspect.layer import ContentSpool, LayerIndex, PassVisitors
from imginspect.layer.content_scanner import ContentScanner
from imginspect.layer.index import SMALL
from imginspect.problems import Problem, Topic
from imginspect.reading import chain_of_custody, make_ledger
from imginspect.reading.contents import Progress, read_again, read_contents
from imginspect.reading.custody import Link
from imginspect.reading.documents import OtherFiles, search_documents
from imginspect.reading.names import search_names
from imginspect.report.report import ImageSummary, Report, ReportVerdict, judge
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
    with ContentSpool(archive.tmp_dir) as store:
        look = PassVisitors(ContentScanner(criteria.matcher), criteria.retention(), store)
        contents = read_contents(archive, image, look, progress, cache)
        problems = [*archive.problems.listed(), *contents.problems]
        others = OtherFiles(criteria.matcher)
        coverage, met = make_ledger(archive, image, contents.layers, contents.filesystem, problems, others)
        problems += met
        documents, names = search_documents(image, criteria.matcher), search_names(contents.layers, criteria.matcher)
        stopped = [
            Problem(Topic.UNREAD, name, "the search for credentials in it stopped", unread=True)
            for name in (*others.stopped, *documents.stopped, *names.stopped)
        ]
        problems += stopped
        coverage = coverage._replace(gaps=(*coverage.gaps, *(f"{problem.where}: {problem.what}" for problem in stopped)))
        matches = (*documents.matches, *names.matches, *others.matches)
        view = View(image, contents.layers, contents.filesystem)
        subject = CheckContext(view, tuple(problems), criteria.policy, criteria.knowledge, matches)
        results = run_checks(criteria.prepared, subject, archive.limits)
        if view.missed:
            missed = tuple(view.missed)
            view.missed.clear()
            coverage = coverage._replace(second_pass=read_again(archive, image, view.layers, missed, store, cache))
            subject = replace(subject)
            results = run_checks(criteria.prepared, subject, archive.limits)
        coverage = coverage._replace(
            findings_not_listed=sum(result.findings_not_listed for result in results),
            places_not_listed=sum(result.places_not_listed for result in results),
        )
        results = with_context(results, view)
        facts = gather_facts(subject)
    verdict, reason = judge(results, coverage, criteria.fail_on, strict=criteria.strict, undetermined=criteria.undetermined)
    return Report(
        verdict=verdict,
        reason=reason,
        image=_summary(archive, image, listing),
        chain=chain_of_custody(archive, image, contents.layers),
        results=results,
        coverage=coverage,
        problems=tuple(problems),
        policy=criteria.policy,
        fail_on=criteria.fail_on,
        strict=criteria.strict,
        ruleset_digest=criteria.rules.digest,
        redactor=Redactor(criteria.matcher, (*documents.values, *names.values)),
        own_severities=criteria.own_severities,
        undetermined=criteria.undetermined,
        filesystem=contents.filesystem,
        facts=facts,
        withheld=_withheld(contents.layers),
    )


def not_inspected(reason: str, criteria: Criteria, archive: Archive | None = None, link: Link | None = None) -> Report:
    """The report on what could not be inspected, and why; *link* tells what was given, *archive* is it where it could be opened."""
    return Report(
        verdict=ReportVerdict.NOT_INSPECTED,
        reason=reason,
        image=None,
        chain=(link,) if link is not None else (),
        results=(),
        coverage=None,
        problems=(*(archive.problems.listed() if archive is not None else ()), Problem(Topic.UNREAD, "the archive", reason, unread=True)),
        policy=criteria.policy,
        fail_on=criteria.fail_on,
        strict=criteria.strict,
        ruleset_digest=criteria.rules.digest,
        redactor=Redactor(criteria.matcher),
        own_severities=criteria.own_severities,
        undetermined=criteria.undetermined,
    )


def _withheld(layers: Sequence[LayerIndex]) -> frozenset[str]:
    """Digests of the small files that may be what a file with a credential in it is: those that are as long as one."""
    sizes = {size for index in layers for ordinal in index.matches if (size := index.entries[ordinal].size) < SMALL}
    if not sizes:
        return frozenset()
    return frozenset(entry.digest.hex() for index in layers for entry in index.entries if entry.digest and entry.size in sizes)


def _summary(archive: Archive, image: Image, listing: Listing) -> ImageSummary:
    others = [f"{', '.join(other.references) or short_id(other)} ({other.platform})" for other in listing.images if other is not image]
    others += [_other(item) for item in listing.others]
    return ImageSummary(
        references=image.references,
        image_id=image.image_id,
        manifest_digest=image.manifest_digest,
        platform=str(image.platform),
        config=image.config,
        layers=image.layers,
        steps=image.steps,
        archive_form=archive.form,
        also_present=tuple(others),
    )


def _other(item: StoredImage) -> str:
    name = ", ".join(item.references) or str(item.manifest_digest or "no name")
    if item.artefact:
        return f"{name} ({item.artefact})"
    return f"{name} ({item.platform or 'platform not stated'}; listed, but not in the archive)"
