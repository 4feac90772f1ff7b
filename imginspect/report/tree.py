"""The report as plain values (dicts, lists, strings, numbers): what the JSON form writes and its schema describes.

Every string of the image goes through ``Report.shown`` here, once: credentials are masked, then what could mislead is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from imginspect import __version__
from imginspect.checks.result import CheckResult, Evidence, Finding
from imginspect.evidence import Coverage, Link
from imginspect.oci.config import ImageConfig
from imginspect.problems import Problem
from imginspect.report.report import ImageSummary, Report, worst

SCHEMA_VERSION = "1.1"

Tree: TypeAlias = dict[str, Any]
Shown: TypeAlias = Callable[[str], str]
"""Masks and escapes a string of the image: ``Report.shown``."""


def report_tree(report: Report) -> Tree:
    """One report as plain values."""
    shown = report.shown
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "imginspect", "version": __version__},
        "verdict": str(report.verdict),
        "exit_code": report.verdict.exit_code,
        "reason": shown(report.reason),
        "policy": {
            "id": report.policy.id,
            "title": report.policy.title,
            "sha256": report.policy.digest,
            "fail_on": str(report.fail_on),
            "strict": report.strict,
            "rules_sha256": report.ruleset_digest,
        },
        "image": image_tree(report.image, shown) if report.image else None,
        "chain": [_link(link, shown) for link in report.chain],
        "results": [_result(result, report) for result in report.results],
        "coverage": _coverage(report.coverage, shown) if report.coverage else None,
        "problems": [_problem(problem, shown) for problem in report.problems],
        "questions": [{"id": question.id, "question": question.text, "why": question.why} for question in report.policy.questions],
    }


def reports_tree(reports: Sequence[Report]) -> Tree:
    """Several reports of one archive as one document."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "imginspect", "version": __version__},
        "verdict": str(worst(report.verdict for report in reports)),
        "exit_code": worst(report.verdict for report in reports).exit_code,
        "reports": [report_tree(report) for report in reports],
    }


def image_tree(image: ImageSummary, shown: Shown) -> Tree:
    """What the image is."""
    return {
        "references": [shown(reference) for reference in image.references],
        "image_id": str(image.image_id) if image.image_id else None,
        "manifest_digest": str(image.manifest_digest) if image.manifest_digest else None,
        "platform": shown(image.platform),
        "archive_form": image.archive_form,
        "also_present": [shown(other) for other in image.also_present],
        "layers": len(image.layers),
        "config": config_tree(image.config, shown) if image.config else None,
    }


def config_tree(config: ImageConfig, shown: Shown) -> Tree:
    """All that the config says but for its history, which has a command of its own."""
    return {
        "os": shown(config.os),
        "architecture": shown(config.architecture),
        "variant": shown(config.variant),
        "created": shown(config.created),
        "author": shown(config.author),
        "user": shown(config.user),
        "env": [shown(item) for item in config.env],
        "entrypoint": [shown(item) for item in config.entrypoint],
        "cmd": [shown(item) for item in config.cmd],
        "working_dir": shown(config.working_dir),
        "shell": [shown(item) for item in config.shell],
        "stop_signal": shown(config.stop_signal),
        "healthcheck": [shown(item) for item in config.healthcheck.test] if config.healthcheck else None,
        "volumes": [shown(item) for item in config.volumes],
        "exposed_ports": [shown(item) for item in config.exposed_ports],
        "labels": {shown(key): shown(value) for key, value in config.labels},
        "on_build": [shown(item) for item in config.on_build],
        "unread_fields": [shown(item) for item in config.unread_fields],
    }


def _link(link: Link, shown: Shown) -> Tree:
    return {
        "role": link.role,
        "name": shown(link.name),
        "layer": link.layer_index,
        "status": link.status,
        "digest": link.digest,
        "expected": link.expected,
        "size": link.size,
        "expected_size": link.expected_size,
    }


def _result(result: CheckResult, report: Report) -> Tree:
    shown = report.shown
    return {
        "rule": result.rule.id,
        "title": result.rule.title,
        "verdict": str(result.verdict),
        "severity": str(result.rule.severity),
        "reason": shown(result.reason),
        "conditions": [shown(condition) for condition in result.conditions],
        "remediation": result.rule.remediation,
        "references": [{"title": item.title, "section": item.section, "level": item.level} for item in result.rule.references],
        "findings": [_finding(finding, report) for finding in result.findings],
    }


def _finding(finding: Finding, report: Report) -> Tree:
    return {
        "rule": finding.rule_id,
        "verdict": str(finding.verdict),
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "message": report.shown(finding.message),
        "fingerprint": finding.fingerprint,
        "evidence": [_evidence(evidence, report) for evidence in finding.evidence],
    }


def _evidence(evidence: Evidence, report: Report) -> Tree:
    shown = report.shown
    return {
        "path": _optional(evidence.path, shown),
        "config_field": _optional(evidence.config_field, shown),
        "member": _optional(evidence.member, shown),
        "line": evidence.line,
        "layer": layer_tree(evidence.layer_index, report),
        "state": evidence.state or None,
        "file_sha256": evidence.file_sha256,
        "file_type": _optional(evidence.file_type, shown),
        "size": evidence.size,
        "excerpt": _optional(evidence.excerpt, shown),
        "expected": _optional(evidence.expected, shown),
        "found": _optional(evidence.found, shown),
    }


def layer_tree(index: int | None, report: Report) -> Tree | None:
    """Where a layer stands: its index, digests as found, and the instruction that made it."""
    if index is None or report.image is None or index >= len(report.image.layers):
        return None
    layer = report.image.layers[index]
    digests = {link.role: link.digest for link in report.chain if link.layer_index == index}
    return {
        "index": index,
        "digest": digests.get("layer"),
        "diff_id": digests.get("layer content (diff_id)"),
        "created_by": report.shown(layer.created_by),
    }


def _coverage(coverage: Coverage, shown: Shown) -> Tree:
    return {
        "complete": coverage.is_complete,
        "gaps": [shown(gap) for gap in coverage.gaps],
        "archive_bytes": coverage.archive_bytes,
        "bytes_by_use": dict(coverage.bytes_by_use),
        "layers": [
            {
                "index": layer.index,
                "status": layer.status,
                "reason": shown(layer.reason),
                "compression": layer.compression,
                "stored_bytes": layer.stored,
                "expanded_bytes": layer.expanded,
                "entries": layer.entries,
                "files": layer.files,
                "file_bytes": layer.file_bytes,
                "files_not_read": layer.not_hashed,
                "trailing_bytes": layer.trailing,
                "packed_files": layer.packed,
            }
            for layer in coverage.layers
        ],
        "other_files": [
            {"name": shown(item.name), "size": item.size, "kind": item.kind, "sha256": item.sha256, "known": item.is_metadata}
            for item in coverage.leftovers
        ],
        "visible_nodes": coverage.visible_nodes,
        "hidden_nodes": coverage.hidden_nodes,
        "second_pass_files": coverage.second_pass,
    }


def _problem(problem: Problem, shown: Shown) -> Tree:
    return {
        "topic": str(problem.topic),
        "where": shown(problem.where),
        "what": shown(problem.what),
        "expected": _optional(problem.expected, shown),
        "found": _optional(problem.found, shown),
        "layer": problem.layer_index,
        "path": _optional(problem.path, shown),
        "unread": problem.unread,
    }


def _optional(text: str | None, shown: Shown) -> str | None:
    return None if text is None else shown(text)
