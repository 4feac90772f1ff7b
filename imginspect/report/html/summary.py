"""The first page: the verdict, a line for each rule to settle, what a pass depends on, and what was inspected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imginspect.report.decisions import sentence, shortened
from imginspect.report.document import ImagePart, ReportDocument, ResultPart, UndeterminedName
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.part import GROUPS, Part
from imginspect.report.html.rules import is_to_settle
from imginspect.report.html.tables import code, facts, listed
from imginspect.report.html.words import IMAGE, RESULT, badge, icon, outcome
from imginspect.report.summary import archive_facts, is_whole, qualification, reason_of, undetermined_is
from imginspect.wording import counted

_REFERENCES = 3
"""Names of the image in the summary; how many more there are is said."""
_LONGEST = 160
"""Characters of one name; how many are left out is said."""
_LONGEST_REASON = 400
"""Characters of a reason on the first page; the section that its line leads to has all of it."""
_FEW = 15
"""Lines that have room in their full size on a printed first page."""
_MOST_GAPS = 5
"""Unread parts that the first page names; the section on coverage has all of them."""
_MOST_CONDITIONS = 12
"""Conditions that the first page has room for; the sections that they lead to have all of them."""
_NO_APPROVAL = "This is no approval: a person answers the questions and decides."
_ARCHIVE = {"archive": "Archive", "size": "Size", "sha256": "sha256"}
_UNDETERMINED: dict[UndeterminedName, str] = {
    "fail": "counts as a failure",
    "undecided": "makes the image undecided",
    "pass": "does not change the verdict",
}
"""What is made of a rule that could fail the image and cannot be decided because a fact is missing."""


def summary(part: Part) -> Markup:
    """The verdict, the rules to settle, the gaps, warnings and conditions, the counts, and what was inspected."""
    return joined(
        (
            verdict(part.document),
            _lines(part),
            _gaps(part),
            _warnings(part),
            _conditions(part),
            _counts(part),
            element("div", facts(_facts(part)), class_="identity"),
        )
    )


def verdict(document: ReportDocument) -> Markup:
    """The verdict in a sentence, and the reason where the lines below do not give it."""
    meaning = outcome(IMAGE, document["verdict"])
    reason = "" if _is_told_by_lines(document) else sentence(shortened(reason_of(document), _LONGEST_REASON))
    reason = _NO_APPROVAL if document["verdict"] == "pass" and not reason else reason
    words = element(
        "div",
        element("p", element("strong", meaning.word + qualification(document)), " ", element("span", meaning.sentence), class_="sentence"),
        element("p", reason, class_="reason") if reason else NOTHING,
    )
    return element("div", icon(meaning.shape), words, class_=f"verdict {meaning.shape}")


def _is_told_by_lines(document: ReportDocument) -> bool:
    """Whether the lines, or the sentence in their place, say all that the reason says."""
    results = document["results"]
    if document["verdict"] == "pass":
        return bool(results) and all(result["verdict"] in ("pass", "not-applicable") for result in results)
    return document["verdict"] in ("fail", "undecided") and any(map(is_to_settle, results))


def _lines(part: Part) -> Markup:
    """A line for each rule that failed or could not be decided, worst first."""
    found = [(number, result) for group in part.groups.values() for number, result in group if is_to_settle(result)]
    if not found:
        none = "No rule failed, and every rule could be decided." if part.document["results"] else ""
        return element("p", none, class_="nothing-to-settle") if none else NOTHING
    columns = (("Outcome", None), ("Severity", None), ("Rule", None), ("Findings", "number"))
    head = element("tr", *(element("th", name, scope="col", class_=class_) for name, class_ in columns))
    body = element("tbody", *(_line(number, result, part) for number, result in found))
    title = f"{_how_many([result for _, result in found])}, worst first"
    drawn = element(
        "table", element("caption", title), element("thead", head), body, class_="to-settle many" if len(found) > _FEW else "to-settle"
    )
    return element("div", drawn, class_="scroll", tabindex=0, role="group", aria_label=title)


def _how_many(results: Sequence[ResultPart]) -> str:
    failed = sum(1 for result in results if result["verdict"] == "fail")
    warned = sum(1 for result in results if result["verdict"] == "warn")
    undecided = len(results) - failed - warned
    told = [(failed, "failed"), (undecided, "could not be decided"), (warned, "gave a warning that counts as a failure")]
    return ", ".join(f"{counted(count, 'rule')} {what}" for count, what in told if count)


def _line(number: int, result: ResultPart, part: Part) -> Markup:
    ignored = element("small", " does not fail the image") if result["verdict"] == "fail" and not result["fails_image"] else NOTHING
    return element(
        "tr",
        element("td", badge(outcome(RESULT, result["verdict"]))),
        element("td", result["severity"]),
        element("th", part.link(f"rule-{number}", result["outcome_title"]), ignored, scope="row"),
        element("td", f"{len(result['findings']):,}", class_="number"),
    )


def _gaps(part: Part) -> Markup:
    """What was not read, which no rule could judge."""
    coverage = part.document["coverage"]
    gaps = coverage["gaps"] if coverage is not None else []
    if not gaps:
        return NOTHING
    rest = len(gaps) - _MOST_GAPS
    more = [part.link("coverage", f"{counted(rest, 'more gap')}")] if rest > 0 else []
    items = [*(sentence(shortened(gap)) for gap in gaps[:_MOST_GAPS]), *more]
    return joined((part.heading(1, part.link("coverage", "Not everything was read")), listed(items)))


def _warnings(part: Part) -> Markup:
    """The rules that warned, in one paragraph of links."""
    found = [(number, result) for number, result in part.groups["warn"] if not is_to_settle(result)]
    if not found:
        return NOTHING
    links = joined((part.link(f"rule-{number}", result["outcome_title"]) for number, result in found), "; ")
    return element("p", element("b", counted(len(found), "rule"), " with a warning:"), " ", links, ".", class_="warnings")


def _conditions(part: Part) -> Markup:
    """What the passes depend on."""
    found = [(number, condition) for number, result in part.groups["pass"] for condition in result["conditions"]]
    if not found:
        return NOTHING
    items: list[str] = [part.link(f"rule-{number}", shortened(condition)) for number, condition in found[:_MOST_CONDITIONS]]
    rest = len(found) - _MOST_CONDITIONS
    items += [part.link("group-pass", counted(rest, "more condition"))] if rest > 0 else []
    words = "Rules passed on conditions that the image alone does not show. A person must make sure that:"
    heading = part.heading(1, counted(len(found), "condition"), " to make sure of")
    return joined((heading, element("p", words, class_="explained"), listed(items)))


def _counts(part: Part) -> Markup:
    return element("ul", *(_count(verdict, part) for verdict in GROUPS), class_="counts") if part.document["results"] else NOTHING


def _count(verdict: str, part: Part) -> Markup:
    results = part.groups[verdict]
    meaning = RESULT[verdict]
    note = ""
    if verdict == "pass":
        conditional = sum(1 for _, result in results if result["conditions"])
        note = f"{conditional:,} with conditions" if conditional else ""
    elif verdict in ("fail", "undetermined", "warn"):
        findings = sum(len(result["findings"]) for _, result in results)
        note = counted(findings, "finding") if findings else ""
    words = (element("b", f"{len(results):,}"), " ", element("span", icon(meaning.shape), " ", meaning.word), element("small", note))
    content = part.link(f"group-{verdict}", *words) if results else element("div", *words, class_="zero")
    return element("li", content)


def _facts(part: Part) -> Iterator[tuple[str, str]]:
    document = part.document
    image, policy = document["image"], document["policy"]
    if image is not None:
        yield from _image(image)
        yield "Archive digest", code(_archive(document))
        yield "Read", "the whole image" if is_whole(document) else "not the whole image: see Coverage"
    yield from ((_ARCHIVE[name], code(value)) for name, value in archive_facts(document))
    yield from signed(document)
    strict = ", or gives a warning" if policy["strict"] else ""
    yield "Policy", joined((policy["title"], " (", code(policy["id"]), ")"))
    yield "An image fails if", f"a rule of severity {policy['fail_on']} or higher fails{strict}"
    choice = undetermined_is(document)
    yield "A rule that cannot be decided", _UNDETERMINED.get(choice, choice)
    if _is_told_by_lines(document):
        yield "Reason for the verdict", sentence(shortened(reason_of(document), _LONGEST_REASON))
    yield "Report made by", f"{document['tool']['name']} {document['tool']['version']}"


def signed(document: ReportDocument) -> Iterator[tuple[str, str]]:
    """Who answers for the inspection and its date, as far as they were given."""
    yield "Inspected by", document["inspected_by"] or ""
    yield "Date of inspection", document["inspected_on"] or ""


def _archive(document: ReportDocument) -> str:
    link = next((link for link in document["chain_of_custody"] if link["role"] == "archive"), None)
    return (link["digest"] or link["name"]) if link else ""


def _image(image: ImagePart) -> Iterator[tuple[str, str]]:
    yield "Image", names(image["references"]) or "none: the archive does not name the image"
    yield "Platform", shortened(image["platform"], _LONGEST)
    yield "Image id", code(image["image_id"] or "") or "none: this archive format has no config blob"
    yield "Manifest digest", code(image["manifest_digest"] or "") or "none: this archive format has no manifest with a digest"


def names(references: Sequence[str]) -> Markup:
    """The first of an image's names, and how many more there are."""
    shown = [code(shortened(reference, _LONGEST)) for reference in references[:_REFERENCES]]
    more = len(references) - _REFERENCES
    return joined((*shown, f"and {more:,} more") if more > 0 else shown, ", ")
