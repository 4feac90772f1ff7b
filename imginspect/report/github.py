"""The GitHub form: workflow commands, which a job prints and GitHub shows as annotations.

Source: GitHub's documentation, "Workflow commands for GitHub Actions". GitHub shows ten annotations of a kind for a step and drops the
others in silence: beyond nine the tenth says how many more there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from imginspect.report.document import Document, EvidencePart, FindingPart, ResultPart
from imginspect.report.places import in_words, name_of, nowhere
from imginspect.wording import counted

_MOST = 9
_KINDS = ("error", "warning", "notice")


class _Annotation(NamedTuple):
    kind: str
    title: str
    text: str
    evidence: EvidencePart


def render(documents: Sequence[Document]) -> str:
    """A line for each annotation, and one that says the verdict, which is no annotation."""
    return "".join(f"{line}\n" for document in documents for line in _lines(document))


def _lines(document: Document) -> Iterator[str]:
    image = document["image"]
    name = (next(iter(image["references"]), "") or image["image_id"] or "the image") if image else "the archive"
    # a line that begins with anything but :: is no command, and the name cannot begin this one
    yield f"imginspect: {document['verdict']}: {name}: {document['reason']}"
    annotations = list(_annotations(document))
    for kind in _KINDS:
        own = [annotation for annotation in annotations if annotation.kind == kind]
        yield from (_command(annotation) for annotation in own[:_MOST])
        if len(own) > _MOST:
            left = counted(len(own) - _MOST, f"more {kind}")
            yield _command(_Annotation(kind, "imginspect", f"{left}: GitHub shows ten of a kind; another form lists all", nowhere()))


def _annotations(document: Document) -> Iterator[_Annotation]:
    if document["verdict"] in ("incomplete", "not-inspected"):
        yield _Annotation("error", f"imginspect: {document['verdict']}", document["reason"], nowhere())
    for result in document["results"]:
        found = [finding for finding in result["findings"] if finding["verdict"] in ("fail", "warn", "undetermined")]
        for finding in found:
            evidence = next(iter(finding["evidence"]), nowhere())
            where = in_words(evidence)
            text = finding["message"] if where in finding["message"] else f"{finding['message']} ({where})"
            yield _Annotation(_kind(result, finding), _title(result), text, evidence)
        if not found and result["verdict"] in ("fail", "warn", "undetermined"):
            yield _Annotation(_kind(result, None), _title(result), result["reason"] or result["title"], nowhere())


def _kind(result: ResultPart, finding: FindingPart | None) -> str:
    verdict = finding["verdict"] if finding else result["verdict"]
    if result["counts"] and verdict in ("fail", "warn"):
        return "error"
    return "notice" if verdict == "undetermined" else "warning"


def _title(result: ResultPart) -> str:
    return f"{result['rule']} {result['title']}"


def _command(annotation: _Annotation) -> str:
    """The workflow command. A path of the image is the file: it is not one of the repository, so GitHub shows it by name only."""
    properties = [f"title={_property(annotation.title)}"]
    if place := name_of(annotation.evidence):
        properties.insert(0, f"file={_property(place.lstrip('/') or '/')}")
        if annotation.evidence["line"]:
            properties.insert(1, f"line={annotation.evidence['line']}")
    return f"::{annotation.kind} {','.join(properties)}::{_data(annotation.text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
