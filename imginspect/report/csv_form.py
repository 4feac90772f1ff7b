"""The CSV form, for spreadsheets: a row for each place of each finding, in the columns of ``COLUMNS``.

Sources: RFC 4180 for the form; OWASP, "CSV Injection", for what a spreadsheet takes for a formula. A cell that begins like one has an
apostrophe put in front, and so has one that begins with an apostrophe: taking one away from every cell that begins with it gives back
what the report says.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from imginspect.report.document import Document, EvidencePart, FindingPart, LayerPlace, ResultPart
from imginspect.report.places import nowhere

COLUMNS = (
    "image", "image_digest", "verdict", "rule", "title", "result", "severity", "counts", "confidence", "message", "path", "config_field",
    "line", "layer", "instruction", "state", "hidden_by_layer", "file_sha256", "excerpt", "fingerprint",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")


def render(documents: Sequence[Document]) -> str:
    """The documents as one table in UTF-8, with a row for its columns' names and one for each place."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for document in documents:
        writer.writerows([_safe(cell) for cell in row] for row in _rows(document))
    return out.getvalue()


def _rows(document: Document) -> Iterator[list[str]]:
    """What was found, and the verdict of a rule that found nothing; then what was not read."""
    image = document["image"]
    name = next(iter(image["references"]), "") if image else ""
    first = [name, (image and (image["image_id"] or image["manifest_digest"])) or "", document["verdict"]]
    for result in document["results"]:
        about = [*first, result["rule"], result["title"]]
        for finding in result["findings"]:
            for evidence in finding["evidence"] or [nowhere()]:
                yield [*about, *_found(result, finding), *_place(evidence), finding["fingerprint"]]
        if not result["findings"]:
            yield [*about, *_result(result), *_place(nowhere()), ""]
    gaps = document["coverage"]["gaps"] if document["coverage"] else [document["reason"]]
    for gap in gaps:
        yield [*first, "", "not read", "not-read", "", _yes(counts=True), "", gap, *_place(nowhere()), ""]


def _found(result: ResultPart, finding: FindingPart) -> list[str]:
    counts = result["counts"] and finding["verdict"] in ("fail", "warn")
    return [finding["verdict"], finding["severity"], _yes(counts=counts), finding["confidence"], finding["message"]]


def _result(result: ResultPart) -> list[str]:
    message = "; ".join([result["reason"], *(f"provided: {condition}" for condition in result["conditions"])]).removeprefix("; ")
    return [result["verdict"], result["severity"], _yes(counts=result["counts"]), "", message]


def _place(evidence: EvidencePart) -> list[str]:
    layer, hidden_by = evidence["layer"], evidence["hidden_by"]
    return [
        evidence["path"] or evidence["member"] or "",
        evidence["config_field"] or "",
        str(evidence["line"] or ""),
        _number(layer),
        layer["created_by"] if layer else "",
        evidence["state"] or "",
        _number(hidden_by),
        evidence["file_sha256"] or "",
        evidence["excerpt"] or "",
    ]


def _number(layer: LayerPlace | None) -> str:
    return str(layer["index"]) if layer else ""


def _yes(*, counts: bool) -> str:
    return "yes" if counts else "no"


def _safe(cell: str) -> str:
    """*cell* as a spreadsheet takes it for text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
