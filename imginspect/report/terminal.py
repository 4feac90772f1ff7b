"""The terminal form: the verdict in a sentence, then what to act on, what passed, and what it all rests on. 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from imginspect.checks.result import CheckResult, Evidence, Finding, Verdict
from imginspect.report.report import Report, ReportVerdict, worst
from imginspect.wording import counted

_WIDTH = 80
_COLOURS = {"red": "31;1", "yellow": "33;1", "green": "32;1", "bold": "1", "dim": "2"}
_VERDICT_COLOUR = {
    ReportVerdict.PASS: "green",
    ReportVerdict.FAIL: "red",
    ReportVerdict.INCOMPLETE: "yellow",
    ReportVerdict.NOT_INSPECTED: "red",
}
_VERDICT_WORDS = {
    ReportVerdict.PASS: "PASS",
    ReportVerdict.FAIL: "FAIL",
    ReportVerdict.INCOMPLETE: "INCOMPLETE",
    ReportVerdict.NOT_INSPECTED: "NOT INSPECTED",
}
_MOST_EVIDENCE = 5
_MOST_FINDINGS = 10


class _Style:
    """Colours, where they are wanted."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def __call__(self, text: str, name: str) -> str:
        return f"\x1b[{_COLOURS[name]}m{text}\x1b[0m" if self._colour else text


def render(report: Report, *, colour: bool = False) -> str:
    """The report for a person at a terminal; *colour* adds ANSI colours."""
    style = _Style(colour=colour)
    sections = [
        _headline(report, style),
        _image(report, style),
        _open_results(report, style),
        _passed(report, style),
        _chain(report, style),
        _coverage(report, style),
        _problems(report, style),
        _questions(report, style),
    ]
    return "\n".join("\n".join(section) + "\n" for section in (list(lines) for lines in sections) if section)


def render_all(reports: Sequence[Report], *, colour: bool = False) -> str:
    """Several reports, one below the other, and the verdict on all of them."""
    style = _Style(colour=colour)
    verdict = worst(report.verdict for report in reports)
    parts = [render(report, colour=colour) for report in reports]
    parts.append(style(f"All {len(reports)} images together: {_VERDICT_WORDS[verdict]}", _VERDICT_COLOUR[verdict]) + "\n")
    return ("\n" + "=" * _WIDTH + "\n\n").join(parts)


def _headline(report: Report, style: _Style) -> Iterator[str]:
    name = report.shown(", ".join(report.image.references) or "the image") if report.image else "the archive"
    verdict = _VERDICT_WORDS[report.verdict]
    fits = len(verdict) + 2 + len(name) <= _WIDTH
    yield style(verdict, _VERDICT_COLOUR[report.verdict]) + (f"  {name}" if fits else "")
    if not fits:
        yield from _wrap(name, "  ")
    yield from _wrap(f"{report.shown(report.reason)}.", "")


def _image(report: Report, style: _Style) -> Iterator[str]:
    image = report.image
    if image is None:
        return
    yield style("Image", "bold")
    rows = [
        ("reference", ", ".join(image.references) or "none"),
        ("platform", image.platform),
        ("image id", str(image.image_id or "none: this form of image has no config blob")),
        ("manifest", str(image.manifest_digest or "none: docker archives have no manifest digest")),
        ("archive", image.archive_form),
        ("policy", f"{report.policy.id}, fails from severity {report.fail_on} on"),
    ]
    if image.config is not None:
        argv = [*image.config.entrypoint, *image.config.cmd]
        rows.append(("starts", " ".join(argv) or "nothing: neither ENTRYPOINT nor CMD"))
        rows.append(("user", image.config.user or "root (none is set)"))
    rows += [("also there", other) for other in image.also_present[:5]]
    if len(image.also_present) > 5:
        rows.append(("also there", f"and {len(image.also_present) - 5} more"))
    yield from _table([(label, report.shown(value)) for label, value in rows])


def _open_results(report: Report, style: _Style) -> Iterator[str]:
    order = (Verdict.FAIL, Verdict.UNDETERMINED, Verdict.WARN)
    results = [result for result in report.results if result.verdict in order]
    if not results:
        return
    yield style("Findings", "bold")
    for result in sorted(results, key=lambda item: (order.index(item.verdict), -item.rule.severity.rank, item.rule.id)):
        yield ""
        yield from _result(result, report, style)


def _result(result: CheckResult, report: Report, style: _Style) -> Iterator[str]:
    colour = {Verdict.FAIL: "red", Verdict.WARN: "yellow", Verdict.UNDETERMINED: "yellow"}[result.verdict]
    by = " by the policy" if result.rule.id in report.policy.severities else ""
    label = f"{result.verdict.upper()} {result.rule.id} ({result.rule.severity}{by})"
    lines = textwrap.wrap(f"{label} {result.rule.title}", _WIDTH, subsequent_indent="  ")
    yield lines[0].replace(label, style(label, colour), 1)
    yield from lines[1:]
    if not result.findings and result.reason:
        yield from _wrap(report.shown(result.reason), "  ")
    for finding in result.findings[:_MOST_FINDINGS]:
        yield from _finding(finding, report)
    if len(result.findings) > _MOST_FINDINGS:
        yield f"  … and {len(result.findings) - _MOST_FINDINGS:,} more findings; the JSON form lists all of them"
    yield from _wrap(f"What to do: {result.rule.remediation}", "  ")


def _finding(finding: Finding, report: Report) -> Iterator[str]:
    yield from _wrap(report.shown(finding.message), "  - ")
    for evidence in finding.evidence[:_MOST_EVIDENCE]:
        yield from _evidence(evidence, report)
    if len(finding.evidence) > _MOST_EVIDENCE:
        yield f"      … and {len(finding.evidence) - _MOST_EVIDENCE:,} more places"


def _evidence(evidence: Evidence, report: Report) -> Iterator[str]:
    place = evidence.path or (f"config: {evidence.config_field}" if evidence.config_field else evidence.member)
    facts = []
    if place:
        facts.append(place + (f":{evidence.line}" if evidence.line else ""))
    if evidence.file_type:
        facts.append(evidence.file_type)
    if evidence.state and evidence.state != "config":
        facts.append(evidence.state)
    if evidence.layer_index is not None:
        facts.append(f"layer {evidence.layer_index}")
    if facts:
        yield from _wrap(report.shown(", ".join(facts)), "      ")
    if report.image and evidence.layer_index is not None and evidence.layer_index < len(report.image.layers):
        created_by = report.image.layers[evidence.layer_index].created_by
        if created_by:
            yield from _wrap(f"made by: {_shortened(report.shown(created_by), 140)}", "        ")
    if evidence.expected is not None:
        yield from _wrap(f"expected: {report.shown(evidence.expected)}", "        ")
    if evidence.found is not None:
        yield from _wrap(f"found:    {report.shown(evidence.found)}", "        ")
    if evidence.file_sha256:
        yield f"        sha256: {evidence.file_sha256}"


def _passed(report: Report, style: _Style) -> Iterator[str]:
    passed = [result for result in report.results if result.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)]
    if not passed:
        return
    yield style("Passed", "bold")
    for result in passed:
        note = " (does not apply)" if result.verdict is Verdict.NOT_APPLICABLE else ""
        if result.rule.id in report.policy.skipped:
            note = f" ({report.shown(result.reason)})"
        yield from _wrap(f"{result.rule.id}  {result.rule.title}{note}", "  ", hang="               ")
        for condition in result.conditions:
            yield from _wrap(f"provided: {report.shown(condition)}", "               ")


def _chain(report: Report, style: _Style) -> Iterator[str]:
    if not report.chain:
        return
    yield style("Chain of custody", "bold")
    rows = []
    for link in report.chain:
        role = link.role if link.layer_index is None else f"{link.role.replace(' content (diff_id)', '')} {link.layer_index}"
        if link.role.endswith("(diff_id)"):
            role = "  its content"
        value = link.digest or report.shown(link.name)
        rows.append((role, link.status, _short_digest(value)))
        if link.status == "mismatch":
            rows.append(("", "expected", _short_digest(link.expected or f"{link.expected_size:,} bytes")))
    yield from _table(rows)
    yield from _wrap("verified: as promised by what refers to it; computed: nothing promises it. Full digests: --format json.", "  ")


def _coverage(report: Report, style: _Style) -> Iterator[str]:
    coverage = report.coverage
    if coverage is None:
        return
    yield style("Coverage", "bold")
    yield "  everything was read" if coverage.is_complete else "  " + style("not everything was read:", "yellow")
    for gap in coverage.gaps[:10]:
        yield from _wrap(report.shown(gap), "  - ")
    if len(coverage.gaps) > 10:
        yield f"  … and {len(coverage.gaps) - 10:,} more"
    rows = [(f"{count:,}", "bytes of " + use) for use, count in coverage.bytes_by_use if count]
    rows.append((f"{coverage.archive_bytes:,}", "bytes in all"))
    yield from _table(rows, right=(0,))
    files = sum(layer.files for layer in coverage.layers)
    entries = sum(layer.entries for layer in coverage.layers)
    read = ", ".join(counted(count, noun) for count, noun in ((len(coverage.layers), "layer"), (entries, "entry"), (files, "file")))
    yield f"  {read}; {counted(coverage.visible_nodes, 'path')} visible, {coverage.hidden_nodes:,} hidden"
    packed = sum(layer.packed for layer in coverage.layers)
    if packed:
        yield from _wrap(f"not opened: {counted(packed, 'packed file')} within the image", "  ")
    if coverage.second_pass:
        yield f"  {counted(coverage.second_pass, 'file')} fetched by a second pass"


def _problems(report: Report, style: _Style) -> Iterator[str]:
    if report.coverage is not None or not report.problems:
        return  # every problem is a finding already
    yield style("Problems", "bold")
    for problem in report.problems:
        yield from _wrap(f"{report.shown(problem.where)}: {report.shown(problem.what)}", "  - ")


def _questions(report: Report, style: _Style) -> Iterator[str]:
    if not report.policy.questions or report.image is None:
        return
    yield style("For a person to settle", "bold")
    for question in report.policy.questions:
        yield from _wrap(question.text, "  [ ] ")


def _table(rows: Sequence[tuple[str, ...]], right: tuple[int, ...] = ()) -> Iterator[str]:
    from tabulate import tabulate

    columns = len(rows[0])
    used = sum(max(len(row[number]) for row in rows) + 2 for number in range(columns - 1))
    alignment = tuple("right" if number in right else "left" for number in range(columns))
    width = max(20, _WIDTH - used - 2)
    wrapped = [(*row[:-1], "\n".join(textwrap.wrap(row[-1], width) or [""])) for row in rows]
    for line in tabulate(wrapped, tablefmt="plain", colalign=alignment, disable_numparse=True).splitlines():
        yield "  " + line.rstrip()


def _short_digest(text: str) -> str:
    algorithm, _, value = text.partition(":")
    return f"{algorithm}:{value[:16]}…" if len(value) == 64 and algorithm == "sha256" else text


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _wrap(text: str, indent: str, hang: str | None = None) -> Iterator[str]:
    rest = " " * len(indent) if hang is None else hang
    yield from textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=rest, break_on_hyphens=False) or [indent.rstrip()]
