"""The parts of SARIF 2.1.0 that imginspect writes, as a JSON Schema of our own: nothing but known properties, of the types they have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema

TEXT: dict[str, Any] = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
BAG = {"type": "object", "properties": {"tags": {"type": "array", "items": TEXT, "uniqueItems": True}}}


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required.split(), "additionalProperties": False, "properties": {**properties, "properties": BAG}}


def _list(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


MESSAGE = _object("text", text={"type": "string", "minLength": 1}, markdown=TEXT)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
ARTIFACT_LOCATION = _object("", uri={"type": "string", "format": "uri-reference"}, uriBaseId=TEXT, description=MESSAGE)
LINE = {"type": "integer", "minimum": 1}
REGION = _object("startLine", startLine=LINE, endLine=LINE, snippet=_object("text", text=TEXT))
LOCATION = _object(
    "physicalLocation",
    id=COUNT,
    physicalLocation=_object("artifactLocation region", artifactLocation=ARTIFACT_LOCATION, region=REGION, contextRegion=REGION),
    logicalLocations=_list(_object("fullyQualifiedName", fullyQualifiedName=TEXT, kind=TEXT), minItems=1),
    message=MESSAGE,
)
RULE = _object(
    "id name shortDescription fullDescription help defaultConfiguration properties",
    id=TEXT,
    name={"type": "string", "pattern": "^[A-Z0-9][A-Za-z0-9]*$"},
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    helpUri={"type": "string", "format": "uri"},
    defaultConfiguration=_object("level", level=LEVEL),
)
RESULT = _object(
    "ruleId ruleIndex kind level message locations partialFingerprints",
    ruleId=TEXT,
    ruleIndex=COUNT,
    kind={"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
    level=LEVEL,
    message=MESSAGE,
    locations=_list(LOCATION, minItems=1, maxItems=1),
    relatedLocations=_list(LOCATION, minItems=1, uniqueItems=True),
    partialFingerprints={"type": "object", "additionalProperties": TEXT, "required": ["imginspect/v1"]},
)
NOTIFICATION = _object("level message", level=LEVEL, message=MESSAGE, locations=_list(LOCATION))
RUN = _object(
    "tool invocations results columnKind automationDetails originalUriBaseIds",
    tool=_object("driver", driver=_object("name version rules", name=TEXT, version=TEXT, rules=_list(RULE, uniqueItems=True))),
    automationDetails=_object("id", id=TEXT),
    invocations=_list(
        _object(
            "executionSuccessful exitCode",
            executionSuccessful={"type": "boolean"},
            exitCode={"type": "integer"},
            exitCodeDescription=TEXT,
            toolExecutionNotifications=_list(NOTIFICATION),
        ),
        minItems=1,
        maxItems=1,
    ),
    originalUriBaseIds={"type": "object", "additionalProperties": ARTIFACT_LOCATION},
    columnKind={"const": "unicodeCodePoints"},
    results=_list(RESULT),
)
LOG = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "additionalProperties": False,
    "properties": {"$schema": {"type": "string", "format": "uri"}, "version": {"const": "2.1.0"}, "runs": _list(RUN, minItems=1)},
}


@cache
def _validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(LOG)
    return jsonschema.Draft202012Validator(LOG)


def check(log: Any) -> None:
    """Asserts that *log* is a SARIF log, and what the standard says in words and no schema can say."""
    _validator().validate(log)
    categories = [run["automationDetails"]["id"].rpartition("/")[0] for run in log["runs"]]
    assert len(set(categories)) == len(categories), "GitHub takes one run of a category"
    for run in log["runs"]:
        _check_run(run)


def _check_run(run: Any) -> None:
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert (result["kind"] == "fail") == (result["level"] != "none"), "3.27.10: only a failure has a level"
        ids = [location["id"] for location in result.get("relatedLocations", ())]
        assert len(set(ids)) == len(ids)
    for location in locations(run):
        _check_regions(location["physicalLocation"])
        artifact = location["physicalLocation"]["artifactLocation"]
        assert artifact["uriBaseId"] in run["originalUriBaseIds"]
        assert artifact["uri"].isascii()
        assert not set(artifact["uri"]) & set(' "<>\\^`{|}#?:\x7f' + "".join(map(chr, range(32))))
        assert not artifact["uri"].startswith("/")
        assert not {"", ".."} & set(artifact["uri"].removesuffix("/").split("/"))


def _check_regions(physical: Any) -> None:
    around = physical.get("contextRegion")
    if around:
        assert around["startLine"] <= physical["region"]["startLine"] <= around["endLine"], "3.29.5: it holds the region"


def locations(run: Any) -> Iterator[Any]:
    """Every location of a run."""
    for result in run["results"]:
        yield from result["locations"]
        yield from result.get("relatedLocations", ())
    for notification in run["invocations"][0]["toolExecutionNotifications"]:
        yield from notification.get("locations", ())
