"""How well TRE-SEC-002 does on the labelled suite; docs/accuracy.md tells the figures of the first run and of the last."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from tests.labelled.credentials import CASES, Case, as_image
from tests.labelled.judging import verdicts

LEAST_RECALL = 0.96
LEAST_PRECISION = 0.98


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


def test_credentials_are_found() -> None:
    result = figures()
    recall = len(result.found) / (len(result.found) + len(result.missed))
    assert recall >= LEAST_RECALL, [case.id for case in result.missed]


def test_what_is_no_credential_is_left_alone() -> None:
    result = figures()
    precision = len(result.found) / (len(result.found) + len(result.false_alarms))
    assert precision >= LEAST_PRECISION, [case.id for case in result.false_alarms]
