"""What a report says in a line: the image's name, how its rules went, which of them to look at first, and what was not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from imginspect.report.document import ReportDocument, ResultName, ResultPart, UndeterminedName, VerdictName
from imginspect.report.order import rank, worst_first
from imginspect.report.printable import one_line
from imginspect.report.rule_counts import rules_by_severity
from imginspect.wording import counted

VERDICT_WORDS: dict[VerdictName, str] = {
    "pass": "PASS",
    "fail": "FAIL",
    "undecided": "UNDECIDED",
    "incomplete": "INCOMPLETE",
    "not-inspected": "NOT INSPECTED",
}
_WORST_FIRST: tuple[VerdictName, ...] = ("fail", "not-inspected", "incomplete", "undecided", "pass")
_OPEN: tuple[ResultName, ...] = ("fail", "undetermined", "warn")


def worst(documents: Sequence[ReportDocument]) -> VerdictName:
    """The worst verdict of several reports: fail, not-inspected, incomplete, undecided, pass."""
    return min((document["verdict"] for document in documents), key=_WORST_FIRST.index)


def could_fail(result: ResultPart, document: ReportDocument) -> bool:
    """Whether the severity of *result* is one for which an image fails."""
    return rank(result["severity"]) >= rank(document["policy"]["fail_on"])


def undetermined_is(document: ReportDocument) -> UndeterminedName:
    """What a rule that cannot be decided because a fact is missing makes of the image. Reports before 1.4 passed over such rules."""
    return document["policy"]["undetermined"] or "pass"


def undecided_rules(document: ReportDocument) -> list[ResultPart]:
    """The rules that could make the image fail, were not decided, and do not count as failures."""
    return [
        item for item in document["results"] if item["verdict"] == "undetermined" and not item["fails_image"] and could_fail(item, document)
    ]


def keeps_from_passing(result: ResultPart, document: ReportDocument) -> bool:
    """Whether the exit code is another than 0 because of *result*: it counts as a failure, or is undecided where that matters."""
    if result["fails_image"]:
        return True
    is_undecided = result["verdict"] == "undetermined" and could_fail(result, document)
    return is_undecided and document["verdict"] != "pass" and (undetermined_is(document) != "pass" or document["verdict"] == "incomplete")


def in_numbers(results: Sequence[ResultPart]) -> str:
    """How many rules of each severity *results* are, in words."""
    return rules_by_severity(result["severity"] for result in results)


def conditions_of(document: ReportDocument) -> int:
    """How many conditions the rules that passed depend on."""
    return sum(len(result["conditions"]) for result in document["results"] if result["verdict"] == "pass")


def qualification(document: ReportDocument) -> str:
    """What belongs to the word of a pass: its conditions, and the rules that could not be decided. Empty for all other verdicts."""
    if document["verdict"] != "pass":
        return ""
    conditions, undecided = conditions_of(document), undecided_rules(document)
    on = f" on {counted(conditions, 'condition')}" if conditions else ""
    return on + (f", but {in_numbers(undecided)} could not be decided" if undecided else "")


def headline(document: ReportDocument) -> str:
    """The verdict in capitals with what belongs to it: ``PASS on 3 conditions``."""
    return VERDICT_WORDS[document["verdict"]] + qualification(document)


def reason_of(document: ReportDocument) -> str:
    """The verdict's reason, but not a filed one that takes open rules for met, as it was before schema 1.4."""
    if document["policy"]["undetermined"] is not None or document["verdict"] != "pass":
        return document["reason"]
    undecided = undecided_rules(document)
    if not undecided:
        return document["reason"]
    fail_on, ids = document["policy"]["fail_on"], ", ".join(item["rule"] for item in undecided)
    return f"no rule of severity {fail_on} or worse failed; {in_numbers(undecided)} could not be decided, which was a pass then: {ids}"


def open_results(document: ReportDocument) -> list[ResultPart]:
    """The results to look at, worst first: those that make the image fail, other failures, what is undecided, warnings."""
    return worst_first([result for result in document["results"] if result["verdict"] in _OPEN])


def image_name(document: ReportDocument) -> str:
    """The image's first name, or an id where it has none; the archive where there is no image."""
    image = document["image"]
    if image is None:
        return archive_name(document)
    return one_line(next(iter(image["references"]), None) or image["image_id"] or image["manifest_digest"] or "the image")


def archive_name(document: ReportDocument) -> str:
    """The archive of what was not inspected, as it was given; *the archive* where the report does not say."""
    name = next((link["name"] for link in document["chain_of_custody"] if link["role"] == "archive"), "")
    return "the archive" if name in ("", "the archive as given") else one_line(name)


def archive_facts(document: ReportDocument) -> list[tuple[str, str]]:
    """Name, size and sha256 of the archive of what was not inspected, as far as they are known; nothing where an image was inspected."""
    link = next((link for link in document["chain_of_custody"] if link["role"] == "archive"), None)
    if document["image"] is not None or link is None:
        return []
    read = " that could be read" if link["status"] == "not-read" and link["digest"] else ""
    size = f"{link['size']:,} bytes{read}" if link["size"] is not None else ""
    facts = (("archive", link["name"]), ("size", size), ("sha256", (link["digest"] or "").removeprefix("sha256:")))
    return [(name, one_line(value)) for name, value in facts if value]


def inspected(document: ReportDocument) -> str:
    """Who answers for the inspection and its date, as far as they were given: ``by A. Auditor, on 2024-05-01``; empty where neither was."""
    given = (("by", document["inspected_by"]), ("on", document["inspected_on"]))
    return ", ".join(f"{word} {one_line(value)}" for word, value in given if value)


def is_whole(document: ReportDocument) -> bool:
    """Whether all of the image was read, and no rule is open because something was not read."""
    coverage = document["coverage"]
    return document["verdict"] not in ("incomplete", "not-inspected") and coverage is not None and coverage["complete"]


def not_read(document: ReportDocument) -> list[str]:
    """What was not read, a sentence each; empty also where that is not known in detail."""
    coverage = document["coverage"]
    if coverage is not None:
        return [one_line(gap) for gap in coverage["gaps"]]
    return [one_line(f"{problem['where']}: {problem['what']}") for problem in document["problems"]]


def sentence(document: ReportDocument) -> str:
    """The verdict's reason as a sentence."""
    reason = one_line(reason_of(document)).rstrip(".")
    return f"{reason}." if reason else "No reason is given."


def tally(document: ReportDocument) -> str:
    """How the rules went, in numbers; empty where none was applied."""
    return ", ".join(_tally(document["results"]))


def _tally(results: Sequence[ResultPart]) -> Iterator[str]:
    counts = Counter((result["verdict"], result["fails_image"]) for result in results)
    present = [(counts[key], text) for key, text in _TALLIED.items() if counts[key]]
    conditional = [len(result["conditions"]) for result in results if result["verdict"] == "pass" and result["conditions"]]
    for number, (count, text) in enumerate(present):
        on = f" ({len(conditional):,} of them on {counted(sum(conditional), 'condition')})" if text == "passed" and conditional else ""
        yield f"{counted(count, 'rule') if number == 0 else f'{count:,}'} {text}{on}"


_TALLIED: dict[tuple[ResultName, bool], str] = {
    ("fail", True): "failed",
    ("warn", True): "with a warning that counts as a failure",
    ("undetermined", True): "undecided, which counts as a failure",
    ("fail", False): "failed but not counted",
    ("undetermined", False): "undecided",
    ("warn", False): "with a warning",
    ("pass", False): "passed",
    ("not-applicable", False): "not applicable",
}
