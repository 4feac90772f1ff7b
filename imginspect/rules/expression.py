"""What a kind of credential's regular expression may be: what both engines understand alike, with a longest match that is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_FORBIDDEN = {
    "ASSERT": "look-around",
    "ASSERT_NOT": "look-around",
    "GROUPREF": "a back-reference",
    "GROUPREF_EXISTS": "a condition on a group",
    "ATOMIC_GROUP": "an atomic group",
    "POSSESSIVE_REPEAT": "a possessive repeat",
}


def longest_match(regex: str, *, ignore_case: bool) -> int:
    """The most bytes that *regex* can match.

    Raises: ValueError - it is faulty, uses what an engine does not know, or can match nothing or without end
    Source: the parse tree of Python's ``re``, which is not public; there is no other that tells a match's width.
    """
    flags = re.IGNORECASE if ignore_case else 0
    try:
        expression = re.compile(regex.encode("ascii"), flags)
    except (re.error, UnicodeEncodeError, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from error
    from re import _parser  # type: ignore[attr-defined]

    tree = _parser.parse(expression.pattern, flags)
    used = next((_FORBIDDEN[name] for name in _operations(tree) if name in _FORBIDDEN), None)
    if used:
        raise ValueError(f"{used} is not supported by every engine")
    if expression.groups > 1:
        raise ValueError("more than one group; the only group marks the secret, others are written (?:...)")
    least, most = tree.getwidth()
    if least == 0:
        raise ValueError("can match the empty string")
    if most >= _parser.MAXREPEAT:
        raise ValueError("can match text of any length; bound each repeat, for example {1,200} instead of +")
    return int(most)


def _operations(tree: Any) -> Iterator[str]:
    """The names of all operations in a parsed expression."""
    pending = [tree]
    while pending:
        item = pending.pop()
        if hasattr(item, "data"):
            pending += item.data
        elif isinstance(item, tuple | list):
            pending += item
        elif hasattr(item, "name"):
            yield item.name
