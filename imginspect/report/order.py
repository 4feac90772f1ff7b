"""Order: the one order of rules in all outputs, worst first; and the title that fits a rule's verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, get_args

from imginspect.report.document import HarmName, ResultName, ResultPart, SeverityName

Badness: TypeAlias = tuple[bool, int, int, int, str]

_VERDICTS: tuple[str, ...] = ("fail", "undetermined", "warn", "pass", "not-applicable")
_SEVERITIES: tuple[str, ...] = get_args(SeverityName)
_HARMS: tuple[str, ...] = get_args(HarmName)


def worst_first(results: Sequence[ResultPart]) -> list[ResultPart]:
    """*results* in the order of ``badness``."""
    return sorted(results, key=_badness)


def _badness(result: ResultPart) -> Badness:
    return badness(result["verdict"], result["severity"], result["harm"], result["rule"], fails_image=result["fails_image"])


def badness(verdict: str, severity: str, harm: str, rule: str, *, fails_image: bool) -> Badness:
    """What results are sorted by: first what makes the image fail, then by verdict, severity, harm, and id of the rule.

    A verdict or severity that is not known is as bad as the worst, a harm that is not known as the least.
    """
    return (
        not fails_image,
        _VERDICTS.index(verdict) if verdict in _VERDICTS else 0,
        -rank(severity),
        _HARMS.index(harm) if harm in _HARMS else len(_HARMS),
        rule,
    )


def rank(severity: str) -> int:
    """The place of *severity* among all, from 0 for the least; one that is not known is worse than all."""
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def fitting_title(verdict: ResultName | str, title: str, finding_title: str, undecided_title: str) -> str:
    """The title that is true for *verdict*: what was found, that it is undecided, or what is asked."""
    if verdict in ("fail", "warn"):
        return finding_title or f"Not met: {title}"
    if verdict == "undetermined":
        return undecided_title or f"Undecided: {title}"
    return title
