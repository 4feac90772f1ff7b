"""A report that was filed as JSON, read back: documents only if every part has the type that ``report.document`` gives it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints, is_typeddict

from imginspect.pack.names import MOST_REPORT_BYTES, REPORT
from imginspect.pack.strict_json import NotReadable, parse
from imginspect.report.document import SCHEMA_VERSION, Document, Documents

MOST_DOCUMENTS = 1_000


def parse_report(content: bytes, name: str = REPORT) -> list[Document]:
    """The documents of a JSON report on one image or on several.

    Raises: NotReadable
    """
    if len(content) > MOST_REPORT_BYTES:
        raise NotReadable(f"{name} has {len(content):,} bytes, more than the {MOST_REPORT_BYTES:,} that are read")
    tree = parse(content, name)
    version = tree.get("schema_version") if isinstance(tree, dict) else None
    if not isinstance(version, str) or version.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
        raise NotReadable(f"{name} is no report of imginspect, or one of a version that this imginspect does not know")
    several = "reports" in tree
    for where, what in _wrong(tree, Documents if several else Document, "report"):
        raise NotReadable(f"{name} is not well-formed: {where} is not {what}")
    documents = tree["reports"] if several else [tree]
    if not 0 < len(documents) <= MOST_DOCUMENTS:
        raise NotReadable(f"{name} holds {len(documents):,} reports")
    return cast("list[Document]", documents)


@cache
def _fields(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _wrong(value: Any, kind: Any, where: str) -> Iterator[tuple[str, str]]:
    """(place, what was expected there) of what in *value* is not of *kind*. Keys that this version does not know are let through."""
    origin = get_origin(kind)
    if is_typeddict(kind):
        yield from _wrong_object(value, kind, where)
    elif origin is list:
        if not isinstance(value, list):
            yield where, "a list"
            return
        for number, item in enumerate(value):
            yield from _wrong(item, get_args(kind)[0], f"{where}[{number}]")
    elif origin is dict:
        if not isinstance(value, dict):
            yield where, "an object"
            return
        for key, item in value.items():
            yield from _wrong(item, get_args(kind)[1], f"{where}.{key[:80]!a}")
    else:
        yield from _wrong_scalar(value, kind, where)


def _wrong_object(value: Any, kind: Any, where: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield where, "an object"
        return
    for key, of in _fields(kind).items():
        if key not in value:
            yield f"{where}.{key}", "there"
        else:
            yield from _wrong(value[key], of, f"{where}.{key}")


def _wrong_scalar(value: Any, kind: Any, where: str) -> Iterator[tuple[str, str]]:
    origin = get_origin(kind)
    if origin is UnionType or str(origin) == "typing.Union":
        choices = get_args(kind)
        if value is None and NoneType in choices:
            return
        yield from _wrong(value, next(choice for choice in choices if choice is not NoneType), where)
    elif origin is Literal:
        if not isinstance(value, str) or value not in get_args(kind):
            yield where, f"one of {', '.join(get_args(kind))}"
    elif type(value) is not kind:
        yield where, {str: "a text", int: "a whole number", bool: "true or false"}.get(kind, "of a known type")
