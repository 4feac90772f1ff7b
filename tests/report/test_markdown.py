"""The Markdown form: what comes first, what is in the table, and what is left out is counted."""

from __future__ import annotations

import re

import pytest

from imginspect.report import markdown
from imginspect.report.markdown_text import code, prose
from tests.report.payloads import clean, incomplete, not_inspected, whole_document
from tests.report.reading import read_markdown
from tests.report.sample_document import evidence, finding, large_document, result, sample_document


def table_of(text: str) -> list[list[str]]:
    return [re.split(r" ?\| ?", line)[1:-1] for line in text.splitlines() if line.startswith("| ")][2:]


def test_the_verdict_and_its_reason_come_first() -> None:
    lines = markdown.render([sample_document()]).splitlines()
    assert lines[0] == "## imginspect: FAIL"
    assert lines[2] == "`registry.example.org/team/app:1.0`: The image breaks the policy."
    assert lines[4] == "1 rule of severity high or worse failed: `TRE-NET-001`."
    assert lines[10] == "### To decide"


@pytest.mark.parametrize(
    ("document", "words"), [(incomplete(), "this is no pass"), (not_inspected(), "this is no pass"), (clean(), "No rule")]
)
def test_each_verdict_is_told_in_a_sentence(document: object, words: str) -> None:
    text = markdown.render([document])  # type: ignore[list-item]
    assert words in text.splitlines()[2]


def test_the_table_has_a_row_for_each_finding_the_worst_first() -> None:
    rows = table_of(markdown.render([whole_document()]))
    assert [row[1] for row in rows] == ["`TRE-A-001`"] * 2 + ["`TRE-NET-001`", "`TRE-C-001`", "`TRE-B-001`", "`TRE-PRM-001`"]
    assert rows[0][0] == "FAIL, high"
    assert rows[0][2] == "`/app/run.sh` line 2, deleted by layer 1, layer 0 and 3 more places"
    assert rows[3][0] == "FAIL, low, not counted"
    assert rows[4] == ["UNDETERMINED, high", "`TRE-B-001`", "", "it is not known"]


def test_what_is_not_in_the_table_is_counted() -> None:
    text = markdown.render([large_document()])
    rows = table_of(text)
    assert len(rows) == 6
    assert "1,995 more findings" in text
    assert len([line for line in text.splitlines() if line.startswith("- a private key")]) == 200
    assert "1,800 more findings" in text


@pytest.mark.parametrize("images", [2, 15, 40, 400])
def test_many_images_stay_a_comment(images: int) -> None:
    text = markdown.render([large_document()] * images)
    read_markdown(text)
    assert text.startswith(f"# imginspect: FAIL ({images} images)\n")
    shown = text.count("\n## imginspect: FAIL")
    assert shown > 1
    assert (shown == images) != (f"{images - shown:,} more images" in text)


def test_sections_for_which_there_is_no_room_are_told() -> None:
    many = [result(f"TRE-X-{number:03}", "fail", [finding(message="/" + "x" * 900, evidence=[evidence()])] * 9) for number in range(300)]
    text = markdown.render([sample_document(results=many)])
    read_markdown(text)
    assert "more than fits into a comment" in text


def test_every_number_of_findings_left_out_and_shown_adds_up() -> None:
    for count in (1, 5, 6, 25, 26, 199, 200, 201):
        document = sample_document(results=[result("TRE-X-001", "fail", [finding(message=f"place {n}") for n in range(count)])])
        text = markdown.render([document]).split("<summary>TRE-X-001")[1].split("</details>")[0]
        left_out = re.search(r"([\d,]+) more finding", text)
        assert text.count("\n- place") + (int(left_out[1]) if left_out else 0) == count


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("/app/run.sh fetches https://x.org/m with curl", "`/app/run.sh` fetches `https://x.org/m` with curl"),
        ("Test with `docker run --network none`.", "Test with `docker run --network none`."),
        ("it isn't (yet) there; 1,024 bytes", "it isn't (yet) there; 1,024 bytes"),
        ("a `|` b", r"a `\x7c` b"),
        ("`a``b`", r"`\x60a\x60\x60b\x60`"),
        ("layer 5 (RUN rm /x); more", "layer 5 (RUN rm `/x`); more"),
        ("@user said #1", "`@user` said `#1`"),
        ("end.", "end."),
        ("1. one", "`1`. one"),
        ("a\nb", "a b"),
        ("", "`(empty)`"),
    ],
)
def test_words_stay_and_all_else_is_code(text: str, made: str) -> None:
    assert prose(text) == made


@pytest.mark.parametrize(
    ("text", "made"),
    [("", "`(empty)`"), (" ", "`(blank)`"), (" a", "`  a `"), ("a|b`", r"`a\x7cb\x60`"), ("a\x1b", r"`a\x1b`"), ("abcdef", "`abcd…`")],
)
def test_code_spans(text: str, made: str) -> None:
    assert code(text, 5) == made
