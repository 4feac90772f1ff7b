"""A report as a document: the plain values that every form is made from.

Every string of the image goes through ``Report.shown`` here, once: credentials are masked, then what could mislead is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, cast

from imginspect import __version__
from imginspect.checks.facts import LicenceFact, Start
from imginspect.checks.result import CheckResult, Evidence, Finding
from imginspect.evidence import Coverage, Link
from imginspect.oci.config import ImageConfig
from imginspect.problems import Problem
from imginspect.report.document import (
    SCHEMA_VERSION,
    ChainLink,
    ConfigPart,
    CoveragePart,
    Document,
    Documents,
    EvidencePart,
    FindingPart,
    ImagePart,
    LayerPart,
    LayerPlace,
    LicenceRow,
    PolicyPart,
    ProblemPart,
    QuestionPart,
    ResultName,
    ResultPart,
    SeverityName,
    StartPart,
    StepPart,
    Tool,
    VerdictName,
)
from imginspect.report.filesystem_tree import filesystem_tree
from imginspect.report.report import ImageSummary, Report, ReportVerdict, counts_as_failure, worst
from imginspect.report.text import one_line
from imginspect.rules import Severity
from imginspect.rules.policy import Question

Shown: TypeAlias = Callable[[str], str]
"""Masks and escapes a string of the image: ``Report.shown``."""


def report_tree(report: Report, *, with_filesystem: bool = True) -> Document:
    """One report as plain values. Of an image of 100,000 files it takes half a second to draw up the filesystem, which few forms show."""
    shown = report.shown
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": _tool(),
        "verdict": _verdict(report.verdict),
        "exit_code": report.verdict.exit_code,
        "reason": shown(report.reason),
        "policy": _policy(report),
        "image": image_tree(report.image, shown) if report.image else None,
        "chain": [_link(link, shown) for link in report.chain],
        "results": [_result(result, report) for result in report.results],
        "layers": _layers(report),
        "history": _history(report.image, shown) if report.image else [],
        "start": _start(report.facts.start, shown) if report.facts.start else None,
        "licences": [_licence(fact, shown) for fact in report.facts.licences],
        "filesystem": filesystem_tree(report.filesystem, shown) if report.filesystem and with_filesystem else None,
        "coverage": _coverage(report.coverage, shown) if report.coverage else None,
        "problems": [_problem(problem, shown) for problem in report.problems],
        "questions": [_question(question) for question in report.policy.questions],
    }


def together(documents: Sequence[Document]) -> Documents:
    """The documents of several images of one archive as one."""
    verdict = worst(ReportVerdict(document["verdict"]) for document in documents)
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": documents[0]["tool"] if documents else _tool(),
        "verdict": _verdict(verdict),
        "exit_code": verdict.exit_code,
        "reports": list(documents),
    }


def _tool() -> Tool:
    return {"name": "imginspect", "version": __version__}


def _verdict(verdict: ReportVerdict) -> VerdictName:
    return cast(VerdictName, str(verdict))


def _severity(severity: Severity) -> SeverityName:
    return cast(SeverityName, str(severity))


def _policy(report: Report) -> PolicyPart:
    policy = report.policy
    return {
        "id": one_line(policy.id),
        "title": one_line(policy.title),
        "sha256": policy.digest,
        "fail_on": _severity(report.fail_on),
        "strict": report.strict,
        "rules_sha256": report.ruleset_digest,
        "directories": [{"path": item.path, "role": item.role, "purpose": one_line(item.purpose)} for item in policy.directories],
        "severities": {rule: _severity(severity) for rule, severity in report.own_severities.items()},
        "skipped": {rule: one_line(reason) for rule, reason in policy.skipped.items()},
    }


def _question(question: Question) -> QuestionPart:
    return {"id": question.id, "question": one_line(question.text), "why": one_line(question.why)}


# -- the image ---------------------------------------------------------------------------------------------------------


def image_tree(image: ImageSummary, shown: Shown) -> ImagePart:
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


def config_tree(config: ImageConfig, shown: Shown) -> ConfigPart:
    """All that the config says but for its history, which has a part of its own."""
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


def _link(link: Link, shown: Shown) -> ChainLink:
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


def _layers(report: Report) -> list[LayerPart]:
    if report.image is None or report.coverage is None:
        return []
    wasted = report.filesystem.wasted_bytes() if report.filesystem else {}
    digests = {(link.role, link.layer_index): link.digest for link in report.chain}
    return [
        {
            "index": layer.index,
            "created_by": report.shown(layer.created_by),
            "created": report.shown(layer.step.created) if layer.step else "",
            "digest": digests.get(("layer", layer.index)),
            "diff_id": digests.get(("layer content (diff_id)", layer.index)),
            "compression": read.compression,
            "status": read.status,
            "stored_bytes": read.stored,
            "expanded_bytes": read.expanded,
            "files": read.files,
            "file_bytes": read.file_bytes,
            "wasted_bytes": wasted.get(layer.index, 0),
        }
        for layer, read in zip(report.image.layers, report.coverage.layers, strict=True)
    ]


def _history(image: ImageSummary, shown: Shown) -> list[StepPart]:
    return [
        {
            "created": shown(step.entry.created),
            "created_by": shown(step.entry.created_by),
            "comment": shown(step.entry.comment),
            "layer": step.layer_index,
        }
        for step in image.steps
    ]


def _start(start: Start, shown: Shown) -> StartPart:
    return {
        "command": [shown(word) for word in start.command],
        "user": shown(start.user),
        "working_dir": shown(start.working_dir),
        "steps": [shown(step) for step in start.steps],
        "problems": [shown(problem) for problem in start.problems],
        "conditions": [shown(condition) for condition in start.conditions],
        "programs": [
            {
                "language": str(program.language),
                "path": _optional(program.origin.path, shown),
                "config_field": _optional(program.origin.config_field, shown),
                "line": program.origin.line,
                "layer": program.origin.layer_index,
                "chain": [shown(link) for link in program.chain],
                "unread": shown(program.unread),
            }
            for program in start.programs
        ],
    }


def _licence(fact: LicenceFact, shown: Shown) -> LicenceRow:
    return {
        "kind": fact.kind,
        "name": shown(fact.name),
        "detail": shown(fact.detail),
        "path": _optional(fact.path, shown),
        "count": fact.count,
    }


# -- results -----------------------------------------------------------------------------------------------------------


def _result(result: CheckResult, report: Report) -> ResultPart:
    shown = report.shown
    rule = result.rule
    return {
        "rule": rule.id,
        "title": one_line(rule.title),
        "verdict": cast(ResultName, str(result.verdict)),
        "severity": _severity(rule.severity),
        "counts": counts_as_failure(result, report.fail_on, strict=report.strict),
        "reason": shown(result.reason),
        "conditions": [shown(condition) for condition in result.conditions],
        "rationale": one_line(rule.rationale),
        "remediation": one_line(rule.remediation),
        "references": [
            {"title": one_line(item.title), "section": one_line(item.section), "level": item.level, "quote": one_line(item.quote)}
            for item in rule.references
        ],
        "findings": [_finding(finding, report) for finding in result.findings],
    }


def _finding(finding: Finding, report: Report) -> FindingPart:
    return {
        "rule": finding.rule_id,
        "verdict": cast(ResultName, str(finding.verdict)),
        "severity": _severity(finding.severity),
        "confidence": str(finding.confidence),
        "message": report.shown(finding.message),
        "fingerprint": finding.fingerprint,
        "evidence": [_evidence(evidence, report) for evidence in finding.evidence],
    }


def _evidence(evidence: Evidence, report: Report) -> EvidencePart:
    shown = report.shown
    return {
        "path": _optional(evidence.path, shown),
        "config_field": _optional(evidence.config_field, shown),
        "member": _optional(evidence.member, shown),
        "line": evidence.line,
        "layer": _layer_place(evidence.layer_index, report),
        "state": evidence.state or None,
        "hidden_by": _layer_place(evidence.by_layer, report),
        "file_sha256": evidence.file_sha256,
        "file_type": _optional(evidence.file_type, shown),
        "size": evidence.size,
        "excerpt": _optional(evidence.excerpt, shown),
        "context": [{"line": line.number, "text": shown(line.text)} for line in evidence.context],
        "expected": _optional(evidence.expected, shown),
        "found": _optional(evidence.found, shown),
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


# -- what it rests on --------------------------------------------------------------------------------------------------


def _coverage(coverage: Coverage, shown: Shown) -> CoveragePart:
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


def _problem(problem: Problem, shown: Shown) -> ProblemPart:
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
