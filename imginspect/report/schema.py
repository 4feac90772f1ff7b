"""JSON Schema made from types: TypedDicts, lists, dicts, Literals and plain values, with what ``Annotated`` adds."""

from __future__ import annotations

import inspect
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints, is_typeddict

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: dict[type, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 0},
}


class Says(NamedTuple):
    """In ``Annotated``: what a value means, for the schema's description."""

    text: str


class Fits(NamedTuple):
    """In ``Annotated``: the regular expression (ECMA 262) that a text fits."""

    pattern: str


class AtLeast(NamedTuple):
    """In ``Annotated``: the least value of a number."""

    minimum: int


def schema_of(title: str, description: str, *kinds: Any) -> dict[str, Any]:
    """The schema of a document that is one of *kinds*. Each TypedDict is a definition, described by its docstring's first paragraph."""
    definitions: dict[str, Any] = {}
    options = [_schema(kind, definitions) for kind in kinds]
    top = options[0] if len(options) == 1 else {"oneOf": options}
    return {"$schema": _DIALECT, "title": title, "description": description, **top, "$defs": dict(sorted(definitions.items()))}


def _schema(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, given = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _annotated(given, definitions)
    if is_typeddict(kind):
        return _reference(kind, definitions)
    if origin is Literal:
        return {"enum": list(given)}
    if origin in (Union, UnionType):
        (inner,) = [option for option in given if option is not NoneType]
        return {"oneOf": [{"type": "null"}, _schema(inner, definitions)]}
    if origin is list:
        return {"type": "array", "items": _schema(given[0], definitions)}
    if origin is dict:
        keys = _schema(given[0], definitions)
        names = {} if keys == {"type": "string"} else {"propertyNames": keys}
        return {"type": "object", **names, "additionalProperties": _schema(given[1], definitions)}
    return dict(_PLAIN[kind])


def _annotated(given: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    made = _schema(given[0], definitions)
    for note in given[1:]:
        match note:
            case Says():
                made["description"] = note.text
            case Fits():
                made["pattern"] = note.pattern
            case AtLeast():
                made["minimum"] = note.minimum
    return made


def _reference(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    name: str = kind.__name__
    if name not in definitions:
        definitions[name] = {}  # it may hold itself
        hints = get_type_hints(kind, include_extras=True)
        first = (inspect.getdoc(kind) or "").partition("\n\n")[0]
        definitions[name] = {
            "description": " ".join(first.split()),
            "type": "object",
            "required": list(hints),
            "additionalProperties": False,
            "properties": {key: _schema(inner, definitions) for key, inner in hints.items()},
        }
    return {"$ref": f"#/$defs/{name}"}
