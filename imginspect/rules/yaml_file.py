"""PyYAML's one door: a YAML file as plain values that know their line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import yaml
from yaml.constructor import SafeConstructor

from imginspect.errors import RuleError

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml: slower, the same result
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

Plain: TypeAlias = Any
Number = TypeVar("Number", int, float)
_MAX_BYTES = 1 << 20
_TEXT = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class Place:
    """A file and a line in it, for complaints."""

    file: str
    line: int

    def error(self, what: str) -> RuleError:
        """A complaint about this place."""
        return RuleError(f"{self.file}, line {self.line}: {what}")


class Mapping:
    """A YAML mapping: values by key, each with its place."""

    def __init__(self, node: yaml.MappingNode, file: str) -> None:
        self.place = Place(file, node.start_mark.line + 1)
        self._nodes: dict[str, tuple[yaml.Node, Place]] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            place = Place(file, key_node.start_mark.line + 1)
            if key in self._nodes:
                raise place.error(f"{key!r} is there twice")
            self._nodes[key] = (value_node, place)

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    def keys(self) -> list[str]:
        """The keys in the file's order."""
        return list(self._nodes)

    def place_of(self, key: str) -> Place:
        """Where *key* stands, or the mapping itself where it is missing."""
        return self._nodes[key][1] if key in self._nodes else self.place

    def allow(self, *keys: str) -> None:
        """Complain about any key that is not one of *keys*.

        Raises: RuleError
        """
        for key, (_, place) in self._nodes.items():
            if key not in keys:
                raise place.error(f"{key!r} is not known here; there are: {', '.join(keys)}")

    def text(self, key: str, default: str | None = None) -> str:
        """The string *key*.

        Raises: RuleError - missing without a default, or no string
        """
        value = self.plain(key, default)
        if not isinstance(value, str):
            raise self.place_of(key).error(f"{key!r}: expected a text, found {'nothing' if value is None else type(value).__name__}")
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """The strings in the list *key*; none where it is missing.

        Raises: RuleError
        """
        value = self.plain(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.place_of(key).error(f"{key!r}: expected a list of texts")
        return tuple(value)

    def truth(self, key: str) -> bool:
        """The yes or no *key*; no where it is missing.

        Raises: RuleError
        """
        value = self.plain(key, default=False)
        if not isinstance(value, bool):
            raise self.place_of(key).error(f"{key!r}: expected true or false")
        return value

    def number(self, key: str, default: Number, *, most: Number) -> Number:
        """The number *key*, from 0 to *most*, whole where *default* is.

        Raises: RuleError
        """
        value = self.plain(key, default)
        if isinstance(value, bool) or not isinstance(value, int | type(default)) or not 0 <= value <= most:
            raise self.place_of(key).error(f"{key!r}: expected a number from 0 to {most}")
        return value

    def plain(self, key: str, default: Plain = None) -> Plain:
        """The value of *key* as Python builtins."""
        if key not in self._nodes:
            return default
        node, place = self._nodes[key]
        if isinstance(node, yaml.ScalarNode) and node.tag == _TEXT:
            return node.value
        return _construct(node, place)

    def mappings(self, key: str) -> list[Mapping]:
        """The mappings in the list *key*; an empty list where it is missing.

        Raises: RuleError
        """
        if key not in self._nodes:
            return []
        node, place = self._nodes[key]
        if not isinstance(node, yaml.SequenceNode) or not all(isinstance(item, yaml.MappingNode) for item in node.value):
            raise place.error(f"{key!r}: expected a list of mappings")
        return [Mapping(item, place.file) for item in node.value]

    def mapping(self, key: str) -> Mapping | None:
        """The mapping *key*, or None where it is missing.

        Raises: RuleError
        """
        if key not in self._nodes:
            return None
        node, place = self._nodes[key]
        if not isinstance(node, yaml.MappingNode):
            raise place.error(f"{key!r}: expected a mapping")
        return Mapping(node, place.file)


def load(path: Path, shown_as: str) -> Mapping:
    """The mapping that the file holds; *shown_as* names it in complaints.

    Raises: RuleError
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise RuleError(f"{shown_as}: larger than {_MAX_BYTES:,} bytes")
        node = yaml.compose(path.read_text("utf-8"), Loader=_Loader)
    except OSError as error:
        raise RuleError(f"{shown_as}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise Place(shown_as, mark.line + 1 if mark else 1).error(f"not valid YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(node, yaml.MappingNode):
        raise Place(shown_as, 1).error("expected a mapping")
    return Mapping(node, shown_as)


def _construct(node: yaml.Node, place: Place) -> Plain:
    try:
        return SafeConstructor().construct_document(node)
    except yaml.YAMLError as error:
        raise place.error(str(error)) from error
