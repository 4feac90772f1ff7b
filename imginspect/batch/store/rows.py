"""A report's document as a row of the run's database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imginspect.batch.values.plans import FindingRow, ImageRow, LayerRow, ResultRow
from imginspect.report.document import FindingPart, LayerPart, ReportDocument, ResultPart
from imginspect.report.places import name_of, nowhere, state_of
from imginspect.report.printable import one_line
from imginspect.report.summary import conditions_of, reason_of

_OPEN = frozenset(("fail", "warn", "undetermined"))
_SETTLED = frozenset(("pass", "not-applicable"))


def image_row(
    key: str, references: Sequence[str], source: str, document: ReportDocument, chain_ids: Sequence[str], report: str, report_sha256: str
) -> ImageRow:
    """The row of the image that *document* reports on, which is masked and escaped already.

    *chain_ids* are those of its layers, base first. *references* are all names that the mirror gives it; they and *source* are masked,
    and may be raw otherwise.
    """
    image = document["image"]
    base = image["base"] if image else None
    return ImageRow(
        key=key,
        references=tuple(sorted({one_line(reference) for reference in references})),
        source=one_line(source),
        platform=one_line(image["platform"]) if image else "",
        manifest_digest=one_line((image["manifest_digest"] or "") if image else ""),
        image_id=one_line((image["image_id"] or "") if image else ""),
        verdict=document["verdict"],
        reason=one_line(reason_of(document)),
        results=tuple(
            ResultRow(one_line(result["rule"]), result["verdict"], result["severity"], result["fails_image"])
            for result in document["results"]
        ),
        findings=tuple(row for result in document["results"] for row in _findings(result)),
        layers=tuple(_layer(layer, chain_ids) for layer in document["layers"]),
        report=report,
        report_sha256=report_sha256,
        conditions=conditions_of(document) if document["verdict"] == "pass" else 0,
        created=one_line(image["config"]["created"]) if image and image["config"] else "",
        base=one_line(base["name"]) if base else "",
        base_digest=one_line(base["digest"]) if base else "",
    )


def _findings(result: ResultPart) -> Iterator[FindingRow]:
    for finding in result["findings"]:
        if result["verdict"] not in _SETTLED or finding["verdict"] in _OPEN:
            yield _finding(result, finding)


def _finding(result: ResultPart, finding: FindingPart) -> FindingRow:
    evidence = finding["evidence"][0] if finding["evidence"] else nowhere()
    layer = evidence["layer"]
    return FindingRow(
        rule=one_line(finding["rule"]),
        verdict=finding["verdict"],
        severity=finding["severity"],
        fails_image=result["fails_image"],
        confidence=one_line(finding["confidence"]),
        message=one_line(finding["message"]),
        fingerprint=one_line(finding["fingerprint"]),
        place=name_of(evidence),
        state=state_of(evidence),
        layer=one_line((layer["digest"] or "") if layer else ""),
        diff_id=one_line((layer["diff_id"] or "") if layer else ""),
        secret_ids=_secret_ids(finding),
    )


def _secret_ids(finding: FindingPart) -> tuple[str, ...]:
    found = {evidence.get("secret_id") for evidence in finding["evidence"]}
    return tuple(sorted(one_line(secret) for secret in found if isinstance(secret, str) and secret))


def _layer(layer: LayerPart, chain_ids: Sequence[str]) -> LayerRow:
    index = layer["index"]
    return LayerRow(
        digest=one_line(layer["digest"] or ""),
        diff_id=one_line(layer["diff_id"] or ""),
        chain_id=one_line(chain_ids[index]) if index < len(chain_ids) else "",
        stored=layer["stored_bytes"],
        created_by=one_line(layer["created_by"]),
    )
