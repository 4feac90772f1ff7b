"""Types of parameters: what a rule's YAML states, compared with the annotations of the check's dataclass."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, get_args, get_origin

from imginspect.rules.mapping import in_words

_SIMPLE = {str: "a string", int: "an integer", float: "a number", bool: "true or false"}


def typed(value: Any, wanted: Any) -> Any:
    """*value* as the annotation *wanted* asks for it: a list becomes a tuple or a set where that is asked for, a text a StrEnum.

    Raises: ValueError - it is something else; TypeError - an annotation that no parameter may have
    """
    result = _typed(value, wanted)
    if result is _MISFIT:
        raise ValueError(f"expected {expected(wanted)}, found {in_words(value)}")
    return result


_MISFIT = object()


def _typed(value: Any, wanted: Any) -> Any:
    if wanted in _SIMPLE:
        return _simple(value, wanted)
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return wanted(value) if value in list(wanted) else _MISFIT
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in (list, tuple, frozenset):
        items = [_typed(item, arguments[0]) for item in value] if isinstance(value, list) else [_MISFIT]
        return _MISFIT if any(item is _MISFIT for item in items) else origin(items)
    if origin is dict and arguments[0] is str:
        values = {key: _typed(item, arguments[1]) for key, item in value.items()} if isinstance(value, dict) else {"": _MISFIT}
        return _MISFIT if any(item is _MISFIT for item in values.values()) else values
    raise TypeError(f"parameters of type {wanted} are not supported")


def _simple(value: Any, wanted: Any) -> Any:
    if wanted is float and type(value) is int:
        return float(value)
    return value if type(value) is wanted else _MISFIT  # true is no number


def expected(wanted: Any) -> str:
    """What *wanted* is, in words."""
    if wanted in _SIMPLE:
        return _SIMPLE[wanted]
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return f"one of {', '.join(wanted)}"
    first = get_args(wanted)
    if get_origin(wanted) is dict:
        return f"a mapping from names to {expected(first[1])}"
    return f"a list, each item {expected(first[0])}"
