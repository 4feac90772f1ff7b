"""judge: a Reading in, the results of all rules and the verdict out. Each rule is judged once."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from imginspect.checks import CheckContext, CheckResult, gather_facts, run_checks
from imginspect.checks.context import with_context
from imginspect.checks.facts import Facts
from imginspect.inspection.criteria import Criteria
from imginspect.reading.coverage import Coverage
from imginspect.reading.read_image import Reading
from imginspect.reading.second_look import until_answered
from imginspect.report.report import ReportVerdict, verdict_on


class Judgement(NamedTuple):
    """The verdict on an image, its reason in a sentence, and what it rests on."""

    verdict: ReportVerdict
    reason: str
    results: tuple[CheckResult, ...]
    facts: Facts
    coverage: Coverage


def judge(reading: Reading, criteria: Criteria) -> Judgement:
    """What *criteria* make of *reading*. Facts come first: contents that they need and the pass did not keep are read by a second look."""
    (context, facts), served = facts_of(reading, criteria)
    results = run_checks(criteria.prepared, context, reading.limits)
    coverage = reading.coverage._replace(
        second_pass=served,
        findings_not_listed=sum(result.findings_not_listed for result in results),
        places_not_listed=sum(result.places_not_listed for result in results),
    )
    verdict, reason = verdict_on(results, coverage, criteria.fail_on, strict=criteria.strict, undetermined=criteria.undetermined)
    return Judgement(verdict, reason, with_context(results, reading.view), facts, coverage)


def facts_of(reading: Reading, criteria: Criteria) -> tuple[tuple[CheckContext, Facts], int]:
    """The context of the checks and the facts about the image, and how many contents a second look read for them."""
    return until_answered(reading.view, reading.reread, partial(_facts, reading, criteria))


def _facts(reading: Reading, criteria: Criteria) -> tuple[CheckContext, Facts]:
    context = CheckContext(reading.view, reading.problems, criteria.policy, criteria.knowledge, reading.matches)
    facts = gather_facts(context)
    context.ask_for_file_types()
    return context, facts
