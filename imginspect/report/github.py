"""The GitHub form: workflow commands, which a job prints to have the verdict and the worst findings shown on the run's page.

GitHub shows ten errors, ten warnings and ten notices of a step, so no more are written, and the last line says how many there are.
Every line is a command, so that nothing of an image is ever the beginning of one.
Sources: GitHub, "Workflow commands for GitHub Actions"; its runner undoes %25, %0D and %0A, and in properties %3A and %2C too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from imginspect.report.document import FindingPart, ReportDocument, ResultPart
from imginspect.report.places import relative_name, told
from imginspect.report.printable import one_line, shortened
from imginspect.report.summary import (
    VERDICT_WORDS,
    archive_facts,
    headline,
    image_name,
    keeps_from_passing,
    not_read,
    open_results,
    sentence,
    tally,
    undetermined_is,
)
from imginspect.wording import counted

_MOST = {"error": 10, "warning": 10, "notice": 9}  # and the notice at the end
_MOST_VERDICTS = 5
"""Images with a line of their own; one line sums up the others. GitHub shows few notices of a step."""
_LONGEST = 3_000
"""Characters of one message; how many are left out is said."""
_LONGEST_TITLE = 200
"""Characters of one title; how many are left out is said."""
_LONGEST_FILE = 1_000
"""Characters of one path; how many are left out is said."""
_KINDS = {"pass": "notice", "fail": "error", "undecided": "error", "incomplete": "error", "not-inspected": "error"}


class _Command(NamedTuple):
    kind: str
    title: str
    message: str
    file: str = ""
    line: int | None = None


def render(documents: Sequence[ReportDocument]) -> str:
    """The reports as workflow commands: the verdicts first, then what was not read and the findings, the worst first."""
    commands = [_verdict(document) for document in documents[:_MOST_VERDICTS]]
    if len(documents) > _MOST_VERDICTS:
        commands.append(_others(documents[_MOST_VERDICTS:]))
    for document in documents:
        commands += _commands(document, f"{image_name(document)}: " if len(documents) > 1 else "")
    written: Counter[str] = Counter()
    lines = []
    for command in commands:
        if written[command.kind] < _MOST[command.kind]:
            written[command.kind] += 1
            lines.append(_text(command))
    if left_out := len(commands) - len(lines):
        message = f"{counted(left_out, 'more message')}: GitHub shows ten of a kind. The other reports of this run hold all of them."
        lines.append(_text(_Command("notice", "imginspect", message)))
    return "\n".join(lines) + "\n"


def _verdict(document: ReportDocument) -> _Command:
    numbers = tally(document)
    message = f"{image_name(document)}: {sentence(document)}" + (f" {numbers}." if numbers else "")
    if (choice := undetermined_is(document)) != "undecided":
        message += f" Rules that cannot be decided: {choice} (--undetermined)."
    message += "".join(f" {name}: {value}." for name, value in archive_facts(document)[1:])
    return _Command(_KINDS[document["verdict"]], f"imginspect: {headline(document)}", message)


def _others(documents: Sequence[ReportDocument]) -> _Command:
    verdicts = Counter(document["verdict"] for document in documents)
    told = ", ".join(f"{count:,} {VERDICT_WORDS[verdict]}" for verdict, count in sorted(verdicts.items()))
    kind = "notice" if set(verdicts) == {"pass"} else "error"
    return _Command(kind, "imginspect", f"and {counted(len(documents), 'more image')}: {told}")


def _commands(document: ReportDocument, prefix: str) -> Iterator[_Command]:
    gaps = not_read(document)
    if gaps:
        more = f" (and {len(gaps) - 1:,} more)" if len(gaps) > 1 else ""
        yield _Command("error", "Not everything was read", f"{prefix}{gaps[0]}{more}")
    for result in open_results(document):
        kind = "error" if keeps_from_passing(result, document) else "warning"
        yield from (_finding(finding, result, kind, prefix) for finding in result["findings"])
        if not result["findings"]:
            yield _Command(kind, _title(result), prefix + (result["reason"] or result["outcome_title"]))
    for result in document["results"]:
        if result["verdict"] == "pass":
            yield from (_Command("notice", _title(result), f"{prefix}provided: {condition}") for condition in result["conditions"])


def _title(result: ResultPart) -> str:
    return f"{result['rule']} {result['outcome_title']} ({result['verdict']}, {result['severity']})"


def _finding(finding: FindingPart, result: ResultPart, kind: str, prefix: str) -> _Command:
    first = next((place for place in finding["evidence"] if place["path"]), None)
    file = relative_name(first["path"] or "") if first else ""
    return _Command(kind, _title(result), prefix + told(finding), file, first["line"] if first else None)


def _text(command: _Command) -> str:
    properties = [("title", shortened(one_line(command.title), _LONGEST_TITLE))]
    if command.file:
        properties.append(("file", shortened(command.file, _LONGEST_FILE)))
    if command.line:
        properties.append(("line", str(command.line)))
    told = ",".join(f"{name}={_data(value).replace(':', '%3A').replace(',', '%2C')}" for name, value in properties)
    return f"::{command.kind} {told}::{_data(shortened(one_line(command.message), _LONGEST))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
