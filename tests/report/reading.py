"""Reading the forms back, strictly: each gives what a reader of its format would see, or fails where that could be another than meant."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree

from imginspect.report.csv_format import COLUMNS
from tests.report.sarif_structure import check

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff\ufffe\uffff]")
_SPAN = re.compile(r"`[^`\n]+`")
# how a line of the Markdown form can begin, and all that it can hold outside of code spans
_FRAME = re.compile(r"</?details>|<summary>[A-Za-z0-9 :,-]+</summary>|#{1,3} [A-Za-z0-9 :(),]+|\| --- \| --- \| --- \| --- \||")
_LINE = re.compile(r"(?:- \[ \] |- | {2}- |\d\. |\| |)(?:\*\*[^*|<]+\*\*)?[^*|<>@#\[\]\\~$&%!/_={}^\n]*")
_CODE = "\N{BLACK SQUARE}"


class Command(NamedTuple):
    kind: str
    properties: dict[str, str]
    message: str


def read_sarif(text: str) -> Any:
    assert text.isascii()
    log = json.loads(text)
    check(log)
    return log


def read_junit(text: str) -> ElementTree.Element:
    assert text.isascii()
    root = ElementTree.fromstring(text)
    for element in root.iter():
        for string in (*element.attrib.values(), element.text or ""):
            assert not CONTROL.search(string)
            assert "[[ATTACHMENT" not in string
    return root


def read_csv(text: str) -> list[dict[str, str]]:
    """The rows; every cell is one that no spreadsheet takes for a formula, and is given as it was before that was seen to."""
    assert not CONTROL.search(text.replace("\r\n", "\n"))
    assert text.endswith('"\r\n')
    for line in text.split("\r\n")[:-1]:
        assert re.fullmatch(r'"(?:[^"\r\n]|"")*"(?:,"(?:[^"\r\n]|"")*")*', line)
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert tuple(header) == COLUMNS
    for row in rows:
        assert len(row) == len(COLUMNS)
        assert not [cell for cell in row if cell.lstrip().startswith(tuple("=+-@＝＋－＠"))]
    return [dict(zip(COLUMNS, (cell.removeprefix("'") for cell in row), strict=True)) for row in rows]


def read_github(text: str) -> list[Command]:
    """The commands as GitHub's runner understands them."""
    assert text.endswith("\n")
    return [_command(line) for line in text[:-1].split("\n")]


def _command(line: str) -> Command:
    assert not CONTROL.search(line)
    found = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
    assert found, line
    assert not re.search(r"%(?!25|0A|0D)", found[3])
    properties = dict(item.split("=", 1) for item in found[2].split(","))
    assert set(properties) <= {"title", "file", "line"}
    return Command(found[1], {key: unquote(value) for key, value in properties.items()}, unquote(found[3]))


def read_gitlab(text: str) -> list[Any]:
    assert text.isascii()
    entries: list[Any] = json.loads(text)
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert re.fullmatch("[0-9a-f]{32}", entry["fingerprint"])
        assert set(entry["location"]) == {"path", "lines"}
        path = entry["location"]["path"]
        assert not {"", ".", ".."} & set(path.split("/"))
        assert entry["location"]["lines"]["begin"] >= 1
        assert not [text for text in (path, entry["description"], entry["check_name"]) if CONTROL.search(text)]
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    return entries


def read_markdown(text: str) -> list[str]:
    """The lines with a square for each code span; what is left of them can be nothing but text, and cells and frames of our own."""
    assert len(text) < 60_000
    assert not CONTROL.search(text)
    lines = [_SPAN.sub(_CODE, line) for line in text.splitlines()]
    assert text.splitlines() == text.split("\n")[:-1]
    for line in lines:
        assert "`" not in line
        assert not re.search(f"{_CODE}{_CODE}", line), "two spans would be one of two backticks"
        if not _FRAME.fullmatch(line):
            _check_line(line)
    assert lines.count("<details>") == lines.count("</details>") == sum(line.startswith("<summary>") for line in lines)
    return lines


def _check_line(line: str) -> None:
    cells = line.split("|") if line.startswith("|") else [line]
    assert len(cells) in (1, 6), line
    for cell in cells:
        assert _LINE.fullmatch(cell), cell
        assert not re.search(r"https?:|www\.|\w@\w|\w:\w", cell), cell


def read_terminal(text: str) -> list[str]:
    lines = text.splitlines()
    assert lines == text.split("\n")[:-1]
    for line in lines:
        assert not CONTROL.search(line)
        assert not line.lstrip().startswith("::")
        assert not re.search(r"##\w*\[", line)
    return lines
