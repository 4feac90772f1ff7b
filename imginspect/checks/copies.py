"""Copies: the same credentials in a Python file and its compiled form, or in one file of several layers, are one finding.

No value is known here. Two files count as copies where one is named after the other and what was found in them has the same kinds and
lengths; where there are secret ids, those decide. Both stay places of the finding, so that nothing is hidden by the guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from imginspect.filesystem.node import FileState
from imginspect.filesystem.presence import EntryState
from imginspect.layer.index import Entry
from imginspect.scan.match import Match

_COMPILED = re.compile(r"(?P<folder>.*/)(?P<name>[^/]+)\.py[co]", re.DOTALL)
_CACHE = "/__pycache__/"
_TAG = re.compile(r"\.[\w-]+(?:\.opt-\w+)?\Z")
"""Source: PEP 3147 and PEP 488."""


class Seen(NamedTuple):
    """The credentials of one *kind* in a file of a layer."""

    layer: int
    entry: Entry
    state: EntryState
    kind: str
    matches: tuple[Match, ...]


def source_of(path: str) -> str:
    """The Python file that *path* was compiled of by its name; *path* itself where it is none."""
    match = _COMPILED.fullmatch(path)
    if match is None:
        return path
    if match["folder"].endswith(_CACHE):
        return f"{match['folder'].removesuffix(_CACHE)}/{_TAG.sub('', match['name'])}.py"
    return f"{match['folder']}{match['name']}.py"


def together(seen: Iterable[Seen]) -> list[Sequence[Seen]]:
    """*seen* by finding: copies together, what a container sees first and the source before what was compiled of it."""
    groups: dict[tuple[str, str], list[list[Seen]]] = {}
    found: list[list[Seen]] = []
    for item in seen:
        alike = groups.setdefault((source_of(item.state.path), item.kind), [])
        group = next((group for group in alike if _are_copies(group[0], item)), None)
        if group is None:
            group = []
            alike.append(group)
            found.append(group)
        group.append(item)
    return [sorted(group, key=lambda item: (item.state.state is not FileState.VISIBLE, _is_compiled(item), -item.layer)) for group in found]


def _is_compiled(item: Seen) -> bool:
    return source_of(item.state.path) != item.state.path


def _are_copies(one: Seen, other: Seen) -> bool:
    if one.state.path == other.state.path:
        return one.layer != other.layer and _shape(one) == _shape(other)
    if all(match.secret_id for match in (*one.matches, *other.matches)):
        return bool({match.secret_id for match in one.matches} & {match.secret_id for match in other.matches})
    return {match.end - match.start for match in one.matches} == {match.end - match.start for match in other.matches}


def _shape(item: Seen) -> list[tuple[int, int, str, str]]:
    return [(match.line, match.end - match.start, match.excerpt, match.secret_id) for match in item.matches]
