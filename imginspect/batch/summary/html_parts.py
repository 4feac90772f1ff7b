"""The parts of the page around its large table: the verdict, what many images share, what was passed over, and the criteria."""

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
COUNTED = {
    "rules": "How many images each rule failed, could not be decided on, or gave a warning on. The worst rules come first.",
    "shared": (
        "A layer that many images have brings its findings into all of them. Settling such a finding once, or rebuilding the image that the"
        " layer comes from, settles it for every image that has the layer."
    ),
    "images": "What an image is called is stated by its archive or its place in the mirror. Nothing verifies a name; the digests do.",
    "skipped": "What was in the sources and was not taken for an image.",
    "criteria": (
        "The page holds no time and no name of a machine. The same images, program, policy and rules give the same page again, byte for"
        " byte. When it was made, and by whom, is recorded in run.json beside it."
    ),
}
"""What is said below a section's title."""
_LONGEST = 300


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
    "not-inspected": "no image, or not readable",
}


_UNDETERMINED = {
    "fail": "fails an image where its severity is one that does",
    "undecided": "makes an image undecided where its severity is one that fails it",
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
    caption = f"{counted(count, 'finding')} that several images have from one layer"
    more = f"And {counted(count - len(rows), 'more finding')}: imginspect query --shared lists all of them." if count > len(rows) else ""
    columns = ("Finding", "Images", "Rule", "Result", "Place", "The layer, and what made it")
    return joined((table(caption, columns, rows, numbers=(1,), wide=True), element("p", more, class_="more-of-them") if more else NOTHING))


def _shared(finding: Shared, rules: Titles) -> Row:
    others = finding.images - len(finding.examples)
    names = joined((code(name) for name in finding.examples), ", ")
    also = f", and {counted(others, 'more image')}" if others else ""
    about = element("p", "In ", names, also, class_="note")
    result = joined((badge(outcome(RESULT, finding.verdict)), element("p", _severity(finding), class_="note")))
    made_by = element("p", code(shortened(finding.instruction, _LONGEST)), class_="note") if finding.instruction else NOTHING
    layer = joined((code(finding.layer[:19]), made_by))
    message = joined((escape(shortened(finding.message, _LONGEST)), about))
    return Row((message, f"{finding.images:,}", named(finding.rule, finding.verdict, rules), result, code(finding.place), layer))


def _severity(finding: Shared) -> str:
    return finding.severity if finding.fails_image else f"{finding.severity}, not counted"


def skipped_table(database: Database) -> Iterator[Markup]:
    """What was not taken for an image; a sentence where that is nothing."""
    (count,) = next(database.select("SELECT count(*) FROM skipped"))
    if not count:
        yield element("p", "Nothing was passed over.")
        return
    yield Markup(
        '<div class="scroll" tabindex="0" role="group" aria-label="Passed over"><table>'
        f"<caption>{escape(counted(count, 'thing'))} passed over</caption>"
        '<thead><tr><th scope="col">Where</th><th scope="col">Why</th></tr></thead><tbody>'
    )
    unread = joined((badge(outcome(IMAGE, "incomplete")), ", there may be images in it: "))
    for item in database.skipped():
        yield Markup(f'<tr><th scope="row">{code(item.shown)}</th><td>{unread if item.unread else NOTHING}{escape(item.reason)}</td></tr>')
    yield Markup("</tbody></table></div>")


def criteria(database: Database) -> Markup:
    """What judged the images, by name and digest."""
    run = database.run
    answer = total(database)
    policy = joined((code(run.get("policy", "")), " with sha256 ", code(run.get("policy_sha256", ""))))
    fails = f"a rule of severity {run.get('fail_on', '')} or worse fails" + (", or warns" if run.get("strict") == "yes" else "")
    return facts(
        (
            ("Program", f"imginspect {run.get('tool_version', '')}"),
            ("Policy", policy),
            ("Rules", joined(("sha256 ", code(run.get("rules_sha256", ""))))),
            ("All criteria", joined(("sha256 ", code(run.get("criteria", ""))))),
            ("An image fails where", fails),
            ("A rule that cannot be decided", _UNDETERMINED.get(run.get("undetermined", ""), "")),
            ("Verdict", f"{outcome(IMAGE, str(answer.verdict)).word}, the worst of all images; exit code {answer.verdict.exit_code}"),
        )
    )
