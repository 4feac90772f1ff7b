"""The chain of custody: every digest from the archive down to each layer's content, and what it was compared with."""

from __future__ import annotations

from collections.abc import Iterator

from imginspect.report.document import ChainLink
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.part import Part
from imginspect.report.html.tables import Row, code, facts, table
from imginspect.report.html.words import STATUS, badge, outcome


def custody(part: Part) -> Markup:
    """The chain, and what each status means."""
    chain = part.document["chain"]
    if not chain:
        return NOTHING
    words = "Each link promises the digest of the next, from the archive as it was handed in down to the content of every layer."
    columns = ("Link", "Status", "Digest that was found", "Size in bytes")
    rows = (Row((_name(link), badge(outcome(STATUS, link["status"])), _digest(link), _size(link))) for link in chain)
    made = table("Chain of custody", columns, rows, numbers=(3,), wide=True)
    return joined((element("p", words, class_="explained"), made, _explained(chain)))


def _name(link: ChainLink) -> Markup:
    role = link["role"] if link["layer"] is None else link["role"].replace("layer", f"layer {link['layer']}", 1)
    name = NOTHING if link["name"] == role else element("p", link["name"], class_="note")
    return joined((role, name))


def _digest(link: ChainLink) -> Markup:
    found = code(link["digest"] or "") or Markup("none")
    if link["expected"] is None or link["expected"] == link["digest"]:
        return found
    return joined((found, element("p", "promised: ", code(link["expected"]), class_="note")))


def _size(link: ChainLink) -> Markup:
    size, expected = link["size"], link["expected_size"]
    found = element("span", f"{size:,}") if size is not None else NOTHING
    if expected is None or expected == size:
        return found
    return joined((found, element("p", f"promised: {expected:,}", class_="note")))


def _explained(chain: list[ChainLink]) -> Markup:
    return facts(_meanings({link["status"] for link in chain}))


def _meanings(used: set[str]) -> Iterator[tuple[str, str]]:
    for status, meaning in STATUS.items():
        if status in used:
            yield badge(meaning), meaning.sentence
