"""The rules' results: what failed, is not settled or was warned of with its findings; what passed and what does not apply in short."""

from __future__ import annotations

from collections.abc import Iterator

from imginspect.report.advice import Advice, advice_of
from imginspect.report.decisions import sentence
from imginspect.report.document import FindingPart, ReferencePart, ResultPart
from imginspect.report.html.evidence import evidence
from imginspect.report.html.markup import NOTHING, Markup, element, escape, joined
from imginspect.report.html.part import GROUPS, Part
from imginspect.report.html.settled import settled
from imginspect.report.html.tables import Row, folded, listed, table
from imginspect.report.html.words import LEVELS, RESULT, SEVERITIES, badge, outcome
from imginspect.wording import IN_JSON, and_more, counted
from imginspect.wording import listed as listed_words

OPEN = ("fail", "undetermined", "warn")
_SHOWN = 10
"""Findings of one rule that stand open; the others are folded, with a line that says how many."""
_MOST = 2_000
"""Findings of one rule that a page holds: browsers get slow with more."""


def results(part: Part) -> Markup:
    """All results, those to act on first. The filter works with the script only, and stays hidden without it."""
    groups = joined(_group(verdict, part) for verdict in GROUPS if part.groups[verdict])
    return joined((_filter(part), groups, _skipped(part)))


def _group(verdict: str, part: Part) -> Markup:
    meaning, members = RESULT[verdict], part.groups[verdict]
    heading = part.heading(1, badge(meaning), " ", element("span", f"{len(members):,}", class_="count"), id_=f"group-{verdict}")
    explained = element("p", meaning.sentence, class_="explained")
    if verdict in OPEN:
        body = joined(_rule(number, result, part) for number, result in members)
    else:
        body = folded(f"Show {counted(len(members), 'rule')}", _settled(f"Rules: {meaning.word.lower()}", members, part))
    return element("section", heading, explained, body, class_=f"group group-{verdict}")


def _settled(caption: str, members: list[tuple[int, ResultPart]], part: Part) -> Markup:
    """The table of rules that ask nothing of the reader; what a rule says of its policy stands with its reasons."""
    return settled(
        caption,
        members,
        lambda number: part.id(f"rule-{number}"),
        lambda result: joined((_policy(result, part), _asked(result), _why(result), _sources(result))),
        lambda number, result: _findings(number, result, part),
    )


def _rule(number: int, result: ResultPart, part: Part) -> Markup:
    return element(
        "article",
        element("header", part.heading(2, f"{number}. ", result["outcome_title"]), _about(result, part)),
        _asked(result),
        _policy(result, part),
        _why(result),
        _reason(result),
        _conditions(result),
        _findings(number, result, part),
        _advice(number, result),
        _sources(result),
        id=part.id(f"rule-{number}"),
        class_="rule",
        data_verdict=result["verdict"] if result["verdict"] in RESULT else "",
        data_severity=result["severity"] if result["severity"] in SEVERITIES else "",
    )


def _asked(result: ResultPart) -> Markup:
    """What the rule asks, where the heading says something else: what was found."""
    return _labelled("What the rule asks", element("p", result["title"])) if result["title"] != result["outcome_title"] else NOTHING


def _why(result: ResultPart) -> Markup:
    return _said("Why it matters", result["rationale"])


def _reason(result: ResultPart) -> Markup:
    """The reason, unless the one finding says the same."""
    said = [finding["message"] for finding in result["findings"]]
    return NOTHING if said == [result["reason"]] else _said("Result", sentence(result["reason"]))


def _about(result: ResultPart, part: Part) -> Markup:
    words = [badge(outcome(RESULT, result["verdict"])), f"severity {result['severity']}", element("code", result["rule"])]
    if result["fails_image"]:
        words.append(element("strong", "fails the image"))
    elif result["verdict"] == "fail":
        words.append(f"does not fail the image: the policy fails it on severity {part.document['policy']['fail_on']} or higher")
    return listed(words, class_="about")


def _policy(result: ResultPart, part: Part) -> Markup:
    """What the policy changes of the rule."""
    policy = part.document["policy"]
    said = []
    if result["rule"] in policy["changed_severities"]:
        said.append(f"The policy sets this severity; the rule's default is {policy['changed_severities'][result['rule']]}.")
    if result["rule"] in policy["skipped"]:
        said.append(f"The policy skips this rule: {policy['skipped'][result['rule']]}")
    return joined(element("p", text, class_="note") for text in said)


def _conditions(result: ResultPart) -> Markup:
    return _labelled("Passes, provided that", listed(result["conditions"])) if result["conditions"] else NOTHING


def _findings(number: int, result: ResultPart, part: Part) -> Markup:
    found = result["findings"]
    made = [_finding(f"{number}.{place}", finding, result, part) for place, finding in enumerate(found[:_MOST], 1)]
    if not made:
        return NOTHING
    shown = joined(made[:_SHOWN])
    if len(made) > _SHOWN:
        more = f"Show {counted(len(made) - _SHOWN, 'more finding')} of this rule ({number}.{_SHOWN + 1} to {number}.{len(made)})"
        shown = joined((shown, folded(more, *made[_SHOWN:], class_="more")))
    if len(found) > _MOST:
        shown = joined((shown, element("p", and_more(len(found) - _MOST, "finding", IN_JSON), class_="note")))
    return _labelled(counted(len(found), "finding"), shown)


def _finding(number: str, finding: FindingPart, result: ResultPart, part: Part) -> Markup:
    words = [f"confidence {finding['confidence']}"] if finding["confidence"] else []
    if finding["severity"] != result["severity"]:
        words.insert(0, f"severity {finding['severity']}")
    if finding["verdict"] != result["verdict"]:
        words.insert(0, outcome(RESULT, finding["verdict"]).word.lower())
    facts = escape(", ".join(words))
    name = part.id("finding-" + number.replace(".", "-"))
    return Markup(
        f'<div class="finding" id="{escape(name)}"><p class="message"><b>{number}</b> {escape(finding["message"])}</p>'
        f"{evidence(finding, part)}"
        f'<p class="note">{facts}; fingerprint <code>{escape(finding["fingerprint"])}</code></p></div>'
    )


def _advice(number: int, result: ResultPart) -> Markup:
    """What to do, each advice once; with the numbers of its findings where they differ in that."""
    items = [_one_advice(number, item) for item in advice_of(result)]
    return _labelled("What to ask the researcher", joined(items)) if items else NOTHING


def _one_advice(number: int, advice: Advice) -> Markup:
    findings = listed_words([f"{number}.{place}" for place in advice.findings], _SHOWN)
    return element("p", *([element("b", findings), " "] if findings else []), advice.text)


def _sources(result: ResultPart) -> Markup:
    items = [joined(_reference(item)) for item in result["references"]]
    return _labelled("Sources", listed(items, class_="references")) if items else NOTHING


def _reference(reference: ReferencePart) -> Iterator[str]:
    yield element("cite", reference["title"])
    if reference["section"]:
        yield f", {reference['section']}"
    yield f" ({LEVELS.get(reference['level'], reference['level'])})"
    if reference["quote"]:
        yield element("q", reference["quote"])


def _said(label: str, text: str) -> Markup:
    """A paragraph with a label; nothing where there is no text."""
    return element("p", element("b", label, class_="label"), " ", text) if text else NOTHING


def _labelled(label: str, content: Markup) -> Markup:
    return element("div", element("p", label, class_="label"), " ", content, class_="labelled")


def _filter(part: Part) -> Markup:
    """Fields to narrow the findings by. Without the script they would do nothing, so they are hidden."""
    text = element("label", "Text ", element("input", type="search", name="text", autocomplete="off"))
    verdicts = _select("Outcome", "verdict", [(key, RESULT[key].word) for key in GROUPS if part.groups[key]])
    severities = _select("Severity", "severity", [(name, name) for name in SEVERITIES])
    buttons = [element("button", label, type="button", data_open=value) for label, value in (("Open all", "yes"), ("Close all", "no"))]
    status = element("p", role="status")
    parts = (text, verdicts, severities, *buttons, status)
    return element("div", *parts, class_="filter", role="group", aria_label="Filter findings", hidden=True)


def _select(label: str, name: str, options: list[tuple[str, str]]) -> Markup:
    made = [element("option", "all", value="")] + [element("option", text, value=value) for value, text in options]
    return element("label", f"{label} ", element("select", *made, name=name))


def _skipped(part: Part) -> Markup:
    """The rules that the policy leaves out, with its reasons."""
    left_out = part.document["policy"]["skipped"]
    return (
        table("Rules skipped by the policy", ("Rule", "Reason"), (Row(item) for item in sorted(left_out.items()))) if left_out else NOTHING
    )
