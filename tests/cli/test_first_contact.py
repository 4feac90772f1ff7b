"""What a newcomer tries first: each line ends in an answer that says what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.image_builder import ImageBuilder, directory, save_many, script
from tests.inspecting import run

GOOD = (
    ImageBuilder()
    .layer(directory("/safe_data"), directory("/safe_outputs"), directory("/scratch"), *script("/app/run"))
    .config(entrypoint=["/app/run"])
    .reference("app:1")
)
DIGEST = f"sha256:{'1' * 64}"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with an image in each layout."""
    GOOD.save(tmp_path / "app.tar", "skopeo")
    GOOD.save(tmp_path / "oci.tar", "oci")
    for name, form in (("layout", "oci-dir"), ("tree", "dir")):
        GOOD.save(tmp_path / name, form)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# -- an image instead of an archive ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        (
            "web:1",
            ["podman save -o web.tar web:1", "docker save -o web.tar web:1", "skopeo copy docker://web:1 docker-archive:web.tar:web:1"],
        ),
        (
            "docker://ghcr.io/team/web:1",
            [
                "skopeo copy docker://ghcr.io/team/web:1 docker-archive:web.tar:ghcr.io/team/web:1",
                "podman pull ghcr.io/team/web:1 && podman save -o web.tar ghcr.io/team/web:1",
                "docker pull ghcr.io/team/web:1 && docker save -o web.tar ghcr.io/team/web:1",
            ],
        ),
        (f"docker://web@{DIGEST}", [f"skopeo copy docker://web@{DIGEST} docker-archive:web.tar"]),
        ("docker-daemon:web:1", ["docker save -o web.tar web:1", "skopeo copy docker-daemon:web:1 docker-archive:web.tar:web:1"]),
        ("containers-storage:localhost/web:1", ["podman save -o web.tar localhost/web:1"]),
        ("https://hub.example.org/web", ["skopeo copy docker://hub.example.org/web docker-archive:web.tar:hub.example.org/web"]),
        ("team/web", ["podman save -o web.tar team/web"]),
    ],
)
@pytest.mark.parametrize("command", ["inspect", "images", "history", "batch"])
def test_the_name_of_an_image_is_answered_with_the_commands_that_export_it(
    command: str, source: str, lines: list[str], place: Path
) -> None:
    outcome = run(command, source, *(["--out", "out"] if command == "batch" else []))
    assert (outcome.code, outcome.out) == (2, b"")
    told = [line.strip() for line in outcome.err.splitlines()]
    assert source in told[0]
    assert [line for line in lines if line not in told] == []
    assert told[-1] == "imginspect inspect web.tar"


@pytest.mark.parametrize("source", ["docker://a b; rm -rf x", "docker://$(id)/x", "docker://-x", f"docker://{'a' * 300}"])
def test_what_is_no_name_of_an_image_goes_into_no_command(source: str, place: Path) -> None:
    told = run("inspect", source).err.splitlines()
    assert "skopeo copy docker://NAME docker-archive:image.tar" in told[1]
    assert [line for line in told[1:] if source[9:] in line] == []


def test_a_password_in_a_url_is_not_shown() -> None:
    assert "pa55" not in run("inspect", "docker://me:pa55word@hub.example.org/web").err


@pytest.mark.parametrize("source", ["none.tar", "/none/app", "./web", "Web App", "../web:1"])
def test_what_can_only_be_a_file_is_said_to_be_missing_and_no_more(source: str, place: Path) -> None:
    assert run("inspect", source).err == f"imginspect: {source}: no such file or directory\n"


def test_an_empty_source_is_said_to_be_empty() -> None:
    assert run("inspect", "").err == "imginspect: the source is empty: expected an archive or a directory\n"


def test_a_mistyped_file_name_is_corrected(place: Path) -> None:
    assert run("inspect", "appp.tar").err == "imginspect: appp.tar: no such file or directory; did you mean app.tar?\n"
    assert f"did you mean {place}/oci.tar?" in run("inspect", f"{place}/ocl.tar").err


def test_help_says_how_to_get_an_archive() -> None:
    told = " ".join(run("inspect", "--help").text.split())
    for what in ("docker://app:1", "docker save -o", "podman save -o", "docker-archive:", "oci-archive:", "oci:", "dir:", "batch"):
        assert what in told


# -- prefixes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "docker-archive:app.tar",
        "docker-archive:app.tar:app:1",
        "docker-archive:app.tar:docker.io/library/app:1",
        "oci-archive:oci.tar",
        "oci-archive:oci.tar:app:1",
        "oci:layout",
        "oci:layout:app:1",
        "dir:tree",
    ],
)
def test_a_prefix_and_a_tail_as_skopeo_writes_them_are_understood(source: str, place: Path) -> None:
    plain = source.split(":")[1]
    assert run("inspect", source, "--format", "json").out == run("inspect", plain, "--format", "json").out
    for command in ("images", "config", "history", "ls"):
        outcome = run(command, source)
        assert (outcome.code, outcome.err) == (0, "")


def test_a_digest_chooses_an_image(place: Path) -> None:
    digest = run("images", "oci.tar", "--format", "json").document["images"][0]["manifest_digest"]
    assert run("inspect", f"oci:layout@{digest}").code == 0
    assert "no image named" in run("inspect", f"oci:layout@{DIGEST}").err


def test_a_tail_chooses_among_several(place: Path) -> None:
    other = ImageBuilder().layer(*script("/x")).config(entrypoint=["/x"]).reference("other:2")
    save_many([GOOD, other], place / "both.tar", "docker-legacy")
    assert run("inspect", "docker-archive:both.tar:other:2").text.splitlines()[0] == "FAIL  other:2"
    assert "select one with --image" in run("inspect", "docker-archive:both.tar").err


def test_what_stands_on_the_disk_under_the_whole_name_is_meant(place: Path) -> None:
    GOOD.save(place / "oci:layout", "skopeo")
    assert run("images", "oci:layout").text.startswith("docker archive")
    GOOD.save(place / "a:b.tar", "skopeo")
    assert run("images", "docker-archive:a:b.tar:app:1").text.startswith("docker archive")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("oci-archive:app.tar", "this file is a docker archive; write docker-archive:app.tar"),
        ("docker-archive:oci.tar", "this file is an OCI image layout; write oci-archive:oci.tar"),
        ("oci:oci.tar", "write oci-archive:oci.tar"),
        ("dir:layout", "this directory is an OCI image layout; write oci:layout"),
        ("oci:tree", "this directory is a dir: tree; write dir:tree"),
        ("docker-archive:none.tar:app:1", "no such file or directory: none.tar"),
        ("docker-archive:", "no path after the prefix"),
        ("docker-archive:app.tar:", "no name after the last colon"),
        ("docker-archive:app.tar:@0", "imginspect images"),
        ("docker-archive:app.tar:app:2", "no image named app:2"),
        ("dir:tree:app", "contains one image"),
    ],
)
def test_a_prefix_or_tail_that_does_not_fit_is_a_usage_error(source: str, told: str, place: Path) -> None:
    for command in ("inspect", "config"):
        outcome = run(command, source)
        assert (outcome.code, outcome.out) == (2, b"")
        assert told in outcome.err


def test_two_names_for_the_image_are_a_usage_error(place: Path) -> None:
    outcome = run("inspect", "docker-archive:app.tar:app:1", "--image", "app:1")
    assert (outcome.code, "use only one of them" in outcome.err) == (2, True)


def test_a_batch_takes_prefixes_and_no_tails(place: Path) -> None:
    common = ("--out", "out", "--cache", "cache", "--jobs", "1")
    outcome = run("batch", "docker-archive:app.tar:app:1", *common)
    assert (outcome.code, "--include app:1" in outcome.err) == (2, True)
    assert "write oci:layout" in run("batch", "dir:layout", *common).err
    assert run("batch", "oci:layout", *common).code == 0


def test_no_cache_is_told_of_where_the_folder_cannot_be_written(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/dev/null")
    monkeypatch.delenv("IMGINSPECT_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    outcome = run("batch", "app.tar", "--out", "/dev/null/out")
    assert (outcome.code, "are cached in" in outcome.err) == (2, False)


# -- mistyped --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["inspct", "x.tar"], "Did you mean inspect?"),
        (["INSPECT", "x.tar"], "Did you mean inspect?"),
        (["scan", "x.tar"], "Did you mean inspect?"),
        (["help"], "Did you mean --help?"),
        (["x.tar"], "imginspect inspect x.tar"),
        (["app:1"], "imginspect inspect app:1"),
        (["frobnicate"], "Commands: inspect, batch"),
        (["rules", "lst"], "Did you mean list?"),
        (["key", "nw"], "Did you mean new?"),
        (["inspect", "--polcy", "x"], "--policy"),
        (["--format", "json", "inspect", "x.tar"], "imginspect COMMAND --format"),
        (["inspect", "x.tar", "--fail-on", "hihg"], "'high'"),
        (["batch", "x.tar"], "--out"),
    ],
)
def test_a_mistyped_command_or_option_gets_a_suggestion(arguments: list[str], told: str) -> None:
    outcome = run(*arguments)
    assert (outcome.code, outcome.out) == (2, b"")
    assert told in outcome.err


@pytest.mark.parametrize("name", ["folder", "trees"])
def test_a_folder_of_images_gets_a_word_of_batch(name: str, place: Path) -> None:
    (place / "folder").mkdir()
    (place / "app.tar").rename(place / "folder" / "one.tar")
    for number in (1, 2):
        GOOD.save(place / "trees" / "team" / f"app:{number}", "dir")
    outcome = run("inspect", name)
    assert outcome.code == 3
    assert "imginspect batch" in outcome.err
    assert run("inspect", "trees/team").code == 3
    assert "imginspect batch" in run("inspect", "trees/team").err


# -- where the report is ---------------------------------------------------------------------------------------------


def test_reports_in_files_are_told_of_with_the_verdict(place: Path) -> None:
    outcome = run("inspect", "app.tar", "-o", "a.html", "-o", "a.json")
    lines = outcome.text.splitlines()
    assert lines[0] == "PASS  docker.io/library/app:1"
    assert lines[-2:] == ["Report: a.html", "Report: a.json"]
    assert outcome.err == ""


def test_quiet_says_nothing_and_a_report_on_standard_output_stands_alone(place: Path) -> None:
    assert run("inspect", "app.tar", "-o", "a.html", "--quiet").out == b""
    whole = run("inspect", "app.tar", "--format", "json").out
    assert run("inspect", "app.tar", "-o", "a.html", "--format", "json", "-o", "-").out == whole


def test_what_could_not_be_written_is_not_told_as_written(place: Path) -> None:
    outcome = run("inspect", "app.tar", "-o", "none/a.html")
    assert (outcome.code, outcome.out) == (2, b"")


def test_a_name_and_a_format_that_disagree_are_an_error_that_says_why(place: Path) -> None:
    for options in (["-o", "x.html", "--format", "terminal"], ["--format", "json", "-o", "x.html"], ["--format", "html", "-o", "x.xml"]):
        outcome = run("inspect", "app.tar", *options)
        assert outcome.code == 2
        assert "disagree: the suffix stands for" in outcome.err
    assert not (place / "x.html").exists()
    assert run("inspect", "app.tar", "-o", "x.html", "-o", "-").text.startswith("PASS  docker.io/library/app:1")
    assert (place / "x.html").exists()


@pytest.mark.parametrize(("form", "name"), [("sarif", "x.json"), ("gitlab", "x.json"), ("terminal", "x.log"), ("markdown", "x.txt")])
def test_a_name_that_several_formats_go_by_fits_each(form: str, name: str, place: Path) -> None:
    assert run("inspect", "app.tar", "--format", form, "-o", name).code == 0
    assert run("inspect", "app.tar", "-o", name, "--format", form).code == 0


def test_a_last_format_goes_to_standard_output_where_names_tell_the_others(place: Path) -> None:
    outcome = run("inspect", "app.tar", "-o", "app.sarif", "-o", "app.xml", "--format", "terminal")
    assert outcome.code == 0
    assert outcome.text == run("inspect", "app.tar").text
    assert (place / "app.sarif").read_bytes()[:1] == b"{"
    assert (place / "app.xml").read_bytes()[:5] == b"<?xml"
    assert run("inspect", "app.tar", "-o", "app", "-o", "app.xml", "--format", "terminal").code == 2


# -- a home that cannot be written -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("home", ["/dev/null", "/proc", "", "relative"])
def test_a_batch_without_a_home_keeps_its_cache_in_its_folder_and_says_so(home: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IMGINSPECT_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", home)
    outcome = run("batch", "app.tar", "--out", "out", "--jobs", "1")
    assert outcome.code == 0
    assert "layer results are cached in out/cache" in outcome.err
    assert (place / "out" / "cache").is_dir()
    assert "cached in" not in run("batch", "app.tar", "--out", "quiet", "--jobs", "1", "--quiet").err


@pytest.mark.slow
def test_a_cache_that_was_asked_for_and_cannot_be_used_is_an_error(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGINSPECT_CACHE_DIR", "/dev/null/x")
    assert run("batch", "app.tar", "--out", "out").code == 2
    monkeypatch.setenv("IMGINSPECT_CACHE_DIR", "")
    assert "cached in" not in run("batch", "app.tar", "--out", "out", "--jobs", "1").err
    assert run("batch", "app.tar", "--out", "other", "--cache", "/dev/null/x").code == 2
