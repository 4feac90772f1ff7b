"""Prefilter: a smaller expression that is cheaper to compile and to search for, and that matches part of every match of the larger one.

What the gate lets through is confirmed with the whole expression, so a gate changes the cost of the search and not its result.
"""

from __future__ import annotations

import re
from typing import Any

_WIDE = 12
"""A repeat that may go on for so many bytes beyond its least number costs more states than it saves candidates."""
_FOLLOWED = 5
"""Bytes of fixed text that let a class of bytes before them be left out."""
_TELLING = 7
"""Bytes of fixed text after which the rest of an expression adds little: few files hold it by chance."""


def gate(regex: bytes, *, ignore_case: bool) -> bytes:
    """An expression that matches within every match of *regex*: repeats at its end are cut to their least number, and what follows a
    wide repeat is left out where enough fixed text precedes it.

    Source: the parse tree of Python's ``re``, which is not public; where it holds what is not known here the gate is *regex* itself.
    """
    try:
        from re import _parser  # type: ignore[attr-defined]

        items = _from_first_telling(list(_parser.parse(regex, re.IGNORECASE if ignore_case else 0)))
        smaller = "".join(_shortened(items)).encode("latin-1")
        re.compile(smaller)
    except (ImportError, AttributeError, TypeError, ValueError, IndexError, KeyError, re.error):
        return regex
    return smaller


def fixed_text(regex: bytes) -> int:
    """Bytes of fixed text that every match of *regex* holds; 0 where that cannot be told."""
    try:
        from re import _parser  # type: ignore[attr-defined]

        return sum(_fixed(*item) for item in _parser.parse(regex))
    except (ImportError, AttributeError, TypeError, ValueError, IndexError):
        return 0


def _from_first_telling(items: list[Any]) -> list[Any]:
    """*items* without what may be empty at their start, and without a class of bytes that enough fixed text follows."""
    while items:
        operation, argument = items[0]
        name = str(operation)
        is_repeat = name in ("MAX_REPEAT", "MIN_REPEAT")
        if name == "AT" or (is_repeat and argument[0] == 0):
            del items[0]
        elif name == "SUBPATTERN" and not argument[1] and not argument[2]:
            items[:1] = list(argument[3])
        elif (is_repeat or name == "IN") and not _fixed(*items[0]) and sum(_fixed(*item) for item in items[1:]) >= _FOLLOWED:
            del items[0]
        else:
            break
    return items


def _shortened(items: list[Any]) -> list[str]:
    parts: list[str] = []
    fixed = 0
    for number, (operation, argument) in enumerate(items):
        is_last = number == len(items) - 1
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, inner = argument
            is_wide = int(most) - least >= _WIDE
            if is_last or (is_wide and fixed >= _TELLING):
                parts.append(_repeat(inner, least, least, ""))
                break
        elif name == "SUBPATTERN" and is_last:
            parts.append(_group(argument, _shortened(list(argument[3]))))
            break
        fixed += _fixed(operation, argument)
        parts.append(_text(operation, argument))
    return parts


def _fixed(operation: Any, argument: Any) -> int:
    """Bytes of fixed text that the item has in any case."""
    match str(operation):
        case "LITERAL":
            return 1
        case "SUBPATTERN":
            return sum(_fixed(*item) for item in argument[3])
        case "BRANCH":
            return min(sum(_fixed(*item) for item in branch) for branch in argument[1])
        case "MAX_REPEAT" | "MIN_REPEAT":
            return int(argument[0]) * sum(_fixed(*item) for item in argument[2])
        case _:
            return 0


# -- the tree as text --------------------------------------------------------------------------------------------------

_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}
_PLACES = {"AT_BOUNDARY": r"\b", "AT_NON_BOUNDARY": r"\B"}


def _text(operation: Any, argument: Any) -> str:
    """One item of a parse tree as an expression.

    Raises: KeyError, ValueError - an item that is not known here
    """
    match str(operation):
        case "LITERAL":
            return _byte(argument)
        case "NOT_LITERAL":
            return f"[^{_byte(argument)}]"
        case "ANY":
            return "."
        case "IN":
            return _class(argument)
        case "AT":
            return _PLACES[str(argument)]
        case "MAX_REPEAT":
            return _repeat(argument[2], argument[0], argument[1], "")
        case "MIN_REPEAT":
            return _repeat(argument[2], argument[0], argument[1], "?")
        case "SUBPATTERN":
            return _group(argument, [_text(*item) for item in argument[3]])
        case "BRANCH":
            return "(?:" + "|".join("".join(_text(*item) for item in branch) for branch in argument[1]) + ")"
        case other:
            raise ValueError(other)


def _byte(code: int) -> str:
    return f"\\x{code:02x}"


def _class(items: Any) -> str:
    parts = []
    for operation, argument in items:
        match str(operation):
            case "NEGATE":
                parts.append("^")
            case "LITERAL":
                parts.append(_byte(argument))
            case "RANGE":
                parts.append(f"{_byte(argument[0])}-{_byte(argument[1])}")
            case "CATEGORY":
                parts.append(_CATEGORIES[str(argument)])
            case other:
                raise ValueError(other)
    return f"[{''.join(parts)}]"


def _repeat(inner: Any, least: int, most: int, lazy: str) -> str:
    if most == 0:
        return ""
    return f"(?:{''.join(_text(*item) for item in inner)}){{{least},{most}}}{lazy}"


def _group(argument: Any, parts: list[str]) -> str:
    _, added, removed, _ = argument
    if removed or added & ~re.IGNORECASE:
        raise ValueError("flags")
    return f"(?{'i' if added else ''}:{''.join(parts)})"
