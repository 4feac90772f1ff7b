"""Verifies a pack by itself: signature, checksums, and whether statement and report agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from imginspect.evidence_pack.answer import Comparison
from imginspect.evidence_pack.checksums import contents_digest, parse_checksums, sha256
from imginspect.evidence_pack.envelope import parse_envelope
from imginspect.evidence_pack.excerpts import excerpts
from imginspect.evidence_pack.keys import Verifier
from imginspect.evidence_pack.names import ATTESTATION, CHECKSUMS, CRITERIA, EXCERPTS, INSPECTION, REPORT, statement_name
from imginspect.evidence_pack.reading import StoredPack
from imginspect.evidence_pack.statement import statement
from imginspect.report.document import ReportDocument
from imginspect.report.reading import read_report
from imginspect.report.strict_json import NotReadable, dump, parse
from imginspect.rules.rule import digest_of

SIGNATURE = "signature"
_SIGNED = (".dsse.json", ".sigstore.json")


def documents_of(stored: StoredPack) -> list[ReportDocument]:
    """The reports in the pack.

    Raises: NotReadable
    """
    if REPORT not in stored.files:
        raise NotReadable("not an evidence pack: it contains no report.json")
    return list(read_report(stored.files[REPORT], newer=True).documents)


def check_pack(stored: StoredPack, documents: Sequence[ReportDocument], verifier: Verifier | None) -> list[Comparison]:
    """All checks that do not need the archive."""
    return [
        _signature(stored, documents, verifier),
        _checksums(stored),
        _statements(stored, documents),
        _criteria(stored, documents),
        _excerpts(stored, documents),
    ]


def _signature(stored: StoredPack, documents: Sequence[ReportDocument], verifier: Verifier | None) -> Comparison:
    check = Comparison(SIGNATURE)
    signed = [name for name in stored.files if name.startswith(ATTESTATION) and name.endswith(_SIGNED)]
    if verifier is None:
        check.note = (
            "the pack is signed; without --key, the signature cannot be verified"
            if signed
            else "the pack is not signed, and no --key was given"
        )
        return check
    for name in _expected(documents, _SIGNED) or [statement_name(0, 1, _SIGNED[0])]:
        check.count(_wrong_signature(stored, name, verifier))
    return check


def _expected(documents: Sequence[ReportDocument], endings: Sequence[str]) -> list[str]:
    """Names of the statements that the pack of *documents* has."""
    return [
        statement_name(number, len(documents), ending)
        for number, document in enumerate(documents)
        if statement(document, b"", "") is not None
        for ending in endings
    ]


def _wrong_signature(stored: StoredPack, name: str, verifier: Verifier) -> str:
    if name not in stored.files:
        return f"{name} is missing: that image's statement is not signed"
    try:
        envelope = parse_envelope(stored.files[name], name)
    except NotReadable as error:
        return str(error)
    return "" if envelope.is_signed_by(verifier) else f"{name} was not signed with this key, or has changed since"


def _checksums(stored: StoredPack) -> Comparison:
    check = Comparison("checksums")
    if CHECKSUMS not in stored.files:
        check.count("SHA256SUMS is missing")
        return check
    listed, wrong = parse_checksums(stored.files[CHECKSUMS])
    for sentence in (*wrong, *stored.wrong):
        check.count(sentence)
    for name, digest in sorted(listed.items()):
        if name not in stored.files:
            check.count(f"{name!a} is listed in SHA256SUMS but missing")
        else:
            check.count(
                "" if sha256(stored.files[name]) == digest else f"{name} was changed: its sha256 differs from the one in SHA256SUMS"
            )
    for name in stored.files:
        if name not in listed and name not in (CHECKSUMS, INSPECTION):
            check.count(f"{name} is not listed in SHA256SUMS: it does not belong to the pack")
    if INSPECTION in stored.files:
        check.note = "inspection.json is present; no checksum covers it"
    return check


# -- the statement -----------------------------------------------------------------------------------------------------


def _statements(stored: StoredPack, documents: Sequence[ReportDocument]) -> Comparison:
    """Whether each statement agrees with report.json and SHA256SUMS: it is created again from them and compared."""
    check = Comparison("statement agrees with the report")
    listed, _ = parse_checksums(stored.files.get(CHECKSUMS, b""))
    for number, document in enumerate(documents):
        made = statement(document, stored.files[REPORT], contents_digest(listed))
        if made is None:
            check.note = "an image that was not inspected has no statement"
            continue
        name = statement_name(number, len(documents))
        for sentence in _differences(stored, name, made):
            check.count(sentence)
        for ending in _SIGNED:
            signed = statement_name(number, len(documents), ending)
            if signed in stored.files:
                check.count(_other_payload(stored, signed, name))
    known = set(_expected(documents, (".json", *_SIGNED)))
    for name in stored.files:
        if name.startswith(ATTESTATION) and name not in known:
            check.count(f"{name} is a statement about an image that is not in the report")
    return check


def _differences(stored: StoredPack, name: str, made: dict[str, Any]) -> Iterator[str]:
    """A sentence for each part of the statement that differs, and an empty one for each that does not."""
    if name not in stored.files:
        yield f"{name} is missing: that image has no statement"
        return
    try:
        found = parse(stored.files[name], name)
    except NotReadable as error:
        yield str(error)
        return
    if not isinstance(found, dict) or not isinstance(found.get("predicate"), dict):
        yield f"{name} is not a statement"
        return
    expected = _flat(made)
    actual = _flat(found)
    for key in sorted({*expected, *actual}):
        yield "" if expected.get(key) == actual.get(key) else f"{name}: {key!a} does not agree with report.json and SHA256SUMS"
    if stored.files[name] != dump(made) and expected == actual:
        yield f"{name} agrees with the report, but is not written exactly as imginspect writes it"


def _flat(tree: dict[str, Any]) -> dict[str, Any]:
    """The parts of a statement by their names."""
    return {
        **{key: value for key, value in tree.items() if key != "predicate"},
        **{f"predicate.{key}": value for key, value in tree["predicate"].items()},
    }


def _other_payload(stored: StoredPack, signed: str, name: str) -> str:
    try:
        payload = parse_envelope(stored.files[signed], signed).payload
    except NotReadable as error:
        return str(error)
    return "" if payload == stored.files.get(name) else f"{signed} signs something other than {name}"


# -- criteria and excerpts ---------------------------------------------------------------------------------------------


def _criteria(stored: StoredPack, documents: Sequence[ReportDocument]) -> Comparison:
    """Whether the policy that the report names by its digest is in the pack."""
    check = Comparison("policy is the one used")
    there = {digest_of([content]) for name, content in stored.files.items() if name.startswith(CRITERIA)}
    if not there:
        check.note = "the pack contains no policy or rules"
        return check
    for digest in dict.fromkeys(document["policy"]["sha256"] for document in documents):
        check.count("" if digest in there else "the policy used for the report is not in the pack, or was changed")
    return check


def _excerpts(stored: StoredPack, documents: Sequence[ReportDocument]) -> Comparison:
    """Whether each excerpt agrees with its finding in the report."""
    check = Comparison("excerpts agree with the report")
    made = excerpts(documents)
    for name in sorted({*made, *(name for name in stored.files if name.startswith(EXCERPTS))}):
        if name not in made:
            check.count(f"{name} belongs to no finding in the report")
        else:
            check.count(
                "" if stored.files.get(name) == made[name] else f"{name} is missing, or does not agree with that finding in the report"
            )
    if not made and not check.compared:
        check.note = "the report has no findings"
    return check
