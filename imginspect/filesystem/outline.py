"""Outline: what a container sees, folder by folder, in a bounded number of rows. Whole folders are one row where there is more."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from imginspect.filesystem import Filesystem, Node
from imginspect.layer.package_places import PACKAGE_FOLDERS, PACKAGE_TREES
from imginspect.tar.header import DIRECTORY, FILE, HARDLINK

MOST_ROWS = 5_000
"""Rows of the tree in a report, which a browser shows at once; a folder that stays closed has its numbers."""
_PACKAGE_FOLDER = re.compile("(?:" + "|".join(re.escape(folder) for folder in PACKAGE_FOLDERS) + ")[^/]+")


@dataclass(slots=True)
class Folder:
    """A directory with what is in it. *files* and *size* (in bytes) count all below it, *layer* is the last one that added to it.

    *is_of_package*: package managers install here, and its content is not listed. *is_open*: its content is in the outline.
    """

    node: Node
    is_of_package: bool
    files: int = 0
    size: int = 0
    layer: int = 0
    rows: int = 0
    """Rows that it would take with everything below it open."""
    content: list[Folder | Node] = field(default_factory=list)
    is_open: bool = False


def outline(filesystem: Filesystem, most: int = MOST_ROWS) -> Folder:
    """The root with as many folders opened, small ones first, as give *most* rows at the most; folders of packages stay closed."""
    root = _whole(filesystem)
    left = most
    waiting = [(0, root.node.path, root)]
    while waiting:
        _, _, folder = heapq.heappop(waiting)
        if folder.is_of_package or len(folder.content) > left:
            continue
        folder.is_open = True
        left -= len(folder.content)
        for item in folder.content:
            if isinstance(item, Folder):
                heapq.heappush(waiting, (item.rows, item.node.path, item))
    return root


def in_order(folder: Folder) -> Iterator[Folder | Node]:
    """*folder* and what is in it as far as it is open, parents before what they hold."""
    stack: list[Folder | Node] = [folder]
    while stack:
        item = stack.pop()
        yield item
        if isinstance(item, Folder) and item.is_open:
            stack += reversed(item.content)


def _whole(filesystem: Filesystem) -> Folder:
    """The tree with every folder's counts; below a folder of a package only the counts are kept."""
    walk = filesystem.walk()
    root = Folder(next(walk), is_of_package=False)
    stack = [root]
    for node in walk:
        while not _is_below(node.path, stack[-1].node.path):
            _close(stack)
        folder = stack[-1]
        folder.layer = max(folder.layer, node.layer_index)
        if node.kind == DIRECTORY:
            inner = Folder(node, _is_of_package(node.path), layer=node.layer_index)
            if not folder.is_of_package:
                folder.content.append(inner)
            else:
                inner.is_of_package = True
            stack.append(inner)
            continue
        folder.files += 1
        folder.size += node.size if node.kind in (FILE, HARDLINK) else 0
        if not folder.is_of_package:
            folder.content.append(node)
    while len(stack) > 1:
        _close(stack)
    return root


def _close(stack: list[Folder]) -> None:
    """Adds the counts of the last folder to those of the one that holds it."""
    inner = stack.pop()
    outer = stack[-1]
    outer.files += inner.files
    outer.size += inner.size
    outer.layer = max(outer.layer, inner.layer)
    inner.rows += len(inner.content)
    outer.rows += inner.rows


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder if folder == "/" else folder + "/")


def _is_of_package(path: str) -> bool:
    """Whether *path* is a folder directly in one where package managers install, such as ``/usr/share/doc`` or ``site-packages/x``."""
    tree = PACKAGE_TREES.match(path + "/")
    if tree is not None:
        return path.rpartition("/")[0] + "/" == tree.group()
    return _PACKAGE_FOLDER.search(path) is not None
