"""make_pack: the files of an evidence pack, as bytes. The same reports, criteria and key give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from imginspect.errors import UsageError
from imginspect.evidence_pack.checksums import checksums, contents_digest, sha256
from imginspect.evidence_pack.crate import crate
from imginspect.evidence_pack.dates import date_of
from imginspect.evidence_pack.envelope import sign
from imginspect.evidence_pack.excerpts import excerpts
from imginspect.evidence_pack.keys import Signer
from imginspect.evidence_pack.names import (
    CHECKSUMS,
    CRATE,
    CRITERIA,
    INSPECTION,
    MOST_BYTES,
    MOST_FILES,
    README,
    REPORT,
    is_safe,
    statement_name,
)
from imginspect.evidence_pack.readme import readme
from imginspect.evidence_pack.statement import statement
from imginspect.report.document import ReportDocument
from imginspect.report.strict_json import dump

_OWN = frozenset({README, CHECKSUMS, CRATE, INSPECTION})


@dataclass(frozen=True, slots=True)
class Pack:
    """The files of a pack by name, in the order in which they are written, and their date."""

    files: Mapping[str, bytes]
    date: datetime


def make_pack(
    documents: Sequence[ReportDocument],
    format_names: Mapping[str, bytes],
    criteria_files: Mapping[str, bytes],
    *,
    signer: Signer | None = None,
    by: str | None = None,
    source_date_epoch: int | None = None,
) -> Pack:
    """The pack on *documents*.

    *forms* are the rendered reports by file name, report.json among them; *criteria_files* the policy and the rules as they were used, by
    relative name. *by* names the person responsible for the inspection; it becomes part of the pack, unlike inspection.json.
    Raises: UsageError - no report.json, or a name that cannot be in a pack; more than a pack may contain
    """
    if not documents or REPORT not in format_names:
        raise UsageError("an evidence pack needs a report in JSON format (report.json)")
    files = {**format_names, **{f"{CRITERIA}{name}": content for name, content in criteria_files.items()}, **excerpts(documents)}
    _check(files)
    attestation = _attestation(documents, {REPORT: format_names[REPORT]}, signer)  # what it is called: what is in it comes last
    date = date_of(documents, source_date_epoch)
    files[README] = readme(documents, (*files, *attestation), is_signed=bool(attestation and signer), is_stated=bool(attestation))
    files[CRATE] = crate(documents, files, tuple(attestation), date, by)
    files |= _attestation(documents, files, signer)
    files[CHECKSUMS] = checksums(files)
    return Pack({name: files[name] for name in sorted(files)}, date)


def _attestation(documents: Sequence[ReportDocument], files: Mapping[str, bytes], signer: Signer | None) -> dict[str, bytes]:
    """A statement about each inspected image and, with a key, the same statement signed."""
    contents = contents_digest({name: sha256(content) for name, content in files.items()})
    made: dict[str, bytes] = {}
    for number, document in enumerate(documents):
        tree = statement(document, files[REPORT], contents)
        if tree is None:
            continue
        made[statement_name(number, len(documents))] = dump(tree)
        if signer is not None:
            envelope, bundle = sign(dump(tree), signer)
            made[statement_name(number, len(documents), ".dsse.json")] = envelope
            made[statement_name(number, len(documents), ".sigstore.json")] = bundle
    return made


def _check(files: Mapping[str, bytes]) -> None:
    for name in files:
        if not is_safe(name) or name in _OWN:
            raise UsageError(f"a file of an evidence pack cannot be called {name!r}")
    if len(files) + 16 > MOST_FILES:
        raise UsageError(f"the evidence pack has {len(files):,} files; the maximum is {MOST_FILES:,}")
    size = sum(map(len, files.values()))
    if 2 * size > MOST_BYTES:
        raise UsageError(f"the evidence pack has {size:,} bytes; the maximum is {MOST_BYTES // 2:,}. Request fewer formats")
