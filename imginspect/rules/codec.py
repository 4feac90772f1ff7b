"""Frozen values (dataclasses, named tuples, enumerations of texts) as JSON and back, by their annotations; for the cache.

JSON and never pickle: reading it makes nothing but the values that the annotations name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")
_Make = Callable[[Any], Any]
_AS_IT_IS = (str, int, float, bool, type(None), Any)


def encode(value: object) -> bytes:
    """*value* as JSON: a dataclass or named tuple is a list of its fields' values.

    Raises: TypeError - something in it cannot be encoded as JSON
    """
    return json.dumps(_plain(value), separators=(",", ":"), allow_nan=False).encode("ascii")


def decode(data: bytes, wanted: type[T]) -> T:
    """The value of type *wanted* that ``encode`` wrote.

    Raises: ValueError, TypeError, KeyError, AttributeError - *data* is something else
    """
    made: T = _maker(wanted)(json.loads(data))  # type: ignore[arg-type]  # a class is hashable
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float | None):
        return value
    if is_dataclass(value):
        return [_plain(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(_plain(item) for item in value)
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _plain(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} cannot be encoded as JSON")


@cache
def _maker(wanted: Any) -> _Make:
    """What makes a value of the type *wanted* from plain values."""
    if wanted in _AS_IT_IS:
        return lambda plain: plain
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return wanted
    if is_dataclass(wanted) or hasattr(wanted, "_fields"):
        return _of_fields(wanted)
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin is tuple and arguments[1:] != (...,):
        makers = [_maker(argument) for argument in arguments]
        return lambda plain: tuple(make(item) for make, item in zip(makers, plain, strict=True))
    if origin in (tuple, list, frozenset):
        return _of_items(origin, arguments[0])
    if origin is dict:
        make_value = _maker(arguments[1])
        return lambda plain: {key: make_value(item) for key, item in plain.items()}
    others = [argument for argument in arguments if argument is not type(None)]
    if len(others) == 1 and len(arguments) == 2:  # X | None
        make_other = _maker(others[0])
        return lambda plain: None if plain is None else make_other(plain)
    raise TypeError(f"{wanted} cannot be encoded as JSON")


def _of_items(origin: Any, item_type: Any) -> _Make:
    if item_type in _AS_IT_IS:
        made: _Make = origin
        return made
    make = _maker(item_type)
    return lambda plain: origin([make(item) for item in plain])


def _of_fields(wanted: Any) -> _Make:
    makers = [None if hint in _AS_IT_IS else _maker(hint) for hint in get_type_hints(wanted).values()]

    def make(plain: list[Any]) -> Any:
        values = zip(makers, plain, strict=True)
        return wanted(*[item if make_field is None else make_field(item) for make_field, item in values])

    return make
