"""Findings are listed up to a limit of the image; what is beyond is judged, counted and said in every form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.checks.listing import share, worst_few
from imginspect.checks.result import FindingDraft, Verdict
from tests.image_builder import ImageBuilder, file
from tests.inspecting import report_of, run

TOKENS = ["glpat-" + "Zq7xW2mK9pL4vN8sT3y" + letter for letter in "ABCDEFGHIJKL"]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    entries = [file(f"/app/{number:02}", f"token={TOKENS[0]}\n".encode(), mode=0o666) for number in range(30)]
    entries.append(file("/keys.txt", "".join(f"token={token}\n" for token in TOKENS).encode()))
    return ImageBuilder().layer(*entries).save(tmp_path / "a.tar")


def _result(report: dict[str, Any], rule: str) -> dict[str, Any]:
    [found] = [item for item in report["results"] if item["rule"] == rule]
    return dict(found)


@given(st.lists(st.integers(0, 60), max_size=8), st.integers(1, 200))
def test_a_share_fits_and_wastes_nothing(counts: list[int], limit: int) -> None:
    most = share(counts, limit)
    listed = [min(count, most) for count in counts]
    assert sum(listed) <= max(limit, sum(1 for count in counts if count))
    assert listed == counts or sum(min(count, most + 1) for count in counts) > limit


def test_the_worst_are_kept_in_their_order() -> None:
    found = [FindingDraft(verdict, "") for verdict in (Verdict.WARN, Verdict.FAIL, Verdict.WARN, Verdict.FAIL, Verdict.UNDETERMINED)]
    assert worst_few(found, 3) == [1, 3, 4]


def test_no_limit_met_says_nothing(image: Path) -> None:
    report = report_of(image)
    assert len(_result(report, "TRE-SEC-002")["findings"]) == 31
    assert not {"findings_not_listed", "places_not_listed"} & report["coverage"].keys()


def test_what_is_beyond_the_limit_is_counted(image: Path) -> None:
    whole, cut = report_of(image), report_of(image, "--limit", "findings=10")
    kept = sum(len(item["findings"]) for item in whole["results"]) - cut["coverage"]["findings_not_listed"]
    assert kept <= 10
    last = _result(cut, "TRE-SEC-002")["findings"][-1]
    assert last["message"].endswith("more findings of this rule not listed (limit findings)")
    assert (whole["verdict"], whole["reason"]) == (cut["verdict"], cut["reason"])
    fingerprints = [[item["fingerprint"] for item in _result(report, "TRE-SEC-002")["findings"]] for report in (whole, cut)]
    assert set(fingerprints[1][:-1]) < set(fingerprints[0])


def test_places_beyond_the_limit_are_counted(image: Path) -> None:
    report = report_of(image, "--limit", "places=70")
    left = report["coverage"]["places_not_listed"]
    assert 0 < left < 12
    [many] = [item for item in _result(report, "TRE-SEC-002")["findings"] if "/keys.txt" in item["message"]]
    assert many["message"].endswith(f"({left} more places not listed, limit places)")
    assert len(many["evidence"]) == 12 - left


@pytest.mark.parametrize("form", ["terminal", "html", "markdown", "junit", "csv", "sarif", "gitlab"])
def test_every_form_says_it(form: str, image: Path) -> None:
    text = " ".join(run("inspect", image, "--format", form, "--limit", "findings=10").text.split())
    assert "more findings of this rule" in text
    told = {"terminal": "judged like the others", "html": "also judged"}
    assert told.get(form, "") in text


def test_a_report_with_counts_can_be_rendered_again(image: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(run("inspect", image, "--format", "json", "--limit", "findings=10").out)
    assert "judged like the others" in " ".join(run("render", tmp_path / "a.json", "--format", "terminal").text.split())
