"""Jupyter notebooks: their code as one text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from imginspect.languages.lines import Lines

LONGEST_NOTEBOOK = 8 << 20
"""Characters of a notebook, its outputs included, all of which are parsed as JSON; one that is longer is a gap."""
_SOURCE = re.compile(r'"source"\s*:')
_MAGIC = re.compile(r"^(\s*)[!%](?!%)\s*(?P<pip>pip|conda|mamba|uv)?(?P<rest>[^\n]*)$", re.MULTILINE)


def notebook(text: str) -> tuple[str, Lines] | None:
    """The code of a notebook as one text, ``!command`` as calls, with the lines of the file that it stands on; None where it is none."""
    if len(text) > LONGEST_NOTEBOOK:
        return None
    try:
        document = json.loads(text)
        cells = document["cells"]
        sources = [(cell["source"], cell.get("cell_type") == "code") for cell in cells if "source" in cell]
        parts = [([*map(str, source)] if isinstance(source, list) else [str(source)], is_code) for source, is_code in sources]
        code = "\n".join("".join(part) for part, is_code in parts if is_code)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    rows = _MAGIC.sub(_magic, code).split("\n")
    starts = [0, *accumulate(len(row) + 1 for row in rows)]
    return "\n".join(rows), tuple((starts[row], line) for row, line in _lines_of_cells(text, parts))


def _lines_of_cells(text: str, parts: Sequence[tuple[Sequence[str], bool]]) -> Iterator[tuple[int, int]]:
    """(row of the code, line of the notebook *text*) where each string of the cells with code begins."""
    at = row = 0
    line = 1
    for strings, is_code in parts:
        key = _SOURCE.search(text, at)
        places = [key.start() if key else at]
        for string in strings:
            written = [text.find(json.dumps(string, ensure_ascii=is_ascii), places[-1] + 1) for is_ascii in (False, True)]
            places.append(min((place for place in written if place >= 0), default=places[-1]))
        for string, place in zip(strings, places[1:], strict=True):
            line += text.count("\n", at, place)
            at = place
            if is_code:
                yield row, line
                row += string.count("\n")
        row += is_code


def _magic(match: re.Match[str]) -> str:
    command = (match["pip"] or "") + match["rest"]
    is_command = match[0].lstrip().startswith("!") or match["pip"]
    return f"{match[1]}get_ipython().system({command!r})" if is_command else f"{match[1]}pass"
