"""evidence_check: compares a report with its archive, and looks for each piece of evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from imginspect.archive import Archive
from imginspect.evidence_pack.answer import Comparison
from imginspect.evidence_pack.evidence_places import EvidencePlace, EvidencePlaces, Fields, Shown
from imginspect.image import Image, Listing
from imginspect.inspection.criteria import Criteria
from imginspect.layer import ContentSpool, PassVisitors
from imginspect.layer.content_scanner import ContentScanner
from imginspect.reading import Link, chain_of_custody
from imginspect.reading.contents import Progress, read_contents
from imginspect.report.document import ChainLink, EvidencePart, ReportDocument
from imginspect.report.places import raw_name
from imginspect.report.text import visible
from imginspect.scan.redaction import Redactor

MOST_KEPT = 8 << 20
"""Bytes of the start of a file in which lines are looked for."""


class _Link(NamedTuple):
    """A link of the chain of custody, as a report shows it."""

    role: str
    name: str
    layer: int | None
    digest: str | None
    size: int | None


class EvidenceKept:
    """See Keep: the files that pieces of evidence name, and nothing else."""

    def __init__(self, evidence: Sequence[EvidencePart]) -> None:
        self._paths = {path_of(part) for part in evidence if part["path"] and part["line"]}

    def begin(self) -> None:
        """See Keep."""

    def wanted(self, path: str, size: int, content_class: str) -> int:
        """See Keep."""
        del content_class
        return min(size, MOST_KEPT) if path in self._paths else 0


def evidence_of(document: ReportDocument) -> Iterator[EvidencePart]:
    """All evidence of *document*, in its order."""
    for result in document["results"]:
        for finding in result["findings"]:
            yield from finding["evidence"]


def path_of(part: EvidencePart) -> str:
    """The path in the image that *part* shows escaped."""
    return raw_name(part["path"] or "").decode("utf-8", "surrogateescape")


def check_evidence(
    documents: Sequence[ReportDocument], archive: Archive, listing: Listing, criteria: Criteria, progress: Progress | None = None
) -> list[Comparison]:
    """Compares *documents* with the content of *archive*."""
    if archive.file is not None:
        archive.file.begin_digest()
    found = [
        Comparison("image is in the archive"),
        Comparison("digests of archive, manifest, config and layers"),
        Comparison("files of the evidence"),
    ]
    found += [Comparison("lines of the evidence"), Comparison("config fields of the evidence")]
    for document in documents:
        image = _image(document, listing)
        if document["image"] is None:
            found[0].note = "for an image that was not inspected, there is nothing to compare"
            continue
        name = document["image"]["image_id"] or document["image"]["manifest_digest"] or "without a digest"
        found[0].count(
            "" if image is not None else f"the archive does not contain the image {name}: it is another archive, or the image was changed"
        )
        if image is not None:
            _compare(document, archive, image, criteria, found[1:], progress)
    for check in found[2:]:
        if found[0].agreeing and not check.compared and not check.note:
            check.note = f"{check.what}: the report contains none"
    return found


def _image(document: ReportDocument, listing: Listing) -> Image | None:
    """The image of *listing* that has the digests which *document* states."""
    part = document["image"]
    if part is None:
        return None
    for image in listing.images:
        digests = (image.image_id, image.manifest_digest)
        if tuple(str(digest) if digest else None for digest in digests) == (part["image_id"], part["manifest_digest"]):
            return image
    return None


def _compare(
    document: ReportDocument, archive: Archive, image: Image, criteria: Criteria, checks: Sequence[Comparison], progress: Progress | None
) -> None:
    digests, files, lines, fields = checks
    redactor = Redactor(criteria.matcher)
    shown: Shown = lambda text: visible(redactor.masked(text))  # noqa: E731 - as Report.shown does it
    evidence = list(evidence_of(document))
    with ContentSpool(archive.tmp_dir) as store:
        contents = read_contents(archive, image, PassVisitors(ContentScanner(criteria.matcher), EvidenceKept(evidence), store), progress)
        _compare_chain(document, [_shown_link(link, shown) for link in chain_of_custody(archive, image, contents.layers)], digests)
        places = EvidencePlaces(contents, (path_of(part) for part in evidence if part["path"]), shown)
        for part in evidence:
            if part["path"]:
                _compare_file(part, places, files, lines)
    found = Fields(image, shown)
    for part in evidence:
        if part["config_field"]:
            fields.count(_wrong_field(part["config_field"], part["excerpt"], found))


# -- digests -----------------------------------------------------------------------------------------------------------


def _shown_link(link: Link, shown: Shown) -> _Link:
    return _Link(link.role, shown(link.name), link.layer_index, link.digest, link.size)


def _compare_chain(document: ReportDocument, there: Sequence[_Link], check: Comparison) -> None:
    by_name: dict[tuple[str, str, int | None], list[_Link]] = {}
    for link in there:
        by_name.setdefault(link[:3], []).append(link)
    for said in document["chain_of_custody"]:
        if said["digest"] is not None:
            check.count(_wrong_link(said, by_name.get((said["role"], said["name"], said["layer"]), [])))


def _wrong_link(said: ChainLink, there: Sequence[_Link]) -> str:
    if any((link.digest, link.size) == (said["digest"], said["size"]) for link in there):
        return ""
    name = said["name"] if said["role"] == "archive" else f"{said['role']} {said['name']}"
    if not there:
        return f"the report names {name}, which is not in the archive"
    return f"{name} has the digest {there[0].digest}, but the report says {said['digest']}"


# -- files and lines ---------------------------------------------------------------------------------------------------


def _compare_file(part: EvidencePart, places: EvidencePlaces, files: Comparison, lines: Comparison) -> None:
    layer = part["layer"]
    if layer is None:
        return  # it says that something is not there, or is about the archive as a whole
    where = f"{part['path']} in layer {layer['index']}"
    found = places.find(path_of(part), layer["index"])
    best = next((place for place in found if not _wrong_content(part, where, place)), found[0] if found else None)
    files.count(_wrong_content(part, where, best) if best else f"{where} is missing")
    if best is not None and part["line"]:
        _compare_lines(part, where, best, lines)


def _wrong_content(part: EvidencePart, where: str, place: EvidencePlace) -> str:
    if part["file_sha256"] not in (None, place.sha256):
        return f"{where} has different content: its sha256 is {place.sha256}, but the report says {part['file_sha256']}"
    if part["size"] not in (None, place.size):
        return f"{where} has {place.size:,} bytes, but the report says {part['size']:,}"
    return ""


def _compare_lines(part: EvidencePart, where: str, place: EvidencePlace, lines: Comparison) -> None:
    text, numbers = place.text, [part["line"] or 0, *(context["line"] for context in part["context"])]
    if text is None or not all(map(text.reaches, numbers)):
        lines.note = "some lines were not compared: their files are too large, or could not be searched completely"
        return
    for context in part["context"]:
        is_there = text.has(context["line"], context["text"])
        lines.count("" if is_there else f"line {context['line']} of {where} differs from the report")
    if part["excerpt"] and _is_quoted(part):
        lines.count(
            "" if text.quotes(part["excerpt"]) else f"{where} does not contain the text that the report quotes from line {part['line']}"
        )


def _is_quoted(part: EvidencePart) -> bool:
    """Whether the excerpt is a quotation. For licence files, whose digest is not shown, it is a description in words."""
    return part["file_sha256"] is not None or "*" in (part["excerpt"] or "")


# -- the config --------------------------------------------------------------------------------------------------------


def _wrong_field(field: str, excerpt: str | None, fields: Fields) -> str:
    if not fields.has(field):
        return f"the config has no field {field}"
    if excerpt and not fields.quotes(field, excerpt):
        return f"the config field {field} does not contain the text that the report quotes"
    return ""
