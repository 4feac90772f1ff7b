"""Checks: one file each, given a CheckContext and a rule's parameters; facts in, a CheckResult out. They know no output format."""

from imginspect.checks.catalogue import CHECKS
from imginspect.checks.check_context import CheckContext
from imginspect.checks.result import CheckResult, Evidence, Finding, Outcome, Verdict
from imginspect.checks.runner import gather_facts, prepare, run_checks

__all__ = ["CHECKS", "CheckContext", "CheckResult", "Evidence", "Finding", "Outcome", "Verdict", "gather_facts", "prepare", "run_checks"]
