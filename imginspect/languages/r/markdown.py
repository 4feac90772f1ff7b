"""The R code of R Markdown and Quarto files."""

from __future__ import annotations

import re

MARKDOWN = (".Rmd", ".qmd", ".rmd")
"""Ends of the names of such files."""


def chunks(text: str) -> str:
    """The R code of an R Markdown or Quarto text; other lines are left empty, so that line numbers stay."""
    lines, inside = [], False
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            inside = not inside and re.match(r"\s*```+\s*\{r\b", line) is not None
            lines.append("")
        else:
            lines.append(line if inside else "")
    return "\n".join(lines)
