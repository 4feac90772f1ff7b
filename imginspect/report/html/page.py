"""The page around the sections: head with its Content Security Policy, navigation, and the overview where there are several images."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from imginspect.report.decisions import shortened
from imginspect.report.document import ReportDocument
from imginspect.report.html.glossary import glossary
from imginspect.report.html.head import head
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.part import Part
from imginspect.report.html.sections import SECTIONS, PageSection
from imginspect.report.html.sources import security_policy, source
from imginspect.report.html.tables import Row, code, table
from imginspect.report.html.words import IMAGE, VerdictWords, badge, icons, outcome
from imginspect.report.summary import qualification
from imginspect.wording import counted

_STYLES = ("page.css", "parts.css", "print.css")
_SCRIPT = "filter.js"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_TITLE = 120
"""Characters of the page's title; how many are left out is said."""
_WITHOUT_IMAGE = ("summary", "problems", "checking")


class _Drawn(NamedTuple):
    """A part with its sections as they are on the page: id, title, content."""

    part: Part
    sections: tuple[tuple[str, str, Markup], ...]


def page(documents: Sequence[ReportDocument], *, show_filesystem: bool) -> str:
    """The whole page."""
    several = len(documents) > 1
    parts = [
        Part(document, f"image-{number}-" if several else "", 3 if several else 2, show_filesystem)
        for number, document in enumerate(documents, 1)
    ]
    drawn = [_Drawn(part, tuple((item.id, item.title, item.content(part)) for item in _sections(part))) for part in parts]
    title = f"{len(parts)} images" if several else shortened(parts[0].name, _TITLE) if parts else "No image"
    body = joined(
        (
            icons(),
            element("a", "Skip to the report", href="#report", class_="skip"),
            _header(parts, title),
            element("div", _navigation(drawn), _main(drawn), class_="columns-of-page"),
            element("script", Markup(source(_SCRIPT))),
        )
    )
    return f'<!DOCTYPE html>\n<html lang="en-GB">{_head(title, parts)}{element("body", body)}</html>\n'


def _sections(part: Part) -> Sequence[PageSection]:
    """The sections of a report; where there was no image only those that say so."""
    return SECTIONS if part.document["image"] is not None else [item for item in SECTIONS if item.id in _WITHOUT_IMAGE]


def _head(title: str, parts: Sequence[Part]) -> Markup:
    style, margins = "".join(source(name) for name in _STYLES), _margins(parts)
    policy = security_policy((style, margins), source(_SCRIPT))
    return head(f"Image inspection report: {title}", policy, style, margins)


def _header(parts: Sequence[Part], title: str) -> Markup:
    return element("header", element("p", "Image inspection report", class_="eyebrow"), element("h1", title), class_="page-header")


def _navigation(drawn: Sequence[_Drawn]) -> Markup:
    links = joined(_contents(item) for item in drawn)
    overview = element("ul", element("li", element("a", "Overview", href="#overview"))) if len(drawn) > 1 else NOTHING
    words = element("ul", element("li", element("a", "Glossary", href="#glossary")))
    return element("nav", element("p", "Contents", class_="label"), overview, links, words, aria_label="Contents")


def _contents(item: _Drawn) -> Markup:
    links = element("ul", *(element("li", item.part.link(name, title)) for name, title, content in item.sections if content))
    if not item.part.prefix:
        return links
    return element("details", element("summary", shortened(item.part.name, _TITLE)), links)


def _main(drawn: Sequence[_Drawn]) -> Markup:
    overview = _overview([item.part for item in drawn]) if len(drawn) > 1 else NOTHING
    words = element("section", element("h2", "Glossary", id="glossary"), glossary())
    return element("main", overview, *(_part(item) for item in drawn), words, id="report", tabindex=-1)


def _part(item: _Drawn) -> Markup:
    part = item.part
    sections = [
        element("section", part.heading(0, title, id_=name), content, class_=f"part part-{name}")
        for name, title, content in item.sections
        if content
    ]
    if not part.prefix:
        return joined(sections)
    return element("article", element("h2", part.name, id=part.id("top")), *sections, class_="image", id=part.prefix.rstrip("-"))


def _overview(parts: Sequence[Part]) -> Markup:
    columns = ("Image", "Verdict", "Platform", "Failed", "Undecided", "Warnings", "Passed")
    made = table(f"{counted(len(parts), 'image')} in one archive", columns, (_overview_row(part) for part in parts), numbers=(3, 4, 5, 6))
    return element("section", element("h2", "Overview", id="overview"), made)


def _overview_row(part: Part) -> Row:
    image = part.document["image"]
    counts = [f"{len(part.groups[verdict]):,}" for verdict in ("fail", "undetermined", "warn", "pass")]
    name = part.link("top", code(shortened(part.name, _TITLE)))
    return Row((name, badge(_outcome(part.document)), image["platform"] if image else "", *counts))


def _outcome(document: ReportDocument) -> VerdictWords:
    meaning = outcome(IMAGE, document["verdict"])
    return meaning._replace(word=meaning.word + qualification(document))


def _margins(parts: Sequence[Part]) -> str:
    """Style of the printed margins: the digest of the image that a page is about, if that is a digest and nothing else."""
    made = []
    for part in parts:
        image = part.document["image"]
        digest = (image["manifest_digest"] or image["image_id"] or "") if image else ""
        if _DIGEST.fullmatch(digest):
            name = part.prefix.rstrip("-")
            margin = f'@top-right{{content:"{digest[:26]}…"}}'
            made.append(f"@page {name}{{{margin}}}#{name}{{page:{name}}}" if name else f"@page{{{margin}}}")
    return "".join(made)
