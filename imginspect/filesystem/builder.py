"""FilesystemBuilder: applies changesets, base first, and freezes into a Filesystem.

Whiteouts hide lower layers only, whatever their position in the tar. A directory on top of a directory keeps its children; any other
change of type replaces. Parents that are links are followed inside the root, as umoci does; where the link comes from a lower layer
runtimes differ (an overlay of separately unpacked layers replaces the link by a directory), and that is said.
Source: OCI image-spec, layer.md, "Applying Changesets", "Whiteouts", "Opaque Whiteout"
"""

from __future__ import annotations

from collections.abc import Sequence

from imginspect.errors import LimitExceeded
from imginspect.filesystem.filesystem import Filesystem
from imginspect.filesystem.node import DELETED, OVERWRITTEN
from imginspect.filesystem.tree import Directory, HardLink, Slot, layer_of, layer_of_slot, ordinal_of, reference
from imginspect.layer.index import MARKERS, OPAQUE, WHITEOUT, Entry, LayerIndex
from imginspect.limits import Limits
from imginspect.problems import Problem, Problems, Topic
from imginspect.tar.header import DIRECTORY, HARDLINK, SYMLINK

_LINK_PARTS = 4
"""Parts of links that may be walked for each entry that an image may have."""


class _CannotResolve(Exception):
    """A path whose parents cannot be walked."""


class FilesystemBuilder:
    """Collects the layers of one image. *layers* may grow as long as ``freeze`` was not called."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._layers: list[LayerIndex] = []
        self._root = Directory(None, 0)
        self._hidden: list[tuple[str, Slot, str, int]] = []
        self._problems = Problems(limits.problems)
        self._nodes = 0
        self._link_parts = 0
        self._layer = -1
        self._parents: dict[str, Directory] = {}
        self._through_links: dict[str, str] = {}
        self._whited_out: dict[tuple[int, str], Slot] = {}

    def apply(self, layer: LayerIndex) -> None:
        """Put *layer* on top of what was applied so far."""
        self._layers.append(layer)
        self._layer = len(self._layers) - 1
        self._parents = {"/": self._root}
        self._through_links = {}
        self._whited_out = {}
        try:
            self._count(0)  # once the limit is met no further layer is applied
            self._apply_whiteouts(layer.entries)
            self._apply_entries(layer.entries)
        except LimitExceeded as error:
            self._note(Topic.UNREAD, None, str(error), unread=True)
        if self._through_links:
            first = next(iter(self._through_links))
            self._note(
                Topic.RUNTIME,
                first,
                f"{len(self._through_links):,} of its directories are reached through a link of a lower layer "
                f"({first} is {self._through_links[first]}): some runtimes follow the link, others put a directory in its place",
            )

    def freeze(self) -> Filesystem:
        """The filesystem; the builder is not to be used afterwards."""
        return Filesystem(self._layers, self._root, self._hidden, self._limits, tuple(self._problems.listed()))

    # -- whiteouts ---------------------------------------------------------------------------------------------------

    def _apply_whiteouts(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.kind not in (WHITEOUT, OPAQUE):
                continue
            self._count()
            directory = self._existing_directory(entry.parent)
            if directory is None:
                continue
            if entry.kind == OPAQUE:
                for name in list(directory.children):
                    self._white_out(directory, name, entry.parent)
            elif entry.name in directory.children:
                self._white_out(directory, entry.name, entry.parent)
        self._parents = {"/": self._root}

    def _existing_directory(self, path: str) -> Directory | None:
        cached = self._parents.get(path)
        if cached is None:
            try:
                cached = self._walk_to(path, make=False)
            except _CannotResolve:
                return None
            if cached is not None:
                self._parents[path] = cached
        return cached

    def _white_out(self, directory: Directory, name: str, parent: str) -> None:
        slot = self._whited_out[id(directory), name] = directory.children.pop(name)
        self._hide(_join(parent, name), slot, DELETED)

    def _hide(self, path: str, slot: Slot, state: str) -> None:
        """Take note that *slot* and all below it are not visible any more; nothing changes below it from now on."""
        self._hidden.append((path, slot, state, self._layer))
        if isinstance(slot, Directory):
            self._parents = {"/": self._root}

    # -- entries -----------------------------------------------------------------------------------------------------

    def _apply_entries(self, entries: Sequence[Entry]) -> None:
        parents = self._parents
        layer = self._layer
        for ordinal, entry in enumerate(entries):
            kind = entry.kind
            if kind in MARKERS:
                continue
            self._count()
            ref = reference(layer, ordinal)
            if not entry.name:
                if kind == DIRECTORY:
                    self._update(self._root, entry, ref)
                else:
                    self._note(Topic.ENTRIES, "/", f"a {kind} in the place of the root directory: it is left out")
                continue
            parent = parents.get(entry.parent)
            if parent is None:
                try:
                    parent = self._walk_to(entry.parent, make=True)
                except _CannotResolve as error:
                    self._note(Topic.ENTRIES, entry.path, f"it cannot be placed: {error}")
                    continue
                assert parent is not None
                parents = self._parents
                parents[entry.parent] = parent
            before = parent.children.get(entry.name)
            slot: Slot
            if kind == DIRECTORY:
                if isinstance(before, Directory):
                    self._update(before, entry, ref)
                    continue
                slot = Directory(ref, layer)
            elif kind == HARDLINK:
                made = self._hard_link(entry, ref, before)
                if made is None:
                    continue
                slot = made
            else:
                slot = ref
            if before is not None:
                self._replace(entry, before)
                parents = self._parents
            parent.children[entry.name] = slot

    def _update(self, directory: Directory, entry: Entry, ref: int) -> None:
        """A directory on top of a directory: children stay; a change of owner or mode is part of the path's history."""
        if directory.ref is not None:
            old = self._entry(directory.ref)
            if (old.mode, old.uid, old.gid) != (entry.mode, entry.uid, entry.gid):
                self._hidden.append((entry.path, directory.ref, OVERWRITTEN, self._layer))
        directory.ref, directory.layer = ref, self._layer

    def _replace(self, entry: Entry, before: Slot) -> None:
        if layer_of_slot(before) == self._layer:
            self._note(Topic.ENTRIES, entry.path, "the layer holds this path more than once; the last one counts, as when it is unpacked")
        self._hide(entry.path, before, OVERWRITTEN)
        if self._link_entry(before) is not None:
            self._parents = {"/": self._root}

    def _link_entry(self, slot: Slot) -> Entry | None:
        """The entry of the symbolic link that *slot* is, under its own name or as a hard link to one; None for anything else."""
        ref = slot.target if isinstance(slot, HardLink) else slot
        if not isinstance(ref, int):
            return None
        entry = self._entry(ref)
        return entry if entry.kind == SYMLINK else None

    def _hard_link(self, entry: Entry, ref: int, before: Slot | None) -> HardLink | None:
        """The hard link that *entry* makes; None where it links a path to itself, which changes nothing."""
        target = self._slot_at(entry.link)
        if target is not None and target is before:
            return None
        if target is None or isinstance(target, Directory):
            what = "is not there" if target is None else "is a directory"
            self._note(Topic.ENTRIES, entry.path, f"a hard link to {entry.link}, which {what}")
            return HardLink(ref, None)
        return HardLink(ref, target.target if isinstance(target, HardLink) else target)

    def _slot_at(self, link: str) -> Slot | None:
        """What is at the path that a hard link names, last component not followed."""
        parts = _clean(link)
        if not parts:
            return None
        try:
            parent = self._walk_to("/" + "/".join(parts[:-1]), make=False)
        except _CannotResolve:
            return None
        found = parent.children.get(parts[-1]) if parent is not None else None
        return found if found is not None else self._whited_out_at(parts)

    def _whited_out_at(self, parts: list[str]) -> Slot | None:
        """What was at *parts* before this layer's whiteouts: a hard link may name it, as where the link comes before the whiteout."""
        slot: Slot | None = self._root
        for part in parts:
            if not isinstance(slot, Directory):
                return None
            before = self._whited_out.get((id(slot), part))
            slot = slot.children.get(part) if before is None else before
        return slot

    # -- paths -------------------------------------------------------------------------------------------------------

    def _walk_to(self, path: str, *, make: bool) -> Directory | None:
        """The directory at *path*, links followed inside the root. With *make* what is missing is made, else None is given.

        Raises: _CannotResolve - too many links
        """
        parts = [part for part in reversed(path.split("/")) if part]
        trail: list[tuple[str, Directory]] = []
        at = self._root
        hops = 0
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
                    raise _CannotResolve(f"more than {self._limits.link_hops} links to follow, or one too long")
                if make and layer_of_slot(slot) != self._layer:
                    self._through_links.setdefault(path, f"a link to {target[:200]}")
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
                self._note(Topic.ENTRIES, here, "the layer puts entries below what is no directory; a directory takes its place")
                self._hide(here, slot, OVERWRITTEN)
            self._count()
            made = Directory(None, self._layer)
            at.children[name] = made
            trail.append((name, at))
            at = made
        return at

    def _count(self, more: int = 1) -> None:
        self._nodes += more
        if self._nodes > self._limits.entries:
            raise LimitExceeded("entries", self._limits.entries, "files and directories of the image")

    def _count_links(self, parts: int) -> None:
        """Links that lead through links cost forty times two thousand steps for each path below them: what they cost in all is bounded."""
        self._link_parts += parts
        if self._link_parts > _LINK_PARTS * self._limits.entries:
            raise LimitExceeded("entries", self._limits.entries, f"{self._link_parts:,} parts of links, {_LINK_PARTS} for each entry")

    def _entry(self, ref: int) -> Entry:
        return self._layers[layer_of(ref)].entries[ordinal_of(ref)]

    def _note(self, topic: Topic, path: str | None, what: str, *, unread: bool = False) -> None:
        self._problems.add(Problem(topic, f"layer {self._layer}", what, layer_index=self._layer, path=path, unread=unread))


def _join(parent: str, name: str) -> str:
    return f"/{name}" if parent == "/" else f"{parent}/{name}"


def _clean(link: str) -> list[str]:
    """The parts of a hard link's target, ``.`` and ``..`` resolved by text, as container runtimes do."""
    parts: list[str] = []
    for part in link.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return parts
