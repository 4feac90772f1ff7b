"""What only a person can settle, with room to answer and sign on paper."""

from __future__ import annotations

from imginspect.report.document import QuestionPart
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.part import Part
from imginspect.report.html.tables import code

_FIELDS = ("Name", "Role", "Date", "Signature")


def questions(part: Part) -> Markup:
    """Each question with fields for an answer, then fields for the decision on the image."""
    asked = part.document["questions"]
    intro = element(
        "p", "Inspecting the image cannot answer these questions. Answer and sign them on paper or in the printed PDF.", class_="explained"
    )
    made = [_question(number, item, part) for number, item in enumerate(asked, 1)]
    decision = _signed(
        part.heading(1, "Decision on this image"),
        ("accepted", "accepted with conditions", "refused"),
        element("p", "Conditions and reasons:", class_="lines-to-write"),
    )
    return joined((intro if asked else NOTHING, *made, decision))


def _question(number: int, question: QuestionPart, part: Part) -> Markup:
    reason = element("p", question["why"], " (", code(question["id"]), ")", class_="explained")
    return _signed(joined((part.heading(1, f"{number}. ", question["question"]), reason)), ("yes", "no", "does not apply"), NOTHING)


def _signed(head: Markup, choices: tuple[str, ...], room: Markup) -> Markup:
    boxes = element("p", "Decision:", *(element("span", element("i", aria_hidden="true"), choice, class_="choice") for choice in choices))
    lines = element("ul", *(element("li", field) for field in _FIELDS), class_="sign-here")
    return element("div", head, boxes, room, lines, class_="question")
