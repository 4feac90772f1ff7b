"""The rules on starts and on networks, on one image: one missing thing is one finding, and a limit is no clean answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.image_builder import ImageBuilder, directory, file, program
from tests.inspecting import report_of, results_of

START = ("TRE-ENT-002", "TRE-ENT-003")
NETWORK = ("TRE-NET-001", "TRE-NET-002")


def inspected(tmp_path: Path, script: str, *programs: str, extra: dict[str, str] | None = None) -> Any:
    """The report on an image that starts /app/run.sh, a script for sh; *programs* are there, and *extra* files."""
    entries = [directory(path) for path in ("/safe_data", "/safe_outputs", "/scratch")]
    entries += [program("/bin/sh"), *(program(path) for path in programs)]
    entries += [file(path, text.encode(), mode=0o755) for path, text in {"/app/run.sh": script, **(extra or {})}.items()]
    image = ImageBuilder().layer(*entries).config(entrypoint=["/app/run.sh"], user="1000")
    return report_of(image.save(tmp_path / "image.tar", "oci"))


def findings(report: Any, *rules: str) -> list[Any]:
    return [finding for result in report["results"] if result["rule"] in rules for finding in result["findings"]]


def test_a_missing_program_is_one_finding_that_names_what_it_keeps_open(tmp_path: Path) -> None:
    report = inspected(tmp_path, "#!/bin/sh\n\nexec python3 /app/none.py\n")
    (finding,) = findings(report, *START, *NETWORK)
    assert finding["rule"] == "TRE-ENT-002"
    assert "TRE-NET-001 and TRE-NET-002 cannot be decided without it" in finding["message"]
    assert (finding["evidence"][0]["path"], finding["evidence"][0]["line"]) == ("/app/run.sh", 3)
    results = results_of(report)
    assert [results[rule] for rule in (*START, *NETWORK)] == ["fail", "not-applicable", "undetermined", "undetermined"]


def test_a_missing_script_is_one_finding_too(tmp_path: Path) -> None:
    report = inspected(tmp_path, "#!/bin/sh\nexec python3 /app/none.py\n", "/usr/bin/python3")
    (finding,) = findings(report, *START, *NETWORK)
    assert finding["rule"] == "TRE-ENT-003"
    assert "TRE-NET-001 and TRE-NET-002" in finding["message"]


def test_a_fetch_whose_program_is_missing_counts_all_the_same(tmp_path: Path) -> None:
    report = inspected(tmp_path, "#!/bin/sh\ncurl -fsSO https://models.example.org/m.bin\n")
    results = results_of(report)
    assert results["TRE-NET-001"] == "fail"
    assert results["TRE-ENT-002"] == "fail"


@pytest.mark.parametrize(
    ("script", "extra"),
    [
        ("#!/bin/sh\n: " + "a " * 260_000 + "\n", {}),
        ("#!/bin/sh\nexec python3 /app/run.py\n", {"/app/run.py": "x = [" + "1," * 260_000 + "]\n"}),
        ("#!/bin/sh\nexec python3 /app/run.py\n", {"/app/run.py": "x = " + "-" * 50_000 + "1\n"}),
    ],
    ids=["shell", "python", "nested python"],
)
def test_a_text_that_starts_and_is_too_long_to_follow_leaves_the_image_incomplete(
    script: str, extra: dict[str, str], tmp_path: Path
) -> None:
    report = inspected(tmp_path, script, "/usr/bin/python3", extra=extra)
    assert (report["verdict"], report["exit_code"]) == ("incomplete", 4)


def test_the_same_texts_without_padding_pass(tmp_path: Path) -> None:
    report = inspected(tmp_path, "#!/bin/sh\nexec python3 /app/run.py\n", "/usr/bin/python3", extra={"/app/run.py": "x = [1]\n"})
    assert report["verdict"] == "pass"


def test_a_program_that_an_activated_environment_may_have_is_open_for_the_rules_on_networks_too(tmp_path: Path) -> None:
    script = "#!/bin/bash\nsource /opt/conda/etc/profile.d/conda.sh\nconda activate x\nmytool --run\n"
    results = results_of(inspected(tmp_path, script, "/bin/bash", extra={"/opt/conda/etc/profile.d/conda.sh": "conda() { :; }\n"}))
    assert [results[rule] for rule in ("TRE-ENT-002", *NETWORK)] == ["undetermined"] * 3


def test_seventy_fetches_are_seventy_findings_each_at_its_line(tmp_path: Path) -> None:
    script = "#!/bin/sh\n" + "".join(f"curl -fsSO https://h{number}.example.net/f\n" for number in range(70))
    report = inspected(tmp_path, script, "/usr/bin/curl")
    assert [finding["evidence"][0]["line"] for finding in findings(report, "TRE-NET-001")] == list(range(2, 72))
