"""UTF-16: ASCII in UTF-16, in either byte order and at any offset, as the plain text that the patterns expect."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from imginspect.scan.engine import Bytes

_RUNS = (re.compile(rb"(?:[^\0]\0){6,}"), re.compile(rb"(?:\0[^\0]){6,}"))
"""In ASCII as UTF-16 every second byte is zero: the second of each pair, or the first. A run ends where that does, so that no byte beside
a text seems to make its first or last word longer."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """Every second byte of *wide*, which starts at *start* of some content: *text*, from the first byte or (*phase*) the second."""

    text: bytes
    wide: bytes
    start: int
    phase: int

    def place(self, at: int) -> int:
        """Where in the content the character *at* of the text stands."""
        return self.start + self.phase + 2 * at

    def is_wide(self, start: int, end: int) -> bool:
        """Whether there is nothing but zeros between the characters from *start* to *end*."""
        first, last = self.phase + 2 * start, self.phase + 2 * (end - 1)
        return not any(self.wide[first + 1 : last : 2])


def narrowed(data: Bytes, regions: Iterable[tuple[int, int]]) -> Iterator[Narrow]:
    """What text in UTF-16 the *regions* of *data* hold, in both byte orders, each run of it without the bytes around it."""
    for start, end in regions:
        part = bytes(data[start:end])
        for phase, run in enumerate(_RUNS):
            for found in run.finditer(part):
                yield Narrow(found[0][phase::2], found[0], start + found.start(), phase)
