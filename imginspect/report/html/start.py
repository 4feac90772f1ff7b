"""What starts in a container, step by step."""

from __future__ import annotations

from imginspect.report.document import ProgramPart
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.part import Part
from imginspect.report.html.tables import Paper, Row, code, facts, listed, table

_PAPER = Paper(20, "more program", "they have no findings, were analysed, and are in the HTML file")


def start(part: Part) -> Markup:
    """The command, what happens with it, and the programs that it leads to."""
    found = part.document["startup"]
    if found is None:
        return NOTHING
    command = joined((code(word) for word in found["command"]), " ") or "none: the image has no ENTRYPOINT and no CMD"
    about = [
        ("Command", command),
        ("User", found["user"] or "root (no user is set)"),
        ("Working directory", code(found["working_dir"] or "/")),
    ]
    steps = element("ol", *(element("li", step) for step in found["steps"]), class_="steps") if found["steps"] else NOTHING
    return joined(
        (
            facts(about),
            _under("What happens", steps, part),
            _under("Problems", listed(found["problems"]), part),
            _under("Starts, provided that", listed(found["conditions"]), part),
            _programs(found["programs"], part),
        )
    )


def _under(title: str, content: Markup, part: Part) -> Markup:
    return joined((part.heading(1, title), content)) if content else NOTHING


def _programs(programs: list[ProgramPart], part: Part) -> Markup:
    if not programs:
        return NOTHING
    columns = ("Program", "Language", "Layer", "Started by")
    title = "Programs and scripts that start, as far as they can be followed"
    return table(title, columns, (_program(item, part) for item in programs), wide=True, paper=_PAPER)


def _program(program: ProgramPart, part: Part) -> Row:
    place = code(program["path"] or "") or joined(("setting ", code(program["config_field"] or "of the image")))
    if program["line"]:
        place = joined((place, f", line {program['line']}"))
    has_finding = program["path"] in part.finding_of_path
    if program["path"] and has_finding:
        number, finding = part.finding_of_path[program["path"]]
        place = joined((place, " ", part.link(f"finding-{number}-{finding}", f"finding {number}.{finding}", class_="see")))
    chain = element("ol", *(element("li", link) for link in program["chain"]), class_="chain") if program["chain"] else NOTHING
    unread = element("p", f"Not followed further: {program['not_analysed']}", class_="note") if program["not_analysed"] else NOTHING
    layer = part.layer(program["layer"]) if program["layer"] is not None else ""
    matters = has_finding or bool(program["not_analysed"])
    return Row((place, program["language"], layer, joined((chain, unread))), on_paper=True if matters else None)
