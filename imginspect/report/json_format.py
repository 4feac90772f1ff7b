"""The JSON format of reports, and its schema. Within a major version of the schema keys are only added."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from imginspect.report.document import ReportDocument, ReportDocuments
from imginspect.report.json_schema import json_schema
from imginspect.report.tree import together

_DESCRIPTION = (
    "What `imginspect inspect --format json` writes: one report, or with --all a document of several. Within a major schema_version keys "
    "are only added. Strings that come from the image are escaped: a backslash is doubled, and what is not plainly visible is written "
    "\\xNN, \\uNNNN or \\UNNNNNNNN."
)


def render(documents: Sequence[ReportDocument], *, several: bool = False) -> str:
    """One document as JSON; of more than one, or with *several*, a document that holds them."""
    return dump(together(documents) if several or len(documents) != 1 else documents[0])


def dump(tree: Any) -> str:
    """*tree* as indented JSON in ASCII, keys in their order, with a newline at the end."""
    return json.dumps(tree, indent=2, ensure_ascii=True) + "\n"


def schema() -> str:
    """The JSON Schema of what ``render`` gives, made from the types of the document."""
    return dump(json_schema("imginspect report", _DESCRIPTION, ReportDocument, ReportDocuments))
