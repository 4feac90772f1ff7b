"""Reading: a report that was filed as JSON, as documents again. The file may have been changed, or made up, so all of it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

from imginspect.report.document import SCHEMA_VERSION, ReportDocument, ReportDocuments
from imginspect.report.earlier_schema import EARLIER_VERSIONS, upgraded
from imginspect.report.order import worst_first
from imginspect.report.report import ReportVerdict
from imginspect.report.strict_json import NotReadable, parse
from imginspect.report.text import is_visible
from imginspect.wording import listed

LARGEST = 256 << 20
"""Bytes of a report beyond which it is not read; one of 100,000 files and 2,000 findings has some 10 MB."""
MOST_DOCUMENTS = 10_000
"""Reports in one file; one with more is refused."""


class Filed(NamedTuple):
    """What a JSON report holds. *several* says that it is a document of many, even where there is one."""

    documents: tuple[ReportDocument, ...]
    several: bool


def read_report(content: bytes, *, newer: bool = False) -> Filed:
    """The documents of a JSON report of this version of the schema, or of one in ``EARLIER_VERSIONS``; with *newer* also of a later one
    with the same first number.

    What a later version adds is left out.
    Raises: NotReadable
    """
    if len(content) > LARGEST:
        raise NotReadable(f"the report has more than {LARGEST:,} bytes, which no report has")
    tree = parse(content, "the report")
    version = tree.get("schema_version") if isinstance(tree, dict) else None
    if not isinstance(tree, dict) or not isinstance(version, str):
        raise NotReadable("it is no report of imginspect: it states no schema_version")
    if version not in (SCHEMA_VERSION, *EARLIER_VERSIONS) and not (newer and _is_later(version)):
        known = listed((*EARLIER_VERSIONS, SCHEMA_VERSION), len(EARLIER_VERSIONS) + 1)
        raise NotReadable(
            f"it was written with version {version[:20]!a} of the report's schema, and this imginspect reads {known}; "
            "inspect the image again, or use the imginspect that wrote it"
        )
    if version in EARLIER_VERSIONS:
        tree = upgraded(tree)
    several = "reports" in tree
    _Form(allows_more=_is_later(version)).check(tree, ReportDocuments if several else ReportDocument, "the report")
    documents: Sequence[ReportDocument] = tree["reports"] if several else [cast(ReportDocument, tree)]
    if not 0 < len(documents) <= MOST_DOCUMENTS:
        raise NotReadable(f"the report holds {len(documents):,} reports")
    for number, document in enumerate(documents):
        if document["schema_version"] != tree["schema_version"]:
            raise NotReadable(f"reports[{number}] states another schema_version than the whole")
        if document["exit_code"] != ReportVerdict(document["verdict"]).exit_code:
            raise NotReadable(f"its exit_code {document['exit_code']} is not that of its verdict, {document['verdict']}")
    if version in EARLIER_VERSIONS:
        for document in documents:
            document["results"] = worst_first(document["results"])
    return Filed(tuple(documents), several)


def _is_later(version: str) -> bool:
    own, (major, _, minor) = SCHEMA_VERSION.split("."), version.partition(".")
    return major == own[0] and minor.isascii() and minor.isdigit() and len(minor) < 6 and int(minor) > int(own[1])


# -- the form of a document, by its types ------------------------------------------------------------------------------


class _Form:
    """Checks values against types. *allows_more* lets keys through that a TypedDict does not have."""

    def __init__(self, *, allows_more: bool) -> None:
        self._allows_more = allows_more

    def check(self, value: Any, kind: Any, where: str) -> None:
        """Raises NotReadable where *value* is not of the type *kind*: of a TypedDict exactly its keys, of a string only what is visible."""
        origin = get_origin(kind)
        if is_typeddict(kind):
            self._check_keys(value, kind, where)
        elif origin in (Union, UnionType):
            options = get_args(kind)
            if value is None and NoneType in options:
                return
            self.check(value, next(option for option in options if option is not NoneType), where)
        elif origin is Literal:
            if value not in get_args(kind) or type(value) is not type(get_args(kind)[0]):
                raise NotReadable(f"{where} is {_shown(value)}; expected one of {', '.join(map(str, get_args(kind)))}")
        elif origin is list:
            _check_type(value, list, where)
            for number, item in enumerate(value):
                self.check(item, get_args(kind)[0], f"{where}[{number}]")
        elif origin is dict:
            _check_type(value, dict, where)
            for key, item in value.items():
                self.check(key, str, f"a key of {where}")
                self.check(item, get_args(kind)[1], f"{where}.{key}")
        else:
            _check_plain(value, kind, where)

    def _check_keys(self, value: Any, kind: Any, where: str) -> None:
        hints = _hints(kind)
        _check_type(value, dict, where)
        missing = [key for key in hints if key not in value and key not in kind.__optional_keys__]
        more = [key for key in value if key not in hints]
        if missing or (more and not self._allows_more):
            raise NotReadable(
                f"{where} has no {missing[0]!r}" if missing else f"{where} has a key {_shown(more[0])} that a report does not have"
            )
        for key, inner in hints.items():
            if key in value:  # one that may be missing is not there
                self.check(value[key], inner, f"{where}.{key}")


def _check_plain(value: Any, kind: type, where: str) -> None:
    _check_type(value, kind, where)
    if kind is str and not is_visible(value):
        raise NotReadable(f"{where} holds characters that a report shows escaped: it was changed after imginspect wrote it")
    if kind is int and value < 0:
        raise NotReadable(f"{where} is {value}, and nothing in a report is below 0")


def _check_type(value: Any, kind: type, where: str) -> None:
    if type(value) is not kind:
        raise NotReadable(f"{where} is {_shown(value)}; expected {_NAMES[kind]}")


_NAMES = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "an object"}


def _shown(value: Any) -> str:
    return f"{value!a}"[:80]


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
