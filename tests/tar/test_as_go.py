"""Our tar reader against Go's archive/tar, on headers of many shapes: the same entries, and a word where other readers find others.

ANSWERS were given by Go 1.26.8 (tests/tar/go/main.go), those of the other readers by GNU tar 1.34 and Python 3.11.7.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from ast import literal_eval
from pathlib import Path
from typing import TypeAlias

import pytest

from imginspect.problems import Topic
from imginspect.tar.header import DIRECTORY, FILE, SYMLINK, MalformedHeader
from tests.tar.reading import read
from tests.tar.shapes import LONG, SHAPES

First: TypeAlias = tuple[bytes, str, int] | None
"""Name, typeflag and size in bytes of the first entry; None where Go refuses the tar. A file ``next`` of 2 bytes follows it."""

ANSWERS: dict[str, First] = {
    "plain": (b"name", "0", 3),
    "ustar prefix": (b"some/folder/name", "0", 3),
    "ustar prefix of another version": (b"some/folder/name", "0", 3),
    "ustar prefix with spaces for a version": (b"some/folder/name", "0", 3),
    "prefix without a magic": (b"name", "0", 3),
    "prefix with half of GNU's magic": (b"name", "0", 3),
    "star prefix": (b"p" * 131 + b"/name", "0", 3),
    "star prefix that has no end": (b"p" * 131 + b"/name", "0", 3),
    "gnu without times": (b"name", "0", 3),
    "gnu with access time": (b"name", "0", 3),
    "gnu with both times": (b"name", "0", 3),
    "gnu with a base-256 access time": (b"name", "0", 3),
    "gnu with change time only": (b"name", "0", 3),
    "gnu with text for a change time only": (b"name", "0", 3),
    "gnu with access time and text for a change time": (b"14371573061/name", "0", 3),
    "gnu prefix": (b"usr/share/doc/name", "0", 3),
    "gnu prefix of old Go": (LONG + b"/name", "0", 3),
    "gnu prefix of old Go without need": (b"usr/share/doc/name", "0", 3),
    "gnu prefix of a full field": (b"p" * 155 + b"/name", "0", 3),
    "gnu prefix that is octal": (b"0755/bin/name", "0", 3),
    "gnu prefix that reads as a number": (b"name", "0", 3),
    "gnu prefix that is not ASCII": (b"name", "0", 3),
    "gnu prefix of a directory": (b"usr/share/doc/name/", "5", 0),
    "gnu prefix of a link": (b"usr/share/doc/name", "2", 0),
    "gnu prefix behind a long name": (b"long/name", "0", 3),
    "gnu prefix behind a PAX path": (b"pax/name", "0", 3),
    "checksum without padding": (b"name", "0", 3),
    "checksum with spaces in front": (b"name", "0", 3),
    "checksum with NULs in front": (b"name", "0", 3),
    "checksum of eight digits": (b"name", "0", 3),
    "checksum with leftovers behind its NUL": (b"name", "0", 3),
    "checksum with text behind its space": None,
    "signed checksum": (b"caf\xe9", "0", 3),
    "size with spaces in front": (b"name", "0", 3),
    "size with spaces behind": (b"name", "0", 3),
    "size without an end": (b"name", "0", 3),
    "size with NULs in front": (b"name", "0", 3),
    "size with a space and a NUL in front": (b"name", "0", 3),
    "size with leftovers behind its NUL": (b"name", "0", 3),
    "size with leftovers behind space and NUL": None,
    "size in two parts": None,
    "size that is empty": (b"name", "0", 0),
    "size in base-256": (b"name", "0", 3),
    "size in base-256 with a bit more": None,
    "size in base-64": None,
    "size below zero": None,
    "mode with text": None,
    "uid in base-256": (b"name", "0", 3),
    "PAX size": (b"name", "0", 3),
    "PAX size with leading zeros": (b"name", "0", 3),
    "PAX size with very many leading zeros": (b"name", "0", 3),
    "PAX size with a sign": (b"name", "0", 3),
    "PAX size that is empty": (b"name", "0", 3),
    "PAX size that is no number": None,
    "PAX size below zero": None,
    "PAX size that another contradicts": (b"name", "0", 512),
    "PAX path": (b"pax/name", "0", 3),
    "PAX path that is empty": (b"name", "0", 3),
    "PAX header with text for its mode": None,
    "two PAX headers": (b"second", "0", 3),
    "two PAX headers of other keys": (b"name", "0", 3),
    "two PAX headers that agree": (b"same", "0", 3),
    "a global header": (b"name", "0", 3),
    "a global header with a path": (b"name", "0", 3),
    "a global header behind a PAX header": (b"name", "0", 3),
    "a global header behind a long name": (b"name", "0", 3),
    "a long name": (b"long/name", "0", 3),
    "a long name that is empty": (b"name", "0", 3),
    "two long names": (b"second", "0", 3),
    "a long name, then a PAX path": (b"long/name", "0", 3),
    "a PAX path, then a long name": (b"long/name", "0", 3),
    "a PAX path and the same long name": (b"same", "0", 3),
    "a file with a slash": (b"name/", "0", 3),
    "an empty file with a slash": (b"name/", "0", 0),
    "an old file with a slash": (b"name/", "5", 0),
    "an old file with a slash that states a size": (b"name/", "5", 0),
    "an old file": (b"name", "0", 3),
    "a contiguous file": (b"name", "7", 3),
}  # fmt: skip

OTHERS_DIFFER = frozenset(
    {
        "prefix without a magic",
        "prefix with half of GNU's magic",
        "star prefix",
        "star prefix that has no end",
        "gnu with access time",
        "gnu with both times",
        "gnu with a base-256 access time",
        "gnu with access time and text for a change time",
        "gnu prefix",
        "gnu prefix of old Go",
        "gnu prefix of old Go without need",
        "gnu prefix of a full field",
        "gnu prefix that is octal",
        "gnu prefix that reads as a number",
        "gnu prefix that is not ASCII",
        "gnu prefix of a directory",
        "gnu prefix of a link",
        "checksum with NULs in front",
        "size with NULs in front",
        "size with a space and a NUL in front",
        "PAX size with a sign",
        "PAX size that is empty",
        "PAX path that is empty",
        "two PAX headers",
        "two PAX headers of other keys",
        "a global header with a path",
        "a global header behind a PAX header",
        "a global header behind a long name",
        "a long name that is empty",
        "two long names",
        "a long name, then a PAX path",
        "a PAX path, then a long name",
        "a file with a slash",
        "an empty file with a slash",
        "an old file with a slash that states a size",
    }
)
"""Shapes in which GNU tar or Python's tarfile finds other names, kinds or sizes than Go, or stops."""

TWO_SIZES = frozenset({"PAX size", "PAX size that another contradicts"})
"""Shapes with another size in the header that could hold it: readers before the fix of CVE-2025-62518 take that one."""

KINDS = {"0": FILE, "7": FILE, "5": DIRECTORY, "2": SYMLINK}


def test_every_shape_has_an_answer() -> None:
    assert ANSWERS.keys() == SHAPES.keys()


@pytest.mark.parametrize("shape", [shape for shape, answer in ANSWERS.items() if answer])
def test_entries_are_those_that_go_reads(shape: str) -> None:
    answer = ANSWERS[shape]
    assert answer is not None
    found = read(SHAPES[shape])
    name, flag, size = answer
    assert [(entry.name, entry.kind, entry.size) for entry in found.entries] == [(name, KINDS[flag], size), (b"next", FILE, 2)]


@pytest.mark.parametrize("shape", [shape for shape, answer in ANSWERS.items() if not answer])
def test_what_go_refuses_is_an_error(shape: str) -> None:
    with pytest.raises(MalformedHeader):
        read(SHAPES[shape])


@pytest.mark.parametrize("shape", [shape for shape, answer in ANSWERS.items() if answer])
def test_other_names_and_sizes_of_other_readers_are_told_and_nothing_else_is(shape: str) -> None:
    assert bool(read(SHAPES[shape]).notices) == (shape in OTHERS_DIFFER | TWO_SIZES)


def test_what_old_go_wrote_is_no_reason_to_suspect_the_image() -> None:
    assert read(SHAPES["gnu prefix of old Go"]).topics == [Topic.ENTRIES]


@pytest.mark.parametrize("shape", ["gnu prefix", "gnu prefix of old Go without need", "size with NULs in front", "two long names"])
def test_what_no_known_tool_writes_is_a_disagreement(shape: str) -> None:
    assert read(SHAPES[shape]).topics == [Topic.HEADER]


@pytest.mark.skipif(shutil.which("go") is None, reason="go is not installed")
def test_the_answers_are_those_of_the_go_that_is_here(tmp_path: Path) -> None:
    names = list(SHAPES)
    for number, shape in enumerate(names):
        (tmp_path / str(number)).write_bytes(SHAPES[shape])
    program = Path(__file__).parent / "go" / "main.go"
    paths = [str(tmp_path / str(number)) for number in range(len(names))]
    done = subprocess.run(["go", "run", str(program), *paths], capture_output=True, check=True, timeout=300)
    answers = json.loads(done.stdout)
    for number, shape in enumerate(names):
        found = answers[str(number)]
        entries = [(literal_eval("b" + name), flag, size) for name, flag, size in found["entries"]]
        expected = ANSWERS[shape]
        assert (shape, found["refused"], entries) == (shape, expected is None, [expected, (b"next", "0", 2)] if expected else [])
