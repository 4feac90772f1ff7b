"""What the rules found, as plain values."""

from __future__ import annotations

from typing import cast

from imginspect.checks.result import CheckResult, Evidence, Finding
from imginspect.report.document import (
    ConfidenceName,
    EvidencePart,
    FindingPart,
    HarmName,
    LayerPlace,
    LevelName,
    ResultName,
    ResultPart,
    SeverityName,
    StateName,
)
from imginspect.report.order import fitting_title
from imginspect.report.report import Report
from imginspect.report.shown import optional
from imginspect.report.text import one_line
from imginspect.rules import Severity


def severity_name(severity: Severity) -> SeverityName:
    """The severity's name."""
    return cast(SeverityName, str(severity))


def result_tree(result: CheckResult, report: Report) -> ResultPart:
    """One rule's result."""
    shown = report.shown
    rule = result.rule
    return {
        "rule": rule.id,
        "title": one_line(rule.title),
        "outcome_title": one_line(fitting_title(result.verdict, rule.title, rule.finding_title, rule.undecided_title)),
        "verdict": cast(ResultName, str(result.verdict)),
        "severity": severity_name(result.severity),
        "harm": cast(HarmName, str(rule.harm)),
        "fails_image": report.counts(result),
        "reason": shown(result.reason),
        "conditions": [shown(condition) for condition in result.conditions],
        "rationale": one_line(rule.rationale),
        "remediation": one_line(rule.remediation),
        "references": [
            {
                "title": one_line(item.title),
                "section": one_line(item.section),
                "level": cast(LevelName, str(item.level)),
                "quote": one_line(item.quote),
            }
            for item in rule.references
        ],
        "findings": [_finding(finding, report) for finding in result.findings],
    }


def _finding(finding: Finding, report: Report) -> FindingPart:
    return {
        "rule": finding.rule_id,
        "verdict": cast(ResultName, str(finding.verdict)),
        "severity": severity_name(finding.severity),
        "confidence": cast(ConfidenceName, str(finding.confidence)),
        "message": report.shown(finding.message),
        "remediation": report.shown(" ".join(finding.remedy.split())),
        "fingerprint": finding.fingerprint,
        "evidence": [_evidence(evidence, report) for evidence in finding.evidence],
    }


def _evidence(evidence: Evidence, report: Report) -> EvidencePart:
    shown = report.shown
    return {
        "path": optional(evidence.path, shown),
        "config_field": optional(evidence.config_field, shown),
        "archive_member": optional(evidence.member, shown),
        "line": evidence.line,
        "layer": _layer_place(evidence.layer_index, report),
        "state": cast(StateName, str(evidence.state)) if evidence.state else None,
        "hidden_by": _layer_place(evidence.by_layer, report),
        "file_sha256": report.shown_digest(evidence.file_sha256),
        "file_type": optional(evidence.file_type, shown),
        "size": evidence.size,
        "excerpt": optional(evidence.excerpt, shown),
        "context": [{"line": line.number, "text": shown(line.text)} for line in evidence.context],
        "expected": optional(evidence.expected, shown),
        "actual": optional(evidence.found, shown),
        "secret_id": evidence.secret_id or None,
    }


def _layer_place(index: int | None, report: Report) -> LayerPlace | None:
    """Where a layer stands: its index, digests as found, and the instruction that made it."""
    if index is None or report.image is None or index >= len(report.image.layers):
        return None
    digests = {link.role: link.digest for link in report.chain if link.layer_index == index}
    return {
        "index": index,
        "digest": digests.get("layer"),
        "diff_id": digests.get("layer content (diff_id)"),
        "created_by": report.shown(report.image.layers[index].created_by),
    }
