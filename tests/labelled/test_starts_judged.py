"""How well TRE-ENT-001, -002 and -003 do on the labelled suite; docs/accuracy.md tells the figures of the first run and of the last.

The exact set of wrong answers is kept in `tests/golden/starts-misses.tsv`: a new one fails the test, and so does one that has gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pytest

from tests.labelled.judging import Answer, answers
from tests.labelled.known_misses import Miss, compare
from tests.labelled.starts import CASES, Case

pytestmark = pytest.mark.slow

ASKED = ("TRE-ENT-002", "TRE-ENT-003")
ALARMS = ("fail", "warn")


class Judged(NamedTuple):
    """A case and what was said of it."""

    case: Case
    named: str
    given: str
    places: frozenset[tuple[str, int | None]]

    @property
    def is_right(self) -> bool:
        return self.given in (self.case.expected, *self.case.acceptable)

    @property
    def kind(self) -> str:
        """Right, or in which way it is wrong."""
        if self.is_right:
            return "right"
        if self.given == "pass":
            return "wrong-pass"
        return "false-alarm" if self.case.expected == "pass" and self.given in ALARMS else "other"

    @property
    def is_placed(self) -> bool:
        """Whether an alarm that is right shows the line; a case that leaves the place open says so in its note."""
        asked = self.case.line and not self.case.note and self.is_right and self.given in ALARMS
        return not asked or (self.case.where, self.case.line) in self.places


@cache
def judged() -> tuple[Judged, ...]:
    return tuple(_judged(case, answers(case.description, "epcc-tre")) for case in CASES)


def _judged(case: Case, said: dict[str, Answer]) -> Judged:
    verdicts = [said[rule].verdict for rule in ASKED]
    worst = next((verdict for verdict in ("fail", "warn", "undetermined") if verdict in verdicts), "pass")
    places = frozenset(place for rule in ASKED if said[rule].verdict in ALARMS for place in said[rule].places)
    return Judged(case, said["TRE-ENT-001"].verdict, worst, places)


def test_the_wrong_answers_are_those_that_are_known(golden: Callable[[str, str], None]) -> None:
    wrong = [Miss(each.kind, each.case.id, each.given) for each in judged() if not each.is_right]
    wrong += [Miss("place", each.case.id, f"{each.case.where}:{each.case.line}") for each in judged() if not each.is_placed]
    wrong += [Miss("named", each.case.id, each.named) for each in judged() if each.named != each.case.named]
    compare(golden, "starts", wrong)


def test_the_figures_are_those_that_the_page_tells(golden: Callable[[str, str], None]) -> None:
    counts = Counter(each.kind for each in judged())
    counts["place"] = sum(not each.is_placed for each in judged())
    counts["named"] = sum(each.named != each.case.named for each in judged())
    text = "".join(f"{kind}\t{counts[kind]}\n" for kind in ("right", "wrong-pass", "false-alarm", "other", "place", "named"))
    golden("starts-figures.tsv", text)
