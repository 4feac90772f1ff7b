"""Literals: for a regular expression, texts of which every match holds at least one. The slow engine looks for these first."""

from __future__ import annotations

import re
from typing import Any, NamedTuple, TypeAlias

_FOLD = re.IGNORECASE
_LEAST = 3
"""Bytes of the shortest literal worth looking for."""
_RARE = 5
"""Bytes of a literal that is in few files by chance; longer ones are hardly rarer."""
_LONGEST = 8
"""Bytes of a fixed text that is searched for; the whole pattern is then matched where it stands."""
_MOST = 80
"""Alternatives beyond which looking for each would cost more than it saves."""


class Literal(NamedTuple):
    """A text, in lower case where case does not count."""

    text: bytes
    ignore_case: bool


_Texts: TypeAlias = frozenset[bytes]


def required_literals(regex: bytes, *, ignore_case: bool) -> frozenset[Literal]:
    """Texts of at least three bytes of which every match of *regex* holds one; none where there are no such texts.

    Source: the parse tree of Python's ``re``, which is not public; where its form is not as known, the answer is none, which is slow
    and right.
    """
    try:
        from re import _parser  # type: ignore[attr-defined]

        found = _required(list(_parser.parse(regex, re.IGNORECASE if ignore_case else 0)), ignore_case=ignore_case)
    except (ImportError, AttributeError, TypeError, ValueError, IndexError):
        return frozenset()
    return found if found is not None else frozenset()


def _required(items: list[Any], *, ignore_case: bool) -> frozenset[Literal] | None:
    """The best set of literals over the items of a sequence: the one whose shortest member is longest."""
    sets: list[frozenset[Literal]] = []
    run: _Texts = frozenset({b""})
    for item in items:
        texts = _texts(item, ignore_case=ignore_case)
        longer = _product(run, texts) if texts is not None else None
        if longer is not None:
            run = longer
            continue
        sets.append(_literals(run, ignore_case=ignore_case))
        run = texts if texts is not None else frozenset({b""})
        inner = _inner(item, ignore_case=ignore_case)
        if inner is not None:
            sets.append(inner)
    sets.append(_literals(run, ignore_case=ignore_case))
    useful = [found for found in sets if found and min(len(literal.text) for literal in found) >= _LEAST]
    return max(useful, key=_worth, default=None)


def _worth(found: frozenset[Literal]) -> tuple[int, int, list[Literal]]:
    """What is rare enough, and then what is few: each literal costs a look at all bytes."""
    return min(_RARE, *(len(literal.text) for literal in found)), -len(found), sorted(found)


def _literals(texts: _Texts, *, ignore_case: bool) -> frozenset[Literal]:
    """*texts* as literals, cut to a telling length; one that holds another is not looked for on its own."""
    short = {(text.lower() if ignore_case else text)[:_LONGEST] for text in texts}
    return frozenset(Literal(text, ignore_case) for text in short if not any(other != text and other in text for other in short))


def _product(first: _Texts, second: _Texts) -> _Texts | None:
    """Every text of *first* with every one of *second* behind it; None where these are too many."""
    return frozenset(start + end for start in first for end in second) if len(first) * len(second) <= _MOST else None


def _texts(item: Any, *, ignore_case: bool) -> _Texts | None:
    """All texts that the item can match, where these are few; None where they are not."""
    name, argument = str(item[0]), item[1]
    if name == "LITERAL":
        return frozenset({bytes([argument])})
    if name == "AT":
        return frozenset({b""})
    if name == "IN":
        return _class(argument)
    if name == "SUBPATTERN" and not argument[2] and (not argument[1] or ignore_case):
        return _sequence(list(argument[3]), ignore_case=ignore_case)
    if name == "BRANCH":
        return _union([_sequence(list(branch), ignore_case=ignore_case) for branch in argument[1]])
    if name in ("MAX_REPEAT", "MIN_REPEAT") and (argument[0], int(argument[1])) == (0, 1):
        inner = _sequence(list(argument[2]), ignore_case=ignore_case)
        return _union([inner, frozenset({b""})])
    return None


def _sequence(items: list[Any], *, ignore_case: bool) -> _Texts | None:
    found: _Texts | None = frozenset({b""})
    for item in items:
        texts = _texts(item, ignore_case=ignore_case)
        found = _product(found, texts) if found is not None and texts is not None else None
    return found


def _union(parts: list[_Texts | None]) -> _Texts | None:
    texts = [part for part in parts if part is not None]
    found = frozenset().union(*texts)
    return found if len(texts) == len(parts) and len(found) <= _MOST else None


def _class(items: Any) -> _Texts | None:
    codes: set[int] = set()
    for operation, argument in items:
        match str(operation):
            case "LITERAL":
                codes.add(argument)
            case "RANGE":
                codes.update(range(argument[0], argument[1] + 1))
            case _:
                return None
    return frozenset(bytes([code]) for code in codes) if len(codes) <= 10 else None


def _inner(item: Any, *, ignore_case: bool) -> frozenset[Literal] | None:
    """The best set of literals inside of an item that is no text itself."""
    name, argument = str(item[0]), item[1]
    if name == "SUBPATTERN":
        return _required(
            list(argument[3]), ignore_case=(ignore_case or bool(argument[1] & re.IGNORECASE)) and not argument[2] & re.IGNORECASE
        )
    if name == "BRANCH":
        branches = [_required(list(branch), ignore_case=ignore_case) for branch in argument[1]]
        if any(branch is None for branch in branches):
            return None
        return frozenset().union(*(branch for branch in branches if branch is not None))
    if name in ("MAX_REPEAT", "MIN_REPEAT") and argument[0] >= 1:
        return _required(list(argument[2]), ignore_case=ignore_case)
    return None
