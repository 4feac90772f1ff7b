"""The JUnit form, for the test reports of CI systems: a suite for each image, a test for each rule, and one for having read it all.

failure     the rule makes the verdict *fail*
error       the rule could not be decided though it could make the verdict *fail*; or the image was not inspected as a whole
skipped     a warning, a failure or an open question that does not count against the image, or a rule that does not apply.
            CI systems show the message of a skipped test and none of a passed one, and a skipped test breaks no build.

There is no standard; this keeps to what Jenkins, GitLab and their like read. Times are 0: a report holds no clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

from imginspect.checks.result import CheckResult, Verdict
from imginspect.report.places import in_words
from imginspect.report.report import Report, ReportVerdict, counts_as_failure
from imginspect.report.sarif_rules import group_of
from imginspect.report.text import visible
from imginspect.report.tree import report_tree
from imginspect.wording import counted

Tree = dict[str, Any]

_MOST_FINDINGS = 50
_MOST_PLACES = 5
_NOT_COUNTED = {("skipped", verdict): ", not counted" for verdict in (Verdict.FAIL, Verdict.WARN, Verdict.UNDETERMINED)}
# all that XML 1.0 (section 2.2) has no place for; strings of the image are free of it already, rules of a user's own may not be
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """One report as JUnit XML."""
    return render_all([report])


def render_all(reports: Sequence[Report]) -> str:
    """Several reports as one JUnit document, a suite for each. It is ASCII: all else is written as character references."""
    trees = [dict(report_tree(report)) for report in reports]
    suites = ElementTree.Element("testsuites", {"name": "imginspect"})
    names = [_name(tree) for tree in trees]
    for report, tree, name in zip(reports, trees, names, strict=True):
        suites.append(_suite(report, tree, name, prefix=f"{name}." if len(reports) > 1 else ""))
    _count(suites)
    ElementTree.indent(suites)
    text: bytes = ElementTree.tostring(suites, encoding="us-ascii", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text.decode("ascii")}\n'


def _suite(report: Report, tree: Tree, name: str, prefix: str) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", {"name": _legal(name)})
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in _properties(tree):
        ElementTree.SubElement(properties, "property", {"name": key, "value": _legal(value)})
    suite.append(_whole(report, tree, prefix))
    for result, plain in zip(report.results, tree["results"], strict=True):
        suite.append(_case(result, plain, report, prefix))
    _count(suite)
    return suite


def _name(tree: Tree) -> str:
    image = tree["image"]
    if image is None:
        return "the archive"
    name = next(iter(image["references"]), None) or image["image_id"] or image["manifest_digest"] or "the image"
    return f"{name} ({image['platform']})"


def _properties(tree: Tree) -> Iterator[tuple[str, str]]:
    """What the image is and what judged it; digests whole."""
    image = tree["image"] or {}
    yield "tool", f"{tree['tool']['name']} {tree['tool']['version']}"
    yield "verdict", tree["verdict"]
    yield "reason", tree["reason"]
    for reference in image.get("references", ()):
        yield "reference", reference
    for key in ("image_id", "manifest_digest", "platform"):
        if image.get(key):
            yield key, image[key]
    for key in ("id", "sha256", "rules_sha256", "fail_on"):
        yield f"policy {key}", tree["policy"][key]
    for link in tree["chain"]:
        if link["digest"]:
            number = "" if link["layer"] is None else f" {link['layer']}"
            yield f"{link['role']}{number}, {link['status']}", link["digest"]


def _whole(report: Report, tree: Tree, prefix: str) -> ElementTree.Element:
    """The test that all of the image was read."""
    case = _test(f"{prefix}imginspect", "The image was inspected as a whole")
    if report.verdict in (ReportVerdict.INCOMPLETE, ReportVerdict.NOT_INSPECTED) or not (tree["coverage"] and tree["coverage"]["complete"]):
        gaps = tree["coverage"]["gaps"] if tree["coverage"] else [f"{item['where']}: {item['what']}" for item in tree["problems"]]
        lines = [f"- {gap}" for gap in gaps[:_MOST_FINDINGS]]
        if len(gaps) > _MOST_FINDINGS:
            lines.append(f"and {len(gaps) - _MOST_FINDINGS:,} more")
        incomplete = tree["verdict"] if report.verdict is not ReportVerdict.FAIL else "not everything was read"
        _answer(case, "error", incomplete, tree["reason"], lines)
    return case


def _case(result: CheckResult, plain: Tree, report: Report, prefix: str) -> ElementTree.Element:
    case = _test(f"{prefix}{group_of(result.rule.id)}", f"{result.rule.id} {result.rule.title}")
    element = _element_of(result, report)
    if element:
        label = f"{result.verdict.upper()} ({result.rule.severity}{_NOT_COUNTED.get((element, result.verdict), '')})"
        _answer(case, element, label, _message(plain), list(_details(plain)))
    elif result.conditions:
        ElementTree.SubElement(case, "system-out").text = _legal("\n".join(f"provided: {item}" for item in plain["conditions"]))
    return case


def _element_of(result: CheckResult, report: Report) -> str:
    """The element that says how the test went; none for a pass."""
    if result.verdict is Verdict.PASS:
        return ""
    if counts_as_failure(result, report.fail_on, strict=report.strict):
        return "failure"
    if result.verdict is Verdict.UNDETERMINED and result.rule.severity.rank >= report.fail_on.rank:
        return "error"
    return "skipped"


def _message(plain: Tree) -> str:
    findings = plain["findings"]
    if findings:
        more = f" (and {counted(len(findings) - 1, 'more finding')})" if len(findings) > 1 else ""
        return f"{findings[0]['message']}{more}"
    otherwise = "the rule does not apply to this image" if plain["verdict"] == "not-applicable" else plain["title"]
    return str(plain["reason"] or otherwise)


def _details(plain: Tree) -> Iterator[str]:
    if plain["findings"] and plain["reason"] not in ("", plain["findings"][0]["message"]):
        yield plain["reason"]
    for finding in plain["findings"][:_MOST_FINDINGS]:
        yield f"- {finding['message']}"
        for evidence in finding["evidence"][:_MOST_PLACES]:
            yield from (f"    {line}" for line in _evidence(evidence))
        if len(finding["evidence"]) > _MOST_PLACES:
            yield f"    and {counted(len(finding['evidence']) - _MOST_PLACES, 'more place')}"
    if len(plain["findings"]) > _MOST_FINDINGS:
        yield f"and {counted(len(plain['findings']) - _MOST_FINDINGS, 'more finding')}; the JSON form lists all of them"
    if plain["verdict"] != "not-applicable":
        yield f"What to do: {plain['remediation'].strip()}"


def _evidence(evidence: Tree) -> Iterator[str]:
    if where := in_words(evidence):
        yield where
    for key, label in (("expected", "expected"), ("found", "found"), ("file_sha256", "sha256")):
        if evidence[key] is not None:
            yield f"  {label}: {evidence[key]}"


def _test(class_name: str, name: str) -> ElementTree.Element:
    return ElementTree.Element("testcase", {"classname": _legal(class_name), "name": _legal(name), "time": "0"})


def _answer(case: ElementTree.Element, element: str, label: str, message: str, lines: list[str]) -> None:
    """How *case* went: a message in a line, and the details as text."""
    answer = ElementTree.SubElement(case, element, {"message": _legal(f"{label}: {message}")})
    if element != "skipped":
        answer.set("type", label)
    answer.text = _legal("\n".join(lines))


def _count(element: ElementTree.Element) -> None:
    """Puts the numbers of tests, failures, errors and skipped tests below *element* into its attributes."""
    element.set("tests", str(sum(1 for _ in element.iter("testcase"))))
    for name, plural in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        element.set(plural, str(sum(1 for _ in element.iter(name))))
    element.set("time", "0")


def _legal(text: str) -> str:
    return _ILLEGAL.sub(lambda match: visible(match[0]), text)
