"""JSON Schemas made from types: a TypedDict in, its schema out. What a type cannot say stands beside it in ``Annotated``."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints, is_typeddict

_PLAIN = {str: {"type": "string"}, bool: {"type": "boolean"}}
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Means(NamedTuple):
    """What a key means, in a sentence."""

    text: str


class Fits(NamedTuple):
    """The regular expression that a string fits from its start to its end."""

    pattern: str


class AtLeast(NamedTuple):
    """The least value of a number; 0 where nothing is said."""

    least: int


class Is(NamedTuple):
    """The one value that a string has."""

    value: str


def json_schema(title: str, description: str, *kinds: Any) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a document that is one of *kinds*, TypedDicts.

    Keys of a TypedDict are required unless it says otherwise, and it has no others. Integers are not negative.
    """
    definitions = _Definitions()
    roots = [definitions.schema(kind) for kind in kinds]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": description,
        **(roots[0] if len(roots) == 1 else {"oneOf": roots}),
        "$defs": definitions.made,
    }


class _Definitions:
    """The schema of each type; a TypedDict is defined once and referred to."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}

    def schema(self, kind: Any) -> dict[str, Any]:
        if is_typeddict(kind):
            return self._reference(kind)
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is Annotated:
            made = self.schema(arguments[0])
            for note in arguments[1:]:
                made = _noted(made, note)
            return made
        if origin in (Union, UnionType):
            return _or_null(self.schema(next(argument for argument in arguments if argument is not NoneType)))
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin is list:
            return {"type": "array", "items": self.schema(arguments[0])}
        if origin is dict:
            return self._mapping(*arguments)
        return {"type": "integer", "minimum": 0} if kind is int else dict(_PLAIN[kind])

    def _mapping(self, keys: Any, values: Any) -> dict[str, Any]:
        made = {"type": "object", "additionalProperties": self.schema(values)}
        return made | {"propertyNames": self.schema(keys)} if get_origin(keys) is Literal else made

    def _reference(self, kind: Any) -> dict[str, Any]:
        name = _WORD.sub("_", kind.__name__.removesuffix("Part")).lower()
        if name not in self.made:
            self.made[name] = {}  # a type may hold itself
            self.made[name] |= self._object(kind)
        return {"$ref": f"#/$defs/{name}"}

    def _object(self, kind: Any) -> dict[str, Any]:
        hints = get_type_hints(kind, include_extras=True)
        return {
            "description": " ".join(_sentences(kind)),
            "type": "object",
            "required": [key for key in hints if key in kind.__required_keys__],
            "additionalProperties": False,
            "properties": {key: self.schema(hint) for key, hint in hints.items()},
        }


def _sentences(kind: Any) -> Iterator[str]:
    yield from (inspect.getdoc(kind) or "").partition("\n\n")[0].splitlines()


def _noted(made: dict[str, Any], note: object) -> dict[str, Any]:
    match note:
        case Means(text):
            return {"description": text} | made
        case Fits(pattern):
            return made | {"pattern": f"^({pattern})$"}
        case AtLeast(least):
            return made | {"minimum": least}
        case Is(value):
            return {"const": value}
    return made


def _or_null(made: dict[str, Any]) -> dict[str, Any]:
    if "enum" in made:
        return made | {"enum": [*made["enum"], None]}
    if "type" in made and made["type"] not in ("array", "object"):
        return made | {"type": [made["type"], "null"]}
    return {"oneOf": [{"type": "null"}, made]}
