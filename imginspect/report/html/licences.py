"""Licences that the image shows: files, servers, products, and what packages state."""

from __future__ import annotations

from imginspect.report.document import LicenceRow
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.part import Part
from imginspect.report.html.tables import Row, code, table

_KINDS = {"file": "licence file", "server": "licence server", "product": "product that asks for a licence", "packages": "packages"}


def licences(part: Part) -> Markup:
    """The table of licences; what packages state of themselves is theirs to answer for."""
    rows = part.document["licences"]
    if not rows:
        return NOTHING
    note = element("p", "What packages state of themselves is repeated as they state it. No terms are judged here.", class_="explained")
    columns = ("What", "Kind", "Details", "Where", "How many")
    return joined((note, table("Licences that the image shows", columns, (_row(item) for item in rows), numbers=(4,))))


def _row(row: LicenceRow) -> Row:
    return Row((row["name"], _KINDS.get(row["kind"], row["kind"]), row["detail"], code(row["path"] or ""), f"{row['count']:,}"))
