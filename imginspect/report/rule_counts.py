"""Numbers of rules in words, by their severity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from imginspect.rules import Severity


def rules_by_severity(severities: Iterable[str]) -> str:
    """How many rules there are of each severity, the worst first: ``1 critical and 2 high rules``; empty of none."""
    counts = Counter(severities)
    known = list(Severity)
    worst_first = sorted(counts, key=lambda name: (-known.index(Severity(name)) if name in known else -len(known), name))
    parts = [f"{counts[name]:,} {name}" for name in worst_first]
    if not parts:
        return ""
    noun = "rule" if counts[worst_first[-1]] == 1 else "rules"
    return f"{', '.join(parts[:-1])} and {parts[-1]} {noun}" if len(parts) > 1 else f"{parts[0]} {noun}"
