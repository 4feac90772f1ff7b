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
    chain = part.document["chain_of_custody"]
    if not chain:
        return NOTHING
    words = "Each link states the digest of the next, from the archive down to the content of every layer."
    columns = ("Link", "Status", "Digest found")
    rows = (Row((_name(link), badge(outcome(STATUS, link["status"])), _digest(link))) for link in chain)
    made = element("div", table("Digests found and expected", columns, rows, wide=True), class_="chain-of-custody")
    return joined((element("p", words, class_="explained"), made, _explained(chain)))


def _name(link: ChainLink) -> Markup:
    role = link["role"] if link["layer"] is None else link["role"].replace("layer", f"layer {link['layer']}", 1)
    is_said = link["name"] == f"layer {link['layer']}" or (link["digest"] or "none").partition(":")[2] in link["name"]
    name = NOTHING if link["name"] == role else element("p", link["name"], class_="note screen" if is_said else "note")
    return joined((role, name))


def _digest(link: ChainLink) -> Markup:
    found = code(link["digest"] or "") or Markup("none")
    size, expected_size = link["size"], link["expected_size"]
    notes = [element("p", f"{size:,} bytes", class_="note")] if size is not None else []
    if link["expected"] is not None and link["expected"] != link["digest"]:
        notes.append(element("p", "expected: ", code(link["expected"]), class_="note"))
    if expected_size is not None and expected_size != size:
        notes.append(element("p", f"expected: {expected_size:,} bytes", class_="note"))
    return joined((found, *notes))


def _explained(chain: list[ChainLink]) -> Markup:
    return facts(_meanings({link["status"] for link in chain}))


def _meanings(used: set[str]) -> Iterator[tuple[str, str]]:
    for status, meaning in STATUS.items():
        if status in used:
            yield badge(meaning), meaning.sentence
