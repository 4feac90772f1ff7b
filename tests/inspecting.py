"""Running imginspect in tests: in process, as the command does it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Literal, NamedTuple, overload
from unittest import mock

from imginspect.cli import main
from imginspect.inspection import criteria
from imginspect.rules import Policy, RuleSet


class Outcome(NamedTuple):
    """What a command did."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8")

    @property
    def document(self) -> Any:
        return json.loads(self.out)


def run(*arguments: str | Path, stdin: bytes | None = None) -> Outcome:
    """Run ``imginspect ARGUMENTS`` in this process."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline=""), io.StringIO()
    code: Any = 0
    with redirect_stdout(out), redirect_stderr(err), _stdin(stdin), mock.patch("sys.argv", ["imginspect", *map(str, arguments)]):
        try:
            main()
        except SystemExit as stop:
            code = stop.code
    out.flush()
    assert isinstance(code, int)
    raw = out.buffer
    assert isinstance(raw, io.BytesIO)
    return Outcome(code, raw.getvalue(), err.getvalue())


@contextmanager
def _stdin(data: bytes | None) -> Iterator[None]:
    stream = io.TextIOWrapper(io.BytesIO(data or b""))
    with mock.patch("sys.stdin", stream):
        yield


@overload
def report_of(path: Path, *options: str, raw: Literal[True]) -> bytes: ...
@overload
def report_of(path: Path, *options: str, raw: Literal[False] = False) -> Any: ...
def report_of(path: Path, *options: str, raw: bool = False) -> Any:
    """The JSON report on the image at *path*, parsed or (*raw*) as bytes."""
    outcome = run("inspect", path, "--format", "json", *options)
    assert outcome.out, outcome.err
    return outcome.out if raw else outcome.document


def files_of(path: Path, *options: str) -> list[dict[str, Any]]:
    """What ``ls -R --format ndjson`` lists."""
    outcome = run("ls", "-R", path, "--format", "ndjson", *options)
    return [json.loads(line) for line in outcome.text.splitlines()]


def results_of(report: dict[str, Any]) -> dict[str, str]:
    """The verdict of each rule."""
    return {result["rule"]: result["verdict"] for result in report["results"]}


CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""What acts on a terminal or on the direction of text; the line feed is left out, because every output has lines."""


def judged(path: Path, *options: str) -> Any:
    """The JSON report on an image that may be hostile, judged by integrity alone: whatever it is, the answer is sound and harmless."""
    with integrity_only():
        outcome = run("inspect", path, "--format", "json", "--policy", "generic", *options)
    report = outcome.document
    assert outcome.code in (0, 1, 3, 4)
    assert (report["exit_code"], CODES[report["verdict"]]) == (outcome.code, outcome.code)
    assert "Traceback" not in outcome.err
    assert not CONTROL.search(outcome.err)
    assert not CONTROL.search(outcome.text)
    assert not any(CONTROL.search(text) or "\n" in text for text in texts_of(report))
    assert not any("crashed" in result["reason"] for result in report["results"])
    return report


@contextmanager
def integrity_only() -> Iterator[None]:
    """Only the rules on integrity are loaded: for images that are built to be read, not to be started."""
    with mock.patch.object(criteria, "under", _integrity_rules):
        yield


def _integrity_rules(policy: Policy, rules: RuleSet) -> RuleSet:
    del policy
    return rules._replace(rules=tuple(rule for rule in rules.rules if rule.check == "integrity"))


CODES = {"pass": 0, "fail": 1, "not-inspected": 3, "incomplete": 4, "undecided": 5}


def texts_of(tree: Any) -> Iterator[str]:
    """Every string of a JSON document, keys included."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield key
            yield from texts_of(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from texts_of(value)


def flagged(report: Any) -> set[str]:
    """Rules that did not pass."""
    return {rule for rule, verdict in results_of(report).items() if verdict not in ("pass", "not-applicable")}
