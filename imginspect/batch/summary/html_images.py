"""The page's table of images and its filter. It is written in escaped pieces, because it can have very many rows."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from imginspect.batch.store.database import Database
from imginspect.batch.store.queries import Recorded, images
from imginspect.batch.summary.html_parts import LONGEST_CELL
from imginspect.batch.summary.verdict import is_at_least
from imginspect.report.decisions import shortened
from imginspect.report.html.markup import NOTHING, Markup, element, escape, joined
from imginspect.report.html.words import IMAGE, outcome
from imginspect.wording import counted

_COLUMNS = ("Image", "Platform", "Verdict", "Failed rules", "Warnings", "Why")
_SHOWN = 2
"""Further names of an image that stand in its row; the others fold out below them."""


def images_table(database: Database) -> Iterator[Markup]:
    """The bar and the table, in pieces."""
    (count,) = next(database.select("SELECT count(*) FROM image"))
    if not count:
        yield element("p", "There are no images.")
        return
    numbers = {rule: number for number, rule in enumerate(_rules(database))}
    linked = "html" in database.run.get("report_forms", "").split()
    yield _bar(database, numbers)
    head = joined(element("th", column, scope="col", class_="number" if column == "Warnings" else None) for column in _COLUMNS)
    yield Markup(
        '<div class="scroll" tabindex="0" role="group" aria-label="Images"><table class="images">'
        f"<caption>{escape(counted(count, 'image'))}, sorted by name</caption><thead><tr>{head}</tr></thead><tbody>\n"
    )
    fail_on = database.run.get("fail_on", "")
    for image in images(database):
        yield _row(image, numbers, fail_on, linked=linked)
    yield Markup("</tbody></table></div>")


def _rules(database: Database) -> Iterator[str]:
    """The rules that rows can be filtered by."""
    statement = (
        "SELECT rule.rule FROM rule WHERE EXISTS (SELECT 1 FROM result WHERE result.rule = rule.id"
        " AND verdict NOT IN ('pass', 'not-applicable')) ORDER BY rule.rule"
    )
    return (rule for (rule,) in database.select(statement))


def _bar(database: Database, numbers: dict[str, int]) -> Markup:
    titles = {rule.id: rule.title for rule in database.rules()}
    verdicts = [element("option", meaning.word, value=verdict) for verdict, meaning in IMAGE.items()]
    rules = [element("option", shortened(f"{rule} {titles.get(rule, '')}", 90), value=number) for rule, number in numbers.items()]
    every = element("option", "any", value="")
    return element(
        "form",
        element("label", "Verdict", element("select", every, *verdicts, name="verdict")),
        element("label", "Rule that failed, warned or was not decided", element("select", every, *rules, name="rule")),
        element("label", "Repository, name or other text", element("input", type="search", name="text", autocomplete="off")),
        element("p", role="status"),
        class_="filter",
        hidden=True,
        aria_label="Filter the images",
    )


def _row(image: Recorded, numbers: dict[str, int], fail_on: str, *, linked: bool) -> Markup:
    meaning = outcome(IMAGE, image.verdict)
    word = meaning.word + _qualification(image, fail_on)
    open_rules = " ".join(str(numbers[item.rule]) for item in image.results if item.rule in numbers and _is_open(item.verdict))
    failed = ", ".join(f"<code>{escape(rule)}</code>" for rule in image.rules("fail"))
    undecided = ", ".join(f"<code>{escape(rule)}</code>" for rule in image.rules("undetermined"))
    note = f'<p class="note">undecided: {undecided}</p>' if undecided else ""
    return Markup(
        f'<tr data-v="{escape(image.verdict)}" data-r="{open_rules}"><th scope="row">{_name(image, linked=linked)}</th>'
        f'<td>{escape(image.platform)}</td><td><span class="badge {meaning.shape}">{escape(word)}</span></td>'
        f'<td>{failed}{note}</td><td class="number">{len(image.rules("warn")):,}</td>'
        f"<td>{escape(shortened(image.reason, LONGEST_CELL))}</td></tr>\n"
    )


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
