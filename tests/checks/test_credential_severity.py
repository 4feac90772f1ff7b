"""TRE-SEC-002 is critical where the credential is sure: its form is verified, or its file is made to hold credentials."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.image_builder import ImageBuilder, file
from tests.inspecting import report_of, run
from tests.labelled.credential.key_forms import pem, pkcs8_rsa

SURE = file("/root/.pgpass", b"db.example.org:5432:study:analyst:kX83plQz77rTvW\n")
VERIFIED = file("/app/server.pem", pem("PRIVATE KEY", pkcs8_rsa("severity")).encode())
LIKELY = file("/app/client.py", b'TOKEN = "glpat-' + b'Zq7xW2mK9pL4vN8sT3yB"\n')
GUESSED = file("/app/settings.py", b'password = "kX83plQz77rTvW"\n')


def result_of(tmp_path: Path, *entries: Any, policy: str = "", options: tuple[str, ...] = (), **config: Any) -> Any:
    (tmp_path / "policy.yaml").write_text(f"id: own\ntitle: Own\n{policy}")
    path = ImageBuilder().layer(*entries).config(**config).save(tmp_path / "a.tar")
    report = report_of(path, "--policy", str(tmp_path / "policy.yaml"), *options)
    return next(result for result in report["results"] if result["rule"] == "TRE-SEC-002")


@pytest.mark.parametrize(("entry", "severity"), [(SURE, "critical"), (VERIFIED, "critical"), (LIKELY, "high"), (GUESSED, "high")], ids=str)
def test_what_is_sure_is_critical_and_nothing_else(entry: Any, severity: str, tmp_path: Path) -> None:
    result = result_of(tmp_path, entry)
    assert (result["verdict"], result["severity"], [item["severity"] for item in result["findings"]]) == ("fail", severity, [severity])


def test_the_result_has_the_severity_of_its_worst_finding_which_comes_first(tmp_path: Path) -> None:
    result = result_of(tmp_path, LIKELY, SURE)
    assert [item["severity"] for item in result["findings"]] == ["critical", "high"]
    assert (result["severity"], result["fails_image"]) == ("critical", True)


def test_it_is_so_in_the_config_too(tmp_path: Path) -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzdHVkeSIsImlhdCI6MTcwMDAwMDAwMH0.dBjftJeZ4CVPmB92K27uhbUJU1p1r0wW1gFWFOEjXk0"
    assert result_of(tmp_path, file("/a", b"1"), env=[f"SESSION={token}"])["severity"] == "critical"
    assert result_of(tmp_path, file("/a", b"1"), env=["DB_PASSWORD=kX83plQz77rTvW"])["severity"] == "high"


@pytest.mark.parametrize("severity", ["low", "high", "critical"])
def test_a_policy_that_sets_the_severity_sets_that_of_the_findings(severity: str, tmp_path: Path) -> None:
    result = result_of(tmp_path, SURE, LIKELY, policy=f"severities: {{TRE-SEC-002: {severity}}}\n")
    assert {result["severity"], *(item["severity"] for item in result["findings"])} == {severity}


@pytest.mark.parametrize(("entry", "code"), [(SURE, 1), (LIKELY, 0)], ids=["sure", "likely"])
def test_fail_on_critical_goes_by_the_severity_of_the_finding(entry: Any, code: int, tmp_path: Path) -> None:
    image = ImageBuilder().layer(entry, file("/run", b"#!/bin/true\n", mode=0o755)).config(entrypoint=["/run"])
    path = image.save(tmp_path / "a.tar")
    skipped = "\n".join(f"  {rule}: not asked here" for rule in ("TRE-ENT-002", "TRE-ENT-003", "TRE-NET-001", "TRE-NET-002"))
    (tmp_path / "policy.yaml").write_text(f"id: own\ntitle: Own\nskip:\n{skipped}\n")
    assert run("inspect", path, "--policy", tmp_path / "policy.yaml", "--fail-on", "critical").code == code


def test_sarif_and_junit_and_gitlab_say_the_same_severity(tmp_path: Path) -> None:
    path = ImageBuilder().layer(SURE, LIKELY).config().save(tmp_path / "a.tar")
    [sarif] = run("inspect", path, "--policy", "generic", "--format", "sarif").document["runs"]
    found = [item["properties"]["severity"] for item in sarif["results"] if item["ruleId"] == "TRE-SEC-002"]
    rule = next(item for item in sarif["tool"]["driver"]["rules"] if item["id"] == "TRE-SEC-002")
    assert (found, rule["properties"]["security-severity"]) == (["critical", "high"], "9.5")
    assert "FAIL (critical): Credentials are in the image" in run("inspect", path, "--policy", "generic", "--format", "junit").text
    entries = [item for item in json.loads(run("inspect", path, "--policy", "generic", "--format", "gitlab").text)
               if item["check_name"] == "TRE-SEC-002"]  # fmt: skip
    assert [item["severity"] for item in entries] == ["blocker", "critical"]


def test_fingerprints_do_not_depend_on_the_severity(tmp_path: Path) -> None:
    as_found = result_of(tmp_path, SURE, LIKELY)
    as_set = result_of(tmp_path, SURE, LIKELY, policy="severities: {TRE-SEC-002: low}\n")
    assert {item["fingerprint"] for item in as_found["findings"]} == {item["fingerprint"] for item in as_set["findings"]}
