"""An exec array that is no valid JSON: what Docker makes of it cannot start, and the finding says how to write it."""

from __future__ import annotations

from typing import Any

import pytest

from imginspect.checks import CheckResult
from imginspect.startup.array_text import array_in
from tests.checks.judging import judged_by, messages
from tests.image_builder import ImageBuilder, file, program

WANTED = '["python3", "/app.py"]'
ARRAYS = {
    "['python3', '/app.py']": "single quotes",
    "[python3, /app.py]": "words without quotes",
    "[python3,/app.py]": "words without quotes",
    '["python3", /app.py]': "words without quotes",
    '["python3", "/app.py",]': "a trailing comma",
    '["python3" "/app.py"]': "a missing comma",
    '["python3", "/app.py"': "a missing bracket",
    '"python3", "/app.py"]': "a missing bracket",
    "[“python3”, “/app.py”]": "typographic quotes",
    "['python3, '/app.py']": "an unclosed quote",
    "('python3', '/app.py')": "single quotes",
    '{"python3", "/app.py"}': "brackets other than",
    '["python3", "/app.py"] # start': "a trailing comment",
    "exec ['python3', '/app.py']": "single quotes",
    "[ 'python3', '/app.py' ]": "test command",
    "[ python3, /app.py ]": "test command",
    WANTED: "an array passed to a shell",
}
COMMANDS = [
    "[ -f /app.py ] && python3 /app.py", "[ -f /app.py ]", '[ "$A" = b ]', '[ "$A" ]', '[[ -n "$A" ]] || exit 1', "[ ! -e /x ]",
    '[ "a" -a "b" ]', "[ $# -gt 0 ]", "(cd /app, x)", '( "a", "b" )', '{ "a", "b"; }', '"python3" "/app.py"', 'echo ["a", "b"]',
    '["a", "b"] || python3 /app.py', "[`cat /x`, `cat /y`]", "python3 /app.py [a,b]", "[]", "[ ]", "", '[ "a,b" = "c" ]',
]  # fmt: skip


def judge(**config: Any) -> CheckResult:
    programs = (program(f"/bin/{name}") for name in ("sh", "python3", "tini", "true"))
    image = ImageBuilder().layer(*programs, file("/app.py", b"print(1)\n"), file("/e.sh", b'#!/bin/sh\nexec "$@"\n', mode=0o755))
    return judged_by("TRE-ENT-002", image.config(env=["PATH=/bin"], **config))


@pytest.mark.parametrize("text", ARRAYS)
def test_an_array_is_a_failure_with_the_right_form(text: str) -> None:
    result = judge(entrypoint=["/bin/sh", "-c", text])
    assert str(result.verdict) == "fail"
    (finding,) = result.findings
    assert f"ENTRYPOINT {WANTED}" in finding.message
    assert ARRAYS[text] in finding.message
    assert finding.evidence[0].config_field == "Entrypoint[2]"


@pytest.mark.parametrize("text", COMMANDS)
def test_a_command_is_no_array(text: str) -> None:
    assert array_in(text) is None


def test_what_the_shell_does_with_it_is_told() -> None:
    assert "'[python3,' and ends with exit code 127" in messages(judge(cmd=["/bin/sh", "-c", "['python3', '/app.py']"]))
    assert "exit code 2" in messages(judge(cmd=["/bin/sh", "-c", "[ 'python3', '/app.py' ]"]))
    assert "ends at once" in messages(judge(cmd=["/bin/sh", "-c", "[ 'python3' ]"]))


@pytest.mark.parametrize("entrypoint", [["tini", "--"], ["/e.sh"]])
def test_behind_an_entrypoint_that_starts_its_arguments(entrypoint: list[str]) -> None:
    result = judge(entrypoint=entrypoint, cmd=["/bin/sh", "-c", "['python3', '/app.py']"])
    assert str(result.verdict) == "fail"
    (finding,) = result.findings
    assert f"CMD {WANTED}" in finding.message


def test_as_arguments_of_a_program() -> None:
    result = judge(entrypoint=["/bin/true"], cmd=["/bin/sh", "-c", "['--x', '1']"])
    assert str(result.verdict) == "warn"
    assert 'CMD ["--x", "1"]' in messages(result)


def test_a_shell_as_the_script_of_an_interpreter() -> None:
    programs = [program("/bin/sh"), program("/bin/python3")]
    image = ImageBuilder().layer(*programs).config(entrypoint=["python3"], cmd=["/bin/sh", "-c", "/app.py"], env=["PATH=/bin"])
    result = judged_by("TRE-ENT-003", image)
    assert str(result.verdict) == "fail"
    assert "exec form" in messages(result)


def test_a_health_check_is_a_warning() -> None:
    result = judge(cmd=["/bin/true"], healthcheck={"Test": ["CMD-SHELL", "['python3', '/app.py']"]})
    assert str(result.verdict) == "warn"
    assert f"HEALTHCHECK CMD {WANTED}" in messages(result)
