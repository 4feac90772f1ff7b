"""The HTML form as text: well formed, closed to what strings could do in it, whole, and the same each time."""

from __future__ import annotations

import copy
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest

from imginspect.report.document import ReportDocument
from imginspect.report.html import render as render_page
from imginspect.report.html.markup import element, escape
from imginspect.report.html.sections import SECTIONS
from tests.counting import calls_made
from tests.report.html.reading import Page
from tests.report.sample_document import evidence, finding, large_document, result, row, sample_document

pytestmark = pytest.mark.slow


def render(documents: Sequence[ReportDocument]) -> str:
    """The page with all that it can have."""
    return render_page(documents, show_filesystem=True)


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=https://example.org/x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></script></title><base href=https://example.org/>",
    "javascript:alert(1)",
    "<!--",
    "]]><![CDATA[<svg onload=alert(1)>",
    "&lt;b&gt;&amp;",
    "{0} {path} %s \\",
    "x" * 5000,
    "",
    "/",
)


def _nothing() -> ReportDocument:
    empty: dict[str, Any] = {"results": [], "layers": [], "history": [], "licences": [], "questions": [], "chain_of_custody": []}
    empty |= {"start": None, "filesystem": None, "coverage": None, "image": None}
    return sample_document(verdict="not-inspected", exit_code=3, reason="it is a ZIP file", **empty)


DOCUMENTS: dict[str, Callable[[], list[ReportDocument]]] = {
    "sample": lambda: [sample_document()],
    "nothing": lambda: [_nothing()],
    "several": lambda: [sample_document(), sample_document(verdict="pass"), _nothing()],
    "large": lambda: [large_document(200)],
}


@pytest.fixture(params=sorted(DOCUMENTS))
def documents(request: pytest.FixtureRequest) -> list[ReportDocument]:
    return DOCUMENTS[request.param]()


def test_the_page_is_well_formed(documents: list[ReportDocument]) -> None:
    page = Page(render(documents))
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert [tag for tag, _ in page.tags].count("main") == 1


def test_headings_go_down_one_level_at_a_time(documents: list[ReportDocument]) -> None:
    levels = [int(tag[1]) for tag, _ in Page(render(documents)).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_every_link_leads_to_one(documents: list[ReportDocument]) -> None:
    page = Page(render(documents))
    ids = Counter(page.values("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    assert {link for link in page.values("href") if link.removeprefix("#") not in ids} == set()
    assert all(link.startswith("#") for link in page.values("href"))


_TEXT_TAGS = (
    "a article b button caption cite code dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 header i input label li main mark"
)
_MORE_TAGS = "nav ol option p pre q section select small span strong summary table tbody td th thead tr ul"
_PAGE_TAGS = "html head meta title style script body svg symbol circle path use rect text"
_TAGS = frozenset(f"{_TEXT_TAGS} {_MORE_TAGS} {_PAGE_TAGS}".split())


def _assert_harmless(page: Page) -> None:
    assert {tag for tag, _ in page.tags} <= _TAGS
    names = {name for _, attributes in page.tags for name in attributes}
    assert not {name for name in names if name.startswith("on")}
    assert not names & {"style", "src", "srcset", "action", "formaction", "srcdoc", "data", "ping", "background", "xlink:href"}
    assert all(link.startswith("#") for link in page.values("href"))
    assert len(page.raw["script"]) == 1


def test_nothing_acts_but_the_one_script(documents: list[ReportDocument]) -> None:
    _assert_harmless(Page(render(documents)))


def test_the_policy_allows_the_style_and_the_script_by_their_bytes_and_nothing_else(documents: list[ReportDocument]) -> None:
    text = render(documents)
    page = Page(text)
    policy = next(attributes["content"] for _, attributes in page.tags if attributes.get("http-equiv") == "Content-Security-Policy")
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))

    def hashes(tag: str) -> set[str]:
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.S)
        return {f"'sha256-{b64encode(sha256(item.encode()).digest()).decode()}'" for item in found}

    assert set(directives.pop("style-src").split()) == hashes("style")
    assert set(directives.pop("script-src").split()) == hashes("script")
    assert directives == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
    assert text.index("Content-Security-Policy") < text.index("<style>")


def _with_each_string(value: Any, payload: str) -> Any:
    """*value* with every string in it, keys of maps from the image too, replaced."""
    if isinstance(value, str):
        return payload
    if isinstance(value, list):
        return [_with_each_string(item, payload) for item in value]
    if isinstance(value, dict):
        return {key: _with_each_string(_renamed(item, payload) if key in _MAPS else item, payload) for key, item in value.items()}
    return value


_MAPS = ("labels", "severities", "skipped", "bytes_by_use")
"""Maps whose keys are strings of the image or of the policy."""


def _renamed(mapping: dict[str, Any], payload: str) -> dict[str, Any]:
    return dict.fromkeys((payload,), next(iter(mapping.values())))


def _full() -> ReportDocument:
    """The sample with something in the fields that it leaves empty."""
    document = copy.deepcopy(sample_document())
    document["results"][2]["findings"].append(
        finding(evidence=[evidence(None, None, archive_member="x",
                                   hidden_by={"index": 9, "digest": None, "diff_id": None, "created_by": "RUN x"}),
                          evidence(None, None, config_field="User", expected="a", actual="b")])
    )  # fmt: skip
    document["policy"]["skipped"] = {"TRE-NET-002": "not here"}
    config = document["image"]["config"] if document["image"] else None
    assert config
    config["on_build"], config["healthcheck"], config["volumes"], config["unread_fields"] = ["RUN x"], ["CMD", "x"], ["/v"], ["y"]
    config["author"], config["stop_signal"], config["shell"], config["variant"] = "a", "s", ["/bin/sh"], "v8"
    assert document["image"]
    document["image"]["other_images"] = ["another"]
    assert document["startup"]
    document["startup"]["problems"], document["startup"]["conditions"] = ["a problem"], ["a condition"]
    document["startup"]["programs"][0]["not_analysed"] = "too large"
    assert document["coverage"]
    document["coverage"]["gaps"], document["coverage"]["complete"] = ["layer 1: cut off"], False
    document["coverage"]["unreferenced_files"] = [{"name": "x", "size": 1, "kind": "y", "sha256": "ab", "is_tool_metadata": False}]
    document["problems"] = [{"topic": "unread", "where": "layer 1", "what": "cut off", "expected": "a", "actual": "b", "layer": 1,
                             "path": "/x", "unread": True}]  # fmt: skip
    return document


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_string_of_a_document_leaves_its_place(payload: str) -> None:
    documents = _with_each_string([_full(), _full()], payload)
    page = Page(render(documents))
    _assert_harmless(page)
    ids = Counter(page.values("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    if len(payload) > 1:
        assert page.text.count(payload) > 100  # it is shown, letter by letter


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, str):
        yield path
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _places(item, (*path, number))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*path, key))


def test_each_string_by_itself_is_escaped() -> None:
    original = _full()
    payload = '<img src=x onerror="alert(1)">\'&'
    for path in _places(original):
        document: Any = copy.deepcopy(original)
        place = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = payload
        assert "<img" not in render([document]), path


_LEFT_OUT = {"digest", "diff_id", "topic", "harm"}
"""What the page leaves to the JSON report: digests beside evidence (the chain of custody has them), topics of problems, and the harm, which
the order of results goes by."""
_ADVICE = {("results", 0, "remediation"), ("results", 1, "remediation")}
"""Advice on what passed or does not apply."""


def test_every_string_of_a_document_is_on_the_page() -> None:
    original = _full()
    for number, path in enumerate(_places(original)):
        if path[-1] == "rule" and "findings" in path:  # the same as the result's
            continue
        name = next(step for step in reversed(path) if isinstance(step, str))
        if name in _LEFT_OUT or path[:3] in _ADVICE or (path[0] == "filesystem" and name == "sha256"):
            continue
        document: Any = copy.deepcopy(original)
        place = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = f"({number} needle)"
        assert f"({number} needle)" in Page(render([document])).text, path


def test_no_finding_is_dropped() -> None:
    page = Page(render([large_document(500)]))
    assert len([name for name in page.values("id") if re.fullmatch(r"finding-\d+-\d+", name)]) == 501
    assert all(f"a private key in /app/key{number}.pem" in page.text for number in range(500))


def test_no_row_of_the_tree_is_dropped_however_deep_and_whatever_its_name() -> None:
    paths = ["/" + "/".join(["d"] * 2000), "/a//b", "relative", "//", "/app/../x", "/" + "y/" * 60 + "z"]
    document = sample_document()
    document["filesystem"] = {"rows": [row(path, owner=f"{number}:7") for number, path in enumerate(paths)], "files": 6, "bytes": 60}
    text = Page(render([document])).text
    assert all(f"{number}:7" in text for number in range(len(paths)))
    assert render([document]).count("<details") < 150


def test_rows_that_share_a_path_are_both_shown() -> None:
    document = sample_document()
    document["filesystem"] = {"rows": [row("/x", owner="8:8"), row("/x", owner="9:9")], "files": 2, "bytes": 20}
    text = Page(render([document])).text
    assert "8:8" in text
    assert "9:9" in text


def test_layers_that_share_a_number_do_not_share_an_id() -> None:
    layers = sample_document()["layers"]
    ids = Page(render([sample_document(layers=[layers[0], layers[1], layers[0]])])).values("id")
    assert ids.count("layer-0") == 1


def test_the_bar_has_a_segment_for_each_layer_by_its_size() -> None:
    layers = sample_document()["layers"]
    layers[1]["file_bytes"] = layers[0]["file_bytes"]
    page = Page(render([sample_document(layers=layers)]))
    widths = [attributes["width"] for tag, attributes in page.tags if tag == "rect" and attributes["class"].startswith("shade")]
    assert widths == ["498.00", "498.00"]
    assert sum(1 for tag, attributes in page.tags if tag == "rect" and attributes["class"] == "waste") == 1


def test_the_hit_is_marked_among_its_lines_and_lines_shared_by_hits_stand_once() -> None:
    text = render([sample_document(results=[result(findings=[finding(evidence=[evidence(line=2), evidence(line=3)])])])])
    assert "<mark><b>▸ 2</b>curl https://example.org/model.bin" in text
    assert "<mark><b>▸ 3</b>exec python3 /app/run.py" in text
    assert text.count("#!/bin/bash") == 1


def test_what_hides_a_file_is_named_with_its_instruction() -> None:
    hidden_by: Any = {"index": 7, "digest": None, "diff_id": None, "created_by": "RUN rm /app/run.sh"}
    text = Page(
        render([sample_document(results=[result(findings=[finding(evidence=[evidence(state="deleted", hidden_by=hidden_by)])])])])
    ).text
    assert "deleted in layer 7, made by RUN rm /app/run.sh, but still in the archive" in text


def test_the_chain_from_the_start_stands_beside_the_file_that_it_leads_to() -> None:
    text = render([sample_document(results=[result(findings=[finding(evidence=[evidence("/app/run.py", 1)])])])])
    section = text[text.index('id="rule-1"') : text.index('id="start"')]
    assert "<li>ENTRYPOINT /app/run.sh</li><li>/app/run.sh, line 3: python3 /app/run.py</li>" in section


def test_a_result_of_an_unknown_verdict_is_not_lost() -> None:
    page = Page(render([sample_document(results=[result("X-1", "maybe", title="a rule of a later version")])]))
    assert "a rule of a later version" in page.text
    assert "group-undetermined" in page.values("id")


def test_a_rule_that_the_policy_skips_is_shown_with_the_reason() -> None:
    document = sample_document()
    document["policy"]["skipped"] = {"TRE-LIC-001": "agreed in another way"}
    assert "The policy skips this rule: agreed in another way" in Page(render([document])).text


def test_sections_have_their_own_ids_and_one_that_says_nothing_is_left_out() -> None:
    assert len({section.id for section in SECTIONS}) == len(SECTIONS)
    ids = set(Page(render([_nothing()])).values("id"))
    assert "summary" in ids
    assert not ids & {"start", "filesystem", "coverage", "licences"}


def test_a_page_on_several_images_has_an_overview_with_a_link_to_each() -> None:
    page = Page(render([sample_document(), sample_document()]))
    assert {"overview", "image-1-top", "image-2-top", "image-2-results"} <= set(page.values("id"))
    assert {"#image-1-top", "#image-2-top"} <= set(page.values("href"))


def test_only_a_digest_comes_into_the_printed_margin() -> None:
    document = sample_document()
    assert document["image"]
    document["image"]["manifest_digest"] = 'sha256:"}body{display:none}'
    assert "body{display:none}" not in "".join(Page(render([document])).raw["style"])


def test_the_same_document_gives_the_same_bytes(documents: list[ReportDocument]) -> None:
    assert render(documents) == render(copy.deepcopy(documents))


def test_nothing_names_an_address_to_load_from() -> None:
    page = Page(render([sample_document()]))
    assert all(
        word not in text for text in page.raw["style"] + page.raw["script"] for word in ("url(", "@import", "http", "fetch(", "//example")
    )


def test_two_thousand_findings_stay_small_and_take_twice_the_work_of_one_thousand() -> None:
    document = large_document()
    assert len(render([document]).encode()) < 5_000_000
    assert calls_made(lambda: render([document])) < 2.2 * calls_made(lambda: render([large_document(1_000)]))


def test_two_thousand_findings_each_with_two_files_of_their_own_stay_small() -> None:
    document = large_document()
    for number, item in enumerate(document["results"][0]["findings"]):
        item["evidence"] = [evidence(f"/app/src/{number}/{name}.sh", 2, file_sha256=f"{number:064x}") for name in ("one", "two")]
    assert len(render([document]).encode()) < 5_000_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<&>\"'", "&lt;&amp;&gt;&quot;&#39;"),
        ("a\x00b", "a\\u0000b"),
        ("\u202egpj", "\\u202egpj"),
        ("\udcff", "\\udcff"),
        ("a\nb", "a\nb"),
        ("é", "é"),
    ],
)
def test_text_is_escaped(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_an_element_escapes_its_children_and_attributes() -> None:
    assert element("p", "<b>", element("i", "&"), class_='"') == '<p class="&quot;">&lt;b&gt;<i>&amp;</i></p>'
