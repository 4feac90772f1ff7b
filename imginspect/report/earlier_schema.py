"""Earlier schema: reports that were filed with version 1 of the schema, as documents of today's. Keys are renamed, and what
was not stated then is added or null.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from imginspect.report.document import SCHEMA_VERSION
from imginspect.report.order import fitting_title
from imginspect.report.strict_json import NotReadable

EARLIER_VERSIONS = ("1.3", "1.4")
_RENAMED: tuple[tuple[str, dict[str, str]], ...] = (
    ("", {"chain": "chain_of_custody", "start": "startup"}),
    ("policy", {"directories": "mount_directories", "severities": "changed_severities"}),
    ("image", {"archive_form": "archive_layout", "also_present": "other_images"}),
    ("results[]", {"counts": "fails_image"}),
    ("results[].findings[].evidence[]", {"member": "archive_member", "found": "actual"}),
    ("startup.programs[]", {"unread": "not_analysed"}),
    ("coverage", {"other_files": "unreferenced_files"}),
    ("coverage.unreferenced_files[]", {"known": "is_tool_metadata"}),
    ("problems[]", {"found": "actual"}),
)
"""Keys of version 1 by the place of their object, and what they are called now; a place is named as it is after the renames before it."""
_ADDED = ("inspected_by", "inspected_on")
"""Keys of the whole that version 1 does not have; its reports were given no name and no date."""
_ROW_KINDS = {"folder": "folded-directory", "folder of a package": "folded-package"}


def upgraded(tree: dict[str, Any]) -> dict[str, Any]:
    """*tree*, a document of a version in ``EARLIER_VERSIONS`` or one that holds several, as today's. It is changed in place.

    What is not where a report has it is left for the check of the whole.
    Raises: NotReadable - a key that its version does not have
    """
    version = tree["schema_version"]
    for document in _of(tree, "reports[]") if "reports" in tree else [tree]:
        if document.get("schema_version") == version:
            _upgrade(document, version)
    tree["schema_version"] = SCHEMA_VERSION
    return tree


def _upgrade(document: dict[str, Any], version: str) -> None:
    document["schema_version"] = SCHEMA_VERSION
    for added in _ADDED:
        if added in document:
            raise NotReadable(f"the report has a key {added!r} that a report of version 1 does not have")
        document[added] = None
    for place, names in _RENAMED:
        for item in _of(document, place):
            _rename(item, names, place)
    for result in _of(document, "results[]"):
        _add(result, {"outcome_title": _outcome_title(result), "harm": "other"}, "results[]")
    for finding in _of(document, "results[].findings[]"):
        _add(finding, {"remediation": ""}, "results[].findings[]")
    for image in _of(document, "image"):
        if "base" in image:
            raise NotReadable("image has a key 'base' that a report of version 1 does not have")
        image["base"] = None
    for row in _of(document, "filesystem.rows[]"):
        if isinstance(row.get("kind"), str):
            row["kind"] = _ROW_KINDS.get(row["kind"], row["kind"])
    for policy in _of(document, "policy"):
        if version == "1.3":
            if "undetermined" in policy:
                raise NotReadable("policy has a key 'undetermined', which it cannot have in version 1.3")
            policy["undetermined"] = None


def _outcome_title(result: dict[str, Any]) -> str:
    """A title that is true for the verdict: such a report holds only what the rule asks."""
    return fitting_title(str(result.get("verdict")), str(result.get("title")), "", "")


def _add(item: dict[str, Any], values: dict[str, Any], place: str) -> None:
    for key in values:
        if key in item:
            raise NotReadable(f"{place} has a key {key!r} that a report of version 1 does not have")
    item.update(values)


def _rename(item: dict[str, Any], names: dict[str, str], place: str) -> None:
    for old, new in names.items():
        if new in item:
            raise NotReadable(f"{place or 'the report'} has a key {new!r} that a report of version 1 does not have")
        if old not in item:
            raise NotReadable(f"{place or 'the report'} has no {old!r}")
    for key in list(item):  # in their order
        item[names.get(key, key)] = item.pop(key)


def _of(tree: Any, place: str) -> Iterator[dict[str, Any]]:
    """The objects at *place*: keys with points between them, ``[]`` for each item of a list."""
    if not place:
        if isinstance(tree, dict):
            yield tree
        return
    key, _, rest = place.partition(".")
    inner = tree.get(key.removesuffix("[]")) if isinstance(tree, dict) else None
    if not key.endswith("[]"):
        yield from _of(inner, rest)
    elif isinstance(inner, list):
        for item in inner:
            yield from _of(item, rest)
