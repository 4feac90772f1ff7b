"""All that was wrong with the archive, or could not be read."""

from __future__ import annotations

from imginspect.report.document import ProblemPart
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.part import Part
from imginspect.report.html.tables import Row, code, table


def problems(part: Part) -> Markup:
    """The table of problems; each of them was judged by an integrity rule above."""
    found = part.document["problems"]
    if not found:
        return element("p", "None. The archive is consistent, and nothing was skipped.")
    rows = (
        Row((problem["where"], _what(problem), part.layer(problem["layer"]) if problem["layer"] is not None else "")) for problem in found
    )
    note = element("p", "The integrity rules judge these problems; their results are above. This is the complete list.", class_="explained")
    return joined((note, table("Problems in the archive", ("Where", "What", "Layer"), rows, wide=True)))


def _what(problem: ProblemPart) -> Markup:
    compared = [("expected", problem["expected"]), ("found", problem["actual"])]
    notes = [element("p", f"{name}: ", code(text), class_="note") for name, text in compared if text is not None]
    if problem["path"] and problem["path"] not in problem["where"]:
        notes.append(element("p", code(problem["path"]), class_="note"))
    unread = element("strong", " Something was not read because of this.") if problem["unread"] else NOTHING
    return joined((problem["what"], unread, *notes))
