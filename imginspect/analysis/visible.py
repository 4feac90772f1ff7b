"""Which nodes of a filesystem fit a condition, without looking at each of a million nodes where no layer holds such an entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from imginspect.analysis.view import View
from imginspect.filesystem import Node
from imginspect.layer.index import Entry


def nodes_where(view: View, entry_fits: Callable[[Entry], bool], node_fits: Callable[[Node], bool]) -> Iterator[Node]:
    """The visible nodes that *node_fits* accepts, parents first, by name.

    *entry_fits* must accept the entry of every node that *node_fits* accepts: where it accepts none, the tree is not walked. An entry's
    own path is not used to find its node, because a link among its parents may have put it elsewhere.
    """
    if any(entry_fits(entry) for layer in view.layers for entry in layer.entries):
        yield from filter(node_fits, view.filesystem.walk())


def name_of(path: str) -> str:
    """The last name of a path."""
    return path.rpartition("/")[2]
