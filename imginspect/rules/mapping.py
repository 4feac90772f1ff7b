"""Mapping: the keys and values of a rule file, each with its line; values are checked by type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias, TypeVar, Union

from imginspect.errors import RuleError

Value: TypeAlias = Union[str, int, float, bool, list["Value"], "Mapping", None]
Plain: TypeAlias = Any
Number = TypeVar("Number", int, float)


class SourceLine(NamedTuple):
    """A file and a line in it, for complaints."""

    file: str
    line: int

    def error(self, what: str) -> RuleError:
        """A complaint about this place."""
        return RuleError(f"{self.file}, line {self.line}: {what}")


class Mapping:
    """Values by key, each with the line of its key."""

    def __init__(self, place: SourceLine, values: dict[str, tuple[Value, int]]) -> None:
        self.place = place
        self._values = values

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def keys(self) -> list[str]:
        """The keys in the file's order."""
        return list(self._values)

    def place_of(self, key: str) -> SourceLine:
        """Where *key* stands, or the mapping itself where it is missing."""
        return SourceLine(self.place.file, self._values[key][1]) if key in self._values else self.place

    def lines(self) -> Iterator[tuple[str, int]]:
        """Each key with its line."""
        return ((key, line) for key, (_, line) in self._values.items())

    def allow(self, *keys: str) -> None:
        """Complain about any key that is not one of *keys*.

        Raises: RuleError
        """
        for key in self._values:
            if key not in keys:
                raise self.place_of(key).error(f"unknown key {key!r}; expected one of: {', '.join(keys)}")

    def text(self, key: str, default: str | None = None) -> str:
        """The string *key*.

        Raises: RuleError - missing without a default, or no string
        """
        value = self._get(key, default)
        if not isinstance(value, str):
            raise self._wrong(key, "a string")
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """The strings in the list *key*; none where it is missing.

        Raises: RuleError
        """
        value = self._get(key, [])
        if not isinstance(value, list):
            raise self._wrong(key, "a list of strings")
        texts = [item for item in value if isinstance(item, str)]
        if len(texts) < len(value):
            raise self._wrong(key, "a list of strings")
        return tuple(texts)

    def truth(self, key: str) -> bool:
        """The yes or no *key*; no where it is missing.

        Raises: RuleError
        """
        value = self._get(key, default=False)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def number(self, key: str, default: Number, *, most: Number) -> Number:
        """The number *key*, from 0 to *most*, whole where *default* is.

        Raises: RuleError
        """
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | type(default)) or not 0 <= value <= most:
            raise self._wrong(key, f"a number from 0 to {most}")
        return value

    def plain(self, key: str, default: Plain = None) -> Plain:
        """The value of *key* as Python builtins."""
        return plain_of(self._get(key, default))

    def mappings(self, key: str) -> list[Mapping]:
        """The mappings in the list *key*; an empty list where it is missing.

        Raises: RuleError
        """
        value = self._get(key, [])
        if not isinstance(value, list):
            raise self._wrong(key, "a list of mappings")
        mappings = [item for item in value if isinstance(item, Mapping)]
        if len(mappings) < len(value):
            raise self._wrong(key, "a list of mappings")
        return mappings

    def mapping(self, key: str) -> Mapping | None:
        """The mapping *key*, or None where it is missing.

        Raises: RuleError
        """
        value = self._get(key, None)
        if key in self._values and not isinstance(value, Mapping):
            raise self._wrong(key, "a mapping")
        return value if isinstance(value, Mapping) else None

    def _get(self, key: str, default: Value) -> Value:
        return self._values[key][0] if key in self._values else default

    def _wrong(self, key: str, expected: str) -> RuleError:
        return self.place_of(key).error(f"{key!r}: expected {expected}, found {in_words(self.plain(key))}")


def plain_of(value: Value) -> Plain:
    """*value* as Python builtins: dicts, lists, strings, numbers, True, False and None."""
    if isinstance(value, Mapping):
        return {key: value.plain(key) for key in value.keys()}  # noqa: SIM118 - Mapping is no dict
    return [plain_of(item) for item in value] if isinstance(value, list) else value


def in_words(value: Plain) -> str:
    """What kind of value *value* is, for a complaint; a short text or number is quoted."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a mapping"
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"
