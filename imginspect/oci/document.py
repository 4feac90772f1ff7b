"""JSON documents as Go and as other readers read them.

Go matches keys without regard to case and the last one wins (objects are merged), other readers want the exact key. Where that makes
a difference an image can show an auditor one config and run another, so collisions are collected and both readings can be had.
Source: Go encoding/json, "Unmarshal"; CVE-2021-41190.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from imginspect.errors import ImageError, LimitExceeded
from imginspect.limits import Limits

Value: TypeAlias = Any
"""What JSON can hold: JsonObject, list, str, int, float, bool or None."""

_TOKENS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)


class InvalidDocument(ImageError):
    """A document that is not the JSON it should be."""


def folded(key: str) -> str:
    """*key* such that two keys are equal here if they are one field to Go: letters without case, and no ligature is two letters.

    Source: Go encoding/json, "foldName"; the long s and the Kelvin sign are the only letters beyond ASCII that fold into it.
    """
    return key.lower() if key.isascii() else key.replace("\u017f", "s").lower()


class JsonObject:
    """A JSON object with its keys as they were written, doubles and case variants included.

    *exact* objects give only the key as asked for (the last of equal ones); others read as Go does.
    """

    __slots__ = ("_values", "exact", "pairs", "place")

    def __init__(self, pairs: list[tuple[str, Value]], *, exact: bool = False, place: str = "") -> None:
        self.pairs = pairs
        self.exact = exact
        self.place = place
        self._values: dict[str, list[Value]] | None = None

    def get(self, name: str) -> Value:
        """The value of *name*, or None. Objects are given in this object's reading."""
        values = self._by_name().get(name if self.exact else folded(name))
        if not values:
            return None
        if values[-1] is None and not self.exact:  # to Go null leaves a string, a number or a bool as it was
            values = [value for value in values if isinstance(value, str | int | float)] or values
        objects = [value for value in values if isinstance(value, JsonObject)]
        if len(objects) > 1 and not self.exact and isinstance(values[-1], JsonObject):
            return JsonObject([pair for value in objects for pair in value.pairs], exact=False)
        return self._reading(values[-1])

    def has(self, name: str) -> bool:
        """Whether *name* is there, with any value; null counts as one."""
        return (name if self.exact else folded(name)) in self._by_name()

    def _by_name(self) -> dict[str, list[Value]]:
        if self._values is None:
            self._values = {}
            for key, value in self.pairs:
                self._values.setdefault(key if self.exact else folded(key), []).append(value)
        return self._values

    def items(self) -> Iterator[tuple[str, Value]]:
        """The pairs of an object that is a map (labels, annotations): keys are exact in every reading, the last of equal ones wins."""
        return iter({key: self._reading(value) for key, value in self.pairs}.items())

    def read_exactly(self) -> JsonObject:
        """The same object read by exact keys only."""
        return JsonObject(self.pairs, exact=True)

    def _reading(self, value: Value) -> Value:
        return JsonObject(value.pairs, exact=True) if self.exact and isinstance(value, JsonObject) else value


def parse_document(data: bytes, what: str, limits: Limits) -> JsonObject | list[Value]:
    """The object or array that *data* holds; *what* names it in errors.

    Raises: InvalidDocument, LimitExceeded (json_bytes, json_depth)
    """
    if len(data) > limits.json_bytes:
        raise LimitExceeded("json_bytes", limits.json_bytes, f"{what}: {len(data):,} bytes")
    _check_depth(data, what, limits)
    try:
        # Go reads invalid UTF-8 as U+FFFD; surrogates keep the bytes, so that a report can show them.
        text = data.decode("utf-8", "surrogateescape")
        document = json.loads(text, object_pairs_hook=JsonObject, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidDocument(f"{what} is not valid JSON: {error}") from error
    if not isinstance(document, (JsonObject, list)):
        raise InvalidDocument(f"{what}: expected a JSON object or array, found {type(document).__name__}")
    return document


def parse_object(data: bytes, what: str, limits: Limits) -> JsonObject:
    """The object that *data* holds.

    Raises: InvalidDocument, LimitExceeded
    """
    document = parse_document(data, what, limits)
    if not isinstance(document, JsonObject):
        raise InvalidDocument(f"{what}: expected a JSON object, found an array")
    return document


_MAPS = frozenset({"labels", "annotations", "volumes", "exposedports", "layersources"})
_PLACE_LENGTH = 200
"""Characters of a place in a document, the last ones: a key may have megabytes."""
_MOST_COLLISIONS = 10_000
"""Keys given twice that are kept of one document: more than the limit of problems lists of all of them."""


def collisions(document: Value, place: str = "") -> list[str]:
    """Places where keys collide: equal ones everywhere, equal except for case where keys are names of fields (not in maps)."""
    found: list[str] = []
    stack: list[Iterator[tuple[Value, str, bool]]] = [iter([(document, place, False)])]
    while stack:
        step = next(stack[-1], None)
        if step is None:
            stack.pop()
            continue
        value, where, is_map = step
        if isinstance(value, JsonObject):
            stack.append(_fields(value, where, found, is_map=is_map))
        elif isinstance(value, list):
            stack.append(_items(value, where))
    return sorted(found)


def _fields(value: JsonObject, where: str, found: list[str], *, is_map: bool) -> Iterator[tuple[Value, str, bool]]:
    seen: dict[str, str] = {}
    for key, inner in value.pairs:
        name = key if is_map else folded(key)
        at = (f"{where}.{key}" if where else key)[-_PLACE_LENGTH:]  # a key may have megabytes
        if name in seen and len(found) < _MOST_COLLISIONS:
            found.append(at if seen[name] == key else f"{at} and {seen[name][:_PLACE_LENGTH]}")
        seen[name] = key
        yield inner, at, folded(key) in _MAPS


def _items(value: list[Value], where: str) -> Iterator[tuple[Value, str, bool]]:
    return ((inner, f"{where}[{number}]", False) for number, inner in enumerate(value) if isinstance(inner, JsonObject | list))


def text(value: Value) -> str:
    """*value* if it is a string, else the empty string."""
    return value if isinstance(value, str) else ""


def texts(value: Value) -> tuple[str, ...]:
    """The strings of a list; a lone string counts as a list of one, as Docker reads it."""
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def whole_number(value: Value) -> int | None:
    """*value* if it is a whole number that is not negative, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def text_map(value: Value) -> tuple[tuple[str, str], ...]:
    """The pairs of an object whose values are strings, sorted by key."""
    if not isinstance(value, JsonObject):
        return ()
    return tuple(sorted((key, text(inner)) for key, inner in value.items()))


def _check_depth(data: bytes, what: str, limits: Limits) -> None:
    if data.count(b"{") + data.count(b"[") <= limits.json_depth:
        return
    depth = 0
    for match in _TOKENS.finditer(data):
        token = data[match.start()]
        if token in b"[{":
            depth += 1
            if depth > limits.json_depth:
                raise LimitExceeded("json_depth", limits.json_depth, f"{what}: nesting")
        elif token in b"]}":
            depth -= 1


def _refuse_constant(name: str) -> Value:
    raise ValueError(f"{name} is not JSON")
