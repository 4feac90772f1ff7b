"""README.txt of a pack: a description of each file, and how to verify the pack with and without imginspect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imginspect.evidence_pack.names import ATTESTATION, CHECKSUMS, CRATE, CRITERIA, EXCERPTS, FIRST_LINE, README, REPORT
from imginspect.report.document import ReportDocument
from imginspect.report.summary import archive_facts, image_name, qualification, reason_of

_KNOWN = {
    README: "this file",
    REPORT: "the report; the other formats are made from it",
    CHECKSUMS: "the sha256 of every other file except inspection.json",
    CRATE: "a machine-readable description of the pack (RO-Crate 1.1)",
    "inspection.json": "when, where and by whom the inspection was made (may be beside the pack); no checksum covers it",
}
_FOLDERS = {
    CRITERIA: "the policy and the rules that the image was judged by",
    EXCERPTS: "one text file per finding, named by its fingerprint, with the lines around it",
    ATTESTATION: "the statement about the image: statement.json and, if signed, .dsse.json and .sigstore.json",
}


def readme(documents: Sequence[ReportDocument], names: Iterable[str], *, is_signed: bool, is_stated: bool) -> bytes:
    """The text, for a pack of the files *names*."""
    lines = [FIRST_LINE, "", *_images(documents), "", "Contents", ""]
    lines += [f"  {name:<24} {_KNOWN.get(name, 'the report in another format')}" for name in _top(names)]
    lines += [f"  {folder:<24} {what}" for folder, what in _FOLDERS.items() if any(name.startswith(folder) for name in names)]
    lines += ["", *_checking(is_signed=is_signed, is_stated=is_stated)]
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def _top(names: Iterable[str]) -> list[str]:
    return sorted({*(name for name in names if "/" not in name), README, CHECKSUMS, CRATE, "inspection.json"})


def _images(documents: Sequence[ReportDocument]) -> list[str]:
    lines = []
    for document in documents:
        image = document["image"]
        name = (image["references"] or [image["image_id"] or "an image without a name"])[0] if image else image_name(document)
        lines.append(f"{name}: {document['verdict']}{qualification(document)}. {reason_of(document)}")
        lines += [f"  {what} {value}" for what, value in archive_facts(document)[1:]]
        if image:
            lines += [
                f"  {what} {digest}" for what, digest in (("config  ", image["image_id"]), ("manifest", image["manifest_digest"])) if digest
            ]
    return lines


def _checking(*, is_signed: bool, is_stated: bool) -> list[str]:
    lines = [
        "How to verify this pack",
        "",
        "  With imginspect, in the parent directory of this pack:",
        "    imginspect verify PACK                               compares the files with each other",
        "    imginspect verify PACK --key PUBLIC.pem              also verifies the signature",
        "    imginspect verify PACK ARCHIVE --key PUBLIC.pem      also looks for the evidence in the image",
        "",
        "  Without imginspect, in this directory:",
        "    sha256sum -c SHA256SUMS                              shows whether a file was changed",
    ]
    if is_stated:
        lines += ["    grep -v '  attestation/' SHA256SUMS | sha256sum      must equal predicate.pack.digest of the statement"]
    if is_signed:
        lines += [
            "    cosign verify-blob-attestation --key PUBLIC.pem --insecure-ignore-tlog --type " + _type(),
            "      with cosign 3:  --bundle attestation/statement.sigstore.json ARCHIVE",
            "      with cosign 2:  --signature attestation/statement.dsse.json ARCHIVE",
            "",
            "  The signature says that the holder of the key made or accepted this pack. Get the public key from them, not with the pack.",
        ]
    elif is_stated:
        lines += ["", "  This pack is not signed: the checksums reveal damage, but not forgery."]
    else:
        lines += ["", "  The pack contains no statement, because no image was inspected. The report gives the reason."]
    return lines


def _type() -> str:
    from imginspect.evidence_pack.statement import PREDICATE_TYPE

    return PREDICATE_TYPE
