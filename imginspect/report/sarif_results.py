"""Results, locations and notifications of a SARIF run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from imginspect.report.document import EvidencePart, FindingPart, LayerPlace, ProblemPart, ReportDocument, ResultName, ResultPart
from imginspect.report.grouped import places_of
from imginspect.report.places import in_words, layer_in_words, name_of, nowhere, relative_uri
from imginspect.report.printable import one_line
from imginspect.report.sarif_rules import DECIDED, LISTED, WHOLE, Tree
from imginspect.report.summary import is_whole, not_read
from imginspect.wording import counted

# with a kind other than "fail" the level has to be "none" (3.27.10)
_KINDS = {"fail": ("fail", "warning"), "warn": ("fail", "warning"), "undetermined": ("open", "none")}
_COUNTED = ("fail", "error")
_CONFIG = "image-config.json"
_IMAGE = "image"
_MOST_RELATED = 100
"""Related locations that viewers show; the message counts the rest."""
BASES = {
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
_PROPERTIES = ("state", "file_sha256", "file_type", "size", "expected", "actual", "layer", "hidden_by", "secret_id")


class LayerLocations:
    """Where in the archive the layers of a document are."""

    def __init__(self, document: ReportDocument) -> None:
        self._blobs = {link["layer"]: link["name"] for link in reversed(document["chain_of_custody"]) if link["role"] == "layer"}

    def physical(self, evidence: EvidencePart) -> Tree:
        """The file and line of *evidence*: a path in the image or a file of the archive."""
        base, uri = self._artifact(evidence)
        region: Tree = {"startLine": evidence["line"] or 1}
        if evidence["excerpt"]:
            region["snippet"] = {"text": one_line(evidence["excerpt"])}
        physical: Tree = {"artifactLocation": {"uri": uri, "uriBaseId": base}, "region": region}
        if around := _around(evidence):
            physical["contextRegion"] = around
        return physical

    def _artifact(self, evidence: EvidencePart) -> tuple[str, str]:
        if evidence["path"]:
            return "IMAGE_ROOT", relative_uri(evidence["path"])
        if evidence["config_field"]:
            return "ARCHIVE", _CONFIG
        name = evidence["archive_member"] or (self._blobs.get(evidence["layer"]["index"]) if evidence["layer"] else None)
        return "ARCHIVE", relative_uri(name) if name else _IMAGE

    def location(self, evidence: EvidencePart) -> Tree:
        """The location of *evidence*, with what is known of the file and its layer as properties."""
        location: Tree = {"physicalLocation": self.physical(evidence)}
        if name := name_of(evidence):
            kind = "file" if evidence["path"] or not evidence["config_field"] else "property"
            location["logicalLocations"] = [
                {"fullyQualifiedName": name.removeprefix("config: ") if kind == "property" else name, "kind": kind}
            ]
        values: Any = evidence
        if properties := {key: values[key] for key in _PROPERTIES if values[key] is not None}:
            location["properties"] = properties
        return location


def _around(evidence: EvidencePart) -> Tree | None:
    """The lines around the place, where they follow one another and hold it: a context region has to hold the region (3.29.5)."""
    context = evidence["context"]
    first = context[0]["line"] if context else 0
    numbers = range(first, first + len(context))
    if len(context) < 2 or first < 1 or evidence["line"] not in numbers or [line["line"] for line in context] != list(numbers):
        return None
    text = "\n".join(one_line(line["text"]) for line in context)
    return {"startLine": first, "endLine": numbers[-1], "snippet": {"text": text}}


def results_of(document: ReportDocument, places: LayerLocations) -> Iterator[Tree]:
    """A result for each finding, and for what no finding says: an undecided rule, an image that was not read."""
    if document["verdict"] in ("incomplete", "not-inspected"):
        yield _bare(WHOLE, _COUNTED, f"{document['verdict']}: {document['reason']}", places)
    if document["verdict"] == "undecided":
        yield _bare(DECIDED, _COUNTED, f"{document['verdict']}: {document['reason']}", places)
    for result in document["results"]:
        found = [finding for finding in result["findings"] if finding["verdict"] in _KINDS]
        yield from (_finding(finding, result, places) for finding in found)
        if result["verdict"] in _KINDS and result["verdict"] not in {finding["verdict"] for finding in found}:
            bare = _bare(one_line(result["rule"]), _kind(result["verdict"], result), _titled(result, result["reason"]), places)
            yield bare | {"properties": {"verdict": result["verdict"], "severity": result["severity"]}}


def _titled(result: ResultPart, text: str) -> str:
    """*text* behind the title of what was found: viewers show the beginning of a message in their lists."""
    return f"{result['outcome_title']}: {text}" if text else result["outcome_title"]


def _kind(verdict: ResultName, result: ResultPart) -> tuple[str, str]:
    """Kind and level of a result with *verdict*: an error where it makes the image fail, and only there."""
    return _COUNTED if result["fails_image"] and verdict == result["verdict"] else _KINDS[verdict]


def not_all_listed(found: int, kept: int, shown: int, places: LayerLocations) -> Tree:
    """The result that says that there are more than are shown."""
    text = f"{found:,} results: GitHub shows {shown:,} of them, the most severe."
    if kept < found:
        text += f" {found - kept:,} of the least severe are left out here; the JSON report holds all of them."
    return _bare(LISTED, ("fail", "warning"), text, places)


def _bare(rule_id: str, kind: tuple[str, str], text: str, places: LayerLocations) -> Tree:
    """A result on the image as a whole."""
    # the fingerprint of a finding with no place, as the checks make it
    fingerprint = hashlib.sha256(f"{rule_id}\0\x000".encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return {
        "ruleId": rule_id,
        "kind": kind[0],
        "level": kind[1],
        "message": _message(text),
        "locations": [{"physicalLocation": places.physical(nowhere())}],
        "partialFingerprints": _fingerprints(fingerprint),
    }


def _finding(finding: FindingPart, of: ResultPart, places: LayerLocations) -> Tree:
    kind, level = _kind(finding["verdict"], of)
    seen = finding["evidence"] or [nowhere()]
    message = one_line(_titled(of, finding["message"]))
    todo = f"\nWhat to do: {one_line(finding['remediation'])}" if finding["remediation"] else ""
    where = in_words(seen[0], places_of(seen)[0].in_words)
    related = list(_related(seen[: _MOST_RELATED + 1], places))
    left = len(related) - _MOST_RELATED + max(0, len(seen) - _MOST_RELATED - 1)
    more = f"\nAnd {counted(left, 'more place')}: see the JSON report." if left > 0 else ""
    result: Tree = {
        "ruleId": one_line(of["rule"]),
        "kind": kind,
        "level": level,
        "message": _message(message + ("" if where in message else f"\nWhere: {where}") + more + todo),
        "locations": [places.location(seen[0])],
        "partialFingerprints": _fingerprints(finding["fingerprint"]),
        "properties": {"verdict": finding["verdict"], "severity": finding["severity"], "confidence": finding["confidence"]},
    }
    if related:
        result["relatedLocations"] = [{"id": number, **place} for number, place in enumerate(related[:_MOST_RELATED], start=1)]
    return result


def _related(seen: list[EvidencePart], places: LayerLocations) -> Iterator[Tree]:
    """The places after the first, and the layers that hid a file."""
    for place in seen[1:]:
        yield {**places.location(place), "message": _message(in_words(place))}
    hiding = {place["hidden_by"]["index"]: (place, place["hidden_by"]) for place in reversed(seen) if place["hidden_by"]}
    for _, (place, layer) in sorted(hiding.items()):
        yield _hiding(place, layer, places)


def _hiding(place: EvidencePart, layer: LayerPlace, places: LayerLocations) -> Tree:
    blob = nowhere() | {"layer": layer}
    how = one_line(place["state"] or "hidden")
    return {**places.location(blob), "message": _message(f"{name_of(place)} was {how} by {layer_in_words(layer)}".strip())}


def notifications(document: ReportDocument, places: LayerLocations) -> Iterator[Tree]:
    """What went wrong on the way; for an image that was not read whole there is at least one error among them."""
    problems = document["problems"]
    yield from (_notification(problem, places) for problem in problems)
    told = {one_line(f"{problem['where']}: {problem['what']}") for problem in problems if problem["unread"]}
    missing = [gap for gap in not_read(document) if gap not in told] if document["coverage"] else []
    yield from ({"level": "error", "message": _message(gap)} for gap in missing)
    if not is_whole(document) and not told and not missing:
        yield {"level": "error", "message": _message(f"{document['verdict']}: {document['reason']}")}


def _notification(problem: ProblemPart, places: LayerLocations) -> Tree:
    evidence = nowhere()
    if problem["layer"] is None:
        evidence["archive_member"] = problem["path"]
    else:
        evidence["path"] = problem["path"]
        evidence["layer"] = {"index": problem["layer"], "digest": None, "diff_id": None, "created_by": ""}
    return {
        "level": "error" if problem["unread"] else "warning",
        "message": _message(f"{problem['where']}: {problem['what']}"),
        "locations": [{"physicalLocation": places.physical(evidence)}],
        "properties": problem,
    }


def _fingerprints(value: str) -> Tree:
    """The finding's name across runs; the second key is the only one by which GitHub tells alerts apart."""
    return {"imginspect/v1": value, "primaryLocationLineHash": f"{value[:16]}:1"}


def _message(text: str) -> Tree:
    clean = "\n".join(one_line(line) for line in text.split("\n")).strip() or "no message"
    return {"text": _MARKUP.sub(lambda match: f"\\x{ord(match[0]):02x}", clean)}
