"""Excerpts: a text file for each finding, with the lines around it. The document is already masked and escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from imginspect.evidence_pack.names import EXCERPTS
from imginspect.report.document import FindingPart, ReportDocument, ResultPart
from imginspect.report.grouped import OnePlace, places_of
from imginspect.report.places import in_words

_FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")


def excerpts(documents: Sequence[ReportDocument]) -> dict[str, bytes]:
    """Name and text of an excerpt for each finding; for several images, in a directory for each."""
    found: dict[str, bytes] = {}
    for number, document in enumerate(documents):
        folder = f"{EXCERPTS}image-{number + 1}/" if len(documents) > 1 else EXCERPTS
        for result in document["results"]:
            for finding in result["findings"]:
                found[_free(folder, finding["fingerprint"], found)] = _text(result, finding).encode("utf-8", "backslashreplace")
    return found


def _free(folder: str, fingerprint: str, taken: dict[str, bytes]) -> str:
    name = fingerprint if _FINGERPRINT.fullmatch(fingerprint) else "finding"
    again = 1
    while (path := f"{folder}{name}{f'-{again}' if again > 1 else ''}.txt") in taken:
        again += 1
    return path


def _text(result: ResultPart, finding: FindingPart) -> str:
    head = [
        f"{finding['rule']}: {result['outcome_title']}",
        f"{finding['verdict']}, severity {finding['severity']}, confidence {finding['confidence']}",
        finding["message"],
        f"fingerprint {finding['fingerprint']}",
    ]
    places = places_of(finding["evidence"])
    for number, place in enumerate(places, 1):
        where = in_words(place.first, place.in_words) or "no place"
        head += ["", f"Evidence {number} of {len(places)}: {where}", *_about(place), *_lines(place)]
    return "\n".join(head) + "\n"


def _about(place: OnePlace) -> Iterator[str]:
    evidence = place.first
    layer, hidden_by = evidence["layer"], evidence["hidden_by"]
    if layer:
        yield f"  layer digest: {layer['digest']}, diff_id: {layer['diff_id']}"
    if hidden_by:
        yield f"  hidden by layer {hidden_by['index']}: {hidden_by['created_by']}"
    for what, value in (("file sha256", evidence["file_sha256"]), ("size", evidence["size"]), ("type", evidence["file_type"]),
                        ("expected", evidence["expected"]), ("found", evidence["actual"])):  # fmt: skip
        if value is not None:
            yield f"  {what}: {value}"


def _lines(place: OnePlace) -> Iterator[str]:
    """The lines of the evidence, all of them."""
    several = len(place.parts) > 1
    for evidence in place.parts:
        if several and (evidence["context"] or not evidence["excerpt"]) and evidence["line"]:
            yield f"  line {evidence['line']}:"
        if evidence["secret_id"] is not None:
            yield f"  secret id: {evidence['secret_id']}"
        if evidence["context"]:
            yield from (_context(line["line"], line["text"], evidence["line"]) for line in evidence["context"])
        elif evidence["excerpt"] and several and evidence["line"]:
            yield _context(evidence["line"], evidence["excerpt"], evidence["line"])
        elif evidence["excerpt"]:
            yield f"  > {evidence['excerpt']}"


def _context(number: int, text: str, of: int | None) -> str:
    return f"  {'>' if number == of else ' '} {number:>6} | {text}"
