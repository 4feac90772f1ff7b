"""The suite on starts: small images, and whether what their container runs can start. ``python -m`` it for its counts.

It was written from what shells, Python and the programs that start others do, without a look at any detector, and every case that is
*tried* was run: `starting/ran.tsv` has the code that each ended with.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.labelled.starting import arguments, files, idioms, layered, programs, shell_gone, wrappers
from tests.labelled.starting.case import Case

__all__ = ["CASES", "Case", "ran"]

PARTS = (shell_gone, arguments, wrappers, files, layered, programs, idioms)

CASES: tuple[Case, ...] = tuple(case for part in PARTS for case in part.all_cases())
"""All cases, in the same order in every run."""

_RAN = Path(__file__).parent / "starting" / "ran.tsv"


def ran() -> dict[str, int]:
    """The code that the container of each tried case ended with, by its id."""
    rows = (line.split("\t") for line in _RAN.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {name: int(code) for name, code in rows}


def main() -> None:
    """Print how many cases there are of which verdict."""
    for expected, count in sorted(Counter(case.expected for case in CASES).items()):
        print(f"{expected:12} {count:4}")
    print(f"{len(CASES)} cases, {len(ran())} of them tried")


if __name__ == "__main__":
    main()
