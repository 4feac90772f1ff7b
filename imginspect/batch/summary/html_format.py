"""``index.html``: one page on all images, in pieces. Self-contained, whole without its script, and everything is printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from imginspect.batch.store.database import Database
from imginspect.batch.summary.html_images import images_table
from imginspect.batch.summary.html_parts import COUNTED, criteria, rules_table, shared_table, skipped_table, verdict_part
from imginspect.batch.summary.verdict import Total, total
from imginspect.report.html.head import head
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.sources import security_policy, source
from imginspect.report.html.words import icons
from imginspect.wording import counted

_PACKAGE = "imginspect.batch.summary"
_STYLES = ("page.css", "parts.css", "print.css")
_SECTIONS = {
    "answer": "Summary",
    "rules": "Rules",
    "shared": "Shared findings",
    "images": "Images",
    "skipped": "Skipped",
    "criteria": "Criteria",
}


def render(database: Database) -> Iterator[str]:
    """The whole page, in pieces."""
    answer = total(database)
    title = counted(answer.images, "image")
    style = "".join(map(source, _STYLES)) + source("index.css", _PACKAGE)
    script = source("index.js", _PACKAGE)
    yield f'<!DOCTYPE html>\n<html lang="en-GB">{head(f"Image inspection: {title}", security_policy((style,), script), style)}<body>'
    yield icons()
    yield element("a", "Skip to the summary", href="#answers", class_="skip")
    yield element("header", element("p", "Image inspection: batch summary", class_="eyebrow"), element("h1", title),
                  class_="page-header")  # fmt: skip
    yield from ('<div class="columns-of-page">', _navigation(), '<main id="answers" tabindex="-1">')
    yield from chain.from_iterable(_section(name, content) for name, content in _contents(database, answer))
    yield from ("</main></div>", element("script", Markup(script)), "</body></html>\n")


def _contents(database: Database, answer: Total) -> Iterator[tuple[str, Iterable[Markup]]]:
    yield "answer", [verdict_part(answer)]
    yield "rules", [rules_table(database)]
    yield "shared", [shared_table(database)]
    yield "images", images_table(database)
    yield "skipped", skipped_table(database)
    yield "criteria", [criteria(database)]


def _section(name: str, content: Iterable[Markup]) -> Iterator[str]:
    yield f'<section class="part-{name}">'
    yield element("h2", _SECTIONS[name], id=name)
    explained = COUNTED.get(name)
    yield element("p", explained, class_="explained") if explained else NOTHING
    yield from content
    yield "</section>\n"


def _navigation() -> Markup:
    links = joined(element("li", element("a", title, href=f"#{name}")) for name, title in _SECTIONS.items())
    return element("nav", element("p", "Contents", class_="label"), element("ul", links), aria_label="Contents")
