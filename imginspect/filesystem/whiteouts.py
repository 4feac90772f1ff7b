"""Whiteouts: takes away what a layer's whiteouts name in the layers below it, and says where runtimes would take away something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from imginspect.filesystem import differences
from imginspect.filesystem.node import FileState
from imginspect.filesystem.own_entries import OwnEntries
from imginspect.filesystem.tree import Directory, Slot, layer_of, layer_of_slot, ordinal_of
from imginspect.filesystem.walking import CannotResolve, LayerWalk
from imginspect.layer.index import OPAQUE, WHITEOUT, Entry
from imginspect.problems import Topic
from imginspect.tar.header import DIRECTORY, SYMLINK

_MOST_ABOVE = 100
"""Directories above a whiteout that are asked whether the layer deletes them: ten times what images have. Any more are noted."""


class Marker(NamedTuple):
    """A whiteout of a layer, the ordinal of its entry, and what it took away under its own name."""

    ordinal: int
    entry: Entry
    taken: Slot | None


class Whiteouts(LayerWalk):
    """The part of the builder that applies whiteouts."""

    def _apply_whiteouts(self, entries: Sequence[Entry]) -> list[Marker]:
        """Take away what the whiteouts among *entries* name; those whiteouts, each with what it took."""
        own = OwnEntries(entries)
        markers: list[Marker] = []
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
            markers.append(Marker(ordinal, entry, taken))
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
        if made is None:  # what some runtimes go on showing is shown: nothing that may run is left out
            self._note(Topic.RUNTIME, here, differences.marked_through_lower_link(here, target))
            return None
        self._note(Topic.RUNTIME, here, differences.marked_through_link(here, target))
        start = "" if target.startswith("/") else here.rpartition("/")[0]
        parts = [part for part in target.split("/") if part != "."]
        self._count_links(len(parts))
        try:
            return self._walk_to("/".join([start, *parts, *rest]), make=False)
        except CannotResolve:
            return None

    def _white_out(self, directory: Directory, name: str, parent: str) -> Slot:
        slot = self._whited_out[id(directory), name] = directory.children.pop(name)
        self._hide(_join(parent, name), slot, FileState.DELETED)
        return slot

    def _tell_of_whiteouts(self, markers: Sequence[Marker]) -> None:
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
                if parent.count("/") > _MOST_ABOVE:
                    self._note(Topic.RUNTIME, entry.path, differences.marked_too_deep(_MOST_ABOVE))
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

    def _tell_of_making(self, marker: Marker, made: Slot, *, is_opaque: bool) -> None:
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
        except CannotResolve:
            return
        if directory is not None:
            names = list(directory.children) if entry.kind == OPAQUE else [entry.name]
            for name in names:
                if name in directory.children and layer_of_slot(directory.children[name]) != self._layer:
                    self._white_out(directory, name, entry.parent)


def _upwards(path: str) -> Iterator[str]:
    """*path* and the directories above it but the root, the nearest first."""
    for _ in range(_MOST_ABOVE):
        if not path:
            return
        yield path
        path = path.rpartition("/")[0]


def _join(parent: str, name: str) -> str:
    return f"/{name}" if parent == "/" else f"{parent}/{name}"
