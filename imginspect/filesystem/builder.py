"""FilesystemBuilder: applies changesets, base first, and freezes into a Filesystem.

Whiteouts hide lower layers only, whatever their position in the tar, and concern the path in the tree that their own layer makes: where it
puts a directory in the place of a link, what the link led to stays. A directory on top of a directory keeps its children; any other change
of type replaces. Parents that are links are followed inside the root, as umoci does. Where runtimes differ, it is said.
Source: OCI image-spec, layer.md, "Applying Changesets", "Whiteouts", "Opaque Whiteout"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from imginspect.errors import LimitExceeded
from imginspect.filesystem import differences
from imginspect.filesystem.filesystem import Filesystem
from imginspect.filesystem.node import DELETED, OVERWRITTEN, Attributes
from imginspect.filesystem.own_entries import OwnEntries
from imginspect.filesystem.tree import Directory, HardLink, Slot, layer_of, layer_of_slot, ordinal_of, reference
from imginspect.layer.index import MARKERS, OPAQUE, WHITEOUT, Entry, LayerIndex
from imginspect.limits import Limits
from imginspect.problems import Problem, Problems, Topic
from imginspect.tar.header import DIRECTORY, HARDLINK, SYMLINK
from imginspect.tar.reader import Extra

_LINK_PARTS = 4
"""Parts of links that may be walked for each entry that an image may have."""
_MOST_ABOVE = 100
"""Directories above a whiteout that are asked whether the layer deletes them: ten times what images have, and the work is bounded."""


class _CannotResolve(Exception):
    """A path whose parents cannot be walked."""


class _Marker(NamedTuple):
    """A whiteout of a layer, the ordinal of its entry, and what it took away under its own name."""

    ordinal: int
    entry: Entry
    taken: Slot | None


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
        self._is_over_link = False
        self._layer = -1
        self._parents: dict[str, Directory] = {}
        self._through_links: dict[str, str] = {}
        self._through_own_links: dict[str, str] = {}
        self._whited_out: dict[tuple[int, str], Slot] = {}
        self._lower: dict[int, tuple[Directory, str]] = {}
        self._implied: dict[int, Directory] = {}
        self._relinked: dict[int, Attributes] = {}

    def apply(self, layer: LayerIndex) -> None:
        """Put *layer* on top of what was applied so far."""
        self._layers.append(layer)
        self._layer = len(self._layers) - 1
        self._parents = {"/": self._root}
        self._through_links = {}
        self._through_own_links = {}
        self._whited_out = {}
        self._lower = {}
        self._implied = {}
        try:
            self._count(0)  # once the limit is met no further layer is applied
            markers = self._apply_whiteouts(layer.entries)
            self._apply_entries(layer.entries)
            self._tell_of_whiteouts(markers)
        except LimitExceeded as error:
            self._note(Topic.UNREAD, None, str(error), unread=True)
        self._tell_of_places()

    def freeze(self) -> Filesystem:
        """The filesystem; the builder is not to be used afterwards."""
        return Filesystem(self._layers, self._root, self._hidden, self._limits, tuple(self._problems.listed()), self._relinked)

    # -- whiteouts ---------------------------------------------------------------------------------------------------

    def _apply_whiteouts(self, entries: Sequence[Entry]) -> list[_Marker]:
        """Take away what the whiteouts among *entries* name; those whiteouts, each with what it took."""
        own = OwnEntries(entries)
        markers: list[_Marker] = []
        for ordinal, entry in enumerate(entries):
            if entry.kind not in (WHITEOUT, OPAQUE):
                continue
            self._count()
            directory = self._marked_directory(entry.parent, ordinal, own)
            taken: Slot | None = None
            if directory is None:
                pass
            elif entry.kind == OPAQUE:
                if directory is self._root and directory.children:
                    self._note(Topic.RUNTIME, "/", differences.OPAQUE_ROOT)
                for name in list(directory.children):
                    self._white_out(directory, name, entry.parent)
            elif entry.name in directory.children:
                taken = self._white_out(directory, entry.name, entry.parent)
            markers.append(_Marker(ordinal, entry, taken))
        self._parents = {"/": self._root}
        return markers

    def _marked_directory(self, path: str, ordinal: int, own: OwnEntries) -> Directory | None:
        """The directory of lower layers at *path* that a whiteout in it concerns; None where there is none."""
        found = self._parents.get(path)
        if found is not None:
            return found
        at = self._root
        parts = path.split("/")
        for number, name in enumerate(parts[1:], start=2):
            slot = at.children.get(name)
            if slot is None:
                return None
            if not isinstance(slot, Directory):
                return self._marked_behind("/".join(parts[:number]), slot, parts[number:], ordinal, own)
            at = slot
            if id(slot) not in self._lower:
                self._lower[id(slot)] = slot, "/".join(parts[:number])
        self._parents[path] = at
        return at

    def _marked_behind(self, here: str, slot: Slot, rest: list[str], ordinal: int, own: OwnEntries) -> Directory | None:
        """The same where *slot*, no directory, is at *here*, and *rest* of the path follows."""
        link = self._link_entry(slot)
        made = own.at(here)
        target = link.link if link is not None else ""
        if own.deletes(here):
            self._note(Topic.RUNTIME, here, differences.marked_in_deleted(here))
            return None
        if made is not None and made[1].kind != SYMLINK:
            if made[0] > ordinal and link is not None:
                self._note(Topic.RUNTIME, here, differences.marked_before_directory(here, target))
            elif made[0] > ordinal or made[1].kind != DIRECTORY:
                self._note(Topic.RUNTIME, here, differences.MARKED_BELOW_FILE)
            return None
        target = made[1].link if made is not None else target
        if not target:
            self._note(Topic.RUNTIME, here, differences.MARKED_BELOW_FILE)
            return None
        self._note(Topic.RUNTIME, here, differences.marked_through_link(here, target))
        start = "" if target.startswith("/") else here.rpartition("/")[0]
        parts = [part for part in target.split("/") if part != "."]
        self._count_links(len(parts))
        try:
            return self._walk_to("/".join([start, *parts, *rest]), make=False)
        except _CannotResolve:
            return None

    def _white_out(self, directory: Directory, name: str, parent: str) -> Slot:
        slot = self._whited_out[id(directory), name] = directory.children.pop(name)
        self._hide(_join(parent, name), slot, DELETED)
        return slot

    def _hide(self, path: str, slot: Slot, state: str) -> None:
        """Take note that *slot* and all below it are not visible any more; nothing changes below it from now on."""
        self._hidden.append((path, slot, state, self._layer))
        if isinstance(slot, Directory):
            self._parents = {"/": self._root}

    def _tell_of_whiteouts(self, markers: Sequence[_Marker]) -> None:
        """Say where the layer itself makes what it deletes, or what it is in: what is there then depends on the runtime."""
        if not markers:
            return
        opaque = {marker.entry.parent for marker in markers if marker.entry.kind == OPAQUE}
        whiteouts = {marker.entry.path for marker in markers if marker.entry.kind == WHITEOUT}
        seen: set[tuple[str, str]] = set()
        above: dict[str, tuple[str, Slot, str | None]] = {}
        for marker in markers:
            entry = marker.entry
            if (entry.parent, entry.name) in seen:
                self._note(Topic.RUNTIME, entry.path, differences.MARKED_TWICE)
            seen.add((entry.parent, entry.name))
            parent = entry.parent.rstrip("/")
            if parent not in above:
                gone = next((path for path in _upwards(parent) if path in whiteouts), None)
                above[parent] = *self._as_far_as_it_goes(parent), gone
            here, folder, gone = above[parent]
            if gone is not None and not self._is_made_before(gone, marker.ordinal):
                self._note(Topic.RUNTIME, gone, differences.marked_in_deleted(gone))
            if not isinstance(folder, Directory):
                if layer_of_slot(folder) == self._layer:
                    self._note(Topic.RUNTIME, here, differences.marked_below_own(here, is_link=self._link_entry(folder) is not None))
                    self._white_out_behind(entry)
            elif here == parent and entry.kind == WHITEOUT:
                made = folder.children.get(entry.name)
                if made is not None and layer_of_slot(made) == self._layer:
                    self._tell_of_making(marker, made, is_opaque=entry.path in opaque)

    def _is_made_before(self, path: str, ordinal: int) -> bool:
        """Whether the layer has an entry for what is at *path* that comes before its entry *ordinal*."""
        here, made = self._as_far_as_it_goes(path)
        ref = made if isinstance(made, int) else made.ref
        return here == path and ref is not None and layer_of(ref) == self._layer and ordinal_of(ref) < ordinal

    def _tell_of_making(self, marker: _Marker, made: Slot, *, is_opaque: bool) -> None:
        """Say where *made*, which the layer makes at the path of a whiteout, depends on the runtime."""
        path = marker.entry.path
        ref = made if isinstance(made, int) else made.ref
        if ref is None or id(made) in self._implied:
            self._note(Topic.RUNTIME, path, differences.MADE_AGAIN_IMPLIED)
        elif ordinal_of(ref) < marker.ordinal:
            self._note(Topic.RUNTIME, path, differences.MADE_BEFORE)
        elif isinstance(made, Directory) and isinstance(marker.taken, Directory) and marker.taken.children and not is_opaque:
            self._note(Topic.RUNTIME, path, differences.MADE_AGAIN)

    def _white_out_behind(self, entry: Entry) -> None:
        """Take away what a whiteout below a link of its own layer names in lower layers."""
        try:
            directory = self._walk_to(entry.parent, make=False)
        except _CannotResolve:
            return
        if directory is not None:
            names = list(directory.children) if entry.kind == OPAQUE else [entry.name]
            for name in names:
                if name in directory.children and layer_of_slot(directory.children[name]) != self._layer:
                    self._white_out(directory, name, entry.parent)

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
            if layer_of(directory.ref) == self._layer:
                self._note(Topic.RUNTIME, entry.path, differences.DIRECTORY_TWICE)
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
        target = self._slot_at(entry)
        if target is not None and target is before:
            return None
        if target is None or isinstance(target, Directory):
            what = "is not there" if target is None else "is a directory"
            self._note(Topic.ENTRIES, entry.path, f"a hard link to {entry.link}, which {what}")
            return HardLink(ref, None)
        shared = target.target if isinstance(target, HardLink) else target
        if shared is not None:
            self._relink(entry, shared)
        return HardLink(ref, shared)

    def _relink(self, entry: Entry, shared: int) -> None:
        """Take note of the attributes that the header of the hard link *entry* puts on the file *shared*."""
        file = self._entry(shared)
        if (entry.mode, entry.uid, entry.gid) == (file.mode, file.uid, file.gid) and entry.extra is None and shared not in self._relinked:
            return
        before = self._relinked.get(shared) or Attributes(file.mode, file.uid, file.gid, file.extra)
        mode = file.mode if file.kind == SYMLINK else entry.mode
        old = dict(before.extra.xattrs) if before.extra is not None else {}
        new = [(key, value) for key, value in entry.extra.xattrs if old.get(key) != value] if entry.extra is not None else []
        if not new and (mode, entry.uid, entry.gid) == before[:3]:
            return
        extra = before.extra
        if new:
            extra = (extra or Extra())._replace(xattrs=tuple(sorted({**old, **dict(new)}.items())))
        after = self._relinked[shared] = Attributes(mode, entry.uid, entry.gid, extra)
        self._note(Topic.RUNTIME, entry.path, differences.link_states_otherwise(after, before, [key for key, _ in new]))

    def _slot_at(self, entry: Entry) -> Slot | None:
        """What is at the path that the hard link *entry* names, last component not followed."""
        parts = _clean(entry.link)
        if not parts:
            return None
        try:
            parent = self._walk_to("/" + "/".join(parts[:-1]), make=False)
        except _CannotResolve:
            return None
        found = parent.children.get(parts[-1]) if parent is not None else None
        if found is None:
            found = self._whited_out_at(parts)
            if found is not None and not isinstance(found, Directory):
                self._note(Topic.RUNTIME, entry.path, differences.links_to_deleted(entry.link))
        elif not isinstance(found, Directory) and layer_of_slot(found) != self._layer:
            self._note(Topic.RUNTIME, entry.path, differences.links_to_lower(entry.link))
        elif self._is_over_link:
            self._note(Topic.RUNTIME, entry.path, differences.links_over_lower_link(entry.link))
        return found

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
                if make and slot.layer != self._layer and id(slot) not in self._lower:
                    self._lower[id(slot)] = slot, "/" + "/".join([part for part, _ in trail])
                continue
            link = self._link_entry(slot) if slot is not None else None
            if slot is not None and link is not None:
                hops += 1
                target = link.link
                if hops > self._limits.link_hops or len(target) >= 4096:
                    raise _CannotResolve(f"more than {self._limits.link_hops} links to follow, or one too long")
                if layer_of_slot(slot) == self._layer:
                    own_link = own_link or target
                else:
                    self._is_over_link = True
                    if make:
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
            self._implied[id(made)] = made
            at.children[name] = made
            trail.append((name, at))
            at = made
        if make and own_link and (at.ref is None or at.layer != self._layer):
            self._through_own_links.setdefault(path, f"a link to {own_link[:200]}")
        return at

    def _tell_of_places(self) -> None:
        """Say where the layer's entries stand in directories that it does not make itself."""
        for found, tell in (
            (self._through_links, differences.placed_through_links),
            (self._through_own_links, differences.placed_through_own_link),
        ):
            if found:
                first = next(iter(found))
                self._note(Topic.RUNTIME, first, tell(first, found[first], len(found)))
        for directory, path in self._lower.values():
            if directory.layer != self._layer and directory.ref is not None:
                entry = self._entry(directory.ref)
                if differences.is_unusual(entry.mode, entry.uid, entry.gid) and self._as_far_as_it_goes(path) == (path, directory):
                    self._note(Topic.RUNTIME, path, differences.implied_parent(Attributes(entry.mode, entry.uid, entry.gid)))

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


def _upwards(path: str) -> Iterator[str]:
    """*path* and the directories above it but the root, the nearest first."""
    for _ in range(_MOST_ABOVE):
        if not path:
            return
        yield path
        path = path.rpartition("/")[0]


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
