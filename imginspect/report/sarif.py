"""The SARIF format, for code scanning: a run for each image, a result for each finding, each at a place.

Source: SARIF 2.1.0 (OASIS Standard). What passed is in the run's properties and not among its results, because GitHub shows every
result as an alert, whatever its ``kind``. The document is JSON in ASCII with a result, a rule or a notification on each line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from imginspect.report.document import ReportDocument
from imginspect.report.order import rank
from imginspect.report.printable import one_line
from imginspect.report.sarif_results import BASES, LayerLocations, not_all_listed, notifications, results_of
from imginspect.report.sarif_rules import Tree, decided_descriptor, descriptor, listed_descriptor, whole_descriptor
from imginspect.report.summary import archive_facts, headline, is_whole, qualification, reason_of

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# GitHub shows so many results of a run, the worst, and refuses a run with more than the other number
_SHOWN = 5_000
_TAKEN = 25_000
"""Results of a run beyond which GitHub refuses it; a result of its own, which comes first, counts those that are left out."""


def render(documents: Sequence[ReportDocument]) -> str:
    """The reports as one SARIF log, a run for each."""
    runs = [_text(_run(document, name)) for document, name in zip(documents, _categories(documents), strict=True)]
    return f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [\n' + ",\n".join(runs) + "\n]}\n"


def _text(run: Tree) -> str:
    """*run* as JSON; the longest lists have an element on each line, as that is quicker to write, to read and to compare."""
    driver = run["tool"]["driver"]
    rules, results = _lines(driver.pop("rules")), _lines(run.pop("results"))
    tool = json.dumps(driver)[:-1] + f', "rules": {rules}}}'
    rest = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in run.items() if key != "tool")
    return f'{{"tool": {{"driver": {tool}}},\n{rest},\n"results": {results}}}'


def _lines(elements: Sequence[Tree]) -> str:
    return "[\n" + ",\n".join(map(json.dumps, elements)) + "\n]" if elements else "[]"


def _run(document: ReportDocument, category: str) -> Tree:
    image = document["image"]
    places = LayerLocations(document)
    found = list(results_of(document, places))
    results = _bounded(found, places)
    descriptors = [*(descriptor(result) for result in document["results"]), whole_descriptor(), decided_descriptor()]
    rules = {rule["id"]: rule for rule in [*descriptors, *([listed_descriptor()] if len(found) > _SHOWN else [])]}
    numbers = {rule_id: number for number, rule_id in enumerate(rules)}
    digest = (image["manifest_digest"] or image["image_id"] or "") if image else ""
    return {
        "tool": {"driver": {"name": "imginspect", "version": document["tool"]["version"], "rules": [*rules.values()]}},
        "automationDetails": {"id": f"{category}/{digest}"},
        "invocations": [_invocation(document, places)],
        "originalUriBaseIds": BASES,
        "columnKind": "unicodeCodePoints",
        "results": [{"ruleId": item["ruleId"], "ruleIndex": numbers[item["ruleId"]], **item} for item in results],
        "properties": _summary(document),
    }


def _bounded(results: list[Tree], places: LayerLocations) -> list[Tree]:
    """*results*; where they are more than a viewer shows, the first one says so, and beyond what it takes the worst are kept."""
    if len(results) <= _SHOWN:
        return results
    kept = results
    if len(results) >= _TAKEN:
        kept = sorted(results, key=lambda item: -rank(item.get("properties", {}).get("severity", "critical")))[: _TAKEN - 1]
    return [not_all_listed(len(results), len(kept), _SHOWN, places), *kept]


def _categories(documents: Sequence[ReportDocument]) -> Iterator[str]:
    """A name for each run that the next version of the same image has too: its repository and platform. No two runs share one."""
    seen: set[str] = set()
    for number, document in enumerate(documents):
        image = document["image"]
        repository = _repository(one_line(image["references"][0])) if image and image["references"] else "image"
        name = "/".join(["imginspect", repository, (one_line(image["platform"]) if image else "") or "unknown"])
        while name in seen:
            name += f"/{number}"
        seen.add(name)
        yield name


def _repository(reference: str) -> str:
    """*reference* without its tag or digest."""
    name = reference.partition("@")[0]
    folder, slash, last = name.rpartition("/")
    return folder + slash + last.partition(":")[0]


def _invocation(document: ReportDocument, places: LayerLocations) -> Tree:
    """That all was read, or what was not: a notification for each problem met on the way."""
    return {
        "executionSuccessful": is_whole(document),
        "exitCode": document["exit_code"],
        "exitCodeDescription": one_line(f"{document['verdict']}{qualification(document)}: {reason_of(document)}"),
        "toolExecutionNotifications": list(notifications(document, places)),
    }


def _summary(document: ReportDocument) -> Tree:
    """What the results do not say: the verdict, which image this is, what judged it, and each rule's verdict."""
    image = document["image"]
    return {
        "verdict": document["verdict"],
        "headline": headline(document),
        "reason": reason_of(document),
        "archive": dict(archive_facts(document)),
        "image": {key: value for key, value in image.items() if key != "config"} if image else None,
        "policy": document["policy"],
        "rules": {result["rule"]: result["verdict"] for result in document["results"]},
        "conditions": {result["rule"]: result["conditions"] for result in document["results"] if result["conditions"]},
        "chain_of_custody": document["chain_of_custody"],
    }
