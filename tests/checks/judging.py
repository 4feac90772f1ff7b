"""One rule's result on an image that a test builds."""

from __future__ import annotations

from imginspect.checks import CheckResult
from tests.fuzz.fuzz_readers import examine
from tests.image_builder import ImageBuilder


def judged_by(rule_id: str, image: ImageBuilder) -> CheckResult:
    """The result of the rule *rule_id* on *image*; the reports of all forms are rendered on the way."""
    (report,) = examine(image.bytes())
    return next(result for result in report.results if result.rule.id == rule_id)


def messages(result: CheckResult) -> str:
    """Everything that the result says, in one text."""
    return "\n".join([result.reason, *result.conditions, *(finding.message for finding in result.findings)])
