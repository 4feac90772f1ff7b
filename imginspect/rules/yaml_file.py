"""PyYAML's one door: a YAML file as plain values that know their line.

Only what rules need is read: mappings with texts as keys, lists, texts, numbers, true and false. No anchors and aliases (a few lines of
them can stand for gigabytes), no tags (which make objects), no key twice, and no deeper nesting than ``_MOST_LEVELS``. PyYAML is imported
when the first file is read: where rules come from the cache none is.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from math import isfinite
from pathlib import Path
from typing import Any

from imginspect.errors import RuleError
from imginspect.rules.mapping import Mapping, SourceLine, Value

__all__ = ["Mapping", "SourceLine", "load", "parse", "read"]

_MAX_BYTES = 1 << 20
"""Bytes of a YAML file; a larger one is refused."""
_MOST_LEVELS = 30
"""Nesting of a YAML file, which takes frames of Python's stack; a deeper one is refused."""
_NOT_TEXT = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_TAG = "tag:yaml.org,2002:"


def load(path: Path, shown_as: str) -> Mapping:
    """The mapping that the file holds; *shown_as* names it in complaints.

    Raises: RuleError
    """
    return parse(read(path, shown_as), shown_as)


def read(path: Path, shown_as: str) -> bytes:
    """The bytes of a rule file, which is a file (no folder, pipe or device) of reasonable size.

    Raises: RuleError
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb", closefd=True) as handle:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise RuleError(f"{shown_as}: is not a file")
            content = handle.read(_MAX_BYTES + 1)
    except IsADirectoryError as error:
        raise RuleError(f"{shown_as}: is a folder, not a file") from error
    except OSError as error:
        why = "is a link loop" if error.errno == errno.ELOOP else error.strerror
        raise RuleError(f"{shown_as}: {why}") from error
    except ValueError as error:
        raise RuleError(f"{shown_as!r} is not a valid file name: {error}") from error
    if len(content) > _MAX_BYTES:
        raise RuleError(f"{shown_as}: larger than {_MAX_BYTES:,} bytes")
    return content


def parse(content: bytes, shown_as: str) -> Mapping:
    """The mapping in *content*.

    Raises: RuleError
    """
    import yaml

    try:
        from yaml import CSafeLoader as Loader
    except ImportError:  # PyYAML built without libyaml: slower, the same result
        from yaml import SafeLoader as Loader  # type: ignore[assignment]

    text = _decoded(content, shown_as)
    loader = Loader(text)
    try:
        return _EventReader(loader, shown_as).document()
    except yaml.YAMLError as error:
        raise _place_of(error, shown_as).error(f"not valid YAML: {_problem(error, text)}") from error
    finally:
        loader.dispose()


def _decoded(content: bytes, shown_as: str) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SourceLine(shown_as, line).error(f"not valid YAML: the byte 0x{content[error.start]:02x} is not UTF-8") from error
    found = re.search(_NOT_TEXT, text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise SourceLine(shown_as, line).error(f"not valid YAML: contains the control character U+{ord(found.group()):04X}")
    return text


def _place_of(error: Any, shown_as: str) -> SourceLine:
    mark = getattr(error, "problem_mark", None)
    return SourceLine(shown_as, mark.line + 1 if mark else 1)


def _problem(error: Any, text: str) -> str:
    problem = getattr(error, "problem", None) or str(error)
    mark = getattr(error, "problem_mark", None)
    lines = text.split("\n")
    is_tab = mark and mark.line < len(lines) and lines[mark.line][mark.column : mark.column + 1] == "\t"
    return f"{problem}: a tab cannot indent" if is_tab else str(problem)


class _EventReader:
    """Makes values of a loader's events. Recursion is bounded by ``_MOST_LEVELS``: PyYAML's own composer would use up the stack."""

    def __init__(self, loader: Any, file: str) -> None:
        import yaml

        self._yaml = yaml
        self._loader = loader
        self._file = file
        self._constructor: Any = yaml.constructor.SafeConstructor()

    def document(self) -> Mapping:
        """The one mapping of the file."""
        self._loader.get_event()  # the stream's start
        first = self._loader.get_event()
        if not isinstance(first, self._yaml.DocumentStartEvent):
            raise SourceLine(self._file, 1).error("expected a mapping, found nothing")
        event = self._loader.get_event()
        value = self._value(event, 0)
        if not isinstance(value, Mapping):
            raise self._place(event).error("expected a mapping")
        self._loader.get_event()  # the document's end
        rest = self._loader.get_event()
        if not isinstance(rest, self._yaml.StreamEndEvent):
            raise self._place(rest).error("a second document (after ---): expected one per file")
        return value

    def _place(self, event: Any) -> SourceLine:
        return SourceLine(self._file, event.start_mark.line + 1)

    def _value(self, event: Any, level: int) -> Value:
        if isinstance(event, self._yaml.AliasEvent) or event.anchor is not None:
            raise self._place(event).error("anchors (&) and aliases (*) are not supported; put quotes around a string that begins with one")
        if level > _MOST_LEVELS:
            raise self._place(event).error(f"nested more than {_MOST_LEVELS} levels deep")
        if isinstance(event, self._yaml.ScalarEvent):
            return self._scalar(event)
        if event.tag is not None:
            raise self._place(event).error(f"the tag {event.tag!r} is not supported")
        return self._mapping(event, level) if isinstance(event, self._yaml.MappingStartEvent) else self._sequence(level)

    def _sequence(self, level: int) -> list[Value]:
        values = []
        while not isinstance(event := self._loader.get_event(), self._yaml.SequenceEndEvent):
            values.append(self._value(event, level + 1))
        return values

    def _mapping(self, start: Any, level: int) -> Mapping:
        values: dict[str, tuple[Value, int]] = {}
        while not isinstance(event := self._loader.get_event(), self._yaml.MappingEndEvent):
            key, place = self._value(event, level + 1), self._place(event)
            if not isinstance(key, str):
                raise place.error("expected a string as key; put quotes around a number, yes, no, on or off")
            if key in values:
                raise place.error(f"duplicate key {key!r}")
            values[key] = self._value(self._loader.get_event(), level + 1), place.line
        return Mapping(self._place(start), values)

    def _scalar(self, event: Any) -> Value:
        if event.tag is not None:
            raise self._place(event).error(f"the tag {event.tag!r} is not supported; put quotes around a string that begins with !")
        node_type = self._yaml.ScalarNode
        tag = self._loader.resolve(node_type, event.value, event.implicit).removeprefix(_TAG)
        if tag == "str":
            return str(event.value)
        if tag not in ("null", "bool", "int", "float"):
            raise self._place(event).error(f"{event.value!r} could be a date or a merge; put quotes around it")
        try:
            value: Value = getattr(self._constructor, f"construct_yaml_{tag}")(node_type(_TAG + tag, event.value))
        except (ValueError, OverflowError) as error:
            raise self._place(event).error(f"not a number: {error}") from error
        if isinstance(value, float) and not isfinite(value):
            raise self._place(event).error(f"{event.value!r} is not a finite number; put quotes around a string")
        return value
