"""JSON that was filed, or forged: read strictly, so that no two readers can see two things in it."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from imginspect.errors import ImgInspectError
from imginspect.wording import cut


class NotReadable(ImgInspectError):
    """A filed report, or a file of an evidence pack, is not what it should be."""


def dump(tree: object) -> bytes:
    """*tree* as indented JSON in ASCII, keys in their order, with a line feed at the end."""
    return (json.dumps(tree, indent=2, ensure_ascii=True) + "\n").encode("ascii")


def parse(content: bytes, name: str) -> Any:
    """The value in *content*. A key that is given twice in one object, NaN and numbers without end are errors.

    Raises: NotReadable
    """
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError, MemoryError) as error:
        why = "it is nested too deep" if isinstance(error, RecursionError) else cut(str(error))
        raise NotReadable(f"{name} is no valid JSON: {why}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key is given twice in one object")
    return made


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
