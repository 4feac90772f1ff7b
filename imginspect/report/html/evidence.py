"""Where a finding was seen: the lines around it, the file, the layer and what became of it."""

from __future__ import annotations

from collections.abc import Iterator

from imginspect.report.document import EvidencePart, FindingPart
from imginspect.report.grouped import OnePlace, places_of
from imginspect.report.html.amounts import size_text
from imginspect.report.html.markup import NOTHING, Markup, element, escape, joined
from imginspect.report.html.part import Part
from imginspect.wording import IN_JSON, and_more

_MOST_PLACES = 20
"""Places of one finding; how many more there are is said, and the JSON report lists all."""
_MOST_EXCERPTS = 20
"""Places of one finding, and lines of one place, that a page shows."""

_STATES = {
    "visible": "visible in the container",
    "config": "image config",
    "overwritten": "overwritten in a later layer, but still in the archive",
    "deleted": "deleted in a later layer, but still in the archive",
}


def evidence(finding: FindingPart, part: Part) -> Markup:
    """All places of a finding. Neighbours in one file share its facts."""
    places = places_of(finding["evidence"])
    shown = joined(_file(place, part) for place in places[:_MOST_PLACES])
    left = len(places) - _MOST_PLACES
    return joined((shown, element("p", and_more(left, "place", IN_JSON), class_="note"))) if left > 0 else shown


def _file(place: OnePlace, part: Part) -> Markup:
    items = place.parts
    compared = dict.fromkeys(_compared(item) for item in items[:1])
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in _facts(items, part) if value)
    shown = f"{_lines(items)}{_excerpts(items)}{''.join(compared)}"
    return Markup(f'<div class="evidence"><p class="place">{_place(place)}</p>{shown}<dl>{rows}</dl></div>')


def _place(place: OnePlace) -> Markup:
    item = place.first
    where = f" {place.in_words}" if place.lines else ""
    if item["path"]:
        return Markup(f"<code>{escape(item['path'])}</code>{where}")
    if item["config_field"]:
        return Markup(f"Setting <code>{escape(item['config_field'])}</code>{where}")
    return (
        Markup(f"Archive member <code>{escape(item['archive_member'])}</code>{where}")
        if item["archive_member"]
        else Markup("The image as a whole")
    )


def _lines(items: list[EvidencePart]) -> str:
    """The lines around all hits in a file, each once, with a gap shown as such."""
    lines = sorted({(line["line"], line["text"]) for item in items for line in item["context"]})
    if not lines:
        return ""
    hits = {item["line"] for item in items}
    made = []
    for place, (number, text) in enumerate(lines):
        if place and number > lines[place - 1][0] + 1:
            made.append("<span><b>⋯</b>\n</span>")
        made.append(_line(number, text, hit=number in hits))
    return f'<pre class="lines">{"".join(made)}</pre>'


def _line(number: int, text: str, *, hit: bool) -> str:
    if hit:
        return f"<mark><b>▸ {number}</b>{escape(text)}\n</mark>"
    return f"<span><b>{number}</b>{escape(text)}\n</span>"


def _excerpts(items: list[EvidencePart]) -> str:
    """What was hit, where no line above shows it."""
    lines = {(line["line"], line["text"]) for item in items for line in item["context"]}
    made = []
    for excerpt, number in dict.fromkeys((item["excerpt"], item["line"]) for item in items):
        if excerpt and not any(line == number and excerpt.strip() in text for line, text in lines):
            made.append(f'<pre class="excerpt"><mark>{escape(excerpt)}</mark></pre>')
    left = len(made) - _MOST_EXCERPTS
    return "".join(made[:_MOST_EXCERPTS]) + (element("p", and_more(left, "line", IN_JSON), class_="note") if left > 0 else "")


def _compared(item: EvidencePart) -> Markup:
    """What is there against what should be."""
    pairs = [(name, text) for name, text in (("Expected", item["expected"]), ("Found", item["actual"])) if text is not None]
    rows = [joined((element("dt", name), element("dd", element("code", text) if text else "nothing"))) for name, text in pairs]
    return element("dl", *rows) if rows else NOTHING


def _facts(items: list[EvidencePart], part: Part) -> Iterator[tuple[str, Markup]]:
    item = items[0]
    yield "State", _state(item, part)
    if item["layer"]:
        yield "Layer", part.layer_place(item["layer"])
    yield "Started by", _chain(item, part)
    about = [item["file_type"], size_text(item["size"]) if item["size"] is not None else None]
    yield "File", escape(", ".join(text for text in about if text))
    if item["file_sha256"]:
        yield "sha256", element("code", item["file_sha256"])
    ids = dict.fromkeys(item["secret_id"] for item in items if item["secret_id"])
    more = f" {and_more(len(ids) - _MOST_EXCERPTS, note=IN_JSON)}" if len(ids) > _MOST_EXCERPTS else ""
    yield "Secret id", Markup(", ".join(element("code", name) for name in list(ids)[:_MOST_EXCERPTS]) + more)


def _state(item: EvidencePart, part: Part) -> Markup:
    state, hidden_by = item["state"], item["hidden_by"]
    if not state:
        return NOTHING
    if hidden_by is None:
        return escape(_STATES.get(state, state))
    return joined((f"{state} in ", part.layer_place(hidden_by), ", but still in the archive"))


def _chain(item: EvidencePart, part: Part) -> Markup:
    """How the start of the container leads to the file, outermost first."""
    program = part.program_of_path.get(item["path"] or "")
    if program is None or not program["chain"]:
        return NOTHING
    return element("ol", *(element("li", link) for link in program["chain"]), class_="chain")
