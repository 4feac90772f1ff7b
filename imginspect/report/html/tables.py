"""Tables and lists of facts in the forms that all sections share."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.wording import counted


class Row(NamedTuple):
    """The cells of one row, the first of which names it; *id* is for links to it. *on_paper* says whether it is printed; None: if there is
    room.
    """

    cells: Sequence[str]
    id: str = ""
    on_paper: bool | None = None


class Paper(NamedTuple):
    """What is printed of a long table: *most* rows beside those that always are; *noun* is what a row is, *where* the rest can be read."""

    most: int
    noun: str = "more row"
    where: str = "see the HTML file"


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    numbers: Sequence[int] = (),
    wide: bool = False,
    paper: Paper | None = None,
) -> Markup:
    """A table in a region that scrolls by itself where it is too wide. *numbers* are the columns aligned to the right.

    *wide* is for tables of long texts, which keep a width to be read in. Paper says how many rows it leaves out.
    """
    head = element("tr", *(element("th", column, scope="col", class_=_class(place, numbers)) for place, column in enumerate(columns)))
    made: list[Markup] = []
    room = paper.most if paper else sys.maxsize
    left = 0
    for row in rows:
        is_left = row.on_paper is False or (row.on_paper is None and room <= 0)
        made.append(_row(row, numbers, "screen" if is_left else None))
        left += is_left
        room -= row.on_paper is None
    emptied = " emptied" if left == len(made) > 0 else ""
    drawn = element("table", element("caption", caption), element("thead", head), element("tbody", *made), class_="wide" if wide else None)
    note = element("p", f"Not printed: {counted(left, paper.noun)}; {paper.where}.", class_="paper note") if left and paper else NOTHING
    return joined((element("div", drawn, class_=f"scroll{emptied}", tabindex=0, role="group", aria_label=caption), note))


def facts(pairs: Iterable[tuple[str, str]]) -> Markup:
    """Names with their values; those without a value are left out."""
    made = [element("div", element("dt", name), element("dd", value)) for name, value in pairs if value]
    return element("dl", *made, class_="facts") if made else NOTHING


def code(text: str) -> Markup:
    """A name, path or instruction, letter by letter; nothing where there is none."""
    return element("code", text) if text else NOTHING


def listed(items: Iterable[str], **attributes: str) -> Markup:
    """A list of *items*; nothing where there are none."""
    made = [element("li", item) for item in items]
    return element("ul", *made, **attributes) if made else NOTHING


def folded(summary: str, *content: str, **attributes: str | int | bool | None) -> Markup:
    """*content* that opens at a click on *summary*; in print it is always open."""
    return element("details", element("summary", summary), *content, **attributes)


def _row(row: Row, numbers: Sequence[int], class_: str | None) -> Markup:
    first = element("th", row.cells[0], scope="row", class_=_class(0, numbers))
    rest = [element("td", cell, class_=_class(place, numbers)) for place, cell in enumerate(row.cells[1:], 1)]
    return element("tr", first, *rest, id=row.id or None, class_=class_)


def _class(place: int, numbers: Sequence[int]) -> str | None:
    return "number" if place in numbers else None
