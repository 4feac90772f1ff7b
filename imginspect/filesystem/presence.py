"""Presence: whether the content of a layer's entry is what a container sees, or who took it away; it is in the image either way."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from imginspect.filesystem.node import FileState
from imginspect.filesystem.view import View
from imginspect.tar.header import HARDLINK


class EntryState(NamedTuple):
    """The state of an entry's content; *by_layer* is the layer that hid it.

    *path* is where it is, or was: for a file whose own name is gone and that a hard link still shows, the link's.
    """

    state: FileState
    path: str
    by_layer: int | None = None


class Presence:
    """Answers for one image."""

    def __init__(self, view: View) -> None:
        self._view = view

    def of(self, layer: int, ordinal: int) -> EntryState:
        """The state of entry *ordinal* of layer *layer*."""
        path = self._view.layers[layer].entries[ordinal].path
        node = self._view.filesystem.get(path)
        if node is not None and node.content == (layer, ordinal):
            return EntryState(FileState.VISIBLE, path)
        linked = self._links.get((layer, ordinal))
        if linked is not None:
            return EntryState(FileState.VISIBLE, linked)
        for hidden in self._view.filesystem.history(path):
            if hidden.node.content == (layer, ordinal):
                return EntryState(hidden.state, path, hidden.by_layer)
        return EntryState(FileState.UNSEEN, path)

    @cached_property
    def _links(self) -> dict[tuple[int, int], str]:
        """The first visible hard link to each content that has one."""
        found: dict[tuple[int, int], str] = {}
        for node in self._view.filesystem.walk():
            if node.kind == HARDLINK and node.content is not None:
                found.setdefault(node.content, node.path)
        return found
