"""How well TRE-SEC-002 does on the labelled suite; docs/accuracy.md tells the figures of the first run and of the last.

The exact set of wrong answers is kept in `tests/golden/credentials-misses.tsv`: a new one fails the test, and so does one that has gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.labelled.credentials import CASES, as_image
from tests.labelled.judging import verdicts
from tests.labelled.known_misses import Miss, compare

pytestmark = pytest.mark.slow


def misses() -> Iterator[Miss]:
    """Each credential that is not found, and each false alarm."""
    for case in CASES:
        verdict = verdicts(as_image(case), "generic")["TRE-SEC-002"]
        if not case.is_right(verdict):
            yield Miss("missed" if case.expected else "false-alarm", case.id, verdict)


def test_the_wrong_answers_are_those_that_are_known(golden: Callable[[str, str], None]) -> None:
    compare(golden, "credentials", misses())
