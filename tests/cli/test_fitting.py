"""Tables in the width of a terminal: every line fits, and nothing is lost."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imginspect.cli.fitting import display_width, table, wrapped
from tests.batch.making import filled
from tests.batch.running import environment

WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs", "Mn")), max_size=60)


@given(text=WORDS, width=st.integers(2, 40))
def test_no_line_is_too_wide_and_no_letter_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert [line for line in lines if display_width(line) > width] == []
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(rows=st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=5), width=st.integers(20, 200))
def test_a_table_fits(rows: list[tuple[str, ...]], width: int) -> None:
    lines = list(table(("image", "path", "state"), rows, width))
    assert [line for line in lines if display_width(line) > max(width, 19)] == []
    letters = sorted("".join("".join(cell for row in rows for cell in row).split()))
    told = sorted("".join("".join(lines).split()))
    for letter in set(letters):
        assert told.count(letter) >= letters.count(letter)


def test_what_fits_is_not_broken_and_what_does_not_becomes_a_list() -> None:
    rows = [("team/app:1", "/opt/licence.lic", "visible")]
    assert list(table(("image", "path", "state"), rows, 80)) == [
        "image       path              state",
        "team/app:1  /opt/licence.lic  visible",
    ]
    assert list(table(("image", "path", "state"), rows, 30)) == [
        "image  team/app:1",
        "path   /opt/licence.lic",
        "state  visible",
    ]
    assert list(table(("image", "path"), [("team/app:1", "/opt/vendor/licence/file.lic")], 30)) == [
        "image       path",
        "team/app:1  /opt/vendor/",
        "            licence/file.lic",
    ]


def on_terminal(columns: int, *arguments: str | Path) -> list[str]:
    """What the command writes to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    command = [sys.executable, "-m", "imginspect", *map(str, arguments)]
    clean = {key: value for key, value in environment().items() if key not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=clean)
    os.close(theirs)
    data = b""
    try:
        while piece := os.read(ours, 65536):
            data += piece
    except OSError:  # Linux says so at the end
        pass
    os.close(ours)
    assert process.wait() == 0
    return data.decode().replace("\r\n", "\n").splitlines()


@pytest.mark.parametrize("columns", [200, 100, 60, 30])
@pytest.mark.parametrize("question", [("--path", "*.pem"), ("--shared",), ("--image", "registry.example.org/app:2")], ids=str)
def test_an_answer_on_a_terminal_is_as_wide_as_it(columns: int, question: tuple[str, ...], tmp_path: Path) -> None:
    filled(tmp_path).close()
    lines = on_terminal(columns, "query", tmp_path, *question)
    assert len(lines) > 2
    limit = max(columns, 32)  # a label and the narrowest cell
    assert [line for line in lines if display_width(line) > limit] == []


def test_an_answer_for_a_program_keeps_a_row_in_a_line(tmp_path: Path) -> None:
    filled(tmp_path).close()
    command = [sys.executable, "-m", "imginspect", "query", str(tmp_path), "--path", "*.pem"]
    found = subprocess.run(command, env={**environment(), "COLUMNS": "30"}, capture_output=True, text=True, check=True)
    assert len([line for line in found.stdout.splitlines() if ".pem" in line]) == len(found.stdout.splitlines()) - 1
