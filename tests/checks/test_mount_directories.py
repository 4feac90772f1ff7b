"""TRE-DIR-001 to 003: the mount directories, what lies in them, and where temporary files go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imginspect.checks import CheckResult, Verdict
from tests.checks.judging import judged_by, messages
from tests.image_builder import Entry, ImageBuilder, directory, file, hardlink, symlink, whiteout
from tests.inspecting import report_of, results_of

DIRECTORIES = (directory("/safe_data"), directory("/safe_outputs"), directory("/scratch"))


def image(*entries: Entry, **config: Any) -> ImageBuilder:
    return ImageBuilder().layer(*DIRECTORIES, *entries).config(**config)


# -- they exist ----------------------------------------------------------------------------------------------------------


def existing(*entries: Entry, **config: Any) -> CheckResult:
    return judged_by("TRE-DIR-001", ImageBuilder().layer(*DIRECTORIES[1:], *entries).config(**config))


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([], "/safe_data does not exist in the image"),
        ([file("/safe_data", b"")], "/safe_data is a file, not a directory"),
        ([symlink("/safe_data", "/nowhere")], "a link to /nowhere, a broken link"),
        ([symlink("/safe_data", "safe_data")], "a link to safe_data, which is part of a link loop"),
        ([symlink("/safe_data", "/a"), symlink("/a", "/b"), directory("/b")], "which resolves to /b (through 2 links), a directory"),
        ([symlink("/safe_data", "/a"), file("/a", b"")], "which resolves to /a, a file"),
        ([file("/x", b"1"), hardlink("/safe_data", "/x")], "is a hard link, not a directory"),
    ],
)
def test_what_is_no_directory_is_described(entries: list[Entry], said: str) -> None:
    result = existing(*entries)
    assert result.verdict is Verdict.FAIL
    assert said in messages(result)


def test_a_directory_that_only_something_below_it_implies_exists() -> None:
    assert existing(file("/safe_data/x", b"1")).verdict is Verdict.PASS


def test_a_directory_that_was_deleted_and_made_again_exists() -> None:
    again = image().layer(whiteout("/scratch")).layer(directory("/scratch"))
    assert judged_by("TRE-DIR-001", again).verdict is Verdict.PASS


OWN = "id: own\ntitle: Own\nfail_on: high\ndirectories:\n  - {path: /data/in, purpose: d}\nquestions: []\n"


def test_a_directory_below_a_link_is_a_warning(tmp_path: Path) -> None:
    policy = tmp_path / "own.yaml"
    policy.write_text(OWN)
    linked = ImageBuilder().layer(directory("/mnt/in"), symlink("/data", "/mnt")).save(tmp_path / "a.tar")
    report = report_of(linked, "--policy", str(policy))
    (result,) = (result for result in report["results"] if result["rule"] == "TRE-DIR-001")
    assert result["verdict"] == "warn"
    assert "/data is a link to /mnt" in result["reason"]
    plain = ImageBuilder().layer(directory("/data/in")).save(tmp_path / "b.tar")
    assert results_of(report_of(plain, "--policy", str(policy)))["TRE-DIR-001"] == "pass"
    assert results_of(report_of(plain, "--policy", "generic"))["TRE-DIR-001"] == "not-applicable"


@pytest.mark.parametrize("user", ["1000", "1000:1000", "app"])
def test_owner_and_mode_are_a_condition_for_another_user_than_root(user: str) -> None:
    passwd = file("/etc/passwd", b"root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n")
    result = existing(DIRECTORIES[0], passwd, user=user)
    assert result.verdict is Verdict.PASS
    assert result.conditions == ("the environment makes /safe_outputs and /scratch writable for user 1000, which the image does not",)


@pytest.mark.parametrize("user", ["", "root", "0", "nobody-knows"])
def test_no_condition_for_root_or_an_unknown_user(user: str) -> None:
    assert existing(DIRECTORIES[0], user=user).conditions == ()


def test_no_condition_where_the_user_may_write() -> None:
    own = judged_by(
        "TRE-DIR-001",
        ImageBuilder()
        .layer(directory("/safe_data"), directory("/safe_outputs", uid=1000), directory("/scratch", mode=0o777))
        .config(user="1000"),
    )
    assert (own.verdict, own.conditions) == (Verdict.PASS, ())


# -- and are empty -------------------------------------------------------------------------------------------------------


def contents(*entries: Entry, **config: Any) -> tuple[Verdict, str]:
    result = judged_by("TRE-DIR-002", image(*entries, **config))
    return result.verdict, messages(result)


HIDDEN = file("/safe_data/app/run.py", b"print(1)", mode=0o755)


@pytest.mark.parametrize(
    "config",
    [
        {"entrypoint": ["/safe_data/app/run.py"]},
        {"cmd": ["python", "/safe_data/app/run.py"]},
        {"cmd": ["--script=/safe_data/app/run.py"]},
        {"entrypoint": ["/bin/sh", "-c", "exec python '/safe_data/app/run.py'"]},
        {"cmd": ["python", "run.py"], "working_dir": "/safe_data/app"},
        {"cmd": ["python", "../safe_data/app/run.py"], "working_dir": "/opt"},
        {"healthcheck": {"Test": ["CMD", "/safe_data/app/run.py"]}},
        {"env": ["PYTHONPATH=/opt:/safe_data/app"]},
        {"working_dir": "/safe_data/app"},
    ],
)
def test_what_the_config_needs_of_it_fails(config: dict[str, Any]) -> None:
    verdict, said = contents(HIDDEN, directory("/opt"), **config)
    assert verdict is Verdict.FAIL
    assert "is hidden when /safe_data is mounted" in said


def test_what_is_needed_by_way_of_a_link_fails() -> None:
    assert contents(HIDDEN, symlink("/app", "/safe_data/app"), entrypoint=["/app/run.py"])[0] is Verdict.FAIL


def test_what_the_started_script_names_fails_with_its_line() -> None:
    script = file("/app/start", b"#!/bin/sh\n# not /safe_data/app/none\nexec python /safe_data/app/run.py\n", mode=0o755)
    result = judged_by("TRE-DIR-002", image(HIDDEN, script, entrypoint=["/app/start"]))
    assert result.verdict is Verdict.FAIL
    assert (result.findings[0].evidence[0].path, result.findings[0].evidence[0].line) == ("/app/start", 3)


def test_what_a_comment_or_another_script_names_is_a_warning_only() -> None:
    script = file("/app/start", b"#!/bin/sh\n# /safe_data/app/run.py\nexec python /app/run.py\n", mode=0o755)
    assert contents(HIDDEN, script, entrypoint=["/app/start"])[0] is Verdict.WARN
    other = file("/app/other", b"#!/bin/sh\nexec python /safe_data/app/run.py\n", mode=0o755)
    assert contents(HIDDEN, other)[0] is Verdict.WARN


def test_an_empty_folder_that_something_names_is_a_warning() -> None:
    verdict, said = contents(directory("/safe_data/hf"), env=["HF_HOME=/safe_data/hf"])
    assert verdict is Verdict.WARN
    assert "unless the program creates it" in said


def test_names_that_only_begin_alike_are_other_folders() -> None:
    assert contents(file("/safe_data_old/run.py", b"1"), entrypoint=["/safe_data_old/run.py"])[0] is Verdict.PASS


def test_what_is_not_in_the_image_is_the_environments_to_bring() -> None:
    config: dict[str, Any] = {"cmd": ["python", "/safe_data/run.py"], "env": ["HF_HOME=/safe_data/hf"], "working_dir": "/scratch"}
    assert contents(symlink("/app/model", "/safe_data/model"), **config)[0] is Verdict.PASS


def test_a_link_into_it_is_a_warning_that_names_both() -> None:
    result = judged_by("TRE-DIR-002", image(HIDDEN, symlink("/opt/run.py", "/safe_data/app/run.py")))
    assert [item.path for item in result.findings[0].evidence] == ["/opt/run.py", "/safe_data/app/run.py"]
    assert result.verdict is Verdict.WARN


@pytest.mark.parametrize(
    ("volume", "verdict", "said"),
    [
        ("/safe_data/x", Verdict.WARN, "inside /safe_data"),
        ("/", Verdict.WARN, "which contains /safe_data"),
        ("/safe_data", Verdict.PASS, "the environment makes its own mount at /safe_data"),
        ("/safe_data/", Verdict.PASS, "the environment makes its own mount at /safe_data"),
        ("/var/lib/data", Verdict.PASS, ""),
    ],
)
def test_volumes(volume: str, verdict: Verdict, said: str) -> None:
    found, text = contents(volumes=[volume])
    assert found is verdict
    assert said in text


def test_what_was_deleted_again_passes_and_is_told_of() -> None:
    result = judged_by("TRE-DIR-002", image(HIDDEN).layer(whiteout("/safe_data/app")))
    assert result.verdict is Verdict.PASS
    assert "1 file placed in /safe_data by an earlier layer" in result.reason
    assert result.findings[0].evidence[0].state == "deleted"


def test_an_image_that_was_not_read_whole_is_undetermined() -> None:
    missing = image().layer(file("/a", b"1")).without_blob(1)
    assert judged_by("TRE-DIR-002", missing).verdict is Verdict.UNDETERMINED
    assert judged_by("TRE-DIR-001", missing).verdict is Verdict.UNDETERMINED


# -- temporary files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "verdict"),
    [
        ([], Verdict.NOT_APPLICABLE),
        (["TMP="], Verdict.NOT_APPLICABLE),
        (["TMPFILES=/tmp"], Verdict.NOT_APPLICABLE),
        (["TMP=/scratch"], Verdict.PASS),
        (["TMPDIR=/scratch/."], Verdict.PASS),
        (["TMP=/work"], Verdict.PASS),
        (["TMP=/scratch/mine"], Verdict.PASS),
        (["TMP=/tmp"], Verdict.WARN),
        (["TMP=/safe_outputs"], Verdict.WARN),
        (["TMP=/scratch/../tmp"], Verdict.WARN),
        (["TMP=/scratchy"], Verdict.WARN),
        (["TMP=scratch"], Verdict.WARN),
        (["TMP=$HOME/tmp"], Verdict.WARN),
        (["TMP=/scratch", "TEMP=/tmp"], Verdict.WARN),
        (["TMP=/tmp", "TMP=/scratch"], Verdict.PASS),
    ],
)
def test_temporary_files(env: list[str], verdict: Verdict) -> None:
    assert judged_by("TRE-DIR-003", image(symlink("/work", "scratch"), env=env)).verdict is verdict


def test_a_folder_below_scratch_is_a_condition() -> None:
    assert "/scratch/mine" in messages(judged_by("TRE-DIR-003", image(env=["TMP=/scratch/mine"])))


def test_a_policy_without_a_scratch_directory(tmp_path: Path) -> None:
    path = image(env=["TMP=/tmp"]).save(tmp_path / "a.tar")
    assert results_of(report_of(path, "--policy", "generic"))["TRE-DIR-003"] == "not-applicable"
