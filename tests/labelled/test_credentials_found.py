"""How well TRE-SEC-002 does on the labelled suite; docs/accuracy.md tells the figures of the first run and of the last.

The exact set of wrong answers is kept in `tests/golden/credentials-misses.tsv`: a new one fails the test, and so does one that has gone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from tests.labelled.credentials import CASES, Case, as_image
from tests.labelled.judging import verdicts


class Figures(NamedTuple):
    """Cases by what was said of them."""

    found: list[Case]
    missed: list[Case]
    false_alarms: list[Case]
    quiet: list[Case]


@cache
def figures() -> Figures:
    result = Figures([], [], [], [])
    for case in CASES:
        is_flagged = verdicts(as_image(case), "generic")["TRE-SEC-002"] in ("warn", "fail")
        if case.expected:
            (result.found if is_flagged else result.missed).append(case)
        else:
            (result.false_alarms if is_flagged else result.quiet).append(case)
    return result


def test_the_wrong_answers_are_those_that_are_known(golden: Callable[[str, str], None]) -> None:
    result = figures()
    wrong = [f"missed\t{case.id}\n" for case in result.missed] + [f"false-alarm\t{case.id}\n" for case in result.false_alarms]
    golden("credentials-misses.tsv", "".join(sorted(wrong)))


def test_the_figures_are_those_that_the_page_tells(golden: Callable[[str, str], None]) -> None:
    golden("credentials-figures.tsv", "".join(f"{kind}\t{len(cases)}\n" for kind, cases in figures()._asdict().items()))
