"""Context: the lines of a file around what a finding points at, as far as the pass kept the file; credentials in them are masked.

A file whose digest a check withholds is little else than a secret or a licence: none of its lines is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from imginspect.checks.result import CheckResult, Evidence, Finding, Line
from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.limits import MOST_TEXT_BYTES

_AROUND = 2
"""Lines before, and lines behind."""
_LONGEST = 200
"""Characters of a line that are shown."""
_MOST = 2_000
"""Places in all that get a context."""
_PER_FINDING = 3
"""Bytes of a file beyond which its lines are not looked for."""


def with_context(results: Sequence[CheckResult], view: View) -> tuple[CheckResult, ...]:
    """*results* with the lines around the first places of each finding."""
    lines = _Lines(view)
    return tuple(result._replace(findings=tuple(_finding(finding, lines) for finding in result.findings)) for result in results)


def _finding(finding: Finding, lines: _Lines) -> Finding:
    if not any(evidence.path and evidence.line for evidence in finding.evidence[:_PER_FINDING]):
        return finding
    first = tuple(evidence._replace(context=lines.around(evidence)) for evidence in finding.evidence[:_PER_FINDING])
    return finding._replace(evidence=(*first, *finding.evidence[_PER_FINDING:]))


class _Lines:
    """Looks lines up; the last file is kept."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._left = _MOST
        self._at: tuple[int, int] | None = None
        self._lines: list[bytes] = []

    def around(self, evidence: Evidence) -> tuple[Line, ...]:
        """The line of *evidence* and those near it; none where the file was not kept whole."""
        node = self._node(evidence) if evidence.path and evidence.line and evidence.file_sha256 and self._left else None
        if node is None or node.content is None or evidence.line is None:
            return ()
        if node.content != self._at:
            self._at, self._lines = node.content, self._read(node.content)
        first = max(0, evidence.line - 1 - _AROUND)
        found = self._lines[first : evidence.line + _AROUND] if evidence.line <= len(self._lines) else []
        self._left -= bool(found)
        return tuple(Line(first + number, _text(line)) for number, line in enumerate(found, 1))

    def _node(self, evidence: Evidence) -> Node | None:
        """The file that *evidence* is about: the one at its path whose content is in its layer."""
        path = evidence.path or ""
        visible = self._view.filesystem.get(path)
        nodes = [*([visible] if visible is not None else []), *(hidden.node for hidden in self._view.filesystem.history(path))]
        return next(
            (node for node in nodes if node.content is not None and evidence.layer_index in (node.layer_index, node.content[0])), None
        )

    def _read(self, content: tuple[int, int]) -> list[bytes]:
        layer, ordinal = content
        index = self._view.layers[layer]
        kept = index.kept.get(ordinal)
        if kept is None or not kept.size or kept.size < index.entries[ordinal].size or kept.size > MOST_TEXT_BYTES:
            return []
        return kept.read().split(b"\n")


def _text(line: bytes) -> str:
    text = line.removesuffix(b"\r").decode("utf-8", "surrogateescape")
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
