"""The page on many images in a real browser: silent, alone, whole without scripts; the filter narrows the screen and not the paper."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batch.making import BASE, KEY, ROWS, SETUID, filled, image
from tests.report.html.browser import Browser, browser, find_chromium

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on the search path, and IMGINSPECT_CHROMIUM names none"),
]
_AXE = os.environ.get("IMGINSPECT_AXE", "")
_ROW = ".images tbody tr"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(find_chromium() or "", tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def _page(folder: Path, many: int) -> Path:
    from imginspect.batch.summary import write_answer

    rows = [
        *ROWS,
        image("registry.example.org/" + "team" * 60 + ":1", [BASE], [KEY], references=tuple("name" * 50 + f":{n}" for n in range(9))),
    ]
    rows += [image(f"registry.example.org/many/image-{number}:1", [BASE], [SETUID]) for number in range(many)]
    with filled(folder, rows) as made:
        write_answer(made, folder)
    return folder / "index.html"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _page(tmp_path_factory.mktemp("run"), 3)


def _choose(tab: Browser, name: str, value: str) -> None:
    tab.run(f"(() => {{ const field = document.querySelector('[name={name}]'); field.value = {value!r};"
            " field.dispatchEvent(new Event('input', {bubbles: true})) })()")  # fmt: skip


def _shown(tab: Browser, selector: str = _ROW) -> int:
    return int(tab.run(f"[...document.querySelectorAll('{selector}')].filter((node) => node.checkVisibility()).length"))


def test_the_page_complains_of_nothing_and_asks_for_nothing(tab: Browser, page: Path) -> None:
    tab.open(page)
    assert tab.complaints() == []
    assert tab.requested() == [page.as_uri()]


@pytest.mark.parametrize("width", [360, 1280, 1600])
def test_nothing_is_wider_than_the_window(tab: Browser, page: Path, width: int) -> None:
    tab.open(page, width=width)
    tab.run("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
    assert tab.run("document.documentElement.scrollWidth") <= width


def test_the_filter_narrows_by_verdict_rule_and_text(tab: Browser, page: Path) -> None:
    tab.open(page)
    assert _shown(tab) == 10
    _choose(tab, "verdict", "pass")
    assert _shown(tab) == 4
    assert "Showing 4 of 10 images" in tab.run("document.querySelector('[role=status]').textContent")
    _choose(tab, "text", "MANY image-2")
    assert _shown(tab) == 1
    _choose(tab, "text", "")
    _choose(tab, "verdict", "")
    warned = tab.run(
        "[...document.querySelectorAll('[name=rule] option')].find((one) => one.text.includes('No program gains rights')).value"
    )
    _choose(tab, "rule", warned)
    assert _shown(tab) == 6
    _choose(tab, "rule", "")
    assert tab.run("document.querySelectorAll('.off').length") == 0


def _sorted_by(tab: Browser, column: str, table: str = ".images") -> list[str]:
    """Press the heading *column*; gives back the texts of that column."""
    place = f"[...document.querySelectorAll('{table} thead th')].findIndex((it) => it.textContent === {column!r})"
    tab.run(f"document.querySelectorAll('{table} thead th')[{place}].querySelector('button').click()")
    return [
        str(text) for text in tab.run(f"[...document.querySelectorAll('{table} tbody tr')].map((row) => row.cells[{place}].textContent)")
    ]


def _orders(tab: Browser) -> list[str]:
    return list(tab.run("[...document.querySelectorAll('.images thead th[aria-sort]')].map((it) => it.textContent + it.ariaSort)"))


def test_a_column_sorts_the_table_both_ways_and_says_so(tab: Browser, page: Path) -> None:
    tab.open(page)
    assert _orders(tab) == ["Verdictdescending"]
    names = _sorted_by(tab, "Image")
    assert names == sorted(names, key=str.casefold)
    assert _orders(tab) == ["Imageascending"]
    assert _sorted_by(tab, "Image") == names[::-1]
    assert _orders(tab) == ["Imagedescending"]
    sizes = tab.run("[...document.querySelectorAll('.images tbody tr')].map((row) => Number(row.cells[4].dataset.k))")
    _sorted_by(tab, "Size")
    assert tab.run("[...document.querySelectorAll('.images tbody tr')].map((row) => Number(row.cells[4].dataset.k))") == sorted(sizes)[::-1]
    verdicts = _sorted_by(tab, "Verdict")
    assert (verdicts[0], verdicts[-1]) == ("Pass", "Fail")
    assert tab.complaints() == []


def test_severities_are_sorted_by_what_they_mean(tab: Browser, page: Path) -> None:
    tab.open(page)
    assert _sorted_by(tab, "Severity", ".part-rules table") == ["critical", "low"]
    assert _sorted_by(tab, "Severity", ".part-rules table") == ["low", "critical"]


def test_every_table_can_be_sorted_by_keyboard(tab: Browser, page: Path) -> None:
    tab.open(page)
    assert tab.run("[...document.querySelectorAll('main thead th')].every((it) => it.querySelector('button').tabIndex === 0)")
    tab.run("document.querySelector('.part-rules thead button').focus()")
    for kind in ("keyDown", "keyUp"):
        tab.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")
    assert tab.run("document.querySelector('.part-rules thead th').ariaSort") == "ascending"


def test_without_scripts_the_worst_image_comes_first(page: Path) -> None:
    text = page.read_text("utf-8")
    rows = [row.partition('"')[0] for row in text.split('<tr data-v="')[1:]]
    order = ["fail", "not-inspected", "incomplete", "undecided", "pass"]
    assert rows == sorted(rows, key=order.index)
    assert "<button" not in text


def test_a_rule_leads_to_its_images(tab: Browser, page: Path) -> None:
    tab.open(page)
    tab.run("document.querySelector('a[data-rule=TRE-PRM-001]').click()")
    assert _shown(tab) == 6


def test_a_count_leads_to_its_images(tab: Browser, page: Path) -> None:
    tab.open(page)
    tab.run("document.querySelector('[data-verdict=incomplete]').click()")
    assert _shown(tab) == 1
    tab.media("print")
    assert _shown(tab) == 10


def test_the_page_is_whole_without_scripts(tab: Browser, page: Path) -> None:
    tab.open(page, scripts=False)
    assert tab.complaints() == []
    tab.call("DOM.enable")
    root = tab.call("DOM.getDocument")["root"]["nodeId"]
    assert len(tab.call("DOM.querySelectorAll", nodeId=root, selector=_ROW)["nodeIds"]) == 10
    bar = tab.call("DOM.querySelector", nodeId=root, selector=".filter")["nodeId"]
    style = tab.call("CSS.enable") or tab.call("CSS.getComputedStyleForNode", nodeId=bar)["computedStyle"]
    assert {"name": "display", "value": "none"} in style


def test_a_page_of_five_thousand_images_opens_and_narrows_soon(tab: Browser, tmp_path: Path) -> None:
    path = _page(tmp_path, 5_000)
    assert path.stat().st_size < 5_000_000
    assert min(tab.open(path) for _ in range(2)) < 5
    begun = "const begun = performance.now(); const field = document.querySelector('[name=text]'); field.value = 'image-4321';"
    asked = "field.dispatchEvent(new Event('input', {bubbles: true})); document.body.offsetHeight; return performance.now() - begun"
    assert tab.run(f"(() => {{ {begun} {asked} }})()") < 1_000
    assert _shown(tab) == 1


@pytest.mark.skipif(not _AXE, reason="IMGINSPECT_AXE does not name axe-core's axe.min.js")
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(tab: Browser, page: Path, width: int, dark: bool) -> None:
    tab.open(page, width=width, dark=dark)
    tab.run("document.querySelectorAll('main details').forEach((fold) => { fold.open = true })")
    tab.run(Path(_AXE).read_text("utf-8") + "; 0")
    found = "r.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.html + ' ' + n.failureSummary).join(' | '))"
    assert tab.run(f"axe.run(document, {{resultTypes: ['violations']}}).then((r) => {found})") == []
