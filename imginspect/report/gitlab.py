"""The GitLab form: a code quality report, which a merge request compares with that of its target branch.

An entry for each finding, and for what was not read. A clean pass is an empty list: GitLab takes it for "nothing is wrong".
Source: GitLab, "Code Quality", section "Code Quality report format", which is a part of the Code Climate specification.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from imginspect.report.document import FindingPart, ReportDocument, ResultPart, SeverityName
from imginspect.report.places import relative_name, told
from imginspect.report.printable import one_line, shortened
from imginspect.report.summary import archive_facts, image_name, keeps_from_passing, not_read, open_results, sentence

Entry: TypeAlias = dict[str, Any]

_BLOCKING: dict[SeverityName, str] = {"critical": "blocker"}
_OTHERS: dict[SeverityName, str] = {"critical": "major", "high": "major", "medium": "major", "low": "minor", "info": "info"}
"""What blocks is at least *critical*, and nothing else is: GitLab's severities agree with the exit code."""
_CONFIG = "image-config.json"
_IMAGE = "image"
_CHECK = "imginspect"
_LONGEST = 3_000
"""Characters of one description; how many are left out is said."""
_LONGEST_PATH = 1_000
"""Characters of one path; how many are left out is said."""


def render(documents: Sequence[ReportDocument]) -> str:
    """The reports as one list in ASCII, an entry a line."""
    entries = _distinct(entry for document in documents for entry in _entries(document, several=len(documents) > 1))
    return "[\n" + ",\n".join(map(json.dumps, entries)) + "\n]\n" if entries else "[]\n"


def _distinct(entries: Iterator[Entry]) -> list[Entry]:
    """*entries*, each with a fingerprint of its own: GitLab shows one entry of a fingerprint."""
    seen: dict[str, int] = {}
    made = []
    for entry in entries:
        name = entry["fingerprint"]
        seen[name] = seen.get(name, 0) + 1
        made.append(entry | {"fingerprint": hashlib.sha256(f"{name}\0{seen[name]}".encode("utf-8", "surrogatepass")).hexdigest()[:32]})
    return made


def _entries(document: ReportDocument, *, several: bool) -> Iterator[Entry]:
    image = image_name(document) if several else ""
    if document["verdict"] in ("undecided", "incomplete", "not-inspected"):
        text = f"{document['verdict']}: {sentence(document)} This is no pass.{_archive(document)}"
        yield _entry(image, _CHECK, text, "blocker", f"{_CHECK}\0{document['verdict']}")
    for gap in not_read(document):
        yield _entry(image, _CHECK, f"Not read: {gap}", "blocker", f"{_CHECK}\0{gap}")
    for result in open_results(document):
        blocks = keeps_from_passing(result, document)
        yield from (_finding(image, finding, result, blocks=blocks) for finding in result["findings"])
        if not result["findings"]:
            text = f"{result['outcome_title']} ({result['verdict']}). {result['reason']}"
            severity = _severity(result["severity"], blocks=blocks)
            yield _entry(image, result["rule"], text, severity, f"{result['rule']}\0{result['verdict']}")
    for result in document["results"]:
        if result["verdict"] == "pass":
            for condition in result["conditions"]:
                yield _entry(image, result["rule"], f"{result['title']}, provided: {condition}", "info", f"{result['rule']}\0{condition}")


def _archive(document: ReportDocument) -> str:
    facts = archive_facts(document)
    return f" ({', '.join(f'{name} {value}' for name, value in facts)})" if facts else ""


def _severity(severity: SeverityName, *, blocks: bool) -> str:
    return _BLOCKING.get(severity, "critical") if blocks else _OTHERS[severity]


def _finding(image: str, finding: FindingPart, result: ResultPart, *, blocks: bool) -> Entry:
    places = finding["evidence"]
    first = next((place for place in places if place["path"]), places[0] if places else None)
    path = _IMAGE if first is None else _CONFIG if first["config_field"] else first["path"] or first["archive_member"] or _IMAGE
    line = (first["line"] if first else None) or 1
    return _entry(
        image,
        result["rule"],
        f"{result['outcome_title']}: {told(finding)}",
        _severity(finding["severity"], blocks=blocks),
        finding["fingerprint"],
        path,
        line,
    )


def _entry(image: str, check: str, text: str, severity: str, name: str, path: str = _IMAGE, line: int = 1) -> Entry:
    described = one_line(f"{image}: {text}" if image else text)
    return {
        "description": shortened(described, _LONGEST),
        "check_name": one_line(check),
        "fingerprint": f"{image}\0{name}",
        "severity": severity,
        "location": {"path": shortened(relative_name(path), _LONGEST_PATH), "lines": {"begin": line}},
    }
