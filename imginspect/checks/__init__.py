"""Checks: one file each, given a Subject and a rule's parameters; facts in, a CheckResult out. Know no output format."""

from imginspect.checks.catalogue import CHECKS
from imginspect.checks.result import CheckResult, Evidence, Finding, Outcome, Verdict
from imginspect.checks.runner import gather_facts, prepare, run_checks
from imginspect.checks.subject import Subject

__all__ = ["CHECKS", "CheckResult", "Evidence", "Finding", "Outcome", "Subject", "Verdict", "gather_facts", "prepare", "run_checks"]
