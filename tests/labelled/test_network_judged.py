"""How well TRE-NET-001 and -002 do on the labelled suite; docs/accuracy.md tells the figures of the first run and of the last.

The exact set of wrong answers is kept in `tests/golden/network-misses.tsv`: a new one fails the test, and so does one that has gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import pytest

from tests.labelled.judging import verdicts
from tests.labelled.known_misses import Miss, compare
from tests.labelled.network import CASES

pytestmark = pytest.mark.slow


class Answer(NamedTuple):
    """One question on one case."""

    case: str
    rule: str
    expected: str
    acceptable: tuple[str, ...]
    given: str

    @property
    def is_right(self) -> bool:
        return self.given == self.expected or self.given in self.acceptable

    @property
    def kind(self) -> str:
        """In which way a wrong answer is wrong."""
        if self.given == "pass":
            return "wrong-pass"
        return "false-alarm" if self.expected == "pass" and self.given in ("fail", "warn") else "other"


@cache
def answers() -> tuple[Answer, ...]:
    return tuple(_answers())


def _answers() -> Iterator[Answer]:
    for case in CASES:
        found = verdicts(case.description, "epcc-tre")
        for rule, expected, acceptable in (
            ("TRE-NET-001", case.expected_fetch, case.acceptable),
            ("TRE-NET-002", case.expected_packages, case.acceptable_packages),
        ):
            verdict = "pass" if found[rule] == "not-applicable" else found[rule]
            yield Answer(case.id, rule, expected, tuple(acceptable), verdict)


def test_the_wrong_answers_are_those_that_are_known(golden: Callable[[str, str], None]) -> None:
    compare(golden, "network", (Miss(each.kind, each.case, f"{each.rule} {each.given}") for each in answers() if not each.is_right))


def test_no_pass_is_wrong() -> None:
    assert [each for each in answers() if not each.is_right and each.kind == "wrong-pass"] == []
