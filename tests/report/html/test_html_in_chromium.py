"""The HTML form in a real browser: silent, alone, whole without scripts, on narrow and wide screens, on paper, and accessible."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from imginspect.report.document import ReportDocument
from imginspect.report.html import render
from tests.report.html.browser import Browser, browser, find_chromium
from tests.report.sample_document import evidence, finding, large_document, result, sample_document

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on the search path, and IMGINSPECT_CHROMIUM names none"),
]

_WIDTHS = (360, 1280, 1600)
_AXE = os.environ.get("IMGINSPECT_AXE", "")
_LONG = "/opt/" + "averylongname" * 40


def _hard() -> ReportDocument:
    """A document of long names without a place to break them, and with more findings than stand open."""
    findings = [
        finding(message=f"{_LONG} number {number} closed in a fold", evidence=[evidence(_LONG + str(number))]) for number in range(30)
    ]
    document = sample_document(
        results=[result(findings=findings), result("TRE-X-1", "pass", [], title="passed out of sight", conditions=["x"])]
    )
    assert document["image"]
    document["image"]["references"] = ["registry.example.org/" + "team" * 60 + ":1"] * 9
    for layer in document["layers"]:
        layer["created_by"] = "RUN " + "x" * 900
    return document


PAGES = {
    "sample": lambda: [sample_document()],
    "hard": lambda: [_hard()],
    "several": lambda: [sample_document(), _hard(), sample_document(image=None, results=[], filesystem=None, coverage=None, start=None)],
}


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(find_chromium() or "", tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module", params=sorted(PAGES))
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(PAGES[request.param]()), "utf-8")
    return path


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "hard.html"
    path.write_text(render([_hard()], show_filesystem=True), "utf-8")
    return path


def test_the_page_complains_of_nothing_and_asks_for_nothing(tab: Browser, page: Path) -> None:
    tab.open(page)
    assert tab.complaints() == []
    assert tab.requested() == [page.as_uri()]


def test_a_script_that_is_not_ours_is_refused(tab: Browser, tmp_path: Path) -> None:
    path = tmp_path / "changed.html"
    path.write_text(
        render([sample_document()]).replace("</main>", "<script>document.title='ran'</script><img src=//example.org/x></main>"), "utf-8"
    )
    tab.open(path)
    assert tab.run("document.title") != "ran"
    assert len(tab.complaints()) == 2


@pytest.mark.parametrize("width", _WIDTHS)
def test_nothing_is_wider_than_the_window(tab: Browser, page: Path, width: int) -> None:
    tab.open(page, width=width)
    tab.run("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
    assert tab.run("document.documentElement.scrollWidth") <= width


def test_what_scrolls_can_be_reached_by_keyboard(tab: Browser, page: Path) -> None:
    tab.open(page, width=360)
    scrolling = "[...document.querySelectorAll('main *')].filter((node) => node.scrollWidth > node.clientWidth + 1 && node.clientWidth"
    unreached = scrolling + " && getComputedStyle(node).overflowX === 'auto' && node.tabIndex < 0).length"
    assert tab.run(unreached) == 0


def test_the_page_is_whole_without_scripts(tab: Browser, hard: Path) -> None:
    tab.open(hard, scripts=False)
    assert tab.complaints() == []
    tab.call("DOM.enable")
    root = tab.call("DOM.getDocument")["root"]["nodeId"]
    assert len(tab.call("DOM.querySelectorAll", nodeId=root, selector=".finding")["nodeIds"]) == 30
    bar = tab.call("DOM.querySelector", nodeId=root, selector=".filter")["nodeId"]
    style = tab.call("CSS.enable") or tab.call("CSS.getComputedStyleForNode", nodeId=bar)["computedStyle"]
    assert {"name": "display", "value": "none"} in style


def _type(tab: Browser, name: str, value: str) -> None:
    tab.run(f"(() => {{ const field = document.querySelector('[name={name}]'); field.value = {value!r};"
            " field.dispatchEvent(new Event('input', {bubbles: true})) })()")  # fmt: skip


def _shown(tab: Browser, selector: str) -> int:
    return int(tab.run(f"[...document.querySelectorAll('{selector}')].filter((node) => node.checkVisibility()).length"))


def test_the_filter_finds_by_text_what_is_folded_away(tab: Browser, hard: Path) -> None:
    tab.open(hard)
    assert _shown(tab, ".finding") == 10
    _type(tab, "text", "NUMBER 27 closed")
    assert _shown(tab, ".finding") == 1
    assert "1 of 30 findings" in tab.run("document.querySelector('[role=status]').textContent")
    _type(tab, "text", "")
    assert tab.run("document.querySelectorAll('.off').length") == 0


def test_the_filter_finds_by_outcome(tab: Browser, hard: Path) -> None:
    tab.open(hard)
    _type(tab, "verdict", "pass")
    assert _shown(tab, ".finding") == 0
    assert _shown(tab, ".rule") == 1


def test_what_is_filtered_away_is_printed_all_the_same(tab: Browser, hard: Path) -> None:
    tab.open(hard)
    _type(tab, "text", "no finding holds this")
    assert _shown(tab, ".finding") == 0
    tab.media("print")
    assert _shown(tab, ".finding") == 30


def test_a_link_to_what_is_folded_opens_it(tab: Browser, hard: Path) -> None:
    tab.open(hard)
    tab.run("location.hash = '#finding-1-25'")
    assert tab.run("new Promise((done) => setTimeout(() => done(document.querySelector('#finding-1-25').checkVisibility()), 100))")


@pytest.mark.parametrize("scripts", [True, False])
def test_closed_folds_are_printed(tab: Browser, hard: Path, scripts: bool) -> None:
    reader = pytest.importorskip("pypdf", reason="pypdf reads the text of the printed page; it is not installed")
    tab.open(hard, scripts=scripts)
    pages = reader.PdfReader(io.BytesIO(tab.pdf())).pages
    text = " ".join("".join(page.extract_text() for page in pages).split())
    assert "passed out of sight" in text
    assert "number 29 closed in a fold" in text
    assert "python3.12" in text  # deep in the tree
    assert f"Page 1 of {len(pages)}" in text


def test_paper_is_light_in_the_dark_too(tab: Browser, page: Path) -> None:
    tab.open(page, dark=True)
    background = "getComputedStyle(document.body).backgroundColor"
    assert tab.run(background) != "rgb(255, 255, 255)"
    tab.media("print", dark=True)
    assert tab.run(background) == "rgb(255, 255, 255)"


@pytest.mark.skipif(not _AXE, reason="IMGINSPECT_AXE does not name axe-core's axe.min.js")
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(tab: Browser, page: Path, width: int, dark: bool) -> None:
    tab.open(page, width=width, dark=dark)
    tab.run("document.querySelectorAll('main details').forEach((fold) => { fold.open = true })")
    tab.run(Path(_AXE).read_text("utf-8") + "; 0")
    found = "r.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.html + ' ' + n.failureSummary).join(' | '))"
    assert tab.run(f"axe.run(document, {{resultTypes: ['violations']}}).then((r) => {found})") == []


def test_a_page_of_two_thousand_findings_opens_soon(tab: Browser, tmp_path: Path) -> None:
    path = tmp_path / "large.html"
    path.write_text(render([large_document()]), "utf-8")
    assert min(tab.open(path) for _ in range(3)) < 2


def test_a_screenshot_has_the_size_of_the_window(tab: Browser, page: Path) -> None:
    tab.open(page, width=640)
    assert struct.unpack(">II", tab.screenshot()[16:24]) == (640, 900)
