"""The JSON form of reports. Its schema is ``report.schema.json`` beside this file; keys are only ever added within a version."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from typing import Any

from imginspect.report.document import ReportDocument
from imginspect.report.tree import together


def render(documents: Sequence[ReportDocument], *, several: bool = False) -> str:
    """One document as JSON; of more than one, or with *several*, a document that holds them."""
    return dump(together(documents) if several or len(documents) != 1 else documents[0])


def dump(tree: Any) -> str:
    """*tree* as indented JSON in ASCII, keys in their order, with a newline at the end."""
    return json.dumps(tree, indent=2, ensure_ascii=True) + "\n"


def schema() -> str:
    """The JSON Schema of what ``render`` gives."""
    return resources.files("imginspect.report").joinpath("report.schema.json").read_text("utf-8")
