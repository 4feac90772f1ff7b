"""The page's table of images and its filter. It is written in escaped pieces, because it can have very many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import quote

from imginspect.batch.store.database import Database
from imginspect.batch.store.queries import Recorded, bases, images
from imginspect.batch.summary.html_parts import LONGEST_CELL
from imginspect.batch.summary.rules import Titles, in_order, named, title_of
from imginspect.batch.summary.verdict import is_at_least
from imginspect.report.decisions import shortened
from imginspect.report.html.amounts import size_text
from imginspect.report.html.markup import NOTHING, Markup, element, escape, joined
from imginspect.report.html.words import IMAGE, outcome
from imginspect.wording import counted

_COLUMNS = ("Image", "Verdict", "Failed or undecided", "Warnings", "Size", "Created (claimed)", "Base image", "Digest", "Platform")
_NUMBERS = ("Warnings", "Size")
_RANKS = {verdict: rank for rank, verdict in enumerate(("pass", "undecided", "incomplete", "not-inspected", "fail"))}
_SHOWN = 2
"""Further names of an image that stand in its row; the others fold out below them."""
_DAY = 10
"""Characters of a date without its time."""


class _Rows(NamedTuple):
    """What all rows of the table share: numbers of rules for the filter, what they are called, and whether reports are there."""

    numbers: dict[str, int]
    rules: Titles
    fail_on: str
    linked: bool
    base_of: Callable[[int], str]


def images_table(database: Database) -> Iterator[Markup]:
    """The bar and the table, in pieces."""
    (count,) = next(database.select("SELECT count(*) FROM image"))
    if not count:
        yield element("p", "There are no images.")
        return
    rules = {rule.id: rule for rule in database.rules()}
    numbers = {rule: number for number, rule in enumerate(_open_rules(database))}
    linked = "html" in database.run.get("report_forms", "").split()
    rows = _Rows(numbers, rules, database.run.get("fail_on", ""), linked, bases(database))
    yield _bar(rows)
    yield Markup(
        '<div class="scroll" tabindex="0" role="group" aria-label="Images"><table class="images">'
        f"<caption>{escape(counted(count, 'image'))}, worst first</caption><thead><tr>{joined(map(_head, _COLUMNS))}</tr></thead><tbody>\n"
    )
    for image in images(database, "worst"):
        yield _row(image, rows)
    yield Markup("</tbody></table></div>")


def _head(column: str) -> Markup:
    order = "descending" if column == "Verdict" else None
    return element("th", column, scope="col", class_="number" if column in _NUMBERS else None, aria_sort=order)


def _open_rules(database: Database) -> Iterator[str]:
    """The rules that a row can be looked for by."""
    statement = (
        "SELECT rule.rule FROM rule WHERE EXISTS (SELECT 1 FROM result WHERE result.rule = rule.id"
        " AND verdict NOT IN ('pass', 'not-applicable')) ORDER BY rule.rule"
    )
    return (rule for (rule,) in database.select(statement))


def _bar(rows: _Rows) -> Markup:
    verdicts = [element("option", meaning.word, value=verdict) for verdict, meaning in IMAGE.items()]
    listed = [
        element("option", shortened(title_of(rule, "", rows.rules), 90), value=number, data_rule=rule)
        for rule, number in rows.numbers.items()
    ]
    every = element("option", "any", value="")
    return element(
        "form",
        element("label", "Verdict", element("select", every, *verdicts, name="verdict")),
        element("label", "Rule that failed, warned or was not decided", element("select", every, *listed, name="rule")),
        element("label", "Repository, name or other text", element("input", type="search", name="text", autocomplete="off")),
        element("p", role="status"),
        class_="filter",
        hidden=True,
        aria_label="Filter the images",
    )


def _row(image: Recorded, rows: _Rows) -> Markup:
    meaning = outcome(IMAGE, image.verdict)
    word = meaning.word + _qualification(image, rows.fail_on)
    is_open = " ".join(str(rows.numbers[item.rule]) for item in image.results if item.rule in rows.numbers and _is_open(item.verdict))
    size = size_text(image.size) if image.size is not None else ""
    digest = image.manifest_digest or image.image_id
    return Markup(
        f'<tr data-v="{escape(image.verdict)}" data-r="{is_open}"><th scope="row">{_name(image, linked=rows.linked)}</th>'
        f'<td data-k="{_RANKS.get(image.verdict, 0)}"><span class="badge {meaning.shape}">{escape(word)}</span></td>'
        f'<td>{_why(image, rows)}</td><td class="number">{len(image.rules("warn")):,}</td>'
        f'<td class="number" data-k="{image.size or 0}">{size}</td><td data-k="{escape(image.created)}">{escape(image.created[:_DAY])}</td>'
        f"<td>{_base(image, rows.base_of(image.id))}</td><td><code>{escape(digest)}</code></td><td>{escape(image.platform)}</td></tr>\n"
    )


def _why(image: Recorded, rows: _Rows) -> Markup:
    """The rules that failed, then those that could not be decided, worst first; the reason where these do not give it."""
    failed, undecided = set(image.rules("fail")), set(image.rules("undetermined"))
    ordered = in_order(image.results, rows.rules)
    made = [_rules([item.rule for item in ordered if item.rule in failed], "fail", "", rows)]
    made += [_rules([item.rule for item in ordered if item.rule in undecided], "undetermined", "could not be decided: ", rows)]
    is_told = image.verdict in ("fail", "undecided") and any(made)
    return joined([*([] if is_told else [escape(shortened(image.reason, LONGEST_CELL))]), *made])


def _rules(found: list[str], verdict: str, before: str, rows: _Rows) -> Markup:
    return joined(element("div", before, named(rule, verdict, rows.rules)) for rule in found)


def _base(image: Recorded, in_run: str) -> Markup:
    """The image whose layers are in it, and what it claims."""
    claimed = " ".join(element("code", text) for text in (image.base, image.base_digest[:19]) if text)
    known = joined((element("code", in_run), " (same layers)")) if in_run else NOTHING
    stated = Markup(f"{claimed} (claimed)") if claimed else NOTHING
    return joined(element("div", text) for text in (known, stated) if text)


def _qualification(image: Recorded, fail_on: str) -> str:
    """The qualification of a pass: its conditions, and the undecided rules that could fail the image."""
    if image.verdict != "pass":
        return ""
    undecided = [item for item in image.results if item.verdict == "undetermined" and is_at_least(item.severity, fail_on)]
    on = f" on {counted(image.conditions, 'condition')}" if image.conditions else ""
    return on + (f", but {counted(len(undecided), 'rule')} could not be decided" if undecided else "")


def _is_open(verdict: str) -> bool:
    return verdict not in ("pass", "not-applicable")


def _name(image: Recorded, *, linked: bool) -> Markup:
    """All names, the first of which leads to the report; and where the image is."""
    name = element("code", image.name)
    if linked and image.report:
        name = element("a", name, href=f"reports/{quote(image.report, safe='')}.html")
    others = [element("code", reference) for reference in image.references if reference != image.name]
    also = joined(element("div", other) for other in others[:_SHOWN])
    if len(others) > _SHOWN:
        listed = joined(element("div", other) for other in others[_SHOWN:])
        also = joined((also, element("details", element("summary", f"{counted(len(others) - _SHOWN, 'more name')}"), listed)))
    where = element("p", image.source, class_="note") if image.source != image.name else NOTHING
    return joined((name, also, where))
