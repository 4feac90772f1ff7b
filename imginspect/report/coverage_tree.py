"""What a report rests on, as plain values: what was read, and what was wrong with it."""

from __future__ import annotations

from typing import cast

from imginspect.problems import Problem
from imginspect.reading import Coverage
from imginspect.report.document import CompressionName, CoveragePart, LayerStatusName, ProblemPart
from imginspect.report.shown import Shown, optional


def coverage_tree(coverage: Coverage, shown: Shown) -> CoveragePart:
    """What was read."""
    tree: CoveragePart = {
        "complete": coverage.is_complete,
        "gaps": [shown(gap) for gap in coverage.gaps],
        "archive_bytes": coverage.archive_bytes,
        "bytes_by_use": dict(coverage.bytes_by_use),
        "layers": [
            {
                "index": layer.index,
                "status": cast(LayerStatusName, str(layer.status)),
                "reason": shown(layer.reason),
                "compression": cast(CompressionName, layer.compression),
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
        "unreferenced_files": [
            {"name": shown(item.name), "size": item.size, "kind": item.kind, "sha256": item.sha256, "is_tool_metadata": item.is_metadata}
            for item in coverage.unreferenced
        ],
        "visible_nodes": coverage.visible_nodes,
        "hidden_nodes": coverage.hidden_nodes,
        "second_pass_files": coverage.second_pass,
    }
    if coverage.findings_not_listed:
        tree["findings_not_listed"] = coverage.findings_not_listed
    if coverage.places_not_listed:
        tree["places_not_listed"] = coverage.places_not_listed
    return tree


def problem_tree(problem: Problem, shown: Shown) -> ProblemPart:
    """Something that was wrong."""
    return {
        "topic": str(problem.topic),
        "where": shown(problem.where),
        "what": shown(problem.what),
        "expected": optional(problem.expected, shown),
        "actual": optional(problem.found, shown),
        "layer": problem.layer_index,
        "path": optional(problem.path, shown),
        "unread": problem.unread,
    }
