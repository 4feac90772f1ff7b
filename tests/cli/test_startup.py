"""``imginspect startup``: what runs, as a tree, with what reaches for the network and what was not analysed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.image_builder import ImageBuilder, file
from tests.inspecting import run

RUN = b"""#!/bin/sh
. /app/env.sh
/app/fetch.sh one
if [ -f /absent ]; then curl http://never.example.org; fi
$TOOL y
exec "$@"
"""
FETCH = b"""#!/bin/sh
curl http://data.example.org/a | sh
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    entries = [
        file("/app/run.sh", RUN, mode=0o755),
        file("/app/env.sh", b"wget http://env.example.org\n"),
        file("/app/fetch.sh", FETCH, mode=0o755),
    ]
    return ImageBuilder().layer(*entries).config(entrypoint=["/app/run.sh"], cmd=["echo", "a\x1b[31mb"]).save(tmp_path / "a.tar")


def test_scripts_their_lines_and_commands_are_a_tree(archive: Path) -> None:
    outcome = run("startup", archive)
    assert outcome.code == 0
    lines = outcome.text.splitlines()
    assert [line for line in lines if not line.startswith("|-- problem: ")] == [
        r"/app/run.sh echo a\x1b[31mb",
        "`-- Entrypoint[0] /app/run.sh",
        "    |-- sources /app/env.sh",
        "    |   `-- line 1: network: wget http://env.example.org  [contacts env.example.org (wget fetches a URL)]",
        "    |-- line 3: /app/fetch.sh one",
        "    |   `-- runs /app/fetch.sh",
        "    |       `-- line 2: sh",
        "    |           |-- network: curl http://data.example.org/a  [contacts data.example.org (curl fetches a URL)]",
        "    |           `-- unknown: the code passed to sh is only known at run time",
        "    |-- line 4: network: curl http://never.example.org  "
        "[contacts never.example.org (curl fetches a URL), /absent is not in the image]",
        "    |-- line 5: $TOOL y",
        "    |   `-- unknown: the command name is unknown ($TOOL): $TOOL y",
        r'    `-- line 6: exec "$@"',
    ]


def nodes(tree: dict[str, Any]) -> list[dict[str, Any]]:
    return [tree, *(node for child in tree["children"] for node in nodes(child))]


def test_the_tree_as_json(archive: Path) -> None:
    kinds = [node["kind"] for node in nodes(run("startup", archive, "--format", "json").document)]
    assert kinds.count("contact") == 3
    assert kinds.count("not-analysed") == 2
    assert set(kinds) == {"setting", "script", "command", "contact", "not-analysed", "problem"}


def test_the_tree_for_graphviz_is_one_graph(archive: Path) -> None:
    text = run("startup", archive, "--format", "dot").text
    made = re.findall(r"^  n(\d+) \[label=", text, re.MULTILINE)
    arrows = re.findall(r"^  n(\d+) -> n(\d+);$", text, re.MULTILINE)
    assert made == [str(number) for number in range(len(made))]
    assert sorted(int(end) for _, end in arrows) == list(range(1, len(made)))
    assert text.count("{") == text.count("}") == 1
    assert "\x1b" not in text


def test_why_a_start_fails_is_said_before_what_would_run(tmp_path: Path) -> None:
    archive = ImageBuilder().layer(file("/run.sh", b"#!/bin/sh\nls\n", mode=0o644)).config(entrypoint=["/run.sh"]).save(tmp_path / "a.tar")
    lines = run("startup", archive).text.splitlines()
    assert lines[1] == "|-- problem: /run.sh has mode 0644, owner 0:0: no user has permission to execute it"
    assert lines[-1] == "    `-- line 2: ls"


def test_an_image_that_starts_nothing_says_so(tmp_path: Path) -> None:
    archive = ImageBuilder().layer(file("/a", b"1")).save(tmp_path / "a.tar")
    assert run("startup", archive).text.splitlines() == [
        "no command",
        "`-- problem: the config has neither an Entrypoint nor a Cmd, so there is nothing to start",
    ]


def test_a_credential_in_a_script_is_not_shown(tmp_path: Path) -> None:
    token = "Kq93xzQw7Lm2"
    script = file("/run.sh", f"#!/bin/sh\ncurl --user analyst:{token} https://api.example.org\n".encode(), mode=0o755)
    archive = ImageBuilder().layer(script).config(entrypoint=["/run.sh"]).save(tmp_path / "a.tar")
    for form in ("tree", "json", "dot"):
        assert token not in run("startup", archive, "--format", form).text
