"""Markdown, CSV, GitHub's and GitLab's forms: what they say, what they leave out, and strings that would act in them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from imginspect.report import csv_form, forms, github, gitlab, markdown
from imginspect.report.document import Document
from tests.report.sample_document import evidence, finding, large_document, result, sample_document

PAYLOADS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</details></td>", "[a](javascript:alert(1))", "![a](https://e.example/x)",
    "| a | b |", "`code` **bold** _it_ ~~no~~", "# head", "- item", "1. item", "> quote", "    indented", "@team please",
    "#12 !34 ~label %1",
    "https://evil.example/a www.evil.example mail@evil.example", "&lt;b&gt; &#60;b&#62;", "::error::x", "##[error]x", "%0A::error::x",
    '=HYPERLINK("https://evil.example")', "+1+1", "-2+3|cmd", "@SUM(A1)", "＝1+1", "'=1", 'a,"b",c', "\\x1b[31m", "a:b,c=d", "$x$ $`y`$",
)  # fmt: skip


def with_strings(value: Any, payload: str) -> Any:
    """*value* with *payload* in place of every string that the image may have a say in."""
    if isinstance(value, dict):
        return {key: item if key in FIXED else with_strings(item, payload) for key, item in value.items()}
    if isinstance(value, list):
        return [with_strings(item, payload) for item in value]
    return payload if isinstance(value, str) else value


FIXED = {
    "schema_version", "tool", "verdict", "severity", "confidence", "fail_on", "status", "level", "rule", "fingerprint", "sha256",
    "file_sha256", "rules_sha256", "severities", "mode", "owner", "compression", "kind", "language",
}  # fmt: skip


def hostile(payload: str) -> Document:
    document: Document = with_strings(sample_document(), payload)
    return document


def incomplete() -> Document:
    document = sample_document(verdict="incomplete", exit_code=4, reason="not everything could be read: layer 1: cut off", results=[])
    assert document["coverage"] is not None
    document["coverage"] |= {"complete": False, "gaps": ["layer 1: cut off"]}
    return document


def not_inspected() -> Document:
    empty: dict[str, Any] = {"image": None, "coverage": None, "results": [], "layers": [], "history": [], "start": None, "filesystem": None}
    return sample_document(verdict="not-inspected", exit_code=3, reason="no images in it", licences=[], questions=[], **empty)


def passing() -> Document:
    return sample_document(
        verdict="pass", exit_code=0, reason="every rule that applies is met", results=[result(verdict="pass", findings=[])]
    )


# -- all of them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", forms.FORMS)
def test_what_was_not_read_never_looks_as_if_all_were_well(form: str) -> None:
    for document in (incomplete(), not_inspected()):
        text = forms.render(form, [document], several=False)
        assert re.search(document["verdict"].replace("-", "[- ]"), text, re.IGNORECASE)
        assert re.search("not everything could be read|layer 1: cut off|no images in it", text, re.IGNORECASE)
    assert "ncomplete" not in forms.render(form, [passing()], several=False).replace('"incomplete"', "")


@pytest.mark.parametrize("form", forms.FORMS)
def test_the_same_document_gives_the_same_text(form: str) -> None:
    assert forms.render(form, [sample_document()], several=False) == forms.render(form, [sample_document()], several=False)


# -- Markdown --------------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """The tags of a text, its links, and what a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(text: str) -> Tags:
    return Tags(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_strings_of_an_image_are_text_in_markdown(payload: str) -> None:
    plain = rendered(markdown.render([sample_document()]))
    page = rendered(markdown.render([hostile(payload)]))
    assert page.tags <= plain.tags
    assert page.attributes <= plain.attributes
    assert payload.strip() in " ".join(page.text.replace("\u200b", "").split()) or payload.startswith(("    ", "<img"))
    assert not re.search(r"[@#!~%$](?=[\w\"{\[])|(?:https?|www)[.:]", page.text)


def test_the_largest_markdown_fits_into_a_comment_and_says_what_it_leaves_out() -> None:
    for documents in ([large_document()], [large_document()] * 40, [hostile("@" * 600)] * 30):
        text = markdown.render(documents)
        assert len(text) <= markdown.MOST_CHARACTERS
        assert "more" in text
        assert rendered(text).text.count("imginspect:") >= 1


def test_the_first_lines_of_markdown_are_the_answer() -> None:
    lines = [line for line in markdown.render([sample_document()]).splitlines() if line]
    assert lines[0].startswith("### imginspect: ❌ **Fail**")
    assert "TRE-NET-001" in lines[1]
    assert lines.index("**To decide**") < 6


# -- CSV -------------------------------------------------------------------------------------------------------------


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_is_a_formula_and_every_cell_can_be_had_back(payload: str) -> None:
    rows = cells(csv_form.render([hostile(payload)]))
    assert {len(row) for row in rows} == {len(csv_form.COLUMNS)}
    flat = [cell for row in rows for cell in row]
    assert not [cell for cell in flat if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))]
    assert payload in [cell.removeprefix("'") for cell in flat]


def test_each_place_of_each_finding_is_a_row() -> None:
    document = sample_document(results=[result(findings=[finding(evidence=[evidence("/a"), evidence("/b")]), finding(evidence=[])])])
    rows = cells(csv_form.render([document]))[1:]
    assert [row[csv_form.COLUMNS.index("path")] for row in rows] == ["/a", "/b", ""]


# -- GitHub ----------------------------------------------------------------------------------------------------------


def commands_of(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """(kind, properties, message) of each command, decoded as the runner does."""
    for line in text.splitlines():
        match = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line)
        if match:
            properties = dict(item.partition("=")[::2] for item in match[2].split(","))
            yield match[1], {key: unquote(value) for key, value in properties.items()}, match[3]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_line_is_the_verdict_or_one_command(payload: str) -> None:
    text = github.render([hostile(payload)])
    lines = text.splitlines()
    assert lines[0].startswith("imginspect: fail: ")
    assert len(list(commands_of(text))) == len(lines) - 1
    assert {key for _, properties, _ in commands_of(text) for key in properties} <= {"file", "line", "title"}
    assert any(properties.get("file") == payload.lstrip("/") for _, properties, _ in commands_of(text))


def test_github_shows_ten_of_a_kind_and_the_tenth_says_how_many_more() -> None:
    errors = [message for kind, _, message in commands_of(github.render([large_document(100, 10)])) if kind == "error"]
    assert len(errors) == 10
    assert errors[-1].startswith("92 more errors")


# -- GitLab ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", PAYLOADS)
def test_gitlab_gets_what_its_documentation_asks_for(payload: str) -> None:
    issues = json.loads(gitlab.render([hostile(payload), sample_document()]))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 4
    for issue in issues:
        assert issue.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["lines"]["begin"] >= 1
        assert not issue["location"]["path"].startswith(("/", ".."))


def test_what_does_not_count_is_not_critical() -> None:
    severe = sample_document(results=[result(verdict="warn", severity="critical", counts=False)])
    assert [issue["severity"] for issue in json.loads(gitlab.render([severe]))] == ["major"]
    assert [issue["severity"] for issue in json.loads(gitlab.render([incomplete()]))] == ["critical"]
    assert json.loads(gitlab.render([passing()])) == []
