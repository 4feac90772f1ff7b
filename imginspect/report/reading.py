"""Reading: a report that was filed as JSON, as documents again. The file may have been changed, or made up, so all of it is checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

from imginspect.errors import ImgInspectError
from imginspect.report.document import SCHEMA_VERSION, Document, Documents
from imginspect.report.report import ReportVerdict
from imginspect.report.text import is_visible

LARGEST = 256 << 20
"""Bytes of a report beyond which it is not read; one of 100,000 files and 2,000 findings has some 10 MB."""


class ReportError(ImgInspectError):
    """A file is no report that imginspect wrote, or one of another version."""


class Filed(NamedTuple):
    """What a JSON report holds. *several* says that it is a document of many, even where there is one."""

    documents: tuple[Document, ...]
    several: bool


def read_report(content: bytes) -> Filed:
    """The documents of a JSON report.

    Raises: ReportError
    """
    tree = _parsed(content)
    if not isinstance(tree, dict) or not isinstance(version := tree.get("schema_version"), str):
        raise ReportError("it is no report of imginspect: it states no schema_version")
    if version != SCHEMA_VERSION:
        raise ReportError(
            f"it was written with version {version[:20]!a} of the report's schema, and this imginspect reads version {SCHEMA_VERSION}; "
            "inspect the image again, or use the imginspect that wrote it"
        )
    several = "reports" in tree
    _check(tree, Documents if several else Document, "the report")
    documents: Sequence[Document] = tree["reports"] if several else [cast(Document, tree)]
    for number, document in enumerate(documents):
        if document["schema_version"] != SCHEMA_VERSION:
            raise ReportError(f"reports[{number}] states another schema_version than the whole")
        if document["exit_code"] != ReportVerdict(document["verdict"]).exit_code:
            raise ReportError(f"its exit_code {document['exit_code']} is not that of its verdict, {document['verdict']}")
    return Filed(tuple(documents), several)


def _parsed(content: bytes) -> Any:
    if len(content) > LARGEST:
        raise ReportError(f"it has more than {LARGEST:,} bytes, which no report has")
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_number, parse_float=_no_number)
    except (ValueError, RecursionError) as error:
        raise ReportError(f"it is no JSON document as imginspect writes it: {str(error)[:200]}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text[:20]} is no number that a report has")


# -- the form of a document, by its types ------------------------------------------------------------------------------


def _check(value: Any, kind: Any, where: str) -> None:
    """Raises ReportError where *value* is not of the type *kind*: of a TypedDict exactly its keys, of a string only what is visible."""
    origin = get_origin(kind)
    if is_typeddict(kind):
        _check_keys(value, kind, where)
    elif origin in (Union, UnionType):
        options = get_args(kind)
        if value is None and NoneType in options:
            return
        _check(value, next(option for option in options if option is not NoneType), where)
    elif origin is Literal:
        if value not in get_args(kind) or not isinstance(value, str):
            raise ReportError(f"{where} is {_shown(value)}; expected one of {', '.join(get_args(kind))}")
    elif origin is list:
        _check_type(value, list, where)
        for number, item in enumerate(value):
            _check(item, get_args(kind)[0], f"{where}[{number}]")
    elif origin is dict:
        _check_type(value, dict, where)
        for key, item in value.items():
            _check(key, str, f"a key of {where}")
            _check(item, get_args(kind)[1], f"{where}.{key}")
    else:
        _check_plain(value, kind, where)


def _check_keys(value: Any, kind: Any, where: str) -> None:
    hints = _hints(kind)
    _check_type(value, dict, where)
    missing = [key for key in hints if key not in value]
    more = [key for key in value if key not in hints]
    if missing or more:
        raise ReportError(
            f"{where} has no {missing[0]!r}" if missing else f"{where} has a key {_shown(more[0])} that a report does not have"
        )
    for key, inner in hints.items():
        _check(value[key], inner, f"{where}.{key}")


def _check_plain(value: Any, kind: type, where: str) -> None:
    _check_type(value, kind, where)
    if kind is str and not is_visible(value):
        raise ReportError(f"{where} holds characters that a report shows escaped: it was changed after imginspect wrote it")
    if kind is int and value < 0:
        raise ReportError(f"{where} is {value}, and nothing in a report is below 0")


def _check_type(value: Any, kind: type, where: str) -> None:
    if type(value) is not kind:
        raise ReportError(f"{where} is {_shown(value)}; expected {_NAMES[kind]}")


_NAMES = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "an object"}


def _shown(value: Any) -> str:
    return f"{value!a}"[:80]


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
