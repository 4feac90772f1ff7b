"""Part: one document on its way into the page, with its place there: prefix of ids, level of headings, numbers of results."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from imginspect.report.decisions import shortened
from imginspect.report.document import LayerPlace, ProgramPart, ReportDocument, ResultPart
from imginspect.report.html.markup import Markup, element, joined
from imginspect.report.html.words import RESULT
from imginspect.report.order import worst_first
from imginspect.report.places import LONGEST_INSTRUCTION
from imginspect.report.summary import archive_name

GROUPS = tuple(RESULT)
"""The verdicts of results in the order of the page."""


@dataclass(frozen=True)
class Part:
    """One document; *prefix* keeps its ids apart from those of other documents, *level* is that of its sections' headings.

    *show_filesystem*: the files of the image are listed.
    """

    document: ReportDocument
    prefix: str
    level: int
    show_filesystem: bool = False

    def id(self, name: str) -> str:
        """An id of the page."""
        return self.prefix + name

    def link(self, name: str, *content: str, class_: str | None = None) -> Markup:
        """A link within the page, to what has the id of *name*. There are no others."""
        return element("a", *content, href=f"#{self.id(name)}", class_=class_)

    def heading(self, below: int, *content: str, id_: str | None = None, class_: str | None = None) -> Markup:
        """A heading *below* levels under that of a section."""
        return element(f"h{min(self.level + below, 6)}", *content, id=self.id(id_) if id_ else None, class_=class_)

    @property
    def name(self) -> str:
        """What the image is called: its first reference, or else its digest."""
        image = self.document["image"]
        if image is None:
            return archive_name(self.document)
        return next(iter(image["references"]), None) or image["manifest_digest"] or image["image_id"] or "An image without a name"

    @cached_property
    def groups(self) -> dict[str, list[tuple[int, ResultPart]]]:
        """The results of each verdict with their numbers from 1; one of a verdict that is not known is not settled."""
        found: dict[str, list[ResultPart]] = {verdict: [] for verdict in GROUPS}
        for result in worst_first(self.document["results"]):
            found[result["verdict"] if result["verdict"] in found else "undetermined"].append(result)
        numbered: dict[str, list[tuple[int, ResultPart]]] = {}
        number = 0
        for verdict, results in found.items():
            numbered[verdict] = list(enumerate(results, number + 1))
            number += len(results)
        return numbered

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each rule's result."""
        return {result["rule"]: number for results in self.groups.values() for number, result in results}

    @cached_property
    def finding_of_path(self) -> dict[str, tuple[int, int]]:
        """Paths that findings name, with the numbers of the rule and of the first finding of each."""
        found: dict[str, tuple[int, int]] = {}
        for results in self.groups.values():
            for number, result in results:
                for place, finding in enumerate(result["findings"], 1):
                    for item in finding["evidence"]:
                        if item["path"]:
                            found.setdefault(item["path"], (number, place))
        return found

    @cached_property
    def program_of_path(self) -> dict[str, ProgramPart]:
        """The programs that start, by path."""
        start = self.document["startup"]
        return {program["path"]: program for program in reversed(start["programs"]) if program["path"]} if start else {}

    @cached_property
    def layer_numbers(self) -> frozenset[int]:
        """The layers that have a row of their own to link to."""
        return frozenset(layer["index"] for layer in self.document["layers"])

    def layer(self, index: int) -> Markup:
        """The name of a layer, a link where the page has a row for it."""
        name = f"layer {index}"
        return self.link(f"layer-{index}", name) if index in self.layer_numbers else element("span", name)

    def layer_place(self, place: LayerPlace) -> Markup:
        """A layer and the beginning of the instruction that made it; the whole of it stands in the table of layers."""
        made_by = place["created_by"]
        if not made_by:
            return self.layer(place["index"])
        shown = shortened(made_by, LONGEST_INSTRUCTION) if place["index"] in self.layer_numbers else made_by
        return joined((self.layer(place["index"]), ", made by ", element("code", shown)))
