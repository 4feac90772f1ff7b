"""Documents whose strings are no friends: what an image or a filed report could hold to act on whoever reads a form."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from imginspect.report.document import ReportDocument
from tests.report.sample_document import evidence, finding, place, result, sample_document

PAYLOADS = (
    "",
    " ",
    "=cmd|' /C calc'!A0",
    "+1-1@SUM(A1)\t\r",
    "＝1+1",
    "  =1+1",
    "'=1",
    'a","=1+1","b',
    "one\r\ntwo\nthree\r",
    "::error file=x,line=1::owned%0A%25",
    "##[error]x ##vso[task.setvariable variable=x]y ##teamcity[x]",
    "](https://example.org/) [a](javascript:alert(1)) ![x](//example.org/y)",
    "<script>alert(1)</script><img src=x onerror=alert(1)> &lt;b&gt; --> ]]>",
    "</details></summary>\n\n# Title\n| a | b |",
    "`code` ``two`` ```\nblock\n```",
    "\\`\\|\\",
    "@everyone #1 !2 ~label %milestone &epic user@example.org www.example.org https://example.org/ GH-1 a/b#3",
    "\n/close\n/approve",
    ":smile: $x^2$ [^1] ~~gone~~ **bold** __b__",
    "{0} {1} [[ATTACHMENT|/etc/passwd]]",
    "\x00\x1b[31m\x07\x85\u2028\u202e\ufeff\ud800\ufffe\U000e0041",
    "/../../etc/./passwd//x",
    "\\Uffffffff\\ud800\\xzz",
    "n" * 9_000,
    "`|" * 3_000,
)

KEPT = {"verdict", "severity", "harm", "fail_on", "undetermined", "schema_version"}
"""Keys whose values the types list one by one: a report with another value is no report."""


def whole_document() -> ReportDocument:
    """A document with something in every part that a form reads, and with every verdict that a rule can have."""
    places = [
        evidence(hidden_by=place(1), state="deleted", layer=place(0), expected="a", actual="b"),
        evidence(None, None, config_field="Env"),
    ]
    places += [evidence(None, archive_member="blobs/x"), evidence(None, None)]
    document = sample_document()
    document["results"] += [
        result("TRE-A-001", "fail", [finding(evidence=places), finding(evidence=[])]),
        result("TRE-B-001", "undetermined", [], reason="it is not known"),
        result("TRE-C-001", "fail", severity="low", fails_image=False),
    ]
    document["coverage"]["gaps"] = ["layer 1: it ends too early"]  # type: ignore[index]
    document["problems"] = [
        {"topic": "unread", "where": "layer 1", "what": "it ends too early", "expected": "1", "actual": "2", "layer": layer, "path": path,
         "unread": unread}
        for layer, path, unread in ((1, "/a", True), (None, "blobs/x", False))
    ]  # fmt: skip
    document["policy"]["skipped"] = {"TRE-LIC-001": "it is not asked here"}
    document["image"]["other_images"] = ["other:1"]  # type: ignore[index]
    return document


def not_inspected() -> ReportDocument:
    """The document on what is no image."""
    return sample_document(
        verdict="not-inspected", exit_code=3, reason="it is no image", image=None, results=[], layers=[], history=[], start=None,
        licences=[], filesystem=None, coverage=None, problems=[],
    )  # fmt: skip


def incomplete() -> ReportDocument:
    """The document on an image of which not all was read, and in which nothing else is wrong."""
    document = sample_document(verdict="incomplete", exit_code=4, reason="not everything could be read: layer 1: cut off")
    document["results"] = [item for item in document["results"] if item["verdict"] == "pass"]
    document["coverage"]["complete"] = False  # type: ignore[index]
    document["coverage"]["gaps"] = ["layer 1: cut off"]  # type: ignore[index]
    return document


def clean() -> ReportDocument:
    """The document on an image in which nothing is wrong."""
    passed = [result(f"TRE-DIR-00{number}", "pass", []) for number in range(1, 4)]
    return sample_document(verdict="pass", exit_code=0, reason="every rule that applies is met", results=passed)


def spoilt(document: ReportDocument, payload: str) -> ReportDocument:
    """*document* with *payload* in the place of every string."""
    changed: ReportDocument = _spoilt(document, lambda _: payload)
    return changed


def spoilt_one_by_one(document: ReportDocument, payload: str) -> Iterator[tuple[str, ReportDocument]]:
    """*document* once for each of its strings, with *payload* in its place; and where that is."""
    places: list[str] = []
    _spoilt(document, lambda path: places.append(path) or "")  # type: ignore[func-returns-value]
    for chosen in dict.fromkeys(places):
        changed = copy.deepcopy(document)
        _put(changed, chosen.split("\0"), payload)
        yield chosen.replace("\0", "."), changed


def _spoilt(value: Any, change: Callable[[str], str], path: tuple[str, ...] = ()) -> Any:
    if isinstance(value, dict):
        return {key: item if key in KEPT else _spoilt(item, change, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_spoilt(item, change, (*path, str(number))) for number, item in enumerate(value)]
    return change("\0".join(path)) if isinstance(value, str) else value


def _put(value: Any, path: list[str], payload: str) -> None:
    *outer, last = path
    for key in outer:
        value = value[int(key)] if isinstance(value, list) else value[key]
    value[int(last) if isinstance(value, list) else last] = payload
