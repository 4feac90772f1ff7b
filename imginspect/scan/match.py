"""Match: one place in some bytes where a pattern holds, confirmed. The matched bytes themselves are never in it."""

from __future__ import annotations

from typing import NamedTuple


class Match(NamedTuple):
    """*kind* is the pattern's id. *start* and *end* are offsets in bytes of the secret part, *line* counts from 1.

    *is_verified* says that a checksum or a structure inside the value was verified; *excerpt* is the line with every secret masked.
    *known_as* says what it is where everybody knows it: the test key of a library, an example of a manual.
    *secret_id* is there where the search was given a key; see ``secret_id``.
    """

    kind: str
    start: int
    end: int
    line: int
    is_verified: bool
    excerpt: str
    known_as: str = ""
    secret_id: str = ""
