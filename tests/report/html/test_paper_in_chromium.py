"""The HTML form on paper: what is on its first pages, and how many there are."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imginspect.cli.demo_command import _IMAGE as DEMO
from imginspect.examples.sample import build
from imginspect.report.document import ReportDocument
from imginspect.report.html import render
from tests.image_builder import ImageBuilder, file, program
from tests.inspecting import run
from tests.report.html.browser import Browser, browser, find_chromium
from tests.report.sample_document import evidence, finding, result, sample_document

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on the search path, and IMGINSPECT_CHROMIUM names none"),
]
pypdf = pytest.importorskip("pypdf", reason="pypdf reads the text of the printed page; it is not installed")
_SIGNED = ("--by", "A. Auditor", "--date", "2024-05-01")


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(find_chromium() or "", tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def _printed(tab: Browser, path: Path) -> list[str]:
    """The text of each printed page, with single blanks."""
    tab.open(path)
    pages = pypdf.PdfReader(io.BytesIO(tab.pdf())).pages
    return [" ".join(page.extract_text().replace("\ufb01", "fi").split()) for page in pages]


def _of(tab: Browser, folder: Path, document: ReportDocument) -> list[str]:
    path = folder / "report.html"
    path.write_text(render([document]), "utf-8")
    return _printed(tab, path)


@pytest.fixture(scope="module")
def demo(tab: Browser, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("demo")
    (folder / "demo.tar").write_bytes(build(DEMO))
    assert run("inspect", folder / "demo.tar", *_SIGNED, "-o", folder / "demo.html").code == 1
    return _printed(tab, folder / "demo.html")


def test_the_demo_has_at_most_eight_pages(demo: list[str]) -> None:
    assert len(demo) <= 8


def test_the_first_page_has_the_verdict_the_failures_and_who_inspected(demo: list[str]) -> None:
    for text in (
        "Fail. This image does not meet the policy.",
        "5 rules failed, worst first",
        "rules with a warning:",
        "A. Auditor",
        "2024-05-01",
    ):
        assert text in demo[0]


def test_the_second_page_is_the_form_to_sign_and_stands_by_itself(demo: list[str]) -> None:
    for text in ("imginspect-demo:1", "Digest sha256:", "Fail. This image does not meet the policy.", "1. Has Information Governance",
                 "Decision on this image", "accepted with conditions", "Signature", "A. Auditor", "2024-05-01"):  # fmt: skip
        assert text in demo[1]
    assert "Findings and results" in demo[2]


def test_nothing_that_matters_is_left_out_on_paper(demo: list[str]) -> None:
    whole = " ".join(demo)
    for text in ("db.example.org:5432:study:analyst:********", "curl -fsSo /tmp/model.bin", "The whole image was read.", "Chain of custody",
                 "How to check this report", "What to ask the researcher", "Not printed: 6 build steps"):  # fmt: skip
        assert text in whole
    assert "--show-filesystem" in whole.replace(" ", "")


def _large(folder: Path) -> Path:
    """An image of 40,000 files in twenty layers, with passwords, programs that start and programs with special rights."""
    start = "".join(f"curl -o /tmp/{name} https://models.example.org/{name}\n" for name in "abcde")
    image = ImageBuilder().layer(program("/bin/sh"), program("/usr/bin/curl"), *(program(f"/opt/tool{n}", mode=0o4755) for n in range(6)))
    for number in range(20):
        image = image.layer(
            *(file(f"/opt/env/lib/p{number}/d{name // 20}/m{name}.txt", b"x") for name in range(2_000)), created_by=f"RUN install p{number}"
        )
    image = image.layer(*(file(f"/home/u{n}/.pgpass", f"db.example.org:5432:study:u{n}:Kx83-plQz-77rT{n}\n".encode()) for n in range(9)))
    image = image.layer(file("/app/run.sh", f"#!/bin/sh\n{start}".encode(), mode=0o755), created_by="COPY app /app")
    return image.config(entrypoint=["/app/run.sh"]).reference("large:1").save(folder / "large.tar")


def test_a_large_image_with_twenty_findings_has_at_most_fifteen_pages(tab: Browser, tmp_path: Path) -> None:
    archive = _large(tmp_path)
    assert run("inspect", archive, "-o", tmp_path / "large.html", "-o", tmp_path / "large.json").code == 1
    document: Any = json.loads((tmp_path / "large.json").read_text())
    assert sum(len(item["findings"]) for item in document["results"]) >= 20
    assert document["coverage"]["visible_nodes"] > 40_000
    assert len(_printed(tab, tmp_path / "large.html")) <= 15


def _many(count: int, verdict: str) -> list[Any]:
    made = [finding(message=f"key number {number}", evidence=[evidence(f"/key{number}")]) for number in range(2)]
    return [result(f"X-A-{number:03}", verdict, made, title=f"Rule number {number} of {verdict}") for number in range(count)]


def test_thirty_failed_rules_are_all_on_the_first_page(tab: Browser, tmp_path: Path) -> None:
    pages = _of(tab, tmp_path, sample_document(results=[*_many(30, "fail"), *_many(3, "undetermined")]))
    assert all(f"Rule number {number} of fail" in pages[0] for number in range(30))
    assert all(f"Rule number {number} of undetermined" in pages[0] for number in range(3))
    assert "Decision on this image" in pages[1]


def test_sixty_rules_that_passed_are_one_table_of_two_pages(tab: Browser, tmp_path: Path) -> None:
    conditions = {number: ["the data are there"] for number in range(0, 60, 9)}
    passed = [result(f"X-B-{n:03}", "pass", [], title=f"Passed rule {n}", conditions=conditions.get(n, [])) for n in range(60)]
    pages = _of(tab, tmp_path, sample_document(verdict="pass", exit_code=0, results=passed))
    having = [number for number, text in enumerate(pages) if number > 1 and "Passed rule" in text]
    assert len(having) <= 2
    assert all(f"Passed rule {number} " in " ".join(pages[number] for number in having) for number in range(60))
    assert " ".join(pages).count("the data are there") == 2 * 7  # on the first page, and beside each rule


def test_what_a_passed_rule_does_not_cover_is_printed_and_the_rest_of_its_reasons_is_not(tab: Browser, tmp_path: Path) -> None:
    why = "It matters a lot. The rule covers, e.g. files. Not covered: data that is encrypted. More is said here."
    pages = _of(tab, tmp_path, sample_document(verdict="pass", exit_code=0, results=[result("X-B-001", "pass", [], rationale=why)]))
    assert "Met. Not covered: data that is encrypted." in " ".join(pages)
    assert "It matters a lot" not in " ".join(pages)


def test_a_row_of_a_table_is_never_on_two_pages(tab: Browser, tmp_path: Path) -> None:
    long = " ".join(["many words"] * 12)
    passed = [result(f"X-B-{number:03}", "pass", [], title=f"begin{number}x {long} end{number}x") for number in range(60)]
    pages = _of(tab, tmp_path, sample_document(verdict="pass", exit_code=0, results=passed))
    for number in range(60):
        assert any(f"begin{number}x" in text and f"end{number}x" in text for text in pages), number
        assert not any((f"begin{number}x" in text) != (f"end{number}x" in text) for text in pages), number


def test_a_digest_that_is_longer_than_a_line_is_printed_whole(tab: Browser, tmp_path: Path) -> None:
    document = sample_document()
    assert document["image"]
    document["image"]["manifest_digest"] = "sha512:" + "0123456789abcdef" * 8
    pages = _of(tab, tmp_path, document)
    assert "sha512:" + "0123456789abcdef" * 8 in pages[1].replace(" ", "")


def test_the_files_are_printed_where_they_were_asked_for(tab: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render([sample_document()], show_filesystem=True), "utf-8")
    pages = _printed(tab, path)
    assert "python3.12" in pages[-1] + pages[-2]
    assert "--show-filesystem" not in "".join(pages).replace(" ", "")


def test_the_verdict_and_the_first_failure_are_seen_without_scrolling(tab: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render([sample_document(results=_many(30, "fail"))]), "utf-8")
    tab.open(path)
    tab.call("Emulation.setDeviceMetricsOverride", width=1280, height=800, deviceScaleFactor=1, mobile=False)
    lowest = "document.querySelector('.to-settle tbody tr').getBoundingClientRect().bottom"
    assert tab.run("document.querySelector('.verdict').getBoundingClientRect().bottom") < tab.run(lowest) < 400
    heights = "[...document.querySelectorAll('.to-settle tbody tr')].map((row) => row.getBoundingClientRect().height)"
    assert max(tab.run(heights)) < 40
