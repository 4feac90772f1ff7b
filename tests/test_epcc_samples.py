"""EPCC's seven public sample images in miniature, and what an auditor says of each: verdict, findings, and what stays open.

The verdict is *undecided* where a rule of the severity that fails an image stays open and nothing else fails it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.builder.epcc import SAMPLES
from tests.inspecting import report_of

pytestmark = pytest.mark.slow

EXIT_CODES = {"pass": 0, "fail": 1, "undecided": 5}
NETWORK = frozenset({"TRE-NET-001", "TRE-NET-002"})
STARTS = frozenset({"TRE-ENT-002", "TRE-ENT-003"})
ROOT = {"TRE-USR-001": "warn"}
"""What is said of all of them: they run as root, and their names state no registry, which is docker.io to Docker."""
UNMADE = {"TRE-DIR-001": "fail", "TRE-PRM-004": "warn", **ROOT}


class Expected(NamedTuple):
    """What is said of a sample; *open* certainly are, *may_be_open* may be."""

    verdicts: tuple[str, ...]
    findings: dict[str, str]
    open: frozenset[str] = frozenset()
    may_be_open: frozenset[str] = frozenset()


EXPECTED = {
    "python-generic": Expected(("pass",), ROOT),
    "julia": Expected(("pass",), ROOT),
    "octave": Expected(("undecided",), ROOT, NETWORK),
    "postgres": Expected(("pass", "undecided"), ROOT, may_be_open=NETWORK),
    "quarto-jupyter": Expected(("fail",), UNMADE, may_be_open=NETWORK),
    "quarto-r": Expected(("fail",), UNMADE, may_be_open=NETWORK),
    "rocker": Expected(("pass", "undecided"), ROOT, may_be_open=NETWORK),
}
"""The script that Rocker's sample does not start is left to a test of its own, and what Quarto may fetch likewise."""


NAMES = list(SAMPLES)


@cache
def _bytes(name: str) -> bytes:
    return SAMPLES[name]().bytes("oci")


@pytest.fixture
def report(name: str, tmp_path: Path) -> Any:
    path = tmp_path / f"{name}.tar"
    path.write_bytes(_bytes(name))
    return report_of(path)


def results(report: Any, *verdicts: str) -> dict[str, str]:
    """The rules with one of *verdicts*."""
    return {result["rule"]: result["verdict"] for result in report["results"] if result["verdict"] in verdicts}


def result(report: Any, rule: str) -> Any:
    return next(result for result in report["results"] if result["rule"] == rule)


@pytest.mark.parametrize("name", NAMES)
def test_the_verdict(name: str, report: Any) -> None:
    assert report["verdict"] in EXPECTED[name].verdicts
    assert report["exit_code"] == EXIT_CODES[report["verdict"]]
    if report["verdict"] != "fail":
        assert (report["verdict"] == "undecided") == bool(results(report, "undetermined"))


@pytest.mark.parametrize("name", NAMES)
def test_the_findings(name: str, report: Any) -> None:
    found = results(report, "warn", "fail")
    expected = EXPECTED[name].findings
    assert {rule: verdict for rule, verdict in found.items() if rule in expected or rule not in NETWORK | STARTS} == expected
    assert "fail" not in {verdict for rule, verdict in found.items() if rule not in expected}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "rocker"])
def test_what_is_started_is_there(name: str, report: Any) -> None:
    assert results(report, "pass").keys() >= {"TRE-ENT-001", *STARTS}


@pytest.mark.parametrize("name", NAMES)
def test_what_stays_open(name: str, report: Any) -> None:
    still_open = results(report, "undetermined").keys()
    assert still_open >= EXPECTED[name].open
    assert still_open <= EXPECTED[name].open | EXPECTED[name].may_be_open


@pytest.mark.parametrize("name", ["python-generic", "julia", "octave", "postgres", "rocker"])
def test_no_network_is_accused(name: str, report: Any) -> None:
    assert not results(report, "warn", "fail").keys() & NETWORK


@pytest.mark.parametrize("name", ["julia"])
@pytest.mark.parametrize("rule", sorted(NETWORK))
def test_julia_passes_on_the_condition_that_it_is_searched_for_known_calls_alone(name: str, rule: str, report: Any) -> None:
    assert any("/test/plot_example.jl" in condition for condition in result(report, rule)["conditions"])


@pytest.mark.parametrize("name", ["octave"])
@pytest.mark.parametrize("rule", sorted(NETWORK))
def test_octave_is_open_because_of_its_script(name: str, rule: str, report: Any) -> None:
    assert "/src/plot_example.m" in result(report, rule)["reason"]


@pytest.mark.parametrize("name", ["quarto-jupyter", "quarto-r"])
def test_quarto_does_not_pass_without_a_word(name: str, report: Any) -> None:
    silent = [rule for rule in NETWORK if result(report, rule)["verdict"] == "pass" and not result(report, rule)["conditions"]]
    assert silent == []


@pytest.mark.parametrize("name", ["rocker"])
def test_the_script_of_rocker_cannot_work_as_it_stands(name: str, report: Any) -> None:
    warned = [result(report, rule) for rule in STARTS if result(report, rule)["verdict"] == "warn"]
    places = [(place["path"], place["line"]) for each in warned for finding in each["findings"] for place in finding["evidence"]]
    messages = [finding["message"] for each in warned for finding in each["findings"]]
    assert ("/rstudio/src/run_test.sh", 3) in places
    assert any("/root/src" in message and "if" in message.split() for message in messages)


def test_each_sample_has_its_expectation() -> None:
    assert list(EXPECTED) == NAMES
    assert len(NAMES) == 7
