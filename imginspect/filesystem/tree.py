"""The mutable tree behind a Filesystem: directories as dicts of names, files as numbers into layer indexes.

A reference is ``layer << 40 | ordinal``: the entry's place. A node costs one dict slot and one int.
"""

from __future__ import annotations

from typing import TypeAlias

_SHIFT = 40
_MASK = (1 << _SHIFT) - 1


def reference(layer_index: int, ordinal: int) -> int:
    """The reference of entry *ordinal* of layer *layer_index*."""
    return layer_index << _SHIFT | ordinal


def layer_of(ref: int) -> int:
    """The layer index of a reference."""
    return ref >> _SHIFT


def ordinal_of(ref: int) -> int:
    """The entry's ordinal of a reference."""
    return ref & _MASK


class Directory:
    """A directory: the reference of its entry (None where it is only implied), the layer that made it, and its children."""

    __slots__ = ("children", "layer", "ref")

    def __init__(self, ref: int | None, layer: int) -> None:
        self.ref = ref
        self.layer = layer
        self.children: dict[str, Slot] = {}


class HardLink:
    """A hard link: the reference of its own entry, and that of the file whose content it shares (None where there is none)."""

    __slots__ = ("ref", "target")

    def __init__(self, ref: int, target: int | None) -> None:
        self.ref = ref
        self.target = target


Slot: TypeAlias = "Directory | HardLink | int"
"""What a directory holds under a name; an int is the reference of anything that is no directory and no hard link."""


def layer_of_slot(slot: Slot) -> int:
    """The layer that made *slot* what it is."""
    if isinstance(slot, Directory):
        return slot.layer
    return layer_of(slot.ref if isinstance(slot, HardLink) else slot)
