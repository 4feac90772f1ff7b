"""The layouts of archives. A new one is a module with a ``LAYOUT`` and a line in ``_MODULES``."""

from __future__ import annotations

from importlib import import_module

from imginspect.archive.directory_members import DirectoryMembers
from imginspect.archive.identify import EACH_OF_A_FOLDER, identify_members
from imginspect.archive.layout import Layout, PlacedLayout, Prefix, Probe, UnsupportedFormat
from imginspect.archive.members import Members
from imginspect.limits import Limits

_MODULES = (
    "docker_with_layout",
    "docker_with_index",
    "docker_archive",
    "plain_directory",
    "oci_layout",
    "registry",
)
"""In the order in which they are tried."""


def _layout(module: str) -> Layout:
    layout: Layout = import_module(f"imginspect.archive.{module}").LAYOUT
    return layout


LAYOUTS = tuple(_layout(module) for module in _MODULES)
"""All layouts, in the order in which they are tried."""


def prefixes() -> dict[str, Prefix]:
    """The prefixes of all layouts by their names."""
    return {prefix.name: prefix for layout in LAYOUTS for prefix in layout.prefixes}


def find_layout(members: Members, limits: Limits) -> PlacedLayout:
    """The layout of *members*, at the top or below one folder.

    Raises: UnsupportedFormat
    """
    at_top = _layout_at(Probe(members, "", limits))
    if at_top:
        return at_top
    below = [found for child in members.children("") if (found := _layout_at(Probe(members, child + "/", limits)))]
    if len(below) == 1:
        return below[0]
    if below:
        names = ", ".join(found.top.rstrip("/") for found in below[:5])
        more = ", …" if len(below) > 5 else ""
        raise UnsupportedFormat(
            f"it contains {len(below)} images side by side, in the directories {names}{more}: name one of them{_or_batch(members)}"
        )
    raise UnsupportedFormat(f"not a container image: {identify_members(members)}")


def _or_batch(members: Members) -> str:
    return f", or {EACH_OF_A_FOLDER}" if isinstance(members, DirectoryMembers) else ""


def layout_of_folder(members: DirectoryMembers, limits: Limits) -> Layout | None:
    """The layout that begins at the top of *members* and nowhere below, or None.

    A folder among others may hold a manifest.json or index.json of something else, so what these say counts too. One that cannot be
    parsed counts as an image's: a damaged image is not to be lost.
    """
    probe = Probe(members, "", limits)
    found = _layout_at(probe)
    return found.layout if found is not None and not found.top and found.layout.is_for_images(probe) else None


def is_unfinished(members: DirectoryMembers) -> bool:
    """Whether *members*, which have no layout, are what an interrupted writer of one left."""
    return any(layout.is_unfinished(members) for layout in LAYOUTS)


def _layout_at(probe: Probe) -> PlacedLayout | None:
    for layout in LAYOUTS:
        below = layout.detect(probe)
        if below is not None:
            return PlacedLayout(layout, probe.top + below)
    return None
