"""What the README shows is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from imginspect.cli.demo_command import _IMAGE as DEMO
from imginspect.examples.sample import build
from imginspect.rules import built_in_rules
from imginspect.rules.markdown import table
from tests.inspecting import run

pytestmark = pytest.mark.slow

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def test_the_table_of_rules_is_made_from_the_rules() -> None:
    between = README.split("compared by a test -->\n")[1].split("<!-- end of rules -->")[0]
    assert between == table(built_in_rules())


def test_the_demo_begins_as_it_is_shown() -> None:
    shown = README.split("inspects it:\n\n```\n")[1].split("\n…")[0].rstrip()
    assert run("demo").text.startswith(shown)


def test_the_library_does_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shown = README.split("```python\n")[1].split("```")[0]
    assert 10 <= len(shown.splitlines()) <= 15
    monkeypatch.chdir(tmp_path)
    Path("app.tar").write_bytes(build(DEMO))
    exec(compile(shown, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.startswith("fail ")
    assert "TRE-SEC-002 fail" in printed
    assert Path("app.md").read_text("utf-8") == run("inspect", "app.tar", "--format", "markdown").text


@pytest.mark.parametrize("line", re.findall(r"^(?:docker save app \| )?imginspect (\w+) .*#", README, re.MULTILINE))
def test_every_command_that_is_shown_is_there(line: str) -> None:
    outcome = run(line, "--help")
    assert outcome.code == 0
    assert "Usage: imginspect" in outcome.text


def test_every_command_is_shown() -> None:
    commands = re.findall(r"^  (\w+) ", run("--help").text.split("Commands:")[1], re.MULTILINE)
    assert len(commands) >= 9
    assert [name for name in commands if f"imginspect {name}" not in README] == []
