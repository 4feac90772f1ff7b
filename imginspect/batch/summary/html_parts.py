"""The parts of the page around its large table: the verdict, shared findings, what was skipped, and the criteria."""

from __future__ import annotations

from collections.abc import Iterator

from imginspect.batch.store.database import Database
from imginspect.batch.store.queries import RuleCount, Shared, count_shared, rule_counts, shared
from imginspect.batch.summary.rules import Titles, named
from imginspect.batch.summary.verdict import Total, sentences, total
from imginspect.report.decisions import shortened
from imginspect.report.html.markup import NOTHING, Markup, element, escape, joined
from imginspect.report.html.tables import Row, code, facts, table
from imginspect.report.html.words import IMAGE, RESULT, badge, icon, outcome
from imginspect.wording import counted

MOST_SHARED = 200
"""Rows of the table of shared findings; the page says how many there are besides, and how to list them."""
COUNTED = {
    "rules": "How many images each rule failed, could not be decided on, or gave a warning on. The worst rules come first.",
    "shared": (
        "A finding in a shared layer affects every image that contains the layer. One decision, or one rebuild of the image that the layer"
        " comes from, settles it for all of them."
    ),
    "images": "An image's name comes from its archive or its place in the mirror. Names are not verified; digests are.",
    "skipped": "Items in the sources that were not inspected, with the reason.",
    "criteria": (
        "This page contains no time and no host name. The same images, program, policy and rules produce the same page, byte for byte."
        " The file run.json beside it records when the page was made, and by whom."
    ),
}
"""What is said below a section's title."""
LONGEST_CELL = 300
"""Characters of one cell of a table; how many are left out is said."""


def verdict_part(answer: Total) -> Markup:
    """The worst verdict, which images may be used, and how many have each verdict."""
    meaning = outcome(IMAGE, str(answer.verdict))
    first, *rest = sentences(answer)
    words = element(
        "div",
        element("p", element("strong", meaning.word), " ", element("span", first), class_="sentence"),
        element("p", " ".join(rest), class_="reason") if rest else NOTHING,
    )
    counts = element("ul", *(_count(verdict, number) for verdict, number in answer.counts.items()), class_="counts")
    return joined((element("div", icon(meaning.shape), words, class_=f"verdict {meaning.shape}"), counts))


def _count(verdict: str, number: int) -> Markup:
    meaning = IMAGE[verdict]
    told = joined((element("b", f"{number:,}"), element("span", badge(meaning)), element("small", _MEANINGS[verdict])))
    return element("li", element("a", told, href="#images", data_verdict=verdict) if number else element("span", told, class_="zero"))


_MEANINGS = {
    "pass": "no rule that counts has failed",
    "fail": "do not meet the policy",
    "undecided": "a rule that could fail them could not be decided",
    "incomplete": "not everything could be read or judged",
    "not-inspected": "not an image, or unreadable",
}


_UNDETERMINED = {
    "fail": "counts as a failure if its severity can fail an image",
    "undecided": "makes the image undecided if its severity can fail an image",
    "pass": "does not change the verdict",
}


def rules_table(database: Database) -> Markup:
    """The rules that did not pass on every image, with how many images."""
    rules = {rule.id: rule for rule in database.rules()}
    rows = [_counted(count, rules) for count in rule_counts(database)]
    if not rows:
        return element("p", "No rule failed, warned or was left undecided.")
    columns = ("Rule", "Severity", "Failed", "Undecided", "Warned")
    return table(f"{counted(len(rows), 'rule')} with the number of images", columns, rows, numbers=(2, 3, 4))


def _counted(count: RuleCount, rules: Titles) -> Row:
    numbers = (f"{number:,}" for number in (count.failed, count.undecided, count.warned))
    link = element("a", named(count.rule, count.verdict, rules), href="#images", data_rule=count.rule)
    return Row((link, count.severity, *numbers))


def shared_table(database: Database) -> Markup:
    """The findings that most images share, each with the layer that brings it."""
    rules = {rule.id: rule for rule in database.rules()}
    rows = [_shared(finding, rules) for finding in shared(database, MOST_SHARED)]
    if not rows:
        return element("p", "No two images share a finding through a layer.")
    count = count_shared(database)
    caption = f"{counted(count, 'finding')} shared through one layer"
    more = f"And {counted(count - len(rows), 'more finding')}: imginspect query --shared lists all of them." if count > len(rows) else ""
    columns = ("Finding", "Images", "Rule", "Result", "Place", "Layer and instruction")
    return joined((table(caption, columns, rows, numbers=(1,), wide=True), element("p", more, class_="more-of-them") if more else NOTHING))


def _shared(finding: Shared, rules: Titles) -> Row:
    others = finding.images - len(finding.examples)
    names = joined((code(name) for name in finding.examples), ", ")
    also = f", and {counted(others, 'more image')}" if others else ""
    about = element("p", "In ", names, also, class_="note")
    result = joined((badge(outcome(RESULT, finding.verdict)), element("p", _severity(finding), class_="note")))
    made_by = element("p", code(shortened(finding.instruction, LONGEST_CELL)), class_="note") if finding.instruction else NOTHING
    layer = joined((code(finding.layer[:19]), made_by))
    message = joined((escape(shortened(finding.message, LONGEST_CELL)), about))
    return Row((message, f"{finding.images:,}", named(finding.rule, finding.verdict, rules), result, code(finding.place), layer))


def _severity(finding: Shared) -> str:
    return finding.severity if finding.fails_image else f"{finding.severity}, not counted"


def skipped_table(database: Database) -> Iterator[Markup]:
    """The skipped items; a sentence if there are none."""
    (count,) = next(database.select("SELECT count(*) FROM skipped"))
    if not count:
        yield element("p", "Nothing was skipped.")
        return
    yield Markup(
        '<div class="scroll" tabindex="0" role="group" aria-label="Skipped"><table>'
        f"<caption>{escape(counted(count, 'item'))} skipped</caption>"
        '<thead><tr><th scope="col">Where</th><th scope="col">Why</th></tr></thead><tbody>'
    )
    unread = joined((badge(outcome(IMAGE, "incomplete")), " may contain images: "))
    for item in database.skipped():
        yield Markup(f'<tr><th scope="row">{code(item.shown)}</th><td>{unread if item.unread else NOTHING}{escape(item.reason)}</td></tr>')
    yield Markup("</tbody></table></div>")


def criteria(database: Database) -> Markup:
    """The criteria for the images, by name and digest."""
    run = database.run
    answer = total(database)
    policy = joined((code(run.get("policy", "")), " with sha256 ", code(run.get("policy_sha256", ""))))
    fails = f"a rule of severity {run.get('fail_on', '')} or above fails" + (", or warns" if run.get("strict") == "yes" else "")
    return facts(
        (
            ("Program", f"imginspect {run.get('tool_version', '')}"),
            ("Policy", policy),
            ("Rules", joined(("sha256 ", code(run.get("rules_sha256", ""))))),
            ("All criteria", joined(("sha256 ", code(run.get("criteria", ""))))),
            ("An image fails if", fails),
            ("A rule that cannot be decided", _UNDETERMINED.get(run.get("undetermined", ""), "")),
            ("Verdict", f"{outcome(IMAGE, str(answer.verdict)).word}, the worst of all images; exit code {answer.verdict.exit_code}"),
        )
    )
