"""The network suite: small images, and whether what they start needs a network. ``python -m`` it for its counts.

The scope: what the entrypoint starts directly, with wrappers peeled; the text of ``sh -c``; shell and Python scripts, and one level of
scripts and own modules behind them. It was written from what shells and Python do, without a look at any detector.
"""

from __future__ import annotations

from collections import Counter

from tests.labelled.networking import (
    conditional,
    installing,
    long_python,
    long_shell,
    python_fetching,
    python_sound,
    shell_fetching,
    shell_sound,
    twins,
)
from tests.labelled.networking.case import Case

__all__ = ["CASES", "Case"]

PARTS = (shell_fetching, shell_sound, python_fetching, python_sound, installing, conditional, long_shell, long_python, twins)

CASES: tuple[Case, ...] = tuple(case for part in PARTS for case in part.all_cases())
"""All cases, in the same order in every run."""


def main() -> None:
    """Print how many cases there are of which verdicts."""
    for (fetch, packages), count in sorted(Counter((case.expected_fetch, case.expected_packages) for case in CASES).items()):
        print(f"fetch {fetch:12} packages {packages:12} {count:4}")
    print(f"{len(CASES)} cases")


if __name__ == "__main__":
    main()
