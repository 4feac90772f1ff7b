"""Licences in the image: files, servers, products, and what packages state."""

from __future__ import annotations

from imginspect.report.document import LicenceRow
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.part import Part
from imginspect.report.html.tables import Row, code, table

_KINDS = {"file": "licence file", "server": "licence server", "product": "product that needs a licence", "packages": "packages"}


def licences(part: Part) -> Markup:
    """The table of licences; what packages state of themselves is theirs to answer for."""
    rows = part.document["licences"]
    if not rows:
        return NOTHING
    note = element("p", "Licences of packages are their own claims. imginspect does not interpret licence terms.", class_="explained")
    columns = ("What", "Kind", "Details", "Where", "Count")
    return joined((note, table("Licences in the image", columns, (_row(item) for item in rows), numbers=(4,))))


def _row(row: LicenceRow) -> Row:
    return Row((row["name"], _KINDS.get(row["kind"], row["kind"]), row["detail"], code(row["path"] or ""), f"{row['count']:,}"))
