"""The statement about an image: the conclusions as an in-toto attestation.

Source: in-toto Attestation Framework, spec/v1/statement.md and resource_descriptor.md.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from imginspect.evidence_pack.checksums import sha256
from imginspect.report.document import CoveragePart, ReportDocument, ResultPart
from imginspect.report.summary import conditions_of, open_results, undecided_rules

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:uuid:4e52589e-7a14-52bd-913a-df816eb1c4c3"
"""Kind and version of what is stated. A UUID (version 5) claims nobody's domain and is no other's; see docs/evidence-pack.md."""
MOST_GAPS = 100
"""Gaps that a statement lists; it has their number too, and the report has all of them."""
_LONGEST = 1_000
"""Characters of one sentence of a statement; the report has all of it."""


def statement(document: ReportDocument, report: bytes, contents: str) -> dict[str, Any] | None:
    """The statement about the image of *document*; None if no image was inspected.

    *report* are the bytes of report.json, *contents* the digest that ``checksums.contents_digest`` gives.
    """
    named = subjects(document)
    if document["verdict"] == "not-inspected" or not named:
        return None
    return {"_type": STATEMENT_TYPE, "subject": named, "predicateType": PREDICATE_TYPE, "predicate": _predicate(document, report, contents)}


def subjects(document: ReportDocument) -> list[dict[str, Any]]:
    """The subjects: the image by the digests of its config and manifest, and its archive."""
    image = document["image"]
    if image is None:
        return []
    name = image["references"][0] if image["references"] else ""
    archive = next((link["digest"] for link in document["chain_of_custody"] if link["role"] == "archive"), None)
    found = (("config", image["image_id"]), (name or "manifest", image["manifest_digest"]), ("archive", archive))
    named = [_subject(what, digest) for what, digest in found if digest]
    return named if image["image_id"] or image["manifest_digest"] else []


def _subject(name: str, digest: str) -> dict[str, Any]:
    algorithm, _, value = digest.partition(":")
    return {"name": name, "digest": {algorithm: value}}


def _predicate(document: ReportDocument, report: bytes, contents: str) -> dict[str, Any]:
    policy = document["policy"]
    outcomes = Counter(result["verdict"] for result in document["results"])
    return {
        "verdict": document["verdict"],
        "exitCode": document["exit_code"],
        "reason": document["reason"][:_LONGEST],
        "tool": {"name": document["tool"]["name"], "version": document["tool"]["version"]},
        **_signed(document),
        "policy": {
            "id": policy["id"],
            "digest": {"sha256": policy["sha256"]},
            "failOn": policy["fail_on"],
            "strict": policy["strict"],
            **_undetermined(document),
        },
        "rules": {"digest": {"sha256": policy["rules_sha256"]}},
        **_conditions(document),
        "outcomes": {name: outcomes[name] for name in sorted(outcomes)},
        "coverage": _coverage(document["coverage"]),
        "report": {"name": "report.json", "digest": {"sha256": sha256(report)}},
        "pack": {"name": "SHA256SUMS without the lines on attestation/", "digest": {"sha256": contents}},
    }


def _signed(document: ReportDocument) -> dict[str, str]:
    """Who answers for the inspection and its date, as far as they were given."""
    given = {"inspectedBy": document["inspected_by"], "inspectedOn": document["inspected_on"]}
    return {name: value for name, value in given.items() if value is not None}


def _undetermined(document: ReportDocument) -> dict[str, str]:
    """The setting for undecided rules; reports before schema 1.4, and statements about them, do not have it."""
    undetermined = document["policy"]["undetermined"]
    return {"undetermined": undetermined} if undetermined is not None else {}


def _conditions(document: ReportDocument) -> dict[str, Any]:
    """How many conditions a pass depends on, which rules could not be decided that could fail the image, and all that are open."""
    if document["policy"]["undetermined"] is None:
        return {}
    return {
        "conditionsCount": conditions_of(document),
        "undecidedRules": [item["rule"] for item in undecided_rules(document)],
        "openRules": [_open(item) for item in open_results(document)],
    }


def _open(result: ResultPart) -> dict[str, str]:
    """A rule that failed, warned or is undecided, by what holds for the image."""
    return {key: result[key] for key in ("rule", "verdict", "severity")} | {"title": result["outcome_title"][:_LONGEST]}


def _coverage(coverage: CoveragePart | None) -> dict[str, Any]:
    gaps = coverage["gaps"] if coverage else []
    return {
        "complete": coverage is not None and coverage["complete"],
        "gapsCount": len(gaps),
        "gaps": [gap[:_LONGEST] for gap in gaps[:MOST_GAPS]],
    }
