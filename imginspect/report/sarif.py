"""The SARIF form, for code scanning: a run for each image, a result for each finding, each at a place.

Source: SARIF 2.1.0 (OASIS Standard). What passed is in the run's properties and not among its results, because GitHub shows every
result as an alert, whatever its ``kind``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from imginspect.checks.result import fingerprint
from imginspect.report.document import Document, EvidencePart, FindingPart, ProblemPart
from imginspect.report.json_form import dump
from imginspect.report.places import in_words, name_of, nowhere, relative_uri
from imginspect.report.sarif_rules import WHOLE, descriptor, whole_descriptor

Tree = dict[str, Any]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# with a kind other than "fail" the level has to be "none" (3.27.10)
_KINDS = {"fail": ("fail", "error"), "warn": ("fail", "warning"), "undetermined": ("open", "none")}
_CONFIG = "image-config.json"
_IMAGE = "image"
_BASES = {
    "IMAGE_ROOT": {"description": {"text": "The root of the filesystem that the image's layers hold."}},
    "ARCHIVE": {
        "description": {
            "text": f"The archive that was inspected. {_CONFIG} stands for the image's config, whatever its file is called, and {_IMAGE} "
            "for the image as a whole."
        }
    },
}
# what a viewer would take for a link or for a place to put an argument (3.11.5 and 3.11.6); \xNN is how reports escape
_MARKUP = re.compile(r"\](?=\()|\{(?=\d+\})")


def render(documents: Sequence[Document]) -> str:
    """The documents as one SARIF log, a run for each."""
    runs = [_run(document, name) for document, name in zip(documents, _categories(documents), strict=True)]
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": runs})


def _run(tree: Document, category: str) -> Tree:
    rules = [*(descriptor(result) for result in tree["results"]), whole_descriptor()]
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    image = tree["image"]
    digest = image and (image["manifest_digest"] or image["image_id"])
    return {
        "tool": {"driver": {"name": "imginspect", "version": tree["tool"]["version"], "rules": rules}},
        "automationDetails": {"id": f"{category}/{digest or ''}"},
        "invocations": [_invocation(tree)],
        "originalUriBaseIds": _BASES,
        "columnKind": "unicodeCodePoints",
        "results": [{"ruleId": item["ruleId"], "ruleIndex": numbers[item["ruleId"]], **item} for item in _results(tree)],
        "properties": _summary(tree),
    }


def _categories(trees: Sequence[Document]) -> Iterator[str]:
    """A name for each run that the next version of the same image has too: its repository and platform. No two runs share one."""
    seen: set[str] = set()
    for number, tree in enumerate(trees):
        image = tree["image"]
        repository = _repository(image["references"][0]) if image and image["references"] else "image"
        name = "/".join(["imginspect", repository, (image and image["platform"]) or "unknown"])
        while name in seen:
            name += f"/{number}"
        seen.add(name)
        yield name


def _repository(reference: str) -> str:
    """*reference* without its tag or digest."""
    name = reference.partition("@")[0]
    folder, slash, last = name.rpartition("/")
    return folder + slash + last.partition(":")[0]


def _invocation(tree: Document) -> Tree:
    """That all was read, or what was not: a notification for each problem met on the way."""
    return {
        "executionSuccessful": bool(tree["coverage"] and tree["coverage"]["complete"]),
        "exitCode": tree["exit_code"],
        "exitCodeDescription": f"{tree['verdict']}: {tree['reason']}",
        "toolExecutionNotifications": [_notification(problem, tree) for problem in tree["problems"]],
    }


def _notification(problem: ProblemPart, tree: Document) -> Tree:
    in_image = problem["layer"] is not None
    evidence = nowhere()
    evidence["path" if in_image else "member"] = problem["path"]
    if problem["layer"] is not None:
        evidence["layer"] = {"index": problem["layer"], "digest": None, "diff_id": None, "created_by": ""}
    return {
        "level": "error" if problem["unread"] else "warning",
        "message": _message(f"{problem['where']}: {problem['what']}"),
        "locations": [{"physicalLocation": _physical(evidence, tree)}],
        "properties": problem,
    }


def _results(tree: Document) -> Iterator[Tree]:
    if tree["verdict"] in ("incomplete", "not-inspected"):
        yield _bare(WHOLE, ("fail", "error"), f"{tree['verdict']}: {tree['reason']}", tree)
    for result in tree["results"]:
        found = [finding for finding in result["findings"] if finding["verdict"] in _KINDS]
        yield from (_finding(finding, tree) for finding in found)
        if result["verdict"] in _KINDS and result["verdict"] not in {finding["verdict"] for finding in found}:
            yield _bare(result["rule"], _KINDS[result["verdict"]], result["reason"] or result["title"], tree) | {
                "properties": {"verdict": result["verdict"], "severity": result["severity"]}
            }


def _bare(rule_id: str, kind: tuple[str, str], text: str, tree: Document) -> Tree:
    """A result on the image as a whole."""
    return {
        "ruleId": rule_id,
        "kind": kind[0],
        "level": kind[1],
        "message": _message(text),
        "locations": [{"physicalLocation": _physical(nowhere(), tree)}],
        "partialFingerprints": _fingerprints(fingerprint(rule_id, (), 0)),
    }


def _finding(finding: FindingPart, tree: Document) -> Tree:
    kind, level = _KINDS[finding["verdict"]]
    places = finding["evidence"] or [nowhere()]
    where = in_words(places[0])
    result: Tree = {
        "ruleId": finding["rule"],
        "kind": kind,
        "level": level,
        "message": _message(finding["message"] + ("" if where in finding["message"] else f"\nWhere: {where}")),
        "locations": [_location(places[0], tree)],
        "partialFingerprints": _fingerprints(finding["fingerprint"]),
        "properties": {"verdict": finding["verdict"], "severity": finding["severity"], "confidence": finding["confidence"]},
    }
    related = [
        {"id": number, **_location(place, tree), "message": _message(in_words(place))} for number, place in enumerate(places[1:], start=1)
    ]
    if related:
        result["relatedLocations"] = related
    return result


def _fingerprints(value: str) -> Tree:
    """The finding's name across runs; the second key is the only one by which GitHub tells alerts apart."""
    return {"imginspect/v1": value, "primaryLocationLineHash": f"{value[:16]}:1"}


def _location(evidence: EvidencePart, tree: Document) -> Tree:
    location: Tree = {"physicalLocation": _physical(evidence, tree)}
    if evidence["config_field"] and not evidence["path"]:
        location["logicalLocations"] = [{"fullyQualifiedName": evidence["config_field"], "kind": "property"}]
    elif name_of(evidence):
        location["logicalLocations"] = [{"fullyQualifiedName": name_of(evidence), "kind": "file"}]
    if properties := {key: value for key, value in evidence.items() if value not in (None, [])}:
        location["properties"] = properties
    return location


def _physical(evidence: EvidencePart, tree: Document) -> Tree:
    if evidence["path"]:
        base, uri = "IMAGE_ROOT", relative_uri(evidence["path"])
    elif evidence["config_field"]:
        base, uri = "ARCHIVE", _CONFIG
    else:
        name = evidence["member"] or (_blob_name(evidence["layer"]["index"], tree) if evidence["layer"] else None)
        base, uri = "ARCHIVE", relative_uri(name) if name else _IMAGE
    region: Tree = {"startLine": evidence["line"] or 1}
    if evidence["excerpt"]:
        region["snippet"] = {"text": evidence["excerpt"]}
    return {"artifactLocation": {"uri": uri, "uriBaseId": base}, "region": region}


def _blob_name(layer: int, tree: Document) -> str | None:
    return next((link["name"] for link in tree["chain"] if link["role"] == "layer" and link["layer"] == layer), None)


def _message(text: str) -> Tree:
    return {"text": _MARKUP.sub(lambda match: f"\\x{ord(match[0]):02x}", text)}


def _summary(tree: Document) -> Tree:
    """What the results do not say: the verdict, which image this is, what judged it, and each rule's verdict."""
    image = tree["image"]
    return {
        "verdict": tree["verdict"],
        "reason": tree["reason"],
        "image": {key: value for key, value in image.items() if key != "config"} if image else None,
        "policy": tree["policy"],
        "rules": {result["rule"]: result["verdict"] for result in tree["results"]},
        "conditions": {result["rule"]: result["conditions"] for result in tree["results"] if result["conditions"]},
        "chain": tree["chain"],
    }
