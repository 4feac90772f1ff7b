"""The CSV format, for spreadsheets: a row for each image, for each place of each finding, and for each thing that was not read.

A cell that a spreadsheet would take for a formula, or that begins with an apostrophe, has an apostrophe in front: take away the first
apostrophe of a cell that begins with one, and it is the value again. Every cell is quoted, so that no separator of another country
splits it; a cell is cut off at 32,000 characters, as spreadsheets do; lines end with CR LF; UTF-8 without a byte order mark.
Sources: RFC 4180; OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from imginspect.report.document import FindingPart, LayerPlace, ReportDocument, ResultPart
from imginspect.report.grouped import OnePlace, places_of
from imginspect.report.places import name_of, nowhere
from imginspect.report.printable import one_line, shortened
from imginspect.report.summary import archive_facts, image_name, not_read, open_results, reason_of, undetermined_is
from imginspect.wording import listed

COLUMNS = (
    "image", "image_id", "verdict", "row", "rule", "title", "result", "fails_image", "severity", "confidence", "message", "place", "line",
    "state", "layer", "diff_id", "instruction", "hidden_by_layer", "hidden_by_instruction", "sha256", "size", "expected", "actual",
    "excerpt", "fingerprint", "secret_id", "undetermined", "lines", "remediation",
)  # fmt: skip
"""The columns; later versions add to their end.

*row* is image, finding, undecided, condition or not read; *undetermined* says in the row of the image what becomes of rules that cannot
be decided; *line* is the first of *lines*; *title* says what was found or that it is undecided, and of what passed what the rule asks.
"""

_LONGEST = 32_000
"""Characters of one cell: spreadsheets take 32,767. How many are left out is said."""
_MOST_EXCERPTS = 20
"""Excerpts in one cell; how many more there are is said."""
Row = dict[str, str]
# what begins a formula, also in its full-width form, with or without blanks before it; and the apostrophe that marks those
_ACTIVE = re.compile(r"[\s\u3000]*[=+\-@'\t\r\n＝＋－＠＇]")


def render(documents: Sequence[ReportDocument]) -> str:
    """The reports as one table with a line of column names."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for document in documents:
        image = document["image"]
        same = {"image": image_name(document), "image_id": (image["image_id"] or "") if image else "", "verdict": document["verdict"]}
        writer.writerows([cell(row.get(column, "")) for column in COLUMNS] for row in (same | row for row in _rows(document)))
    return text.getvalue()


def _rows(document: ReportDocument) -> Iterator[Row]:
    yield {
        "row": "image",
        "result": document["verdict"],
        "message": reason_of(document),
        "undetermined": undetermined_is(document),
        **_archive(document),
    }
    for gap in not_read(document):
        yield {"row": "not read", "message": gap}
    for result in open_results(document):
        for finding in result["findings"]:
            yield from _places(result, finding)
        if not result["findings"]:
            yield {"row": "undecided" if result["verdict"] == "undetermined" else "finding", "message": result["reason"], **_of(result)}
    for result in document["results"]:
        if result["verdict"] in ("pass", "not-applicable"):
            yield from ({"row": "condition", "message": condition, **_of(result)} for condition in result["conditions"])
            yield from (row for finding in result["findings"] for row in _places(result, finding))


def _archive(document: ReportDocument) -> Row:
    """The archive of what was not inspected."""
    names = {"archive": "place", "size": "size", "sha256": "sha256"}
    row = {names[name]: value for name, value in archive_facts(document)}
    return row | ({"size": row["size"].partition(" ")[0].replace(",", "")} if "size" in row else {})


def _of(result: ResultPart) -> Row:
    return {
        "rule": result["rule"],
        "title": result["outcome_title"],
        "result": result["verdict"],
        "fails_image": "yes" if result["fails_image"] else "no",
        "severity": result["severity"],
        "remediation": "" if result["verdict"] in ("pass", "not-applicable") else result["remediation"],
    }


def _places(result: ResultPart, finding: FindingPart) -> Iterator[Row]:
    same = {
        **_of(result),
        "row": "finding",
        "result": finding["verdict"],
        "severity": finding["severity"],
        "confidence": finding["confidence"],
        "message": finding["message"],
        "fingerprint": finding["fingerprint"],
        "remediation": "" if finding["verdict"] in ("pass", "not-applicable") else finding["remediation"] or result["remediation"],
    }
    yield from (same | _place(place) for place in places_of(finding["evidence"] or [nowhere()]))


def _place(place: OnePlace) -> Row:
    evidence = place.first
    layer, hidden_by = evidence["layer"], evidence["hidden_by"]
    return {
        "place": name_of(evidence),
        "line": _number(evidence["line"]),
        "state": evidence["state"] or "",
        "layer": _number(layer["index"] if layer else None),
        "diff_id": (layer["diff_id"] or "") if layer else "",
        "instruction": _instruction(layer),
        "hidden_by_layer": _number(hidden_by["index"] if hidden_by else None),
        "hidden_by_instruction": _instruction(hidden_by),
        "sha256": evidence["file_sha256"] or "",
        "size": _number(evidence["size"]),
        "expected": evidence["expected"] or "",
        "actual": evidence["actual"] or "",
        "excerpt": listed(place.excerpts, _MOST_EXCERPTS),
        "secret_id": " ".join(place.secret_ids),
        "lines": " ".join(map(str, place.lines)),
    }


def _instruction(layer: LayerPlace | None) -> str:
    return layer["created_by"] if layer else ""


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def line(cells: Sequence[str]) -> str:
    """*cells* as a row by itself, with its line end."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def cell(text: str) -> str:
    """*text* as a cell: in one line, no formula, and not too long for a spreadsheet."""
    clean = shortened(one_line(text), _LONGEST)
    return f"'{clean}" if _ACTIVE.match(clean) else clean
