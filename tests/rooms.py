"""The rooms of the package as docs/rooms.yaml lists them, and docs/architecture.md made from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

_ROOT = Path(__file__).parent.parent
_FILE = _ROOT / "docs" / "rooms.yaml"
_PACKAGE = _ROOT / "imginspect"


class Room(NamedTuple):
    """A module or folder of the package. *holds* are its sub-folders, lowest first; the room's own modules may use them and they it.

    *are_apart*: none of the sub-folders imports another, so they have no order.
    """

    name: str
    owns: str
    knows_nothing_of: str
    holds: tuple[str, ...]
    are_apart: bool


def rooms() -> tuple[Room, ...]:
    """All rooms, lowest first."""
    listed = yaml.safe_load(_FILE.read_text("utf-8"))["rooms"]
    return tuple(_room(item) for item in listed)


def _room(item: dict[str, Any]) -> Room:
    holds = item.get("holds", ())
    are_apart = holds == "each"
    if are_apart:
        holds = sorted(path.parent.name for path in (_PACKAGE / item["name"]).glob("*/__init__.py"))
    return Room(item["name"], item["owns"], item.get("knows_nothing_of", ""), tuple(holds), are_apart)


def terms() -> dict[str, str]:
    """The words that have one meaning each."""
    found: dict[str, str] = yaml.safe_load(_FILE.read_text("utf-8"))["terms"]
    return found


def architecture() -> str:
    """The text of docs/architecture.md."""
    rows = [f"| `{room.name}` | {_holds(room)}{room.owns} | {room.knows_nothing_of} |" for room in rooms()]
    words = [f"| {term} | {meaning} |" for term, meaning in terms().items()]
    return _PAGE.format(rooms="\n".join(rows), terms="\n".join(words))


def _holds(room: Room) -> str:
    if room.are_apart:
        return "(each sub-folder by itself) "
    return f"({', '.join(f'`{name}`' for name in room.holds)}) " if room.holds else ""


_PAGE = """\
# Architecture

This page lists the rooms (top-level parts) of the package and the direction of imports. It is generated from `docs/rooms.yaml` with
`python -m tests.regenerate`; a test keeps it up to date. An image goes in, a report with evidence comes out:

```
rules/*.yaml -> rules                     archive -> image -> layer (one pass) -> filesystem
                  |                                                                   |
                  |            languages -> startup -> reach -> network     <- reading
                  +--------------------------------> checks -> report -> formats
inspection drives it; batch and cli call inspection
```

## Rooms

A module imports only from its own room and from rooms above it in this table. No module imports the package itself. Modules never import
each other, directly or through others. Subdirectories of a room are listed lowest first. `tests/test_layering.py` checks all of this.

| room | owns | knows nothing of |
|---|---|---|
{rooms}

To draw the import graph, install Graphviz and run `pip install pydeps` and `pydeps imginspect --max-bacon 2 --cluster`.

## Words

| word | meaning |
|---|---|
{terms}
"""
