"""ro-crate-metadata.json: a machine-readable description of the pack, with an AssessAction that a sign-off may cite.

It is plain JSON-LD with fixed identifiers, made here and not with the library ``rocrate``, which needs an HTTP client and a template
engine; and packs would differ between machines with and without it. Tests read the metadata with that library.
Source: RO-Crate 1.1, https://w3id.org/ro/crate/1.1; Workflow Run RO-Crate terms for ContainerImage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from imginspect.evidence_pack.checksums import sha256
from imginspect.evidence_pack.names import ATTESTATION, CHECKSUMS, CRATE, EXCERPTS, README
from imginspect.report.document import ReportDocument
from imginspect.report.strict_json import dump
from imginspect.report.summary import image_name, qualification, reason_of

_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_TERMS = "https://w3id.org/ro/terms/workflow-run#"
_FORMATS = {
    "json": "application/json", "html": "text/html", "md": "text/markdown", "txt": "text/plain", "xml": "application/xml",
    "sarif": "application/sarif+json", "pdf": "application/pdf", "yaml": "application/yaml", "yml": "application/yaml", "csv": "text/csv",
}  # fmt: skip
_STATUS = {"pass": "Completed", "fail": "Completed", "undecided": "Completed", "incomplete": "Completed", "not-inspected": "Failed"}
"""Whether the action came to its end: an image that fails was assessed as well as one that passes."""

Entity = dict[str, Any]


def crate(
    documents: Sequence[ReportDocument], files: Mapping[str, bytes], attestation: Sequence[str], date: datetime, by: str | None
) -> bytes:
    """The metadata of a pack of *files*, to which *attestation* (names of files), checksums and the metadata itself are added later."""
    tool = documents[0]["tool"]
    actions = [entity for number, document in enumerate(documents) for entity in _action(number, document, files, by)]
    parts = [*sorted(files), *attestation, CHECKSUMS]
    agent = [{"@id": "#agent", "@type": "Person", "name": by}] if by else []
    graph = [
        {"@id": CRATE, "@type": "CreativeWork", "conformsTo": _ref("https://w3id.org/ro/crate/1.1"), "about": _ref("./")},
        _root(documents, parts, date, by),
        {"@id": "#imginspect", "@type": "SoftwareApplication", "name": tool["name"],
         "softwareVersion": tool["version"]},
        {"@id": "#terms", "@type": "CreativeWork", "name": "Terms of use",
         "description": "The reports quote an image that belongs to others. No licence is granted with them."},
        *agent, *actions, *(_file(name, files.get(name)) for name in parts),
    ]  # fmt: skip
    context = [_CONTEXT, {"ContainerImage": f"{_TERMS}ContainerImage", "sha256": f"{_TERMS}sha256"}]
    return dump({"@context": context, "@graph": graph})


def _root(documents: Sequence[ReportDocument], parts: Sequence[str], date: datetime, by: str | None) -> Entity:
    names = [_name(document) for document in documents]
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Evidence on {', '.join(names[:5])}{' and more' if len(names) > 5 else ''}",
        "description": "The report of a static inspection of a container image, with the criteria used and excerpts of the evidence. "
        "The date is that of the image, or one that was given; it is not the date of the inspection.",
        "datePublished": date.isoformat(),
        "license": _ref("#terms"),
        "hasPart": [_ref(name) for name in parts],
        "mentions": _one_or_all([f"#inspection-{number + 1}" for number in range(len(documents))]),
    }
    return {**root, "author": _ref("#agent")} if by else root


def _action(number: int, document: ReportDocument, files: Mapping[str, bytes], by: str | None) -> list[Entity]:
    format_names = [name for name in sorted(files) if "/" not in name and name != README]
    action: Entity = {
        "@id": f"#inspection-{number + 1}",
        "@type": "AssessAction",
        "name": f"Static inspection of {_name(document)}: {document['verdict']}{qualification(document)}",
        "description": reason_of(document),
        "instrument": _ref("#imginspect"),
        "actionStatus": f"http://schema.org/{_STATUS[document['verdict']]}ActionStatus",
        "result": [*(_ref(name) for name in format_names), _ref(f"#verdict-{number + 1}")],
    }
    verdict: Entity = {"@id": f"#verdict-{number + 1}", "@type": "PropertyValue", "name": "verdict", "value": document["verdict"]}
    image = _image(number, document)
    action["object"] = _ref(image[0]["@id"])
    if by:
        action["agent"] = _ref("#agent")
    return [action, verdict, *image]


def _image(number: int, document: ReportDocument) -> list[Entity]:
    """The image and its digests, the image first."""
    image = document["image"]
    own = f"#image-{number + 1}"
    if image is None:
        return [{"@id": own, "@type": "Thing", "name": f"{image_name(document)}, which could not be inspected as an image"}]
    digests = [(what, digest) for what, digest in (("config", image["image_id"]), ("manifest", image["manifest_digest"])) if digest]
    entities = [
        {"@id": f"{own}-{what}", "@type": "PropertyValue", "propertyID": f"{what} digest", "name": f"{what} digest", "value": digest}
        for what, digest in digests
    ]
    best = digests[-1][1].partition(":") if digests else ("", "", "")
    entity: Entity = {
        "@id": own,
        "@type": ["SoftwareApplication", "ContainerImage"],
        "name": _name(document),
        "identifier": _one_or_all([item["@id"] for item in entities]),
        "operatingSystem": image["platform"],
    }
    if best[0] == "sha256":
        entity["sha256"] = best[2]
    return [entity, *entities]


def _file(name: str, content: bytes | None) -> Entity:
    entity: Entity = {"@id": name, "@type": "File", "name": _title(name)}
    entity["encodingFormat"] = "text/plain" if name == CHECKSUMS else _FORMATS.get(name.rpartition(".")[2], "application/octet-stream")
    if content is not None:
        entity |= {"contentSize": str(len(content)), "sha256": sha256(content)}
    return entity


def _title(name: str) -> str:
    if name.startswith(EXCERPTS):
        return f"Excerpt for the finding {name.rpartition('/')[2].removesuffix('.txt')}"
    if name.startswith(ATTESTATION):
        return f"Attestation {name.rpartition('/')[2]}"
    return {CHECKSUMS: "Checksums of all files", README: "How to read and check this pack"}.get(name, name)


def _name(document: ReportDocument) -> str:
    image = document["image"]
    if image is None:
        return image_name(document)
    return (image["references"] or [image["manifest_digest"] or image["image_id"] or "an image without a name"])[0]


def _one_or_all(identifiers: Sequence[str]) -> dict[str, str] | list[dict[str, str]]:
    """One reference as it is, several as a list: RO-Crate asks for it."""
    return _ref(identifiers[0]) if len(identifiers) == 1 else [_ref(identifier) for identifier in identifiers]


def _ref(identifier: str) -> dict[str, str]:
    return {"@id": identifier}
