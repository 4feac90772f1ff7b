"""JSON objects that packages keep of themselves, of a bounded size."""

from __future__ import annotations

import json
from typing import Any

MOST_JSON = 8 << 20
"""Characters of a JSON document that is parsed; a longer one is named as not read. Parsing takes many times as much memory: 45 MB of
nested lists took 2.2 GB (Python 3.11)."""


def json_object(text: str) -> dict[str, Any] | None:
    """The object in *text*; None where it is longer than MOST_JSON, or no object."""
    try:
        document = json.loads(text) if len(text) <= MOST_JSON else None
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def string_of(document: dict[str, Any], name: str) -> str:
    """The string *name* of *document*; empty where it is missing or something else."""
    value = document.get(name)
    return value if isinstance(value, str) else ""
