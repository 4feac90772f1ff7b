"""Evidence by place: several lines of one file are one place, named once with all its lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from imginspect.report.document import EvidencePart
from imginspect.wording import listed

MOST_LINES = 10
"""Lines of one place that are named in a line of text."""


class OnePlace(NamedTuple):
    """Neighbouring pieces of evidence that differ in nothing but line, excerpt and secret id. *parts* is never empty."""

    parts: list[EvidencePart]

    @property
    def first(self) -> EvidencePart:
        """The first of them."""
        return self.parts[0]

    @property
    def lines(self) -> list[int]:
        """The lines, each once."""
        return list(dict.fromkeys(part["line"] for part in self.parts if part["line"]))

    @property
    def in_words(self) -> str:
        """The lines in words: ``line 3``, ``lines 1, 40, 81 and 7 more``; empty where there is none."""
        return lines_in_words(self.lines)

    @property
    def excerpts(self) -> list[str]:
        """What was seen there, each text once."""
        return list(dict.fromkeys(part["excerpt"] for part in self.parts if part["excerpt"]))

    @property
    def secret_ids(self) -> list[str]:
        """The ids of the credentials that were seen there."""
        return list(dict.fromkeys(part["secret_id"] for part in self.parts if part["secret_id"]))


def places_of(evidence: Sequence[EvidencePart]) -> list[OnePlace]:
    """*evidence* by place, in its order."""
    return [OnePlace(list(parts)) for _, parts in groupby(evidence, key=_place)]


def lines_in_words(lines: Sequence[int]) -> str:
    """*lines* as a text says them."""
    if not lines:
        return ""
    return f"line{'s' if len(lines) > 1 else ''} {listed([str(line) for line in lines], MOST_LINES)}"


def _place(part: EvidencePart) -> tuple[Any, ...]:
    layer, hidden_by = part["layer"], part["hidden_by"]
    place = (
        part["path"],
        part["config_field"],
        part["archive_member"],
        part["state"],
        part["file_sha256"],
        part["file_type"],
        part["size"],
    )
    return (*place, layer and layer["index"], hidden_by and hidden_by["index"], part["expected"], part["actual"])
