"""The JSON form of reports. Its schema is ``report.schema.json`` beside this file; keys are only ever added within a version."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources

from imginspect.report.report import Report
from imginspect.report.tree import Tree, report_tree, reports_tree


def render(report: Report) -> str:
    """One report as a JSON document."""
    return dump(report_tree(report))


def render_all(reports: Sequence[Report]) -> str:
    """Several reports as one JSON document."""
    return dump(reports_tree(reports))


def dump(tree: Tree) -> str:
    """*tree* as indented JSON in ASCII, keys in their order, with a newline at the end."""
    return json.dumps(tree, indent=2, ensure_ascii=True) + "\n"


def schema() -> str:
    """The JSON Schema of what ``render`` and ``render_all`` give."""
    return resources.files("imginspect.report").joinpath("report.schema.json").read_text("utf-8")
