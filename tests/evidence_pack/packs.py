"""Packs to test with: of the sample document, and of a real image that is built and inspected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

from imginspect.archive import open_archive
from imginspect.evidence_pack import Pack, Signer, make_pack
from imginspect.evidence_pack.inspection_record import InspectionRecord
from imginspect.evidence_pack.keys import KeyPair, load_signer, new_key_pair
from imginspect.image import Choice, choose, list_images
from imginspect.inspection.criteria import Criteria, load_criteria
from imginspect.inspection.inspect import inspect
from imginspect.report.document import SCHEMA_VERSION, ReportDocument
from imginspect.report.report import Report
from imginspect.report.strict_json import dump
from imginspect.report.tree import report_tree
from tests.image_builder import ImageBuilder, file, program
from tests.report.sample_document import sample_document

POLICY = b"id: epcc-tre\ntitle: the policy\n"
SCRIPT = b"#!/bin/sh\nset -e\ncurl https://example.org/model.bin -o /tmp/m\nexec sleep 1\n"


def key_pair(kind: str = "ed25519", number: int = 0) -> KeyPair:
    """A key pair, the same for the same arguments."""
    return _key_pair(kind, number)


@cache
def _key_pair(kind: str, number: int) -> KeyPair:
    del number
    return new_key_pair(kind)


def signer(kind: str = "ed25519", number: int = 0) -> Signer:
    return load_signer(key_pair(kind, number).private)


def pack_of(documents: Sequence[ReportDocument], signed_by: Signer | None = None, **options: Any) -> Pack:
    """A pack of *documents* with two forms and a policy."""
    tree: Any = documents[0] if len(documents) == 1 else {**_several(documents)}
    forms = {"report.json": dump(tree), "report.txt": b"the report\n"}
    return make_pack(documents, forms, {"policies/epcc-tre.yaml": POLICY}, signer=signed_by, **options)


def _several(documents: Sequence[ReportDocument]) -> dict[str, Any]:
    first = documents[0]
    return {key: first[key] for key in ("schema_version", "tool", "verdict", "exit_code")} | {"reports": list(documents)}


def stated_policy(document: ReportDocument) -> ReportDocument:
    """*document* with the digest of the policy that ``pack_of`` adds."""
    from imginspect.rules.rule import digest_of

    document["policy"]["sha256"] = digest_of([POLICY])
    return document


def sample(**parts: Any) -> ReportDocument:
    return stated_policy(sample_document(**parts))


def record() -> bytes:
    moment = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
    return InspectionRecord(
        moment, moment, "A. Auditor", "host", "Linux", "3.11", {"click": "8"}, ["inspect", "app.tar"], {"all": 1.0}
    ).as_json()


@cache
def criteria() -> Criteria:
    return load_criteria()


def image(script: bytes = SCRIPT, **config: Any) -> ImageBuilder:
    """An image whose entrypoint downloads something."""
    built = ImageBuilder().layer(program("/bin/sh")).layer(file("/app/run.sh", script, mode=0o755))
    options: dict[str, Any] = {"entrypoint": ["/app/run.sh"], "env": {"TMPDIR": "/tmp"}}
    return built.config(**(options | config)).reference("app:1")


def inspected(path: Path) -> Report:
    with open_archive(path) as archive:
        listing = list_images(archive)
        return inspect(archive, choose(listing, Choice()), listing, criteria())


def document_of(report: Report, script: bytes | None = None) -> ReportDocument:
    """*report* as a document; what report_tree does not give yet is empty, but for the lines around findings in *script*."""
    tree = report_tree(report)
    tree["schema_version"] = SCHEMA_VERSION
    completed = _completed(tree, ReportDocument)
    lines = script.decode().split("\n") if script else []
    for result in completed["results"]:
        for finding in result["findings"]:
            for part in finding["evidence"]:
                if part["path"] == "/app/run.sh" and part["line"]:
                    numbers = [number for number in range(part["line"] - 1, part["line"] + 2) if 0 < number <= len(lines)]
                    part["context"] = [{"line": number, "text": lines[number - 1]} for number in numbers]
    document: ReportDocument = completed
    return stated_policy(document)


def _completed(value: Any, kind: Any) -> Any:
    """*value* with an empty value for each key of the TypedDict *kind* that it lacks, all the way down."""
    if is_typeddict(kind) and isinstance(value, dict):
        return value | {key: _completed(value[key], of) if key in value else _empty(of) for key, of in get_type_hints(kind).items()}
    if get_origin(kind) is list and isinstance(value, list):
        return [_completed(item, get_args(kind)[0]) for item in value]
    if value is not None:
        for choice in get_args(kind):
            if is_typeddict(choice):
                return _completed(value, choice)
    return value


def _empty(kind: Any) -> Any:
    if is_typeddict(kind):
        return {key: _empty(of) for key, of in get_type_hints(kind).items()}
    origin = get_origin(kind)
    if origin in (list, dict):
        return origin()
    if type(None) in get_args(kind):
        return None
    return kind()
