"""inspect: one image of an archive in, a Report out. The one orchestrator; it decides nothing and prints nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from posixpath import join, normpath

from imginspect.analysis.documents import OtherFiles, search_documents
from imginspect.analysis.entry_names import search_names
from imginspect.analysis.view import View
from imginspect.analysis.wanted import Wanted
from imginspect.archive import Archive, StoredImage
from imginspect.checks import Subject, gather_facts, run_checks
from imginspect.checks.context import with_context
from imginspect.checks.credentials import SMALL
from imginspect.criteria import Criteria
from imginspect.evidence import chain_of_custody, make_ledger, verify_layers
from imginspect.evidence.custody import archive_link
from imginspect.file_type import HEAD_BYTES, describe
from imginspect.filesystem import Filesystem, FilesystemBuilder
from imginspect.image import Image, Layer, Listing
from imginspect.image.selection import short_id
from imginspect.layer import KeptContents, LayerIndex, LayerJob, Look, read_layers
from imginspect.layer.content_scanner import ContentScanner
from imginspect.layer.fetch import Fetch
from imginspect.layer.index import NOT_READ
from imginspect.oci import media_types
from imginspect.problems import Problem, Problems, Topic
from imginspect.report.report import ImageSummary, Report, ReportVerdict, judge
from imginspect.scan.redaction import Redactor


@dataclass(frozen=True, slots=True)
class Contents:
    """An image that was read: an index for each layer, the filesystem they make, and the problems met in reading."""

    image: Image
    layers: tuple[LayerIndex, ...]
    filesystem: Filesystem
    problems: tuple[Problem, ...]


Progress = Callable[[int], None]
_MOST_WORDS = 2_000
_LONGEST_WORD = 1 << 14
_WORD_ENDS = re.compile(r"[\s;&|<>()=:,]+")


def inspect(archive: Archive, image: Image, listing: Listing, criteria: Criteria, progress: Progress | None = None) -> Report:
    """The report on *image*. Nothing that is wrong with the image is raised: it is in the report."""
    mounts = [directory.path for directory in criteria.policy.directories]
    if archive.file is not None:
        archive.file.begin_digest()
    with KeptContents(archive.tmp_dir) as store:
        look = Look(ContentScanner(criteria.matcher), Wanted(_named(image), mounts, criteria.knowledge.products), store)
        contents = read_contents(archive, image, look, progress)
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
        subject = Subject(view, tuple(problems), criteria.policy, _types(contents, mounts), criteria.knowledge, matches)
        results = run_checks(criteria.prepared, subject)
        if view.missed:
            coverage = coverage._replace(second_pass=_serve(archive, image, view, store))
            subject = replace(subject)
            results = run_checks(criteria.prepared, subject)
        results = with_context(results, view)
        facts = gather_facts(subject)
    verdict, reason = judge(results, coverage, criteria.fail_on, strict=criteria.strict)
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
        filesystem=contents.filesystem,
        facts=facts,
        withheld=_withheld(contents.layers),
    )


def not_inspected(reason: str, criteria: Criteria, archive: Archive | None = None) -> Report:
    """The report on what could not be inspected, and why."""
    return Report(
        verdict=ReportVerdict.NOT_INSPECTED,
        reason=reason,
        image=None,
        chain=(archive_link(archive),) if archive is not None else (),
        results=(),
        coverage=None,
        problems=(*(archive.problems.listed() if archive is not None else ()), Problem(Topic.UNREAD, "the archive", reason, unread=True)),
        policy=criteria.policy,
        fail_on=criteria.fail_on,
        strict=criteria.strict,
        ruleset_digest=criteria.rules.digest,
        redactor=Redactor(criteria.matcher),
        own_severities=criteria.own_severities,
    )


def read_contents(archive: Archive, image: Image, look: Look | None = None, progress: Progress | None = None) -> Contents:
    """All layers of *image* read in one pass, and applied."""
    read = _read_layers(archive, image.layers, look, progress)
    builder = FilesystemBuilder(archive.limits)
    problems = Problems(archive.limits.problems)
    problems.extend(list(image.problems))
    for index in read:
        builder.apply(index)
        problems.extend(index.problems)
    filesystem = builder.freeze()
    problems.extend(list(filesystem.problems))
    problems.extend(list(verify_layers(image, read)))
    return Contents(image, tuple(read), filesystem, tuple(problems.listed()))


def _read_layers(archive: Archive, layers: Sequence[Layer], look: Look | None, progress: Progress | None) -> list[LayerIndex]:
    """An index for each layer. Blobs are read in the archive's order, each once, however often it is a layer."""
    found: dict[int, LayerIndex] = {layer.index: _absent(layer) for layer in layers if layer.blob.member is None}
    first: dict[str, Layer] = {}
    for layer in layers:
        if layer.blob.member is not None:
            first.setdefault(layer.blob.member.name, layer)
    in_order = sorted(first.values(), key=lambda layer: (layer.blob.member.offset if layer.blob.member else 0, layer.index))
    jobs = [_job(archive, layer) for layer in in_order]
    with closing(read_layers(jobs, archive.limits, look, progress)) as reads:
        for job, index in reads:
            found[job.index] = index
    for layer in layers:
        if layer.index not in found and layer.blob.member is not None:
            found[layer.index] = _repeated(found[first[layer.blob.member.name].index], layer.index)
    return [found[layer.index] for layer in layers]


def _job(archive: Archive, layer: Layer) -> LayerJob:
    blob = layer.blob
    return LayerJob(
        index=layer.index,
        open=partial(archive.open_blob, blob),
        blob_algorithm=blob.digest.algorithm if blob.digest else "sha256",
        diff_algorithm=layer.diff_id.algorithm if layer.diff_id else "sha256",
        not_readable="it is encrypted: only its stored bytes could be checked" if media_types.is_encrypted(blob.media_type) else "",
    )


def _absent(layer: Layer) -> LayerIndex:
    reason = layer.blob.missing
    if media_types.is_foreign(layer.blob.media_type) or layer.blob.urls:
        reason = "it is a foreign layer, which is fetched from elsewhere and is not in the archive"
    problem = Problem(
        Topic.UNREAD, f"layer {layer.index}", reason, str(layer.blob.digest or layer.blob.name), "nothing", layer.index, unread=True
    )
    return LayerIndex(status=NOT_READ, reason=reason, problems=[problem])


def _repeated(index: LayerIndex, number: int) -> LayerIndex:
    """The same blob as a further layer: what was found in it holds there too."""
    problems = [
        problem._replace(layer_index=number, where=f"layer {number}" if problem.layer_index is not None else problem.where)
        for problem in index.problems
    ]
    return replace(index, problems=problems)


def _named(image: Image) -> set[str]:
    """Absolute paths in the words of the config: what they name may be asked for."""
    config = image.config
    words = [*config.entrypoint, *config.cmd, *(config.healthcheck.test if config.healthcheck else ())]
    words += [value for _, _, value in (item.partition("=") for item in config.env)]
    folder = "/" + config.working_dir.strip("/")
    parts = {part.strip("'\"") for word in words[:_MOST_WORDS] for part in _WORD_ENDS.split(word[:_LONGEST_WORD])}
    return {normpath(join(folder, part)) for part in parts if part}


def _types(contents: Contents, mounts: list[str]) -> dict[tuple[int, int], str]:
    """What libmagic calls the files below a mount, by (layer index, ordinal)."""
    below = tuple(mount + "/" for mount in mounts)
    return {
        (layer, ordinal): name
        for layer, index in enumerate(contents.layers)
        for ordinal, kept in index.kept.items()
        if index.entries[ordinal].path.startswith(below) and (name := describe(kept.read()[:HEAD_BYTES])) is not None
    }


def _serve(archive: Archive, image: Image, view: View, store: KeptContents) -> int:
    """A second pass over the layers that hold what was asked for and not kept; how many files it served."""
    places = dict(view.missed)
    view.missed.clear()
    served = 0
    for layer in sorted({layer for layer, _ in places}):
        index = view.layers[layer]
        fetch = Fetch(index, {ordinal for number, ordinal in places if number == layer}, store)
        for _ in read_layers([_job(archive, image.layers[layer])], archive.limits, Look(fetch)):
            pass
        index.kept.update(fetch.kept)
        served += len(fetch.kept)
    return served


def _withheld(layers: Sequence[LayerIndex]) -> frozenset[str]:
    """Digests of the small files in which a credential was found."""
    found = (index.entries[ordinal] for index in layers for ordinal in index.matches)
    return frozenset(entry.digest.hex() for entry in found if entry.digest and entry.size < SMALL)


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
