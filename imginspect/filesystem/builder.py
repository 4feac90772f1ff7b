"""FilesystemBuilder: applies changesets, base first, and freezes into a Filesystem.

Whiteouts hide lower layers only, wherever they are in the tar, and concern the path in the tree that their own layer makes: where it
puts a directory in the place of a link, what the link led to stays. A directory on top of a directory keeps its children; any other change
of type replaces. Parents that are links are followed inside the root, as umoci does. Where runtimes differ, it is said.
Source: OCI image-spec, layer.md, "Applying Changesets", "Whiteouts", "Opaque Whiteout"
"""

from __future__ import annotations

from collections.abc import Sequence

from imginspect.errors import LimitExceeded
from imginspect.filesystem import differences
from imginspect.filesystem.filesystem import Filesystem
from imginspect.filesystem.node import Attributes, FileState
from imginspect.filesystem.tree import Directory, HardLink, Slot, layer_of, layer_of_slot, reference
from imginspect.filesystem.walking import CannotResolve
from imginspect.filesystem.whiteouts import Whiteouts
from imginspect.layer.index import MARKERS, Entry, LayerIndex
from imginspect.problems import Topic
from imginspect.tar.header import DIRECTORY, HARDLINK, SYMLINK
from imginspect.tar.reader import Extra


class FilesystemBuilder(Whiteouts):
    """Collects the layers of one image. *layers* may grow as long as ``freeze`` was not called."""

    def apply(self, layer: LayerIndex) -> None:
        """Put *layer* on top of what was applied so far."""
        self._layers.append(layer)
        self._layer = len(self._layers) - 1
        self._parents = {"/": self._root}
        self._through_links = {}
        self._through_own_links = {}
        self._whited_out = {}
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
                    self._note(Topic.ENTRIES, "/", f"a {kind} in place of the root directory; it is left out")
                continue
            parent = parents.get(entry.parent)
            if parent is None:
                try:
                    parent = self._walk_to(entry.parent, make=True)
                except CannotResolve as error:
                    self._note(Topic.ENTRIES, entry.path, f"its path cannot be resolved: {error}")
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
                self._hidden.append((entry.path, directory.ref, FileState.OVERWRITTEN, self._layer))
        directory.ref, directory.layer = ref, self._layer

    def _replace(self, entry: Entry, before: Slot) -> None:
        if layer_of_slot(before) == self._layer:
            self._note(Topic.ENTRIES, entry.path, "the layer has this path more than once; the last entry counts, as on unpacking")
        self._hide(entry.path, before, FileState.OVERWRITTEN)
        if self._link_entry(before) is not None:
            self._parents = {"/": self._root}

    def _hard_link(self, entry: Entry, ref: int, before: Slot | None) -> HardLink | None:
        """The hard link that *entry* makes; None where it links a path to itself, which changes nothing."""
        target = self._slot_at(entry)
        if target is not None and target is before:
            return None
        if target is None or isinstance(target, Directory):
            what = "does not exist" if target is None else "is a directory"
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
        except CannotResolve:
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

    def _tell_of_places(self) -> None:
        """Note where the layer's entries are in directories that it does not create itself."""
        for found, tell in (
            (self._through_links, differences.placed_through_links),
            (self._through_own_links, differences.placed_through_own_link),
        ):
            if found:
                first = next(iter(found))
                self._note(Topic.RUNTIME, first, tell(first, found[first], len(found)))


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
