"""Tables of what TRE-SEC-002 finds on the credentials suite: recall by kind and by place, and noise. ``python -m`` it.

With ``--kinds`` the table by kind has a line for each single kind too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from tests.labelled.credentials import PARTS, Case, as_image
from tests.labelled.judging import verdicts


class Judged(NamedTuple):
    """A case, the part of the suite that it stands in, and the verdict on its image."""

    part: str
    case: Case
    verdict: str


class Line(NamedTuple):
    """A line of a table: how many cases a name has, and how many of them have a right answer."""

    name: str
    right: int
    total: int

    @property
    def share(self) -> float:
        """The share of right answers."""
        return self.right / self.total


def judged() -> Iterator[Judged]:
    """Each case with today's verdict."""
    for part in PARTS:
        name = part.__name__.rpartition(".")[2].replace("_", " ")
        for case in part.all_cases():
            yield Judged(name, case, verdicts(as_image(case), "generic")["TRE-SEC-002"])


def place(case: Case) -> str:
    """Where the credential stands; for a file without a place of its own its ending."""
    if case.place:
        return case.place
    last = case.path.rpartition("/")[2]
    return f"config {case.field}" if case.field else f"file *.{last.rpartition('.')[2]}" if "." in last.strip(".") else f"file {last}"


def is_inside(case: Case) -> bool:
    """Whether something must be opened or decoded before the text can be read."""
    return case.place.startswith(("packed: ", "encoded: ")) or case.topic.startswith("encoded")


def lines(rows: Iterable[Judged], name: Callable[[Judged], str]) -> list[Line]:
    """A line for each name, the worst first."""
    counts: dict[str, tuple[int, int]] = {}
    for row in rows:
        right, total = counts.get(name(row), (0, 0))
        counts[name(row)] = right + row.case.is_right(row.verdict), total + 1
    found = [Line(key, *value) for key, value in counts.items()]
    return sorted(found, key=lambda line: (line.share, -line.total, line.name))


def table(title: str, rows: list[Line], *, complete: bool = True) -> str:
    """The table; without *complete* only the lines that are not wholly right, and a count of the others."""
    shown = [line for line in rows if complete or line.share < 1]
    width = max((len(line.name) for line in shown), default=0)
    text = [title, *(f"  {line.name:{width}}  {line.right:4} / {line.total:<4}  {line.share:6.1%}" for line in shown)]
    rest = len(rows) - len(shown)
    return "\n".join(text + ([f"  ({rest} others: 100.0%)"] if rest else [])) + "\n"


def tables(rows: list[Judged], *, kinds: bool = False) -> str:
    """All tables: the sums, recall by part, kind and place, and noise."""
    there = [row for row in rows if row.case.expected]
    none = [row for row in rows if not row.case.expected]
    failing = sum(row.verdict == "fail" for row in none)
    sums = lines(there, lambda row: "encoded and nested" if is_inside(row.case) else "plain")
    parts = [
        table("Recall", [*sums, *lines(there, lambda _: "all")]),
        table("Recall by part", lines(there, lambda row: row.part)),
        table("Recall by kind", lines(there, lambda row: row.case.topic or row.case.issuer), complete=kinds),
        table("Recall by place", lines(there, lambda row: place(row.case)), complete=kinds),
        table(f"Without a credential ({failing} of {len(none)} fail)", lines(none, lambda row: row.part)),
        table("Without a credential, by kind", lines(none, lambda row: row.case.topic or row.part), complete=kinds),
    ]
    return "\n".join(parts)


def main() -> None:
    """Judge the suite and print its tables."""
    sys.stdout.write(tables(list(judged()), kinds="--kinds" in sys.argv[1:]))


if __name__ == "__main__":
    main()
