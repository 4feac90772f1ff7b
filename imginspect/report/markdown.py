"""The Markdown form: a comment for a merge request. Short first, details folded; always below what GitHub and GitLab take.

Strings of the image are shown as text and never as markup: what Markdown, HTML, mentions and references would act on becomes a character
reference. Source: GitHub Flavored Markdown Spec, sections 2.4, 2.5 and 4.10.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from imginspect.report.decisions import decisions
from imginspect.report.document import Document, EvidencePart, FindingPart, ResultPart
from imginspect.report.places import in_words
from imginspect.rules import Severity
from imginspect.wording import counted

MOST_CHARACTERS = 60_000
"""GitHub takes 65,536 characters in a comment."""
_MOST_ROWS = 10
_MOST_FINDINGS = 20
_MOST_LINKS = 60
_LONGEST_TEXT = 600
_VERDICTS = {
    "pass": "✅ **Pass**",
    "fail": "❌ **Fail**",
    "incomplete": "⚠️ **Incomplete**: not everything was read",
    "not-inspected": "❌ **Not inspected**",
}
_RESULTS = {"fail": "❌ fail", "undetermined": "❔ undetermined", "warn": "⚠️ warn"}
_ORDER = tuple(_RESULTS)
_ACTIVE = re.compile(r"[^A-Za-z0-9 ,;()/'\u00a0-\uffff\U00010000-\U0010ffff]")
_HARMLESS = re.compile(r"[.:](?=[ )]|\Z)|(?<=[A-Za-z0-9])[.:-](?=[A-Za-z0-9])")
_REFERENCE = re.compile(r"[@#!~$%&^](?=[\w\"{\[])")
_LINK = re.compile(r"(?i)\b(?:www|https?|ftp|mailto|xmpp|gid)(?=[.:]|&#58;|&#46;)")
_NO_WIDTH = "&#8203;"
"""A space without width: it keeps a mention, a reference or an address from becoming a link, which character references do not."""


def render(documents: Sequence[Document]) -> str:
    """The documents as one comment; where it would be too long, the details of some are left out, and that is said."""
    heads = ["\n".join(_head(document)) + "\n" for document in documents]
    room = MOST_CHARACTERS - sum(map(len, heads)) - 200
    if room < 0:
        return _cut(heads, len(documents))
    parts: list[str] = []
    for document, head in zip(documents, heads, strict=True):
        details, is_whole = _within(_details(document), room)
        room -= len(details)
        note = "" if is_whole else "\n*There is more than a comment can hold: the JSON and HTML forms show all of it.*\n"
        parts.append(head + details + note)
    return "\n---\n\n".join(parts)


def _cut(heads: list[str], count: int) -> str:
    """As many heads as fit, and how many did not."""
    kept: list[str] = []
    while heads and sum(map(len, kept)) + len(heads[0]) < MOST_CHARACTERS - 500:
        kept.append(heads.pop(0))
    return "\n---\n\n".join([*kept, f"*and {count - len(kept):,} more images: the JSON and HTML forms show all of them.*\n"])


def _within(blocks: Iterator[str], room: int) -> tuple[str, bool]:
    """The *blocks* that fit into *room* characters, and whether that is all of them."""
    kept: list[str] = []
    for block in blocks:
        if len(block) > room:
            return "".join(kept), False
        kept.append(block)
        room -= len(block)
    return "".join(kept), True


# -- what everybody reads ----------------------------------------------------------------------------------------------


def _head(document: Document) -> Iterator[str]:
    image, policy = document["image"], document["policy"]
    name = (", ".join(image["references"][:3]) or image["image_id"] or "the image") if image else "the archive"
    yield f"### imginspect: {_VERDICTS[document['verdict']]} – {_text(name)}"
    yield ""
    yield f"{_text(document['reason'])}."
    yield ""
    if image:
        digest = image["manifest_digest"] or image["image_id"] or "no digest"
        yield f"Image {_text(digest)}, {_text(image['platform'])}."
        yield f"Policy {_text(policy['id'])}, fails from severity {policy['fail_on']} on."
        yield ""
    found = decisions(document)
    if found:
        yield "**To decide**"
        yield ""
        for number, decision in enumerate(found, 1):
            rule = f" ({_text(decision.rule)})" if decision.rule else ""
            yield f"{number}. **{_text(decision.title)}**{rule}: {_text(decision.detail)}"
        yield ""
    yield from _table(document)


def _table(document: Document) -> Iterator[str]:
    rows: list[tuple[ResultPart, FindingPart | None]] = []
    for result in _open(document):
        rows += [(result, finding) for finding in result["findings"]] or [(result, None)]
    if not rows:
        return
    yield "| Result | Rule | Severity | What | Where |"
    yield "|---|---|---|---|---|"
    for result, finding in rows[:_MOST_ROWS]:
        verdict = finding["verdict"] if finding and finding["verdict"] in _RESULTS else result["verdict"]
        what = finding["message"] if finding else result["reason"] or result["title"]
        where = in_words(finding["evidence"][0]) if finding and finding["evidence"] else ""
        yield f"| {_RESULTS[verdict]} | {_text(result['rule'])} | {result['severity']} | {_text(what)} | {_text(where)} |"
    if len(rows) > _MOST_ROWS:
        yield ""
        yield f"and {counted(len(rows) - _MOST_ROWS, 'more finding')}, below or in the JSON form."
    yield ""


def _open(document: Document) -> list[ResultPart]:
    """Results that did not pass, those that count first."""
    found = [result for result in document["results"] if result["verdict"] in _RESULTS]
    return sorted(
        found, key=lambda item: (not item["counts"], _ORDER.index(item["verdict"]), -Severity(item["severity"]).rank, item["rule"])
    )


# -- what is folded ----------------------------------------------------------------------------------------------------


def _details(document: Document) -> Iterator[str]:
    """Blocks of Markdown, each whole in itself."""
    for result in _open(document):
        yield _folded(f"{_RESULTS[result['verdict']]} {_text(result['rule'])} {_text(result['title'])}", list(_result(result)))
    passed = [result for result in document["results"] if result["verdict"] in ("pass", "not-applicable")]
    if passed:
        lines = [line for result in passed for line in _passed(result)]
        yield _folded(f"{counted(len(passed), 'rule')} passed or did not apply", lines)
    coverage = document["coverage"]
    gaps = coverage["gaps"] if coverage else [f"{item['where']}: {item['what']}" for item in document["problems"]]
    if gaps:
        lines = [f"- {_text(gap)}" for gap in gaps[:_MOST_FINDINGS]]
        more = [f"- and {len(gaps) - _MOST_FINDINGS:,} more"] if len(gaps) > _MOST_FINDINGS else []
        yield _folded("What was not read", [*lines, *more])
    if document["image"] and document["questions"]:
        yield _folded("For a person to settle", [f"- [ ] {_text(question['question'])}" for question in document["questions"]])
    chain = document["chain"][:_MOST_LINKS]
    lines = [f"- {_link_role(link['role'], link['layer'])}: {link['status']}, {_text(link['digest'] or link['name'])}" for link in chain]
    yield _folded("Chain of custody", lines)


def _link_role(role: str, layer: int | None) -> str:
    return _text(role if layer is None else f"{role} {layer}")


def _result(result: ResultPart) -> Iterator[str]:
    if result["reason"] and not result["findings"]:
        yield f"{_text(result['reason'])}"
        yield ""
    for finding in result["findings"][:_MOST_FINDINGS]:
        yield from _finding(finding)
    if len(result["findings"]) > _MOST_FINDINGS:
        yield f"- and {counted(len(result['findings']) - _MOST_FINDINGS, 'more finding')}"
    yield ""
    yield f"**Why it matters.** {_text(result['rationale'])}"
    yield ""
    yield f"**What to do.** {_text(result['remediation'])}"
    for reference in result["references"]:
        section = f", {reference['section']}" if reference["section"] else ""
        yield ""
        yield f"Source: {_text(reference['title'] + section)} ({_text(reference['level'])})"


def _finding(finding: FindingPart) -> Iterator[str]:
    yield f"- {_text(finding['message'])}"
    for evidence in finding["evidence"][:3]:
        if where := in_words(evidence):
            yield f"  - {_text(where)}"
        yield from _lines(evidence)


def _lines(evidence: EvidencePart) -> Iterator[str]:
    if evidence["context"]:
        for line in evidence["context"]:
            mark = "▶" if line["line"] == evidence["line"] else ""
            yield f"    - {line['line']}{mark}: {_text(line['text'])}"
    elif evidence["excerpt"]:
        yield f"    - {_text(evidence['excerpt'])}"


def _passed(result: ResultPart) -> Iterator[str]:
    note = " (does not apply)" if result["verdict"] == "not-applicable" else ""
    yield f"- {_text(result['rule'])} {_text(result['title'])}{note}"
    for condition in result["conditions"]:
        yield f"  - provided: {_text(condition)}"


def _folded(summary: str, lines: Sequence[str]) -> str:
    return "\n".join(["<details>", f"<summary>{summary}</summary>", "", *lines, "", "</details>", ""]) + "\n"


def _text(text: str) -> str:
    """*text* as a reader sees it, with nothing in it that Markdown acts on; a long one is cut."""
    if len(text) > _LONGEST_TEXT:
        text = text[: _LONGEST_TEXT - 1] + "…"
    return _LINK.sub(lambda match: f"{match[0][:1]}{_NO_WIDTH}{match[0][1:]}", _escaped(text))


def _escaped(text: str) -> str:
    parts = ["&#32;"] if text.startswith(" ") else []  # four spaces would begin a block of code
    at = len(parts)
    for match in _ACTIVE.finditer(text):
        start = match.start()
        parts += [text[at:start], match[0] if _HARMLESS.match(text, start) else f"&#{ord(match[0])};"]
        if _REFERENCE.match(text, start):
            parts.append(_NO_WIDTH)
        at = match.end()
    return "".join([*parts, text[at:]])
