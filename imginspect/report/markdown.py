"""The Markdown format: a comment for a merge request, short first and the rest folded, never longer than a comment may be.

Strings of the image are plain words or code spans in it (``markdown_text``), so that none is a link, a mention or a command.
Sources: GitHub Flavored Markdown; GitHub takes comments of 65,536 characters, GitLab of 1,000,000.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from imginspect.report.decisions import decisions
from imginspect.report.document import ReportDocument, VerdictName
from imginspect.report.markdown_sections import MarkdownSection, findings_section, folded_sections
from imginspect.report.markdown_text import code, prose
from imginspect.report.summary import (
    VERDICT_WORDS,
    archive_facts,
    headline,
    image_name,
    inspected,
    not_read,
    sentence,
    tally,
    undetermined_is,
    worst,
)
from imginspect.wording import IN_JSON, and_more, counted

_LONGEST = 59_000
"""Characters of all: GitHub takes comments of 65,536. What had no room is counted in the last line."""
_LEAST_PART = 3_000
"""Characters that one of several images gets at least; what had no room is counted."""
_MOST_IMAGES = 30
"""Images of the overview; how many more there are is said."""
_LONGEST_NAME = 200
"""Characters of one name; how many are left out is said."""
_MEANING: dict[VerdictName, str] = {
    "pass": "No rule that counts has failed, and all of the image was read.",
    "fail": "The image breaks the policy.",
    "undecided": "Nothing that counts has failed, but a rule that could fail the image could not be decided: this is no pass.",
    "incomplete": "Nothing that counts has failed, but not everything could be read or decided: this is no pass.",
    "not-inspected": "The image could not be inspected: this is no pass.",
}


class _Room:
    """How many characters may still be written. What has no room is counted, and that is said at the end."""

    def __init__(self, characters: int) -> None:
        self._left = characters - 200
        self._sections_left_out = 0

    def lines_of(self, section: MarkdownSection) -> Iterator[str]:
        """The lines of *section*, as many as there is room for; none of it where there is no room for its frame."""
        frame = sum(len(line) + 1 for line in (*section.opening, *section.closing)) + 100
        if frame > self._left:
            self._sections_left_out += 1
            return
        self._left -= frame
        yield from section.opening
        fitting = self._fitting(section.lines)
        yield from fitting
        if left_out := section.total - len(fitting):
            yield f"\n{counted(left_out, f'more {section.noun}')}: see the JSON report."
        yield from section.closing

    def _fitting(self, lines: Sequence[str]) -> list[str]:
        fitting = []
        for line in lines:
            self._left -= len(line) + 1
            if self._left < 0:
                self._left += len(line) + 1
                break
            fitting.append(line)
        return fitting

    def rest(self) -> Iterator[str]:
        """A line that says what was left out, if anything was."""
        if self._sections_left_out:
            yield "\nThere is more than fits into a comment: see the JSON report for the rest."


_DECISIONS = 5
"""Things to decide that the comment names; the findings below follow."""


def render(documents: Sequence[ReportDocument]) -> str:
    """The reports as one comment; below 60,000 characters whatever they hold."""
    if len(documents) == 1:
        return "\n".join(_part(documents[0], _LONGEST)) + "\n"
    lines = list(_overview(documents))
    left = _LONGEST - sum(len(line) + 1 for line in lines) - 100
    for number, document in enumerate(documents):
        share = left // (len(documents) - number)
        if share < _LEAST_PART and left < 2 * _LEAST_PART:
            lines.append(f"\n{len(documents) - number:,} more images are in the JSON report.")
            break
        part = ["", *_part(document, max(share, _LEAST_PART))]
        left -= sum(len(line) + 1 for line in part)
        lines += part
    return "\n".join(lines) + "\n"


def _overview(documents: Sequence[ReportDocument]) -> Iterator[str]:
    yield f"# imginspect: {VERDICT_WORDS[worst(documents)]} ({len(documents):,} images)"
    yield ""
    for document in documents[:_MOST_IMAGES]:
        yield f"- **{headline(document)}** {code(image_name(document), _LONGEST_NAME)}"
    if len(documents) > _MOST_IMAGES:
        yield f"- {and_more(len(documents) - _MOST_IMAGES, 'image', IN_JSON)}"


def _part(document: ReportDocument, longest: int) -> Iterator[str]:
    room = _Room(longest)
    for section in (_head(document), _to_decide(document), findings_section(document), *folded_sections(document)):
        if section.lines:
            yield from room.lines_of(section)
    yield from room.rest()


def _head(document: ReportDocument) -> MarkdownSection:
    opening = [f"## imginspect: {headline(document)}", ""]
    name = code(image_name(document), _LONGEST_NAME)
    lines = [f"{name}: {_MEANING[document['verdict']]}", "", prose(sentence(document), 500)]
    if document["verdict"] == "fail" and not_read(document):
        lines.append("Not everything was read either: see below.")
    image, policy = document["image"], document["policy"]
    strict = ", and warnings count" if policy["strict"] else ""
    strict += f", rules that cannot be decided: {undetermined_is(document)}"
    by = f"policy {code(policy['id'], 80)}, fails from severity {policy['fail_on']} on{strict}"
    if image is None:
        lines += [line for name, value in archive_facts(document) for line in ("", f"{name.capitalize()}: {code(value, _LONGEST_NAME)}")]
        lines += ["", f"Asked for by {by}."]
    else:
        digest = image["manifest_digest"] or image["image_id"] or "no digest"
        lines += ["", f"Image {code(digest, 150)}, {code(image['platform'], 80)}; {by}."]
    if words := inspected(document):
        lines += ["", f"Inspected {prose(words, 300)}."]
    if numbers := tally(document):
        lines += ["", f"{numbers}."]
    return MarkdownSection(opening, lines, [], len(lines), "line")


def _to_decide(document: ReportDocument) -> MarkdownSection:
    lines = []
    found = decisions(document, sys.maxsize)
    for number, item in enumerate(found[:_DECISIONS], start=1):
        rule = f" ({code(item.rule, 80)})" if item.rule else ""
        detail = f": {prose(item.detail, 300)}" if item.detail else ""
        lines.append(f"{number}. **{prose(item.title, 150)}**{rule}{detail}")
    return MarkdownSection(["", "### To decide", ""], lines, [], len(found), "thing")
