"""``results.json``: the summary for programs. Each image, shared finding and skipped item has one line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import cast

from imginspect.batch.store.database import Database
from imginspect.batch.store.queries import Recorded, RuleCount, Shared, bases, images, rule_counts, shared
from imginspect.batch.summary.document import (
    SCHEMA_VERSION,
    BatchDocument,
    BatchImage,
    BatchPolicy,
    CountedRule,
    RuleResult,
    SharedFinding,
    SkippedPart,
)
from imginspect.batch.summary.rules import Titles, title_of
from imginspect.batch.summary.verdict import total
from imginspect.batch.values.plans import RuleRow
from imginspect.report.document import ResultName, SeverityName, Tool, UndeterminedName, VerdictName
from imginspect.report.json_format import dump
from imginspect.report.json_schema import json_schema

_DESCRIPTION = (
    "The results.json file of `imginspect batch`. Within a major schema_version, keys are only added. Strings from images are escaped: "
    "a backslash is doubled, and characters that are not plainly visible are written \\xNN, \\uNNNN or \\UNNNNNNNN."
)
_SETTLED = frozenset(("pass", "not-applicable"))


def render(database: Database) -> Iterator[str]:
    """The document, in pieces. It is ASCII."""
    answer = total(database)
    rules = {rule.id: rule for rule in database.rules()}
    tool: Tool = {"name": "imginspect", "version": database.run.get("tool_version", "")}
    head = {
        "schema_version": SCHEMA_VERSION,
        "tool": tool,
        "policy": _policy(database.run),
        "verdict": str(answer.verdict),
        "exit_code": answer.verdict.exit_code,
        "counts": answer.counts,
    }
    yield "{\n"
    yield from (f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items())
    base_of, rules = bases(database), {rule.id: rule for rule in database.rules()}
    yield from _list("images", (_image(image, base_of(image.id), rules) for image in images(database)), ",\n")
    yield from _list("rules", (_counted(count, rules) for count in rule_counts(database)), ",\n")
    yield from _list("shared_findings", map(_shared, shared(database)), ",\n")
    skipped = (SkippedPart(source=item.shown, reason=item.reason, unread=item.unread) for item in database.skipped())
    yield from _list("skipped", skipped, "\n")
    yield "}\n"


def schema() -> str:
    """The JSON Schema of ``results.json``, made from the types of the document."""
    return dump(json_schema("imginspect batch results", _DESCRIPTION, BatchDocument))


def _list(name: str, items: Iterable[object], end: str) -> Iterator[str]:
    yield f"  {json.dumps(name)}: ["
    between = "\n    "
    for item in items:
        yield f"{between}{json.dumps(item)}"
        between = ",\n    "
    yield f"]{end}" if between == "\n    " else f"\n  ]{end}"


def _policy(run: dict[str, str]) -> BatchPolicy:
    return {
        "id": run.get("policy", ""),
        "sha256": run.get("policy_sha256", ""),
        "rules_sha256": run.get("rules_sha256", ""),
        "criteria_sha256": run.get("criteria", ""),
        "fail_on": run.get("fail_on", ""),
        "strict": run.get("strict") == "yes",
        "undetermined": cast(UndeterminedName, run.get("undetermined", "")),
    }


def _counted(count: RuleCount, rules: Titles) -> CountedRule:
    title = title_of(count.rule, count.verdict, rules)
    return {
        "rule": count.rule,
        "title": title if title != count.rule else "",
        "severity": count.severity,
        "failed": count.failed,
        "warned": count.warned,
        "undecided": count.undecided,
    }


def _image(image: Recorded, base_in_run: str, rules: dict[str, RuleRow]) -> BatchImage:
    verdicts = [result.verdict for result in image.results]
    return {
        "key": image.key,
        "references": list(image.references),
        "source": image.source,
        "platform": image.platform,
        "manifest_digest": image.manifest_digest or None,
        "image_id": image.image_id or None,
        "size": image.size,
        "created": image.created,
        "base": image.base,
        "base_digest": image.base_digest,
        "base_in_run": base_in_run,
        "verdict": cast(VerdictName, image.verdict),
        "reason": image.reason,
        "conditions": image.conditions,
        "results": [
            RuleResult(
                rule=result.rule,
                title=rules[result.rule].title_for(result.verdict) if result.rule in rules else "",
                verdict=cast(ResultName, result.verdict),
                severity=cast(SeverityName, result.severity),
                fails_image=result.fails_image,
            )
            for result in image.results
            if result.verdict not in _SETTLED
        ],
        "passed": verdicts.count("pass"),
        "not_applicable": verdicts.count("not-applicable"),
        "report": image.report,
    }


def _shared(finding: Shared) -> SharedFinding:
    return {
        "rule": finding.rule,
        "verdict": cast(ResultName, finding.verdict),
        "severity": cast(SeverityName, finding.severity),
        "fails_image": finding.fails_image,
        "images": finding.images,
        "examples": list(finding.examples),
        "message": finding.message,
        "place": finding.place,
        "layer": finding.layer,
        "instruction": finding.instruction,
        "fingerprint": finding.fingerprint,
    }
