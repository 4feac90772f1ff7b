"""Tests the examples of rules and kinds of credentials: those that must be flagged, and those that must pass."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from imginspect.archive import open_archive
from imginspect.checks import CheckResult, Verdict, prepare
from imginspect.checks.runner import has_crashed
from imginspect.errors import RuleError
from imginspect.examples.sample import build
from imginspect.image import list_images
from imginspect.inspection.criteria import Criteria
from imginspect.inspection.inspect import inspect
from imginspect.rules import Pattern, PatternSet, Rule
from imginspect.rules.mapping import SourceLine
from imginspect.rules.rule import Example
from imginspect.scan.matcher import Matcher

_FLAGGED = (Verdict.WARN, Verdict.FAIL, Verdict.UNDETERMINED)


class ExampleResult(NamedTuple):
    """The result for the example *title*, and whether it is the expected one."""

    title: str
    must_flag: bool
    answer: str
    is_right: bool


def answers_of_rule(rule: Rule, criteria: Criteria) -> Iterator[ExampleResult]:
    """The result for each example of *rule*. Every check runs on every example, even one that the policy skips: none may crash.

    Raises: RuleError - an example does not describe an image
    """
    judging = replace(criteria, prepared=prepare(criteria.rules))
    for example, must_flag in [*((item, True) for item in rule.flag), *((item, False) for item in rule.passing)]:
        results = _results(rule, example, judging)
        crashed = [result.reason for result in results if has_crashed(result)]
        verdict = next(result.verdict for result in results if result.rule.id == rule.id)
        is_right = verdict in _FLAGGED if must_flag else verdict is Verdict.PASS
        yield ExampleResult(example.title, must_flag, crashed[0] if crashed else str(verdict), is_right and not crashed)


def answers_of_kind(pattern: Pattern) -> Iterator[ExampleResult]:
    """The result for each example of a kind of credential."""
    matcher = Matcher(PatternSet((pattern,), ""), "literals")  # one pattern: compiling it for the fast engine would not pay
    for text, must_flag in [*((item, True) for item in pattern.flag), *((item, False) for item in pattern.passing)]:
        spans, _ = matcher.find(text.encode())
        yield ExampleResult(text, must_flag, "flagged" if spans else "passed", bool(spans) == must_flag)


def _results(rule: Rule, example: Example, criteria: Criteria) -> tuple[CheckResult, ...]:
    place = SourceLine(rule.file, example.line)
    try:
        archive_bytes = build(example.image())
    except RuleError as error:
        raise place.error(f"{rule.id}: {error}") from error
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError) as error:  # a list where a mapping belongs, and the like
        raise place.error(f"{rule.id}: example: not a valid image description ({error})") from error
    with open_archive(io.BytesIO(archive_bytes)) as archive:
        listing = list_images(archive)
        if not listing.images:
            raise place.error(f"{rule.id}: example: it contains no image")
        return inspect(archive, listing.images[0], listing, criteria).results
