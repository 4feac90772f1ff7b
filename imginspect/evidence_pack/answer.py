"""The result of a verification: the number of comparisons of each kind, and each disagreement as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from imginspect.wording import counted

MOST_SENTENCES = 200
"""Differences that are told one by one; then that there are more, and the counts are of all."""


@dataclass(slots=True)
class Comparison:
    """One kind of comparison. *note* says what was not compared, and why. If nothing was compared, *compared* is 0."""

    what: str
    compared: int = 0
    agreeing: int = 0
    disagreements: list[str] = field(default_factory=list)
    note: str = ""

    def count(self, sentence: str = "") -> None:
        """One more comparison, which agrees unless *sentence* says what does not."""
        self.compared += 1
        if not sentence:
            self.agreeing += 1
        elif len(self.disagreements) < MOST_SENTENCES:
            self.disagreements.append(sentence)
        elif len(self.disagreements) == MOST_SENTENCES:
            self.disagreements.append("and more of this kind, counted but not listed")

    @property
    def status(self) -> str:
        """Agrees, disagrees or not checked."""
        if self.agreeing < self.compared:
            return "disagrees"
        return "agrees" if self.compared else "not checked"


def agrees(checks: Sequence[Comparison]) -> bool:
    """Whether nothing that was compared disagrees, and something was compared."""
    return any(check.compared for check in checks) and not any(check.status == "disagrees" for check in checks)


def conclusion(checks: Sequence[Comparison]) -> str:
    """The final sentence."""
    compared = sum(check.compared for check in checks)
    wrong = compared - sum(check.agreeing for check in checks)
    left = [check.what for check in checks if check.status == "not checked"]
    unchecked = f" Not checked: {'; '.join(left)}." if left else ""
    if wrong:
        return f"Verification failed: {counted(wrong, 'disagreement')} in {counted(compared, 'comparison')}.{unchecked}"
    if not agrees(checks):
        return f"Nothing could be compared.{unchecked}"
    return f"Everything that was checked agrees.{unchecked}"
