"""Which nodes of a filesystem fit a condition, found by way of the layers' entries: a Node for each of a million files takes seconds."""

from __future__ import annotations

from collections.abc import Callable

from imginspect.errors import PathError
from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.layer.index import MARKERS, Entry
from imginspect.tar.header import DIRECTORY, HARDLINK


def nodes_where(
    view: View,
    question: str,
    entry_fits: Callable[[Entry], bool],
    node_fits: Callable[[Node], bool],
    *,
    by_attributes: bool = False,
) -> list[Node]:
    """The visible nodes that *node_fits* accepts, by path.

    *entry_fits* must accept the entry of every node that *node_fits* accepts. Where an entry that it accepts is neither found at its own
    path nor among what later layers took away (a link among its parents put it elsewhere), the whole tree is walked instead. What they
    took away may still be there under another name: then hard links are checked no matter what their own entries say. *question* names what
    *entry_fits* asks, all that it goes by included: each layer answers it once, for all images that have the layer.

    *by_attributes* says that modes, owners or extended attributes are asked for. A hard link's header may put others on a file than that
    of the file itself states, so those files are looked at too, under all their names.
    """
    found: dict[str, Node] = {}
    is_gone = _add_nodes(view, question, entry_fits, found)
    if by_attributes and is_gone is not None and view.filesystem.relinked:
        is_gone = _add_relinked(view, found)
    if is_gone:
        is_gone = _add_nodes(view, "hard links", _is_hard_link, found)
    if is_gone is None:
        return sorted(filter(node_fits, view.filesystem.walk()), key=lambda node: node.path)
    return [found[path] for path in sorted(found) if node_fits(found[path])]


def _add_nodes(view: View, question: str, entry_fits: Callable[[Entry], bool], found: dict[str, Node]) -> bool | None:
    """Adds the nodes of the entries that fit, by path. Whether later layers took one away; None where one is somewhere else."""
    is_gone = False
    for index, layer in enumerate(view.layers):
        for ordinal in layer.fitting(question, entry_fits):
            entry = layer.entries[ordinal]
            if entry.kind in MARKERS:
                continue
            node = _node_of(view, entry, index, ordinal)
            if node is not None:
                found[node.path] = node
            elif view.filesystem.is_hidden(index, ordinal):
                is_gone = True
            else:
                return None
    return is_gone


def _add_relinked(view: View, found: dict[str, Node]) -> bool | None:
    """Adds the files whose attributes come from a hard link's header. True, as hard links to them count too; None as for _add_nodes."""
    for layer, ordinal in view.filesystem.relinked:
        node = _node_of(view, view.layers[layer].entries[ordinal], layer, ordinal)
        if node is not None:
            found[node.path] = node
        elif not view.filesystem.is_hidden(layer, ordinal):
            return None
    return True


def _is_hard_link(entry: Entry) -> bool:
    return entry.kind == HARDLINK


def _node_of(view: View, entry: Entry, layer: int, ordinal: int) -> Node | None:
    """The visible node that *entry* made, None where that is not certain."""
    node = view.filesystem.get(entry.path)
    if node is not None and _is_of(node, entry, layer, ordinal):
        return node
    try:
        parent = view.filesystem.resolve(entry.parent).node.path
    except PathError:
        return None
    node = view.filesystem.get(f"{parent.rstrip('/')}/{entry.name}")
    return node if node is not None and _is_of(node, entry, layer, ordinal) else None


def _is_of(node: Node, entry: Entry, layer: int, ordinal: int) -> bool:
    if entry.kind == DIRECTORY:  # later layers repeat the folders that they add to
        return node.kind == DIRECTORY and node.layer_index >= layer
    if entry.kind != HARDLINK and node.content is not None:
        return node.content == (layer, ordinal) and node.kind != HARDLINK
    return (node.kind, node.layer_index) == (entry.kind, layer) and (entry.kind == HARDLINK or node.mode == entry.mode)


def name_of(path: str) -> str:
    """The last name of a path."""
    return path.rpartition("/")[2]
