"""The words and shapes for verdicts on the page. An unknown verdict is shown as written."""

from __future__ import annotations

from typing import NamedTuple

from imginspect.report.html.markup import Markup, element


class VerdictWords(NamedTuple):
    """A verdict for people: *word*, *sentence*, and *shape*: the name of its icon, which the style sheet also gives its colour by."""

    word: str
    sentence: str
    shape: str


IMAGE = {
    "pass": VerdictWords("Pass", "No rule severe enough to fail the image has failed, and the whole image was read.", "pass"),
    "fail": VerdictWords("Fail", "This image does not meet the policy.", "fail"),
    "undecided": VerdictWords(
        "Undecided",
        "No rule severe enough to fail the image has failed, but at least one could not be decided. This is not a pass.",
        "undetermined",
    ),
    "incomplete": VerdictWords(
        "Incomplete",
        "No rule severe enough to fail the image has failed, but part of the image could not be read. This is not a pass.",
        "undetermined",
    ),
    "not-inspected": VerdictWords("Not inspected", "The input contains no image that can be inspected.", "fail"),
}
RESULT = {
    "fail": VerdictWords("Failed", "The image does not meet these rules.", "fail"),
    "undetermined": VerdictWords("Undecided", "The image alone does not show whether these rules hold.", "undetermined"),
    "warn": VerdictWords("Warning", "These findings need attention. They do not fail the image unless warnings count as failures.", "warn"),
    "pass": VerdictWords(
        "Passed", "The image meets these rules. Where there are conditions, someone must make sure that they hold.", "pass"
    ),
    "not-applicable": VerdictWords("Not applicable", "These rules have nothing to check in this image, or the policy skips them.", "none"),
}
STATUS = {
    "verified": VerdictWords("verified", "The digest was computed from the bytes and matches the expected digest.", "pass"),
    "computed": VerdictWords(
        "computed", "The digest was computed from the bytes. The archive states no digest to compare it with.", "none"
    ),
    "mismatch": VerdictWords("mismatch", "The bytes do not match the expected digest: the archive was damaged or changed.", "fail"),
    "missing": VerdictWords("missing", "The archive refers to it but does not contain it.", "fail"),
    "not-read": VerdictWords("not read", "It is present but could not be read to the end, so its digest is unknown.", "undetermined"),
    "stated": VerdictWords("stated", "A name that the archive gives the image. Anyone can choose any name; nothing verifies it.", "none"),
}
LEVELS = {"must": "required", "should": "recommended", "info": "background"}
SEVERITIES = ("critical", "high", "medium", "low", "info")

_SHAPES = {
    "pass": '<circle cx="12" cy="12" r="11"></circle><path class="sign" d="M6.5 12.5l4 4 7-8.5"></path>',
    "fail": '<path d="M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z"></path><path class="sign" d="M8 8l8 8M16 8l-8 8"></path>',
    "warn": '<path d="M12 1.5L23.5 22H.5z"></path><path class="sign" d="M12 9v6M12 18v1"></path>',
    "undetermined": (
        '<path d="M12 .5L23.5 12 12 23.5.5 12z"></path><path class="sign" d="M9.5 9.8a2.5 2.5 0 1 1 3.400 2.300'
        'q-.9.4-.9 1.5M12 16.5v.6"></path>'
    ),
    "none": '<circle class="ring" cx="12" cy="12" r="10"></circle><path class="dash" d="M7.5 12h9"></path>',
}


def outcome(table: dict[str, VerdictWords], verdict: str) -> VerdictWords:
    """What *table* says of *verdict*; for one that it does not know the word itself and the shape of what is not settled."""
    return table.get(verdict) or VerdictWords(verdict, "", "undetermined")


def icon(shape: str) -> Markup:
    """The icon of a shape. A reader's software passes over it: the word stands beside it."""
    use = element("use", href=f"#icon-{shape}")
    return element("svg", use, class_=f"icon {shape}", aria_hidden="true", focusable="false")


def badge(meaning: VerdictWords) -> Markup:
    """Icon and word."""
    return element("span", icon(meaning.shape), " ", meaning.word, class_=f"badge {meaning.shape}")


def icons() -> Markup:
    """The drawings that ``icon`` refers to, once for the page."""
    drawings = "".join(f'<symbol id="icon-{name}" viewBox="0 0 24 24">{shape}</symbol>' for name, shape in _SHAPES.items())
    return element("svg", Markup(drawings), class_="symbols", aria_hidden="true", focusable="false", width=0, height=0)
