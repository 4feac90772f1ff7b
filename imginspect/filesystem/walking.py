"""LayerWalk: the tree that layers are applied to, the walk through it, and what both cost."""

from __future__ import annotations

from imginspect.errors import LimitExceeded
from imginspect.filesystem.node import Attributes, FileState
from imginspect.filesystem.tree import Directory, HardLink, Slot, layer_of, layer_of_slot, ordinal_of
from imginspect.layer.index import Entry, LayerIndex
from imginspect.limits import Limits
from imginspect.problems import Problem, Problems, Topic
from imginspect.tar.header import SYMLINK
from imginspect.wording import cut

_LINK_PARTS = 4
"""Parts of links that may be walked for each entry that an image may have."""


class CannotResolve(Exception):
    """A path whose parents cannot be walked."""


class LayerWalk:
    """The mutable tree, with what is known of the layer that is being applied."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._layers: list[LayerIndex] = []
        self._root = Directory(None, 0)
        self._hidden: list[tuple[str, Slot, FileState, int]] = []
        self._problems = Problems(limits.problems)
        self._nodes = 0
        self._link_parts = 0
        self._is_over_link = False
        self._layer = -1
        self._parents: dict[str, Directory] = {}
        self._through_links: dict[str, str] = {}
        self._through_own_links: dict[str, str] = {}
        self._whited_out: dict[tuple[int, str], Slot] = {}
        self._implied: dict[int, Directory] = {}
        self._relinked: dict[int, Attributes] = {}

    def _hide(self, path: str, slot: Slot, state: FileState) -> None:
        """Take note that *slot* and all below it are not visible any more; nothing changes below it from now on."""
        self._hidden.append((path, slot, state, self._layer))
        if isinstance(slot, Directory):
            self._parents = {"/": self._root}

    def _link_entry(self, slot: Slot) -> Entry | None:
        """The entry of the symbolic link that *slot* is, under its own name or as a hard link to one; None for anything else."""
        ref = slot.target if isinstance(slot, HardLink) else slot
        if not isinstance(ref, int):
            return None
        entry = self._entry(ref)
        return entry if entry.kind == SYMLINK else None

    def _as_far_as_it_goes(self, path: str) -> tuple[str, Slot]:
        """The longest part of *path* at which there is something, and that; no link is followed."""
        slot: Slot = self._root
        parts = path.split("/")
        for number, part in enumerate(parts[1:], start=1):
            child = slot.children.get(part) if isinstance(slot, Directory) else None
            if child is None:
                return "/".join(parts[:number]), slot
            slot = child
        return path, slot

    def _walk_to(self, path: str, *, make: bool) -> Directory | None:
        """The directory at *path*, links followed inside the root. With *make* what is missing is made, else None is given.

        Raises: CannotResolve - too many links
        """
        parts = [part for part in reversed(path.split("/")) if part]
        trail: list[tuple[str, Directory]] = []
        at = self._root
        hops = 0
        own_link = ""
        self._is_over_link = False
        while parts:
            name = parts.pop()
            if name == "..":
                at = trail.pop()[1] if trail else self._root
                continue
            slot = at.children.get(name)
            if isinstance(slot, Directory):
                trail.append((name, at))
                at = slot
                continue
            link = self._link_entry(slot) if slot is not None else None
            if slot is not None and link is not None:
                hops += 1
                target = link.link
                if hops > self._limits.link_hops or len(target) >= 4096:
                    raise CannotResolve(f"too many links (more than {self._limits.link_hops}), or one that is too long")
                if layer_of_slot(slot) == self._layer:
                    own_link = own_link or target
                else:
                    self._is_over_link = True
                    if make:
                        self._through_links.setdefault(path, f"a link to {cut(target)}")
                if target.startswith("/"):
                    trail, at = [], self._root
                more = [part for part in reversed(target.split("/")) if part not in ("", ".")]
                self._count_links(len(more))
                parts += more
                continue
            if not make:
                return None
            if slot is not None:
                here = "/" + "/".join([*(part for part, _ in trail), name])
                self._note(Topic.ENTRIES, here, "the layer has entries below a path that is not a directory; a directory replaces it")
                self._hide(here, slot, FileState.OVERWRITTEN)
            self._count()
            made = Directory(None, self._layer)
            self._implied[id(made)] = made
            at.children[name] = made
            trail.append((name, at))
            at = made
        if make and own_link and (at.ref is None or at.layer != self._layer):
            self._through_own_links.setdefault(path, f"a link to {cut(own_link)}")
        return at

    def _count(self, more: int = 1) -> None:
        self._nodes += more
        if self._nodes > self._limits.entries:
            raise LimitExceeded("entries", self._limits.entries, "files and directories of the image")

    def _count_links(self, parts: int) -> None:
        """Bound the total cost of links: one through others may cost 40 times 2,000 steps for each path below it."""
        self._link_parts += parts
        if self._link_parts > _LINK_PARTS * self._limits.entries:
            raise LimitExceeded("entries", self._limits.entries, f"{self._link_parts:,} path parts in links, {_LINK_PARTS} for each entry")

    def _entry(self, ref: int) -> Entry:
        return self._layers[layer_of(ref)].entries[ordinal_of(ref)]

    def _note(self, topic: Topic, path: str | None, what: str, *, unread: bool = False) -> None:
        self._problems.add(Problem(topic, f"layer {self._layer}", what, layer_index=self._layer, path=path, unread=unread))
