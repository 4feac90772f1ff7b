"""The network suite itself: that its images can be built, its scripts can be read, and both kinds are there."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from collections import Counter

import pytest

from imginspect.examples.sample import build
from tests.labelled.network import CASES, PARTS, Case
from tests.labelled.networking.case import SITE

VERDICTS = {"fail", "warn", "pass", "undetermined"}
NAMED_IN = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/opt/job/bin", "/opt/conda/bin")


def files(case: Case) -> dict[str, str]:
    """Path and text of the case's own files."""
    entries = [entry for layer in case.description["layers"] for entry in layer]
    return {entry["path"]: entry["text"] for entry in entries if "text" in entry and not entry["path"].startswith((SITE, "/etc/"))}


def is_python(path: str, text: str) -> bool:
    return path.endswith(".py") or text.partition("\n")[0].endswith(("python3", "python"))


def is_shell(path: str, text: str) -> bool:
    return not is_python(path, text) and (path.endswith(".sh") or text.startswith("#!"))


def test_each_case_has_an_id_and_an_image_of_its_own() -> None:
    assert [name for name, count in Counter(case.id for case in CASES).items() if count > 1] == []
    images = Counter(json.dumps(case.description, sort_keys=True) for case in CASES)
    assert max(images.values()) == 1


def test_there_are_enough_cases_and_about_half_are_sound() -> None:
    sound = sum((case.expected_fetch, case.expected_packages) == ("pass", "pass") for case in CASES)
    assert len(CASES) >= 130
    assert 0.45 <= sound / len(CASES) <= 0.55
    counts = Counter(case.expected_fetch for case in CASES)
    assert counts["fail"] >= 100
    assert counts["undetermined"] >= 10
    assert sum(case.expected_packages == "fail" for case in CASES) >= 40


def test_verdicts_are_verdicts_and_no_case_accepts_every_answer_to_both_questions() -> None:
    for case in CASES:
        fetch = {case.expected_fetch, *case.acceptable}
        packages = {case.expected_packages, *case.acceptable_packages}
        assert fetch | packages <= VERDICTS, case.id
        assert packages != VERDICTS, case.id
        assert fetch != VERDICTS or case.expected_packages == "fail", case.id
        assert case.expected_fetch not in case.acceptable, case.id


def test_a_fetch_may_be_doubted_but_never_passes() -> None:
    assert [case.id for case in CASES if case.expected_fetch == "fail" and "pass" in case.acceptable] == []
    assert [case.id for case in CASES if case.expected_packages == "fail" and "pass" in case.acceptable_packages] == []
    assert [case.id for case in CASES if case.id.startswith("sound-") and "fail" in (*case.acceptable, *case.acceptable_packages)] == []


def test_enough_of_the_scripts_are_long() -> None:
    long = [case for case in CASES if any(len([line for line in text.splitlines() if line.strip()]) >= 15 for text in files(case).values())]
    assert len(long) >= 30
    assert min(Counter((case.expected_fetch, case.expected_packages) == ("pass", "pass") for case in long).values()) >= 12


def test_cases_are_the_same_whenever_they_are_made() -> None:
    assert tuple(case for part in PARTS for case in part.all_cases()) == CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_each_image_can_be_built_and_holds_what_it_starts(case: Case) -> None:
    assert build(case.description)
    config = case.description["config"]
    command = [*config.get("entrypoint", []), *config.get("cmd", [])]
    paths = {entry["path"] for layer in case.description["layers"] for entry in layer}
    places = (
        [command[0]] if command[0].startswith("/") else [f"{folder}/{command[0]}" for folder in (*NAMED_IN, config.get("working_dir", ""))]
    )
    found = paths & {place.replace("/./", "/") for place in places}
    assert bool(found) != (case.id == "unknown-missing-script")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_python_in_the_images_can_be_parsed(case: Case) -> None:
    for path, text in files(case).items():
        if is_python(path, text):
            ast.parse(text, path)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash to read the scripts")
def test_shell_in_the_images_can_be_parsed() -> None:
    texts = {text.replace("\r\n", "\n") for case in CASES for path, text in files(case).items() if is_shell(path, text)}
    texts |= {config[2] for case in CASES if (config := case.description["config"].get("entrypoint", []))[:2] == ["/bin/sh", "-c"]}
    wrong = [text for text in sorted(texts) if subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True).returncode]
    assert len(texts) >= 150
    assert wrong == []


def test_a_twin_differs_by_its_address_alone() -> None:
    originals = {case.id: case for case in CASES}
    twins = [case for case in CASES if case.id.startswith("sound-twin-")]
    assert len(twins) >= 50
    for case in twins:
        original = originals[case.id.replace("sound-twin-", "fetch-", 1)]
        back = json.dumps(case.description).replace("http://127.0.0.1:8000/", "https://data.example.org/")
        assert back == json.dumps(original.description), case.id
        assert (case.expected_fetch, original.expected_fetch) == ("pass", "fail")
