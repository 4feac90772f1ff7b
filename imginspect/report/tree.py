"""A report as a document: the plain values that every format is made from.

Every string of the image goes through ``Report.shown`` here, once: credentials are masked, then what could mislead is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from imginspect.report.coverage_tree import coverage_tree, problem_tree
from imginspect.report.document import (
    SCHEMA_VERSION,
    ExitCode,
    MountRoleName,
    PolicyPart,
    QuestionPart,
    ReportDocument,
    ReportDocuments,
    Tool,
    UndeterminedName,
    VerdictName,
)
from imginspect.report.filesystem_tree import filesystem_tree
from imginspect.report.image_tree import image_tree, layer_trees, licence_tree, link_tree, start_tree, step_trees
from imginspect.report.order import worst_first
from imginspect.report.report import Report, ReportVerdict, worst
from imginspect.report.result_tree import result_tree, severity_name
from imginspect.report.text import one_line
from imginspect.rules.policy import Question
from imginspect.version import __version__


def report_tree(report: Report, *, with_filesystem: bool = True) -> ReportDocument:
    """One report as plain values. Of an image of 100,000 files it takes half a second to draw up the filesystem, which few formats show."""
    shown = report.shown
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": _tool(),
        "inspected_by": None,
        "inspected_on": None,
        "verdict": _verdict(report.verdict),
        "exit_code": cast(ExitCode, report.verdict.exit_code),
        "reason": shown(report.reason),
        "policy": _policy(report),
        "image": image_tree(report.image, shown) if report.image else None,
        "chain_of_custody": [link_tree(link, shown) for link in report.chain],
        "results": worst_first([result_tree(result, report) for result in report.results]),
        "layers": layer_trees(report),
        "history": step_trees(report.image, shown) if report.image else [],
        "startup": start_tree(report.facts.start, shown) if report.facts.start else None,
        "licences": [licence_tree(fact, shown) for fact in report.facts.licences],
        "filesystem": filesystem_tree(report.filesystem, shown, report.shown_digest) if report.filesystem and with_filesystem else None,
        "coverage": coverage_tree(report.coverage, shown) if report.coverage else None,
        "problems": [problem_tree(problem, shown) for problem in report.problems],
        "questions": [_question(question) for question in report.policy.questions],
    }


def together(documents: Sequence[ReportDocument]) -> ReportDocuments:
    """The documents of several images of one archive as one."""
    verdict = worst(ReportVerdict(document["verdict"]) for document in documents)
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": documents[0]["tool"] if documents else _tool(),
        "verdict": _verdict(verdict),
        "exit_code": cast(ExitCode, verdict.exit_code),
        "reports": list(documents),
    }


def _tool() -> Tool:
    return {"name": "imginspect", "version": __version__}


def _verdict(verdict: ReportVerdict) -> VerdictName:
    return cast(VerdictName, str(verdict))


def _policy(report: Report) -> PolicyPart:
    policy = report.policy
    return {
        "id": one_line(policy.id),
        "title": one_line(policy.title),
        "sha256": policy.digest,
        "fail_on": severity_name(report.fail_on),
        "strict": report.strict,
        "undetermined": cast(UndeterminedName, str(report.undetermined)),
        "rules_sha256": report.ruleset_digest,
        "mount_directories": [
            {"path": item.path, "role": cast(MountRoleName, str(item.role)), "purpose": one_line(item.purpose)}
            for item in policy.directories
        ],
        "changed_severities": {rule: severity_name(severity) for rule, severity in report.own_severities.items()},
        "skipped": {rule: one_line(reason) for rule, reason in policy.skipped.items()},
    }


def _question(question: Question) -> QuestionPart:
    return {"id": question.id, "question": one_line(question.text), "why": one_line(question.why)}
