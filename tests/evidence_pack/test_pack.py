"""The files of a pack: what is in them, and that the same input gives the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from imginspect.errors import UsageError
from imginspect.evidence_pack import make_pack, write_pack
from imginspect.evidence_pack.checksums import parse_checksums
from imginspect.evidence_pack.dates import date_of
from imginspect.evidence_pack.names import is_safe
from imginspect.evidence_pack.zipped import zip_bytes
from tests.evidence_pack.packs import pack_of, record, sample, signer


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa-p256"])
def test_the_same_input_gives_the_same_bytes(kind: str) -> None:
    first, second = (pack_of([sample()], signer(kind), by="A. Auditor") for _ in range(2))
    assert dict(first.files) == dict(second.files)
    assert zip_bytes(first) == zip_bytes(second)


def test_another_process_makes_the_same_pack() -> None:
    """Neither the order of sets nor the clock nor the locale gets into it."""
    program = (
        "import hashlib, sys; from tests.evidence_pack.packs import pack_of, sample; from imginspect.evidence_pack.zipped import zip_bytes;"
        "sys.stdout.write(hashlib.sha256(zip_bytes(pack_of([sample()], by='A'))).hexdigest())"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": ":".join(sys.path)}, capture_output=True
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert made == {hashlib.sha256(zip_bytes(pack_of([sample()], by="A"))).hexdigest().encode()}


def test_a_pack_holds_what_an_auditor_needs() -> None:
    pack = pack_of([sample()], signer())
    assert list(pack.files) == sorted(pack.files)
    assert {name.partition("/")[0] for name in pack.files} == {
        "README.txt", "SHA256SUMS", "attestation", "criteria", "excerpts", "report.json", "report.txt", "ro-crate-metadata.json",
    }  # fmt: skip
    excerpt = pack.files[f"excerpts/{'0f' * 16}.txt"].decode()
    assert ">      2 | curl https://example.org/model.bin" in excerpt
    assert "       3 | exec python3 /app/run.py" in excerpt


def test_the_checksums_are_of_every_other_file() -> None:
    pack = pack_of([sample()], signer())
    listed, wrong = parse_checksums(pack.files["SHA256SUMS"])
    assert wrong == []
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in pack.files.items() if name != "SHA256SUMS"}


def test_several_images_have_a_folder_of_excerpts_and_a_statement_each() -> None:
    pack = pack_of([sample(), sample(verdict="pass", exit_code=0)])
    assert {name for name in pack.files if name.startswith("attestation/")} == {
        "attestation/statement-1.json",
        "attestation/statement-2.json",
    }
    assert {name.split("/")[1] for name in pack.files if name.startswith("excerpts/")} == {"image-1", "image-2"}


def test_findings_of_one_fingerprint_do_not_overwrite_each_other() -> None:
    document = sample()
    document["results"].append(document["results"][2])
    assert len([name for name in pack_of([document]).files if name.startswith("excerpts/")]) == 3


def test_a_fingerprint_that_is_none_names_no_file() -> None:
    document = sample()
    document["results"][2]["findings"][0]["fingerprint"] = "../../etc/passwd"
    names = pack_of([document]).files
    assert "excerpts/finding.txt" in names
    assert all(is_safe(name) for name in names)


# -- zip and dates -----------------------------------------------------------------------------------------------------


def test_the_zip_holds_nothing_of_the_machine() -> None:
    with zipfile.ZipFile(io.BytesIO(zip_bytes(pack_of([sample()])))) as opened:
        for member in opened.infolist():
            assert member.date_time == (2024, 5, 1, 10, 0, 0)
            assert (member.compress_type, member.extra, member.comment, member.create_system) == (zipfile.ZIP_STORED, b"", b"", 3)
            assert member.external_attr >> 16 == 0o100600
        assert opened.namelist() == sorted(opened.namelist())


@pytest.mark.parametrize(
    ("epoch", "created", "date"),
    [
        (1_700_000_001, "2024-05-01T10:00:00Z", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        (0, "2024-05-01T10:00:00Z", datetime(1980, 1, 1, tzinfo=UTC)),
        (10**15, "2024-05-01T10:00:00Z", datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)),
        (None, "2024-05-01T10:00:01.123456789+02:00", datetime(2024, 5, 1, 8, 0, tzinfo=UTC)),
        (None, "0001-01-01T00:00:00Z", datetime(1980, 1, 1, tzinfo=UTC)),
        (None, "0001-01-01T00:00:00+14:00", datetime(1980, 1, 1, tzinfo=UTC)),
        (None, "9999-12-31T23:59:59-14:00", datetime(1980, 1, 1, tzinfo=UTC)),
        (None, "2024-13-45T99:99:99Z", datetime(1980, 1, 1, tzinfo=UTC)),
        (None, "", datetime(1980, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_date_is_given_or_the_images_own(epoch: int | None, created: str, date: datetime) -> None:
    document = sample()
    assert document["image"]
    assert document["image"]["config"]
    document["image"]["config"]["created"] = created
    assert date_of([document], epoch) == date


# -- the statement -----------------------------------------------------------------------------------------------------


def test_the_statement_names_the_image_and_what_was_concluded() -> None:
    pack = pack_of([sample()])
    made = json.loads(pack.files["attestation/statement.json"])
    assert made["_type"] == "https://in-toto.io/Statement/v1"
    assert [subject["name"] for subject in made["subject"]] == ["config", "registry.example.org/team/app:1.0", "archive"]
    assert made["subject"][1]["digest"] == {"sha256": "ef" * 32}
    predicate = made["predicate"]
    assert (predicate["verdict"], predicate["exitCode"]) == ("fail", 1)
    assert predicate["outcomes"] == {"fail": 1, "not-applicable": 1, "pass": 1, "warn": 1}
    assert predicate["report"]["digest"]["sha256"] == hashlib.sha256(pack.files["report.json"]).hexdigest()
    kept = [line for line in pack.files["SHA256SUMS"].decode().splitlines(keepends=True) if "  attestation/" not in line]
    assert predicate["pack"]["digest"]["sha256"] == hashlib.sha256("".join(kept).encode()).hexdigest()


def test_the_gaps_of_a_statement_are_bounded_and_counted() -> None:
    document = sample()
    assert document["coverage"]
    document["coverage"] |= {"complete": False, "gaps": [f"gap {number}: {'x' * 5000}" for number in range(300)]}
    coverage = json.loads(pack_of([document]).files["attestation/statement.json"])["predicate"]["coverage"]
    assert (coverage["complete"], coverage["gapsCount"], len(coverage["gaps"])) == (False, 300, 100)
    assert max(map(len, coverage["gaps"])) <= 1000


@pytest.mark.parametrize(
    "parts", [{"verdict": "not-inspected", "exit_code": 3}, {"verdict": "not-inspected", "exit_code": 3, "image": None}]
)
def test_of_what_was_not_inspected_nothing_is_stated(parts: dict[str, Any]) -> None:
    pack = pack_of([sample(**parts)], signer())
    assert not [name for name in pack.files if name.startswith("attestation/")]
    assert "no image was inspected" in pack.files["README.txt"].decode()


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../report.html", "/etc/x", "a//b", "a\nb", ".hidden", "SHA256SUMS", "README.txt", "a/../b", "", "x" * 200]
)
def test_names_that_lead_elsewhere_or_are_taken_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        make_pack([sample()], {"report.json": b"{}", name: b""}, {})


def test_a_pack_without_a_report_is_refused() -> None:
    with pytest.raises(UsageError, match=r"report\.json"):
        make_pack([sample()], {"report.html": b""}, {})


def test_sha256sum_reads_the_checksums(tmp_path: Path) -> None:
    write_pack(pack_of([sample()]), record(), tmp_path / "pack")
    outcome = subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path / "pack", capture_output=True)
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, b"", b"")


def test_faults_of_a_list_of_checksums_that_are_not_told_are_counted() -> None:
    _, wrong = parse_checksums(b"x\n" * 30)
    assert len(wrong) == 21
    assert wrong[-1] == "and 10 more lines"
