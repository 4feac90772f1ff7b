"""Wide text: ASCII in UTF-16, of either byte order and wherever it begins, as the plain text that the patterns are made for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from imginspect.scan.engine import Bytes

_NO_TEXT = re.compile(rb"[^\0]{2,}")
"""In ASCII as UTF-16 every second byte is zero. Other bytes beside a text could seem to make its first or last word longer."""


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
    """What text in UTF-16 the *regions* of *data* may hold, in both byte orders, as it stands and without the bytes around it."""
    for start, end in regions:
        wide = bytes(data[start:end])
        ended = _NO_TEXT.sub(lambda found: found[0][:1].ljust(len(found[0]), b"\0"), wide)
        begun = _NO_TEXT.sub(lambda found: found[0][-1:].rjust(len(found[0]), b"\0"), wide)
        for content in dict.fromkeys((wide, ended, begun)):
            for phase in (0, 1):
                yield Narrow(content[phase::2], wide, start, phase)
