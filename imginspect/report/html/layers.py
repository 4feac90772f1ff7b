"""The layers with their sizes, and the steps of the build."""

from __future__ import annotations

from imginspect.report.document import LayerPart
from imginspect.report.html.amounts import share_text, size_text
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.part import Part
from imginspect.report.html.tables import Paper, Row, code, table
from imginspect.wording import counted

_WIDTH = 1000
"""Units of the drawing, which is stretched to the page."""
_HEIGHT = 36
_WASTE = 9
_PAPER = Paper(100, "build step", "the table of layers names those that made a layer, and the HTML file has all of them")
_ROOM = 24
"""The least width of a segment that holds its number."""


def layers(part: Part) -> Markup:
    """The bar of sizes, the table of layers, and the history of the build."""
    found = part.document["layers"]
    if not found:
        return _history(part)
    note = element(
        "p", "Layers are stacked, with layer 0 at the bottom. A container sees the topmost version of each file.", class_="explained"
    )
    return joined((note, _bar(found), _table(found, part), _history(part)))


def _bar(layers: list[LayerPart]) -> Markup:
    whole = sum(layer["file_bytes"] for layer in layers)
    if whole <= 0:
        return NOTHING
    drawn: list[Markup] = []
    place = 0.0
    for layer in layers:
        width = _WIDTH * layer["file_bytes"] / whole
        drawn += _segment(layer, place, width)
        place += width
    wasted = sum(layer["wasted_bytes"] for layer in layers)
    words = f"{counted(len(layers), 'layer')} with {size_text(whole)} of files in total; later layers hide {size_text(wasted)}."
    box = f"0 0 {_WIDTH} {_HEIGHT}"
    label = f"Bar of {words} The table below gives the figures."
    svg = element("svg", *drawn, viewBox=box, preserveAspectRatio="none", role="img", aria_label=label, class_="bar")
    key = element(
        "figcaption",
        words,
        " The width shows the size of each layer's files; the strip at the bottom shows the part that later layers hide.",
    )
    return element("figure", svg, key)


def _segment(layer: LayerPart, place: float, width: float) -> list[Markup]:
    if width <= 0:
        return []
    gap = min(2.0, width / 4)
    shade = f"shade{layer['index'] % 4}"
    drawn = [element("rect", x=f"{place:.2f}", y=0, width=f"{width - gap:.2f}", height=_HEIGHT, class_=shade)]
    waste = (width - gap) * min(layer["wasted_bytes"], layer["file_bytes"]) / max(layer["file_bytes"], 1)
    if waste > 0:
        drawn.append(element("rect", x=f"{place:.2f}", y=_HEIGHT - _WASTE, width=f"{waste:.2f}", height=_WASTE, class_="waste"))
    if width >= _ROOM:
        drawn.append(element("text", str(layer["index"]), x=f"{place + 7:.2f}", y=18))
    return drawn


def _table(layers: list[LayerPart], part: Part) -> Markup:
    whole = sum(layer["file_bytes"] for layer in layers)
    columns = ("Layer", "Instruction", "Files", "Size", "Share", "Wasted", "Stored size", "Read")
    places = {layer["index"]: place for place, layer in reversed(list(enumerate(layers)))}
    rows = (
        _row(layer, whole, part.id(f"layer-{layer['index']}") if places[layer["index"]] == place else "")
        for place, layer in enumerate(layers)
    )
    return table("Layers, base first", columns, rows, numbers=(2, 3, 4, 5, 6), wide=True)


def _row(layer: LayerPart, whole: int, name: str) -> Row:
    stored = size_text(layer["stored_bytes"]) + (f", {layer['compression']}" if layer["compression"] else "")
    created = element("p", f"claimed time {layer['created']}", class_="note") if layer["created"] else NOTHING
    cells = (
        str(layer["index"]),
        joined((code(layer["created_by"]) or "not stated", created)),
        f"{layer['files']:,}",
        size_text(layer["file_bytes"]),
        share_text(layer["file_bytes"], whole),
        size_text(layer["wasted_bytes"]),
        stored,
        layer["status"],
    )
    return Row(cells, name)


def _history(part: Part) -> Markup:
    steps = part.document["history"]
    if not steps:
        return NOTHING
    columns = ("Step", "Instruction", "Layer", "Time (claimed)", "Comment")
    rows = (
        Row(
            (
                str(number),
                code(step["created_by"]),
                part.layer(step["layer"]) if step["layer"] is not None else "none",
                step["created"],
                step["comment"],
            ),
            on_paper=None if step["layer"] is None else False,
        )
        for number, step in enumerate(steps, 1)
    )
    note = element("p", "The image states how it was built. This is a claim by the image; nothing proves it.", class_="explained")
    drawn = table("Build steps", columns, rows, wide=True, paper=_PAPER)
    return element("div", part.heading(1, "Build history"), note, drawn, class_="build-history")
