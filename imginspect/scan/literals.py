"""Literals: for a regular expression, texts of which every match holds at least one. The slow engine looks for these first."""

from __future__ import annotations

import re
from typing import Any

_LEAST = 3
"""Bytes of the shortest literal worth looking for."""
_MOST = 64
"""Alternatives beyond which looking for each would cost more than it saves."""


def required_literals(regex: bytes, *, ignore_case: bool) -> frozenset[bytes]:
    """Texts of at least three bytes of which every match of *regex* holds one, in lower case; none where there are no such texts.

    Source: the parse tree of Python's ``re``, which is not public; where its form is not as known, the answer is none, which is slow
    and right.
    """
    try:
        from re import _parser  # type: ignore[attr-defined]

        tree = _parser.parse(regex, re.IGNORECASE if ignore_case else 0)
        found = _required(tree)
    except (ImportError, AttributeError, TypeError, ValueError, IndexError):
        return frozenset()
    return found if found is not None else frozenset()


def _required(tree: Any) -> frozenset[bytes] | None:
    """The best set of literals over the items of a sequence: the one whose shortest member is longest."""
    sets: list[frozenset[bytes]] = []
    run = b""
    for operation, argument in list(tree):
        name = str(operation)
        if name == "LITERAL" and argument < 0x80:
            run += bytes([argument])
            continue
        if run:
            sets.append(frozenset({run.lower()}))
            run = b""
        inner = _inner(name, argument)
        if inner is not None:
            sets.append(inner)
    if run:
        sets.append(frozenset({run.lower()}))
    useful = [found for found in sets if len(found) <= _MOST and min(map(len, found)) >= _LEAST]
    return max(useful, key=lambda found: (min(map(len, found)), -len(found), sorted(found)), default=None)


def _inner(name: str, argument: Any) -> frozenset[bytes] | None:
    if name == "SUBPATTERN":
        return _required(argument[3])
    if name == "BRANCH":
        branches = [_required(branch) for branch in argument[1]]
        if any(branch is None for branch in branches):
            return None
        return frozenset().union(*(branch for branch in branches if branch is not None))
    if name in ("MAX_REPEAT", "MIN_REPEAT") and argument[0] >= 1:
        return _required(argument[2])
    return None
