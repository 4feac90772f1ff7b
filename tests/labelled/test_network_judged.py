"""How well TRE-NET-001 and -002 do on the labelled suite; docs/accuracy.md tells the figures of the first run and of the last."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from tests.labelled.judging import verdicts
from tests.labelled.network import CASES

LEAST_RIGHT = 0.99
MOST_WRONG_PASSES = 0


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


@cache
def answers() -> list[Answer]:
    given = []
    for case in CASES:
        found = verdicts(case.description, "epcc-tre")
        for rule, expected, acceptable in (
            ("TRE-NET-001", case.expected_fetch, case.acceptable),
            ("TRE-NET-002", case.expected_packages, case.acceptable_packages),
        ):
            verdict = "pass" if found[rule] == "not-applicable" else found[rule]
            given.append(Answer(case.id, rule, expected, tuple(acceptable), verdict))
    return given


def test_most_answers_are_right() -> None:
    wrong = [answer for answer in answers() if not answer.is_right]
    assert 1 - len(wrong) / len(answers()) >= LEAST_RIGHT, wrong


def test_few_passes_are_wrong() -> None:
    wrong = [answer for answer in answers() if not answer.is_right and answer.given == "pass"]
    assert len(wrong) <= MOST_WRONG_PASSES, wrong
