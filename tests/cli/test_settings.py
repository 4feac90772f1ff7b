"""Options from the environment and from a config file: which of them counts, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from imginspect.cli import commands
from imginspect.cli.settings import add_variables, check_variables, settable
from tests.image_builder import ImageBuilder, directory, script
from tests.inspecting import Outcome, run


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with an image that passes with a warning, and a home of its own."""
    layer = (directory("/safe_data"), directory("/safe_outputs"), directory("/scratch"), *script("/app/run"))
    ImageBuilder().layer(*layer).config(entrypoint=["/app/run"]).reference("app:1").save(tmp_path / "app.tar")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("IMGINSPECT_CONFIG", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path


def config(text: str, path: str = "home/.config/imginspect/config.yaml") -> Path:
    """A config file; the usual one, if nothing else is said."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    return target


def fails_on(outcome: Outcome) -> str:
    """The severity from which on the image fails."""
    severity: str = outcome.document["policy"]["fail_on"]
    return severity


# -- which counts ----------------------------------------------------------------------------------------------------


def test_the_command_line_counts_before_the_environment_before_the_config_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("inspect", "app.tar", "--format", "json")
    assert fails_on(run(*asked)) == "high"
    config("inspect:\n  fail-on: low\n")
    assert fails_on(run(*asked)) == "low"
    monkeypatch.setenv("IMGINSPECT_INSPECT_FAIL_ON", "critical")
    assert fails_on(run(*asked)) == "critical"
    assert fails_on(run(*asked, "--fail-on", "medium")) == "medium"


def test_the_same_options_give_the_same_report_wherever_they_come_from(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("inspect", "app.tar", "--format", "json")
    given = run(*asked, "--strict", "--policy", "generic", "--limit", "entries=5M", "--limit", "layers=30")
    assert given.err == ""
    path = config("inspect: {strict: true, policy: generic, limit: [entries=5M, layers=30]}", "other.yaml")
    assert run("--config", path, *asked).out == given.out
    for name, value in (("STRICT", "1"), ("POLICY", "generic"), ("LIMIT", "entries=5M layers=30")):
        monkeypatch.setenv(f"IMGINSPECT_INSPECT_{name}", value)
    assert run(*asked).out == given.out
    assert given.out != run(*asked, "--policy", "epcc-tre").out


@pytest.mark.parametrize("before", [True, False])
def test_a_config_file_is_named_before_the_command_or_after_it(before: bool, place: Path) -> None:
    config("inspect: {fail-on: low}")
    path = config("inspect: {fail-on: critical}", "sub/other.yaml")
    asked = ("inspect", "app.tar", "--format", "json")
    assert fails_on(run("--config", path, *asked) if before else run(*asked, "--config", path)) == "critical"


def test_a_config_file_is_found_where_the_platform_has_them(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("inspect", "app.tar", "--format", "json")
    config("inspect: {fail-on: low}", "xdg/imginspect/config.yaml")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(place / "xdg"))
    assert fails_on(run(*asked)) == "low"
    monkeypatch.setenv("IMGINSPECT_CONFIG", "")
    assert fails_on(run(*asked)) == "high"
    monkeypatch.setenv("IMGINSPECT_CONFIG", str(config("inspect: {fail-on: critical}", "third.yaml")))
    assert fails_on(run(*asked)) == "critical"
    monkeypatch.delenv("IMGINSPECT_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", "xdg")  # relative: not to be used
    assert fails_on(run(*asked)) == "high"


def test_paths_in_a_config_file_start_at_its_folder(place: Path) -> None:
    policy = run("rules", "list", "--policy", "generic").text
    config("rules: {list: {policy: ours.yaml}}", "sub/config.yaml")
    assert "ours.yaml" in run("--config", "sub/config.yaml", "rules", "list").err
    source = Path(__file__).parents[2] / "rules/policies/generic.yaml"
    (place / "sub/ours.yaml").write_text(source.read_text())
    assert run("--config", "sub/config.yaml", "rules", "list").text == policy
    assert run("--config", place / "sub/config.yaml", "rules", "list").text == policy


def test_reports_from_the_settings_yield_to_the_command_line(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGINSPECT_INSPECT_FORMAT", "json")
    assert run("inspect", "app.tar").out[:1] == b"{"
    assert run("inspect", "app.tar", "-o", "a.html").code == 0
    assert Path("a.html").read_text().startswith("<!DOCTYPE html>")
    assert run("inspect", "app.tar", "-o", "plain").code == 0
    assert Path("plain").read_text()[:1] == "{"
    assert run("inspect", "app.tar", "--format", "sarif").document["runs"]
    monkeypatch.delenv("IMGINSPECT_INSPECT_FORMAT")
    config("inspect: {output: [a.sarif, b.xml]}")
    assert run("inspect", "app.tar", "--format", "json").out[:1] == b"{"
    folder = place / "home/.config/imginspect"
    assert sorted(path.name for path in folder.iterdir()) == ["a.sarif", "b.xml", "config.yaml"]
    assert run("inspect", "app.tar", "-o", "only.json").text.splitlines()[-1] == "Report: only.json"


# -- what is wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("inspect:\n  polcy: x\n", "line 2: unknown key 'polcy'; expected one of: "),
        ("inspekt: {}\n", "line 1: unknown key 'inspekt'"),
        ("inspect:\n  strict: maybe\n", "line 2: 'strict': expected true or false, found 'maybe'"),
        ("inspect:\n  fail-on: hihg\n", "line 2: 'fail-on': 'hihg' is not one of"),
        ("inspect:\n  fail-on: true\n", "line 2: 'fail-on': expected a string or number, found true"),
        ("inspect:\n  policy:\n", "line 2: 'policy': expected a string or number, found nothing"),
        ("inspect:\n  limit: {entries: 5}\n", "line 2: 'limit': expected a string or number, or a list of them, found a mapping"),
        ("inspect:\n  policy: [a, b]\n", "line 2: 'policy': expected a string or number, found a list"),
        ("batch:\n  jobs: 0\n", "line 2: 'jobs': 0 is not in the range"),
        ("batch:\n  policy: x\n  policy: y\n", "line 3: duplicate key 'policy'"),
        ("rules:\n  list:\n    kind: true\n", "line 3: unknown key 'kind'"),
        ("inspect: strict\n", "line 1: 'inspect': expected a mapping"),
        ("inspect:\n  config: x\n", "line 2: unknown key 'config'"),
        ("inspect: [\n", "not valid YAML"),
        ("", "expected a mapping, found nothing"),
    ],
)
def test_a_mistake_in_a_config_file_is_told_with_file_and_line(text: str, told: str, place: Path) -> None:
    path = config(text)
    outcome = run("inspect", "app.tar")
    assert (outcome.code, outcome.out) == (2, b"")
    assert outcome.err.startswith(f"imginspect: {place / path}")
    assert told in outcome.err


def test_a_config_file_that_was_asked_for_and_is_missing_is_an_error(place: Path) -> None:
    for asked in (("--config", "none.yaml", "inspect", "app.tar"), ("inspect", "app.tar", "--config", "none.yaml")):
        outcome = run(*asked)
        assert (outcome.code, outcome.err) == (2, "imginspect: none.yaml: No such file or directory\n")


def test_a_mistyped_variable_is_an_error(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGINSPECT_INSPECT_STRCT", "1")
    outcome = run("inspect", "app.tar")
    assert (outcome.code, "did you mean IMGINSPECT_INSPECT_STRICT?" in outcome.err) == (2, True)
    assert run("images", "app.tar").code == 0
    monkeypatch.setenv("IMGINSPECT_KEY_PASSPHRASE", "x")
    assert run("key", "fingerprint", "key").code == 0


def test_a_wrong_value_in_a_variable_names_the_option(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGINSPECT_INSPECT_FAIL_ON", "hihg")
    outcome = run("inspect", "app.tar")
    assert (outcome.code, "--fail-on" in outcome.err) == (2, True)


def test_the_record_of_an_inspection_says_which_options_came_from_elsewhere(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config("inspect: {fail-on: low, limit: [entries=5M, layers=30]}\nbatch: {jobs: 1}")
    monkeypatch.setenv("IMGINSPECT_INSPECT_POLICY", "generic")
    run("inspect", "app.tar", "--evidence", "pack", "--quiet", "--strict")
    told = json.loads(Path("pack/inspection.json").read_text())["settings"]
    assert told == ["--limit entries=5M, layers=30 (config file)", "--policy generic (environment)", "--fail-on low (config file)"]
    run("batch", "app.tar", "--out", "out", "--cache", "cache")
    assert json.loads(Path("out/run.json").read_text())["settings"] == ["--jobs 1 (config file)"]


# -- shown -----------------------------------------------------------------------------------------------------------


def test_every_option_has_a_variable_of_its_own_that_its_help_shows() -> None:
    context = click.Context(commands, info_name="imginspect")
    seen: set[str] = set()
    for name in commands.list_commands(context):
        command = commands.get_command(context, name)
        assert command is not None
        below = list(command.commands.items()) if isinstance(command, click.Group) else [("", command)]
        for inner, leaf in below:
            told = "".join(run(name, *([inner] if inner else []), "--help").text.split())
            for option in settable(leaf).values():
                assert isinstance(option.envvar, str)
                assert option.envvar not in seen
                assert option.envvar in told
                seen.add(option.envvar)
    assert {"IMGINSPECT_INSPECT_POLICY", "IMGINSPECT_BATCH_OUT", "IMGINSPECT_RULES_LIST_FORMAT"} <= seen


def test_help_tells_of_settings() -> None:
    told = run("--help").text
    for what in ("IMGINSPECT_INSPECT_POLICY", "IMGINSPECT_CONFIG", "config.yaml", "_IMGINSPECT_COMPLETE=bash_source"):
        assert what in told
    assert "--config" in run("inspect", "--help").text


def test_variables_are_those_of_the_options() -> None:
    command = click.Command("x-y", params=[click.Option(["-a", "--long-name"])])
    add_variables(command, "x-y")
    assert command.params[0].envvar == "IMGINSPECT_X_Y_LONG_NAME"
    check_variables(command, "x-y", {"IMGINSPECT_X_Y_LONG_NAME": "", "IMGINSPECT_OTHER": "", "PATH": ""})
