"""Filesystem: what a container made from the image would see, and what its layers hide. Frozen; Nodes are made on lookup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import NamedTuple

from imginspect.errors import PathError
from imginspect.filesystem.node import Attributes, FileState, Hidden, Node
from imginspect.filesystem.tree import Directory, HardLink, Slot, layer_of, ordinal_of, reference
from imginspect.layer.index import LayerIndex
from imginspect.limits import PATH_MAX, Limits
from imginspect.problems import Problem
from imginspect.tar.header import DIRECTORY, HARDLINK, SYMLINK


class NodeNotFound(PathError, FileNotFoundError):
    """Nothing is at that path."""


class NotADirectory(PathError, NotADirectoryError):
    """A part of the path is no directory."""


class LinkLoop(PathError):
    """More symbolic links than Linux follows, or links in a loop."""


class Resolution(NamedTuple):
    """Where a path leads: the node, and the links that were followed on the way, in order."""

    node: Node
    links: tuple[Node, ...]


class Filesystem:
    """The result of applying all layers. Paths are absolute; links are never followed out of the root."""

    def __init__(
        self,
        layers: Sequence[LayerIndex],
        root: Directory,
        hidden: list[tuple[str, Slot, FileState, int]],
        limits: Limits,
        problems: tuple[Problem, ...],
        relinked: Mapping[int, Attributes] | None = None,
    ) -> None:
        self._layers = layers
        self._root = root
        self._hidden = hidden
        self._limits = limits
        self._relinked = relinked or {}
        self.problems = problems

    @property
    def layers(self) -> Sequence[LayerIndex]:
        """What was applied, base first."""
        return self._layers

    @property
    def relinked(self) -> list[tuple[int, int]]:
        """The (layer, ordinal) of each file whose attributes come from the header of a hard link to it."""
        return [(layer_of(ref), ordinal_of(ref)) for ref in self._relinked]

    def get(self, path: str) -> Node | None:
        """The node at exactly *path*: no link is followed, not even in its parents."""
        slot: Slot = self._root
        for part in _parts(path):
            if not isinstance(slot, Directory) or part not in slot.children:
                return None
            slot = slot.children[part]
        return self._node("/" + "/".join(_parts(path)), slot)

    def resolve(self, path: str, *, follow_last: bool = True) -> Resolution:
        """The node that *path* leads to when links are followed as a container would, and the links walked.

        Raises: NodeNotFound, NotADirectory, LinkLoop
        """
        remaining = list(reversed(_parts(path, keep_dots=True)))
        trail: list[tuple[str, Directory]] = []
        at: Slot = self._root
        links: list[Node] = []
        while remaining:
            part = remaining.pop()
            if not isinstance(at, Directory):
                raise NotADirectory(f"{_path(trail)} is not a directory (on the path to {path})")
            if part == "..":
                at = trail.pop()[1] if trail else self._root
                continue
            child = at.children.get(part)
            if child is None:
                raise NodeNotFound(f"{_path(trail, part)} does not exist" + (f" (on the path to {path})" if remaining or links else ""))
            if not isinstance(child, Directory) and (remaining or follow_last):
                node = self._node(_path(trail, part), child)
                if node.kind == SYMLINK:
                    links.append(node)
                    if len(links) > self._limits.link_hops or len(node.link_target) >= PATH_MAX:
                        raise LinkLoop(f"{path}: too many links (more than {self._limits.link_hops})")
                    if node.link_target.startswith("/"):
                        trail, at = [], self._root
                    remaining += reversed(_parts(node.link_target, keep_dots=True))
                    continue
            trail.append((part, at))
            at = child
        return Resolution(self._node(_path(trail), at), tuple(links))

    def children(self, path: str) -> list[Node]:
        """The nodes directly in the directory *path* (links in it are not followed), by name.

        Raises: NodeNotFound, NotADirectory
        """
        slot = self._slot(path)
        if slot is None:
            raise NodeNotFound(f"{path} does not exist")
        if not isinstance(slot, Directory):
            raise NotADirectory(f"{path} is not a directory")
        base = "/" + "/".join(_parts(path))
        return [self._node(_join(base, name), slot.children[name]) for name in sorted(slot.children)]

    def walk(self, path: str = "/") -> Iterator[Node]:
        """The node at *path* and all below it, parents before children, by name; nothing where *path* does not exist."""
        slot = self._slot(path)
        if slot is None:
            return
        stack: list[tuple[str, Slot]] = [("/" + "/".join(_parts(path)), slot)]
        while stack:
            here, item = stack.pop()
            yield self._node(here, item)
            if isinstance(item, Directory):
                stack += [(_join(here, name), item.children[name]) for name in sorted(item.children, reverse=True)]

    def glob(self, pattern: str) -> Iterator[Node]:
        """Nodes whose name matches *pattern* (case counts); a pattern with a slash is matched against the whole path."""
        return (node for node in self.walk() if matches(node.path, pattern))

    def hidden(self) -> Iterator[Hidden]:
        """Every node that a later layer overwrote or deleted, in the order in which that happened."""
        for path, top, state, by_layer in self._hidden:
            stack = [(path, top)]
            while stack:
                here, slot = stack.pop()
                yield Hidden(self._node(here, slot), state, by_layer)
                if isinstance(slot, Directory):
                    stack += [(_join(here, name), child) for name, child in reversed(slot.children.items())]

    def history(self, path: str) -> list[Hidden]:
        """What was at *path* and is not visible any more, oldest first."""
        wanted = "/" + "/".join(_parts(path))
        found = []
        for hidden, top, state, layer in self._hidden:
            slot: Slot | None = None
            if hidden == wanted:
                slot = top
            elif wanted.startswith(hidden + "/"):
                slot = _below(top, _parts(wanted[len(hidden) :]))
            if slot is not None:
                found.append(Hidden(self._node(wanted, slot), state, layer))
        return found

    def hidden_count(self) -> int:
        """How many nodes ``hidden`` gives."""
        return sum(1 for _ in self._hidden_slots())

    def is_hidden(self, layer: int, ordinal: int) -> bool:
        """Whether entry *ordinal* of *layer* made a node that is not visible any more."""
        return reference(layer, ordinal) in self._hidden_references

    @cached_property
    def _hidden_references(self) -> frozenset[int | None]:
        return frozenset(slot if isinstance(slot, int) else slot.ref for slot in self._hidden_slots())

    def wasted_bytes(self) -> dict[int, int]:
        """Bytes of files of each layer that later layers overwrote or deleted: they are in the image and no container sees them."""
        wasted: dict[int, int] = {}
        for slot in self._hidden_slots():
            if isinstance(slot, int):
                layer = layer_of(slot)
                wasted[layer] = wasted.get(layer, 0) + self._layers[layer].entries[ordinal_of(slot)].size
        return wasted

    def node_count(self) -> int:
        """How many nodes are visible, the root included."""
        count = 1
        stack = [self._root]
        while stack:
            children = stack.pop().children.values()
            count += len(children)
            stack += [child for child in children if isinstance(child, Directory)]
        return count

    # ----------------------------------------------------------------------------------------------------------------

    def _slot(self, path: str) -> Slot | None:
        return _below(self._root, _parts(path))

    def _hidden_slots(self) -> Iterator[Slot]:
        for _, top, _, _ in self._hidden:
            stack = [top]
            while stack:
                slot = stack.pop()
                yield slot
                if isinstance(slot, Directory):
                    stack += slot.children.values()

    def _node(self, path: str, slot: Slot) -> Node:
        if isinstance(slot, Directory) and slot.ref is None:
            return Node(path, DIRECTORY, 0o755, 0, 0, 0, 0, "", slot.layer, None, "", None, None, is_implied=True)
        if isinstance(slot, HardLink):
            return self._hard_link(path, slot)
        ref = slot.ref if isinstance(slot, Directory) else slot
        assert ref is not None
        layer, ordinal = layer_of(ref), ordinal_of(ref)
        entry = self._layers[layer].entries[ordinal]
        content = (layer, ordinal) if entry.digest is not None else None
        node = Node(
            path, entry.kind, entry.mode, entry.uid, entry.gid, entry.size, entry.mtime, entry.link, layer, entry.digest,
            entry.content_class, content, entry.extra,
        )  # fmt: skip
        linked = self._relinked.get(ref)
        if linked is None:
            return node
        return node._replace(mode=linked.mode, uid=linked.uid, gid=linked.gid, extra=linked.extra, stated=node.attributes)

    def _hard_link(self, path: str, slot: HardLink) -> Node:
        own = self._layers[layer_of(slot.ref)].entries[ordinal_of(slot.ref)]
        target = "/" + "/".join(_parts(own.link))
        if slot.target is None:
            return Node(path, HARDLINK, own.mode, own.uid, own.gid, 0, own.mtime, target, layer_of(slot.ref), None, "", None, own.extra)
        shared = self._node(path, slot.target)
        if shared.kind == SYMLINK:  # it is that link under another name: its text is where it leads
            return shared._replace(layer_index=layer_of(slot.ref))
        return shared._replace(kind=HARDLINK, link_target=target, layer_index=layer_of(slot.ref))


def matches(path: str, pattern: str) -> bool:
    """Whether *path* fits a glob: by its last name, or as a whole where the pattern holds a slash."""
    return fnmatchcase(path if "/" in pattern else path.rpartition("/")[2], pattern)


def _parts(path: str, *, keep_dots: bool = False) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".") and (keep_dots or part != "..")]


def _below(slot: Slot | None, parts: list[str]) -> Slot | None:
    for part in parts:
        if not isinstance(slot, Directory):
            return None
        slot = slot.children.get(part)
    return slot


def _join(parent: str, name: str) -> str:
    return f"/{name}" if parent == "/" else f"{parent}/{name}"


def _path(trail: list[tuple[str, Directory]], last: str = "") -> str:
    return "/" + "/".join([name for name, _ in trail] + ([last] if last else []))
