"""The GitLab form: a code quality report, which GitLab shows in a merge request.

Source: GitLab's documentation, "Code Quality", section "Import code quality results": a subset of Code Climate's format.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TypedDict

from imginspect.report.document import Document, EvidencePart, ResultPart
from imginspect.report.json_form import dump
from imginspect.report.places import in_words, nowhere, relative_uri

_SEVERITIES = {"info": "info", "low": "minor", "medium": "major", "high": "critical", "critical": "blocker"}
_CONFIG, _IMAGE = "image-config.json", "image"


class _Lines(TypedDict):
    begin: int


class _Location(TypedDict):
    path: str
    lines: _Lines


class _Issue(TypedDict):
    description: str
    check_name: str
    fingerprint: str
    severity: str
    location: _Location


def render(documents: Sequence[Document]) -> str:
    """The documents as a list of issues: a finding each, or a rule that did not pass and has none, or what was not read."""
    seen: set[str] = set()
    return dump([_unique(issue, seen) for document in documents for issue in _issues(document)])


def _issues(document: Document) -> Iterator[_Issue]:
    if document["verdict"] in ("incomplete", "not-inspected"):
        text = f"{document['verdict']}: {document['reason']}"
        yield _issue("imginspect/inspected", text, "critical", nowhere(), _fingerprint("imginspect/inspected"))
    for result in document["results"]:
        if result["verdict"] not in ("fail", "warn", "undetermined"):
            continue
        found = [finding for finding in result["findings"] if finding["verdict"] in ("fail", "warn", "undetermined")]
        for finding in found:
            evidence = next(iter(finding["evidence"]), nowhere())
            where = in_words(evidence)
            message = finding["message"] if where in finding["message"] else f"{finding['message']} ({where})"
            severity = _severity(result, finding["verdict"])
            yield _issue(result["rule"], f"{result['title']}: {message}", severity, evidence, finding["fingerprint"])
        if not found:
            text = f"{result['title']}: {result['reason'] or result['verdict']}"
            yield _issue(result["rule"], text, _severity(result, result["verdict"]), nowhere(), _fingerprint(result["rule"]))


def _severity(result: ResultPart, verdict: str) -> str:
    """A warning is at most major, and an open question minor: what does not count against the image does not look as if it did."""
    own = _SEVERITIES[result["severity"]]
    if result["counts"]:
        return own
    if verdict == "undetermined":
        return "minor" if own != "info" else own
    return "major" if own in ("critical", "blocker") else own


def _issue(rule: str, text: str, severity: str, evidence: EvidencePart, fingerprint: str) -> _Issue:
    return {
        "description": text,
        "check_name": rule,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": _path(evidence), "lines": {"begin": evidence["line"] or 1}},
    }


def _path(evidence: EvidencePart) -> str:
    """A relative path: of the image, of its config, of the archive, or of the image as a whole."""
    if evidence["path"]:
        return relative_uri(evidence["path"])
    if evidence["config_field"]:
        return _CONFIG
    return relative_uri(evidence["member"]) if evidence["member"] else _IMAGE


def _fingerprint(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _unique(issue: _Issue, seen: set[str]) -> _Issue:
    """GitLab shows one issue for each fingerprint; two images of one archive may share one."""
    while issue["fingerprint"] in seen:
        issue["fingerprint"] = _fingerprint(issue["fingerprint"])
    seen.add(issue["fingerprint"])
    return issue
