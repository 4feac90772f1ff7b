"""What ``imginspect rules test`` prints: a line for each rule, more where an answer is wrong, and the sum."""

from __future__ import annotations

from collections.abc import Iterator

from imginspect.examples.trial import ExampleResult
from imginspect.report.text import visible
from imginspect.rules import Pattern, Rule
from imginspect.wording import counted


class Trial:
    """Counts answers on their way to the screen. A kind of credential, of which there are hundreds, has lines only where it is wrong."""

    def __init__(self) -> None:
        self.wrong = 0
        self._rules = self._kinds = self._examples = 0

    def lines_of_rule(self, rule: Rule, answers: list[ExampleResult]) -> Iterator[str]:
        """The lines on *rule*."""
        self._rules += 1
        flagged = sum(answer.must_flag for answer in answers)
        says = "WRONG" if self._count(answers) else "ok"
        yield visible(f"{rule.id:<13} {says:<6} {flagged} must be flagged, {len(answers) - flagged} must pass  ({rule.file})")
        yield from _wrong(answers)

    def lines_of_kind(self, pattern: Pattern, answers: list[ExampleResult]) -> Iterator[str]:
        """The lines on the kind *pattern*."""
        self._kinds += 1
        if self._count(answers):
            yield visible(f"{pattern.id}  WRONG  ({pattern.file}, line {pattern.line})")
            yield from _wrong(answers)

    def summary(self) -> str:
        """All together in a line."""
        what = f"{counted(self._examples, 'example')} of {counted(self._rules, 'rule')} and {counted(self._kinds, 'kind')} of credentials"
        return f"{what}: " + (f"{self.wrong:,} answered incorrectly" if self.wrong else "all answered correctly")

    def _count(self, answers: list[ExampleResult]) -> int:
        wrong = sum(not answer.is_right for answer in answers)
        self._examples += len(answers)
        self.wrong += wrong
        return wrong


def _wrong(answers: list[ExampleResult]) -> Iterator[str]:
    for answer in answers:
        if not answer.is_right:
            must = "must be flagged" if answer.must_flag else "must pass"
            yield visible(f"    {must}: {answer.title} (the answer was: {answer.answer})")
