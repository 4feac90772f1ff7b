"""The first page: what was inspected, the verdict in a sentence, counts, and what there is to decide."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from imginspect.report.decisions import Decision, decisions, sentence, shortened
from imginspect.report.document import ImagePart, ReportDocument, UndeterminedName
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.part import GROUPS, Part
from imginspect.report.html.tables import code, facts
from imginspect.report.html.words import IMAGE, RESULT, icon, outcome
from imginspect.report.summary import archive_facts, qualification, reason_of, undetermined_is
from imginspect.wording import counted

_DECISIONS = 5
"""Things to decide that the summary names; the findings below are all there."""
_REFERENCES = 3
"""Names of the image in the summary; how many more there are is said."""
_LONGEST = 160
"""Characters of one name; how many are left out is said."""
_ARCHIVE = {"archive": "Archive", "size": "Size", "sha256": "sha256"}
_UNDETERMINED: dict[UndeterminedName, str] = {
    "fail": "count as failures",
    "undecided": "make the image undecided",
    "pass": "do not change the verdict",
}
"""What is done with rules that could fail the image and cannot be decided because a fact is missing."""


def summary(part: Part) -> Markup:
    """The verdict, what was inspected, the counts and the things to decide."""
    return joined(
        (_verdict(part.document), _counts(part), _decisions(part), element("div", facts(_facts(part.document)), class_="identity"))
    )


def _verdict(document: ReportDocument) -> Markup:
    meaning = outcome(IMAGE, document["verdict"])
    reason = sentence(shortened(reason_of(document), 400))
    words = element(
        "div",
        element("p", element("strong", meaning.word + qualification(document)), " ", element("span", meaning.sentence), class_="sentence"),
        element("p", reason, class_="reason") if reason else NOTHING,
    )
    return element("div", icon(meaning.shape), words, class_=f"verdict {meaning.shape}")


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


def _decisions(part: Part) -> Markup:
    found = decisions(part.document, most=sys.maxsize)
    heading = part.heading(1, "Decisions needed")
    if not found:
        return joined((heading, element("p", "No finding needs a decision. The questions for a person are listed below.")))
    rest = len(found) - _DECISIONS
    more = element("p", f"There {'is' if rest == 1 else 'are'} {rest:,} more below.", class_="note") if rest > 0 else NOTHING
    return joined((heading, element("ol", *(_decision(item, part) for item in found[:_DECISIONS]), class_="decisions"), more))


def _decision(decision: Decision, part: Part) -> Markup:
    number = part.numbers.get(decision.rule)
    title = element("strong", decision.title)
    if number is not None:
        title = part.link(f"rule-{number}", title)
    elif not decision.rule and part.document["coverage"] is not None:
        title = part.link("coverage", title)
    return element("li", title, element("p", decision.detail))


def _facts(document: ReportDocument) -> Iterator[tuple[str, str]]:
    image, policy = document["image"], document["policy"]
    if image is not None:
        yield from _image(image)
    archive = next((link for link in document["chain_of_custody"] if link["role"] == "archive"), None)
    if image is not None:
        yield "Archive digest", code((archive["digest"] or archive["name"]) if archive else "")
    yield from ((_ARCHIVE[name], code(value)) for name, value in archive_facts(document))
    strict = ", and warnings count as failures" if document["policy"]["strict"] else ""
    yield "Policy", joined((policy["title"], " (", code(policy["id"]), f"); fails on severity {policy['fail_on']} or higher{strict}"))
    choice = undetermined_is(document)
    yield "Rules that cannot be decided", _UNDETERMINED.get(choice, choice)
    yield "Inspected by", f"{document['tool']['name']} {document['tool']['version']}"


def _image(image: ImagePart) -> Iterator[tuple[str, str]]:
    names = [code(shortened(reference, _LONGEST)) for reference in image["references"][:_REFERENCES]]
    more = len(image["references"]) - _REFERENCES
    if more > 0:
        names.append(Markup(f"and {more:,} more"))
    yield "Image", joined(names, ", ") or "none: the archive does not name the image"
    yield "Platform", shortened(image["platform"], _LONGEST)
    yield "Image id", code(image["image_id"] or "") or "none: this archive format has no config blob"
    yield "Manifest digest", code(image["manifest_digest"] or "") or "none: this archive format has no manifest with a digest"
