"""``imginspect inspect``: where the report goes, which image is meant, and what each exit code says."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from imginspect.examples.sample import build
from tests.image_builder import ImageBuilder, directory, file, helm_chart, save_many, save_multi_platform, script
from tests.inspecting import results_of, run

GOOD = (
    ImageBuilder()
    .layer(directory("/safe_data"), directory("/safe_outputs"), directory("/scratch"), *script("/app/run"))
    .config(entrypoint=["/app/run"])
    .reference("app:1")
)
BARE = ImageBuilder().layer(*script("/app/run")).config(entrypoint=["/app/run"]).reference("other:2")
WARNED: dict[str, Any] = {
    "layers": [
        [
            *({"path": path} for path in ("/safe_data/", "/safe_outputs/", "/scratch/")),
            {"path": "/scratch/x", "text": "1"},
            {"path": "/bin/sh", "mode": 0o755, "elf": {}},
            {"path": "/app/run", "mode": 0o755, "text": "#!/bin/sh\necho done\n"},
        ]
    ],
    "config": {"entrypoint": ["/app/run"]},
}


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return GOOD.save(tmp_path / "good.tar")


@pytest.fixture
def several(tmp_path: Path) -> Path:
    return save_many([GOOD, BARE], tmp_path / "several.tar", "oci")


# -- exit codes ------------------------------------------------------------------------------------------------------


def test_pass_is_0(good: Path) -> None:
    outcome = run("inspect", good)
    assert outcome.code == 0
    assert outcome.text.startswith("PASS  app:1\n")
    assert outcome.err == ""


def test_fail_is_1(tmp_path: Path) -> None:
    outcome = run("inspect", BARE.save(tmp_path / "bare.tar"))
    assert outcome.code == 1
    assert outcome.text.startswith("FAIL")


def test_usage_errors_are_2_and_say_what_is_wrong(good: Path, several: Path, tmp_path: Path) -> None:
    for arguments, what in [
        (["inspect"], "SOURCE"),
        (["inspect", str(tmp_path / "none.tar")], "no such file"),
        (["inspect", str(good), "--image", "nothing:1"], "no image named nothing:1"),
        (["inspect", str(several)], "select one with --image"),
        (["inspect", str(several), "--all", "--image", "app:1"], "mutually exclusive"),
        (["inspect", str(good), "--platform", "amd64"], "expected a platform"),
        (["inspect", str(good), "--limit", "patience=5"], "unknown limit 'patience'"),
        (["inspect", str(good), "--limit", "entries=-1"], "positive integer"),
        (["inspect", str(good), "--limit", "entries"], "positive integer"),
        (["inspect", str(good), "--fail-on", "never"], "never"),
        (["inspect", str(good), "--format", "xml"], "xml"),
        (["inspect", str(good), "--rules", str(tmp_path / "none")], "none"),
        (["inspect", str(good), "-o", str(tmp_path / "none" / "report")], "cannot write"),
        (["scan", str(good)], "scan"),
    ]:
        outcome = run(*arguments)
        assert (outcome.code, outcome.out) == (2, b""), arguments
        assert what in outcome.err, arguments
        assert "Traceback" not in outcome.err


def test_several_images_are_listed_to_choose_from(several: Path) -> None:
    err = run("inspect", several).err
    assert "app:1  (linux/amd64)" in err
    assert "other:2  (linux/amd64)" in err


@pytest.mark.parametrize("content", [b"", b"text", b"\x7fELF" + bytes(100), bytes(10240)])
def test_what_is_no_image_is_3_with_a_document(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "source"
    path.write_bytes(content)
    outcome = run("inspect", path, "--format", "json")
    assert (outcome.code, outcome.document["verdict"], outcome.document["exit_code"]) == (3, "not-inspected", 3)
    assert outcome.document["image"] is None
    assert outcome.document["problems"]
    assert outcome.err.startswith(f"imginspect: {path}: ")
    assert run("inspect", path).text.startswith("NOT INSPECTED")


def test_a_chart_and_an_absent_platform_are_3_and_named(good: Path, tmp_path: Path) -> None:
    chart = run("inspect", helm_chart(tmp_path / "chart.tar"), "--format", "json")
    assert (chart.code, "Helm chart" in chart.document["reason"]) == (3, True)
    absent = run("inspect", good, "--platform", "linux/arm64", "--format", "json")
    assert (absent.code, "linux/amd64" in absent.document["reason"]) == (3, True)


def test_incomplete_is_4(tmp_path: Path) -> None:
    outcome = run("inspect", GOOD.without_blob(0).save(tmp_path / "cut.tar"), "--policy", "generic", "--format", "json")
    assert (outcome.code, outcome.document["verdict"]) == (4, "incomplete")
    assert outcome.document["coverage"]["gaps"]


def test_a_limit_that_is_met_is_incomplete_and_can_be_raised(tmp_path: Path) -> None:
    files = (file(f"/{number}") for number in range(50))
    path = ImageBuilder().layer(*script("/run"), *files).config(entrypoint=["/run"]).save(tmp_path / "many.tar")
    assert run("inspect", path, "--policy", "generic", "--limit", "entries=20").code == 4
    assert run("inspect", path, "--policy", "generic", "--limit", "entries=1K").code == 0


@pytest.mark.parametrize("severity", ["info", "low", "medium", "high", "critical"])
def test_every_severity_can_be_failed_on(severity: str, good: Path) -> None:
    outcome = run("inspect", good, "--fail-on", severity, "--format", "json")
    assert (outcome.code, outcome.document["policy"]["fail_on"]) == (0, severity)


def test_fail_on_and_strict_move_the_line(tmp_path: Path) -> None:
    path = tmp_path / "warned.tar"
    path.write_bytes(build(WARNED))
    assert results_of(run("inspect", path, "--format", "json").document)["TRE-DIR-002"] == "warn"
    assert run("inspect", path).code == 0
    assert run("inspect", path, "--strict").code == 1
    assert run("inspect", path, "--strict", "--fail-on", "critical").code == 0
    bare = BARE.save(tmp_path / "bare.tar")
    assert run("inspect", bare, "--fail-on", "critical").code == 0
    assert run("inspect", bare, "--policy", "generic").code == 0


# -- which image -----------------------------------------------------------------------------------------------------


def test_an_image_is_meant_by_reference_or_digest(several: Path) -> None:
    document = run("inspect", several, "--image", "other:2", "--format", "json").document
    assert document["image"]["references"] == ["other:2"]
    assert any("app:1" in other for other in document["image"]["other_images"])
    for digest in (document["image"]["image_id"], document["image"]["manifest_digest"]):
        for wanted in (digest, digest[7:], digest[7:19], f"other@{digest}"):
            assert run("inspect", several, "--image", wanted, "--format", "json").document["image"]["references"] == ["other:2"]
        assert run("inspect", several, "--image", digest[7:11]).code == 2


def test_all_gives_one_document_and_the_worst_exit_code(several: Path) -> None:
    outcome = run("inspect", several, "--all", "--format", "json")
    assert outcome.code == outcome.document["exit_code"] == 1
    assert sorted(report["verdict"] for report in outcome.document["reports"]) == ["fail", "pass"]
    assert "All 2 images together: FAIL" in run("inspect", several, "--all").text


def test_a_platform_is_chosen(tmp_path: Path) -> None:
    path = save_multi_platform({"linux/arm64": GOOD, "linux/amd64": GOOD}, tmp_path / "both.tar")
    for options, platform in [
        ([], "linux/amd64"),
        (["--platform", "linux/arm64"], "linux/arm64"),
        (["--platform", "linux/aarch64"], "linux/arm64"),
    ]:
        assert run("inspect", path, *options, "--format", "json").document["image"]["platform"] == platform


# -- where the report goes -------------------------------------------------------------------------------------------


def test_standard_input_gives_what_the_file_gives(good: Path) -> None:
    assert run("inspect", "-", "--format", "json", stdin=good.read_bytes()) == run("inspect", good, "--format", "json")


@pytest.mark.parametrize("content", [b"", b"text"])
def test_standard_input_that_is_no_image_is_named(content: bytes) -> None:
    outcome = run("inspect", "-", stdin=content)
    assert outcome.code == 3
    assert outcome.err.startswith("imginspect: standard input: ")


def test_quiet_says_nothing_but_the_exit_code(good: Path, tmp_path: Path) -> None:
    assert run("inspect", good, "--quiet") == (0, b"", "")
    target = tmp_path / "report.json"
    assert run("inspect", good, "-q", "-o", target, "--format", "json").out == b""
    assert json.loads(target.read_text())["verdict"] == "pass"


def test_a_report_file_is_for_its_owner_only(good: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("old")
    target.chmod(0o666)
    outcome = run("inspect", good, "-o", target, "--colour", "auto")
    assert (outcome.code, outcome.text.splitlines()[-1]) == (0, f"Report: {target}")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.read_text() == run("inspect", good).text
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_link_in_the_place_of_a_report_file_is_replaced_not_followed(good: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    target = tmp_path / "report.txt"
    target.symlink_to(victim)
    assert run("inspect", good, "-o", target).code == 0
    assert victim.read_text() == "precious"
    assert not target.is_symlink()


def test_colours_only_where_they_are_asked_for(good: Path) -> None:
    assert "\x1b" not in run("inspect", good).text
    assert "\x1b[" in run("inspect", good, "--colour", "always").text
    assert "\x1b" not in run("inspect", good, "--format", "json", "--colour", "always").text
