"""The filesystem of a report as plain values: the rows of its outline."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, cast

from imginspect.filesystem import Filesystem, Node
from imginspect.filesystem.outline import Folder, in_order, outline
from imginspect.report.document import FilesystemPart, RowKind, TreeRow
from imginspect.report.shown import Shown

ShownDigest: TypeAlias = Callable[[str | None], str | None]
"""``Report.shown_digest``."""
FOLDED_DIRECTORY: RowKind = "folded-directory"
FOLDED_PACKAGE: RowKind = "folded-package"
"""Kinds of rows that stand for all that is in a directory."""


def filesystem_tree(filesystem: Filesystem, shown: Shown, shown_digest: ShownDigest) -> FilesystemPart:
    """Every file, in a row of its own or in that of the folder that holds it."""
    root = outline(filesystem)
    return {"rows": [_row(item, shown, shown_digest) for item in in_order(root)], "files": root.files, "bytes": root.size}


def _row(item: Folder | Node, shown: Shown, shown_digest: ShownDigest) -> TreeRow:
    node = item.node if isinstance(item, Folder) else item
    row: TreeRow = {
        "path": shown(node.path),
        "kind": cast(RowKind, node.kind),
        "mode": f"{node.mode & 0o7777:04o}",
        "owner": f"{node.uid}:{node.gid}",
        "size": node.size,
        "layer": node.layer_index,
        "files": 1,
        "target": shown(node.link_target) if node.link_target else "",
        "sha256": shown_digest(node.sha256),
    }
    if isinstance(item, Folder):
        kind: RowKind = "directory" if item.is_open else FOLDED_PACKAGE if item.is_of_package else FOLDED_DIRECTORY
        row |= {"kind": kind, "size": item.size, "files": item.files, "layer": node.layer_index if item.is_open else item.layer}
    return row
