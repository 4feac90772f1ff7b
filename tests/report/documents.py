"""Reports as documents, for the tests of the forms."""

from __future__ import annotations

from typing import Any

from imginspect.report import Report
from imginspect.report.document import Document
from imginspect.report.report import counts_as_failure
from imginspect.report.tree import report_tree


def document_of(report: Report) -> Document:
    """*report* as the forms take it."""
    return completed(report_tree(report), report)


# To be removed as soon as ``report_tree`` gives a whole Document; until then the parts that it does not give yet are added here.
def completed(tree: Any, report: Report) -> Document:
    tree["policy"] |= {"directories": [], "severities": {}, "skipped": dict.fromkeys(report.policy.skipped, "")}
    tree["policy"]["severities"] = {key: str(value) for key, value in report.policy.severities.items()}
    tree |= {"layers": [], "history": [], "start": None, "licences": [], "filesystem": None}
    for plain, result in zip(tree["results"], report.results, strict=True):
        plain |= {"rationale": result.rule.rationale, "counts": counts_as_failure(result, report.fail_on, strict=report.strict)}
        plain["references"] = [
            {"title": item.title, "section": item.section, "level": item.level, "quote": item.quote} for item in result.rule.references
        ]
        for finding in plain["findings"]:
            for evidence in finding["evidence"]:
                evidence |= {"hidden_by": None, "context": []}
    document: Document = tree
    return document
