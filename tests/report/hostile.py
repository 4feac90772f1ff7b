"""Reports for trying the forms on: names that act on viewers, every verdict a rule can have, and every verdict an image can have."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache

from imginspect.archive import open_archive
from imginspect.checks.result import CheckResult, Confidence, Evidence, EvidenceState, Finding, Verdict, fingerprint
from imginspect.image import list_images
from imginspect.inspection.criteria import Criteria, load_criteria
from imginspect.inspection.inspect import inspect, not_inspected
from imginspect.report import Report
from imginspect.report.report import ReportVerdict
from imginspect.rules import Severity
from tests.image_builder import ImageBuilder, file

NAMES = (
    "/app/plain.py",
    "/app/with space.py",
    "/app/100%25#part?query",
    "/app/\x1b]0;title\x07\r\n\x00\t",
    "/app/caf\udce9-\udcff",
    "/app/é-\u202egpj.exe-\ufffe-\U0001f600",
    '/app/<script>alert("x")</script>&amp;]]>',
    "/app/[click here](https://example.org/) {0} {1}",
    "/app/back\\slash\\x41",
    "//example.org/share/../../etc/passwd",
    "/../../etc/./shadow",
    "/app/javascript:alert(1)",
    "/" + "n" * 5000,
    "/",
)
"""Paths as surrogateescape gives them."""


@cache
def criteria() -> Criteria:
    return load_criteria()


@cache
def sound() -> Report:
    """The report on an image of two layers, the second made by an instruction that is no friend."""
    image = (
        ImageBuilder()
        .layer(file("/app/run.py", b"print(1)"), created_by="COPY app /app # buildkit")
        .layer(file("/x"), created_by="RUN echo \x1b[2J ]]> <b>&[a](http://example.org/) \udcff")
        .config(entrypoint=["/app/run.py"])
        .reference("registry.example.org:5000/team/app:1.0")
    )
    return report_on(image.bytes())


def report_on(data: bytes) -> Report:
    """The report on the first image of an archive."""
    with open_archive(io.BytesIO(data)) as archive:
        listing = list_images(archive)
        return inspect(archive, listing.images[0], listing, criteria())


def nothing() -> Report:
    """The report on what is no image."""
    return not_inspected("nothing \x1b there", criteria())


def finding(rule_id: str, verdict: Verdict, evidence: Evidence, occurrence: int = 1) -> Finding:
    place = evidence.path or evidence.config_field or evidence.member or ""
    return Finding(
        rule_id=rule_id,
        verdict=verdict,
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message=f"{place} is to be looked at",
        evidence=(evidence,),
        fingerprint=fingerprint(rule_id, (evidence,), occurrence),
    )


def named(*names: str) -> Report:
    """A report of one failed rule with a finding for each of *names*, in layer 1."""
    first = sound().results[0]
    findings = tuple(
        finding(first.rule.id, Verdict.FAIL, Evidence(path=name, layer_index=1, state=EvidenceState.DELETED, line=3, excerpt=name))
        for name in names
    )
    return with_results(first._replace(verdict=Verdict.FAIL, findings=findings, reason="", conditions=()))


def with_results(*results: CheckResult, verdict: ReportVerdict = ReportVerdict.FAIL) -> Report:
    """The sound report with other results."""
    return replace(sound(), results=results, verdict=verdict)


def judged(verdict: Verdict, severity: Severity = Severity.HIGH, *findings: Finding, number: int = 0) -> CheckResult:
    """A rule's result as told; *number* chooses the rule."""
    result = sound().results[number]
    rule = result.rule._replace(severity=severity)
    return result._replace(rule=rule, verdict=verdict, findings=findings, reason=f"because {verdict}", conditions=())
