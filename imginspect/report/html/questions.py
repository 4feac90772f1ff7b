"""The form for the auditor: the questions that only a person can settle, and the decision on the image, to sign on paper."""

from __future__ import annotations

from collections.abc import Iterator

from imginspect.report.document import QuestionPart, ReportDocument
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.part import Part
from imginspect.report.html.summary import names, signed
from imginspect.report.html.tables import Row, code, facts, table
from imginspect.report.html.words import IMAGE, badge, outcome
from imginspect.report.summary import qualification

_FIELDS = ("Name", "Role", "Date", "Signature")
_ANSWERS = ("yes", "no", "does not apply")
_DECISIONS = ("accepted", "accepted with conditions", "refused")


def questions(part: Part) -> Markup:
    """What is decided on, a row for each question, then the fields for the decision."""
    return joined((facts(_about(part.document)), _asked(part), _decision(part)))


def _about(document: ReportDocument) -> Iterator[tuple[str, str]]:
    """The image and the verdict, so that the sheet stands by itself."""
    image = document["image"]
    if image is not None:
        yield "Image", names(image["references"]) or "none: the archive does not name the image"
        yield "Digest", code(image["manifest_digest"] or image["image_id"] or "") or "none: this archive format has none"
    meaning = outcome(IMAGE, document["verdict"])
    yield "Verdict of imginspect", joined((badge(meaning._replace(word=meaning.word + qualification(document))), f". {meaning.sentence}"))
    yield from signed(document)


def _asked(part: Part) -> Markup:
    asked = part.document["questions"]
    if not asked:
        return NOTHING
    intro = "imginspect cannot answer these questions from the image. A person answers them on paper or in the printed PDF."
    rows = (_row(number, item) for number, item in enumerate(asked, 1))
    drawn = table("Questions for a person", ("Question", "Answer", "Answered by"), rows)
    return element("div", element("p", intro, class_="explained"), drawn, class_="asked")


def _row(number: int, question: QuestionPart) -> Row:
    why = element("p", question["why"], " (", code(question["id"]), ")", class_="note")
    return Row((joined((f"{number}. {question['question']}", why)), _choices(_ANSWERS), ""))


def _choices(choices: tuple[str, ...]) -> Markup:
    return joined((element("span", element("i", aria_hidden="true"), choice, class_="choice") for choice in choices), " ")


def _decision(part: Part) -> Markup:
    boxes = element("p", "Decision: ", _choices(_DECISIONS))
    room = element("p", "Conditions and reasons:", class_="lines-to-write")
    lines = element("ul", *(element("li", field) for field in _FIELDS), class_="sign-here")
    return element("div", part.heading(1, "Decision on this image"), boxes, room, lines, class_="question")
