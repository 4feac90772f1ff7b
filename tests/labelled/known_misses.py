"""The one form of what the labelled suites keep: the wrong answers that are known, in ``tests/golden/SUITE-misses.tsv``.

A new wrong answer fails the test, and so does one that has gone: the file is true after each change. ``pytest --update-golden`` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Miss(NamedTuple):
    """A wrong answer. *kind* says in which way it is wrong, *given* what was said."""

    kind: str
    case: str
    given: str


def compare(golden: Callable[[str, str], None], suite: str, misses: Iterable[Miss]) -> None:
    """Fails where *misses* are not exactly those that are known of *suite*."""
    golden(f"{suite}-misses.tsv", "".join(sorted("\t".join(miss) + "\n" for miss in misses)))
