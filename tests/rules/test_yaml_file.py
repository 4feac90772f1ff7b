"""YAML as rules are written in: what could exhaust a machine, make objects, or mean something else than it seems to is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from imginspect.errors import RuleError
from imginspect.rules import yaml_file
from imginspect.rules.yaml_file import parse

LAUGHS = "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: expected a mapping, found nothing"),
        ("# a comment only\n", "line 1: expected a mapping, found nothing"),
        ("- a\n", "line 1: expected a mapping"),
        ("a\n", "line 1: expected a mapping"),
        ("---\na: 1\n---\nb: 1\n", "line 3: a second document"),
        ("a: 1\na: 2\n", "line 2: duplicate key 'a'"),
        ("a:\n  b:\n    c: 1\n    d: 1\n    c: 2\n", "line 5: duplicate key 'c'"),
        ("a: {b: 1, b: 1}\n", "line 1: duplicate key 'b'"),
        ("a:\n\tb: 1\n", "line 2: not valid YAML: .*a tab cannot indent"),
        ("a: [1, 2\n", "line 2: not valid YAML"),
        ("a: 'x\n", "line 2: not valid YAML"),
        (LAUGHS, "line 1: anchors .* are not supported"),
        ("a: &a\n  b: 1\n", "line 1: anchors"),
        ("a: *b\n", "line 1: anchors"),
        ("a: &x {b: *x}\n", "line 1: anchors"),
        ("a: {<<: {b: 1}}\n", "line 1: '<<' could be"),
        ("a: !!python/object/apply:os.getcwd []\n", "line 1: the tag"),
        ("a: !!python/name:os.system x\n", "line 1: the tag"),
        ("a: !mine {b: 1}\n", "line 1: the tag"),
        ("a: !!set {b, c}\n", "line 1: the tag"),
        ("a: !!binary aGk=\n", "line 1: the tag"),
        ("a: 2024-05-01\n", "line 1: '2024-05-01' could be a date"),
        ("yes: 1\n", "line 1: expected a string as key"),
        ("8080: 1\n", "line 1: expected a string as key"),
        ("? [a]\n: 1\n", "line 1: expected a string as key"),
        ("a: .inf\n", "line 1: '.inf' is not a finite number"),
        ("a: .nan\n", "line 1: '.nan' is not a finite number"),
        (f"a: 1\nb: {'9' * 5000}\n", "line 2: not a number"),
        ("a: x\nb: a\0b\n", r"line 2: not valid YAML: contains the control character U\+0000"),
        ("a: \x1b[31m\n", r"line 1: not valid YAML: contains the control character U\+001B"),
    ],
)
def test_what_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(RuleError, match=rf"^own\.yaml, {complaint}"):
        parse(text.encode(), "own.yaml")


@pytest.mark.parametrize(
    ("content", "line"), [(b"a: \xff\n", 1), (b"a: 1\nb: \xc3(\n", 2), ("a: ä\n".encode("utf-16"), 1), (b"a: \xed\xa0\x80", 1)]
)
def test_what_is_no_utf_8_is_refused(content: bytes, line: int) -> None:
    with pytest.raises(RuleError, match=rf"own\.yaml, line {line}: not valid YAML: the byte 0x[0-9a-f]{{2}} is not UTF-8"):
        parse(content, "own.yaml")


DEEP = {
    "lists in a line": "a: " + "[" * 200_000,
    "mappings in a line": "a: " + "{a: " * 100_000,
    "lists": "a:\n  " + "- " * 200_000 + "x",
    "mappings": "\n".join(" " * level + "a:" for level in range(1_000)),
    "keys": "? " * 200_000,
}


@pytest.mark.parametrize("kind", DEEP)
def test_deep_nesting_is_refused_before_it_uses_up_the_stack(kind: str, tmp_path: Path) -> None:
    """In a process of its own: without the bound the parser's stack runs over, and that is no exception."""
    path = tmp_path / "deep.yaml"
    path.write_text(DEEP[kind])
    code = "import sys, pathlib\nfrom imginspect.rules.yaml_file import load\nload(pathlib.Path(sys.argv[1]), 'deep.yaml')"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "RuleError: deep.yaml, line " in done.stderr
    assert "levels deep" in done.stderr or "maximum nesting depth" in done.stderr  # libyaml has a bound of its own from PyYAML 6.0.4 on


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"a: 1\n" + b"#" * (1 << 20))
    with pytest.raises(RuleError, match=r"huge\.yaml: larger than 1,048,576 bytes"):
        yaml_file.load(path, "huge.yaml")
    path.write_bytes(b"")
    with path.open("r+b") as handle:
        handle.truncate(1 << 40)
    with pytest.raises(RuleError, match="larger than"):
        yaml_file.load(path, "huge.yaml")


def test_what_is_read() -> None:
    text = "a: text\nb: '1'\nc: 1\nd: 1.5\ne: true\nf:\ng: [x, {h: [1]}]\ni: |\n  two\n  lines\nj: 0o17\nk: 017\nl: 'yes'\nm: no\n"
    mapping = parse(text.encode(), "own.yaml")
    assert {key: mapping.plain(key) for key in mapping.keys()} == {  # noqa: SIM118 - Mapping is no dict
        "a": "text", "b": "1", "c": 1, "d": 1.5, "e": True, "f": None, "g": ["x", {"h": [1]}], "i": "two\nlines\n", "j": "0o17", "k": 15,
        "l": "yes", "m": False,
    }  # fmt: skip
    assert [line for _, line in mapping.lines()] == [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14]


def test_a_mark_at_the_beginning_is_no_part_of_the_first_key() -> None:
    assert parse("\ufeffa: 1\n".encode(), "own.yaml").keys() == ["a"]


def test_both_loaders_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    from imginspect.rules.ruleset import built_in_rules

    fast = built_in_rules()
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert built_in_rules() == fast
