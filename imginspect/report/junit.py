"""The JUnit format, for the test reports of CI systems: a suite for each image, a test for each rule, and one for having read it all.

failure     the rule makes the verdict *fail*
error       the rule could not be decided and keeps the image from passing; or the image was not inspected as a whole
skipped     a warning, a failure or an open question that does not count against the image, or a rule that does not apply.
            CI systems show the message of a skipped test and none of a passed one, and a skipped test breaks no build.

A test's name says what the rule asks, so that it is the same test in every run; what was found is in the message.

There is no standard; this keeps to what Jenkins, GitLab and their like read. GitLab shows an element's text and not its message, so the
text says it too. Times are 0: a report holds no clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from imginspect.report.advice import advice_lines, is_numbered
from imginspect.report.document import ReportDocument, ResultPart
from imginspect.report.grouped import OnePlace, places_of
from imginspect.report.places import in_words
from imginspect.report.printable import one_line
from imginspect.report.sarif_rules import group_of
from imginspect.report.summary import (
    archive_facts,
    headline,
    image_name,
    is_whole,
    keeps_from_passing,
    not_read,
    reason_of,
    undetermined_is,
)
from imginspect.wording import IN_JSON, and_more, bounded, counted, listed

_MOST_FINDINGS = 50
"""Findings of one rule, and gaps; how many more there are is said, and the JSON report lists all."""
_MOST_ADVICE = 10
"""Texts of advice for one rule; how many more there are is said, and the JSON report lists all."""
_MOST_PLACES = 5
"""What a CI system shows without scrolling; each list that is cut says so."""
_NOT_COUNTED = {("skipped", verdict): ", not counted" for verdict in ("fail", "warn", "undetermined")}
_ATTACHMENT = re.compile(r"\[(?=\[ATTACHMENT)", re.IGNORECASE)


def render(documents: Sequence[ReportDocument]) -> str:
    """The reports as one JUnit document, a suite for each. It is ASCII: all else is written as character references."""
    suites = ElementTree.Element("testsuites", {"name": "imginspect"})
    for document in documents:
        name = _name(document)
        suites.append(_suite(document, name, prefix=f"{name}." if len(documents) > 1 else ""))
    _count(suites)
    ElementTree.indent(suites)
    text: bytes = ElementTree.tostring(suites, encoding="us-ascii", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text.decode("ascii")}\n'


def _suite(document: ReportDocument, name: str, prefix: str) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", {"name": legal(name)})
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in _properties(document):
        ElementTree.SubElement(properties, "property", {"name": legal(key), "value": legal(value)})
    suite.append(_whole(document, prefix))
    for result in document["results"]:
        suite.append(_case(result, document, prefix))
    _count(suite)
    return suite


def _name(document: ReportDocument) -> str:
    image = document["image"]
    return image_name(document) if image is None else f"{image_name(document)} ({image['platform']})"


def _properties(document: ReportDocument) -> Iterator[tuple[str, str]]:
    """What the image is and what judged it; digests whole."""
    yield "tool", f"{document['tool']['name']} {document['tool']['version']}"
    yield "verdict", document["verdict"]
    yield "headline", headline(document)
    yield "reason", reason_of(document)
    image, policy = document["image"], document["policy"]
    if image is not None:
        yield from (("reference", reference) for reference in image["references"])
        named = (("image_id", image["image_id"]), ("manifest_digest", image["manifest_digest"]), ("platform", image["platform"]))
        yield from ((key, value) for key, value in named if value)
    yield "policy id", policy["id"]
    yield "policy sha256", policy["sha256"]
    yield "policy rules_sha256", policy["rules_sha256"]
    yield "policy fail_on", policy["fail_on"]
    yield "policy undetermined", undetermined_is(document)
    yield from archive_facts(document)
    for link in document["chain_of_custody"]:
        if link["digest"]:
            number = "" if link["layer"] is None else f" {link['layer']}"
            yield f"{link['role']}{number}, {link['status']}", link["digest"]


def _whole(document: ReportDocument, prefix: str) -> ElementTree.Element:
    """The test that all of the image was read."""
    case = test_case(f"{prefix}imginspect", "The image was inspected as a whole")
    if not is_whole(document):
        gaps = not_read(document)
        label = "not everything was read" if document["verdict"] in ("fail", "undecided", "pass") else document["verdict"]
        lines = [f"{label}: {document['reason']}", *bounded([f"- {gap}" for gap in gaps], _MOST_FINDINGS, note=IN_JSON)]
        lines += [f"{name}: {value}" for name, value in archive_facts(document)]
        answer(case, "error", label, document["reason"], lines)
    return case


def _case(result: ResultPart, document: ReportDocument, prefix: str) -> ElementTree.Element:
    case = test_case(f"{prefix}{group_of(result['rule'])}", f"{result['rule']} {result['title']}")
    element = _element_of(result, document)
    if element:
        label = f"{result['verdict'].upper()} ({result['severity']}{_NOT_COUNTED.get((element, result['verdict']), '')})"
        titled = f"{label}: {result['outcome_title']}"
        first = titled if result["findings"] or not result["reason"] else f"{titled}: {result['reason']}"
        answer(case, element, label, _message(result), [first, *_details(result)])
    elif result["conditions"]:
        ElementTree.SubElement(case, "system-out").text = legal("\n".join(f"provided: {item}" for item in result["conditions"]))
    return case


def _element_of(result: ResultPart, document: ReportDocument) -> str:
    """The element that says how the test went; none for a pass."""
    if result["verdict"] == "pass":
        return ""
    if result["fails_image"]:
        return "failure"
    return "error" if keeps_from_passing(result, document) else "skipped"


def _message(result: ResultPart) -> str:
    findings = result["findings"]
    if findings:
        more = f" (and {counted(len(findings) - 1, 'more finding')})" if len(findings) > 1 else ""
        return f"{result['outcome_title']}: {findings[0]['message']}{more}"
    if result["verdict"] == "not-applicable":
        return result["reason"] or "the rule does not apply to this image"
    return f"{result['outcome_title']}: {result['reason']}" if result["reason"] else result["outcome_title"]


def _details(result: ResultPart) -> Iterator[str]:
    if result["findings"] and result["reason"] not in ("", result["findings"][0]["message"]):
        yield result["reason"]
    numbered = is_numbered(result)
    for number, finding in enumerate(result["findings"][:_MOST_FINDINGS], 1):
        yield f"{f'{number}.' if numbered else '-'} {finding['message']}"
        places = places_of(finding["evidence"])
        for place in places[:_MOST_PLACES]:
            yield from (f"    {line}" for line in _place(place))
        if len(places) > _MOST_PLACES:
            yield f"    {and_more(len(places) - _MOST_PLACES, 'place', IN_JSON)}"
    if len(result["findings"]) > _MOST_FINDINGS:
        yield and_more(len(result["findings"]) - _MOST_FINDINGS, "finding", IN_JSON)
    if result["verdict"] != "not-applicable":
        yield from advice_lines(result, _MOST_ADVICE)


def _place(place: OnePlace) -> Iterator[str]:
    evidence = place.first
    if where := in_words(evidence, place.in_words):
        yield where
    for label, value in (("expected", evidence["expected"]), ("found", evidence["actual"]), ("sha256", evidence["file_sha256"])):
        if value is not None:
            yield f"  {label}: {value}"
    if place.secret_ids:
        yield f"  secret id: {listed(place.secret_ids, _MOST_PLACES)}"


def test_case(class_name: str, name: str) -> ElementTree.Element:
    """A test that has passed so far."""
    return ElementTree.Element("testcase", {"classname": legal(class_name), "name": legal(name), "time": "0"})


def answer(case: ElementTree.Element, element: str, label: str, message: str, lines: list[str]) -> None:
    """How *case* went: a message in a line, and the details as text."""
    made = ElementTree.SubElement(case, element, {"message": legal(f"{label}: {message}")})
    if element != "skipped":
        made.set("type", label)
    made.text = legal("\n".join(lines))


def _count(element: ElementTree.Element) -> None:
    """Puts the numbers of tests, failures, errors and skipped tests below *element* into its attributes."""
    element.set("tests", str(sum(1 for _ in element.iter("testcase"))))
    for name, plural in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        element.set(plural, str(sum(1 for _ in element.iter(name))))
    element.set("time", "0")


def legal(text: str) -> str:
    """*text* with no character but line ends that is not plainly visible, as XML 1.0 has no place for some of them (section 2.2).

    Nothing is left in it that GitLab and Jenkins take for the path of an attachment.
    """
    return _ATTACHMENT.sub(r"\\x5b", "\n".join(one_line(line) for line in text.split("\n")))
