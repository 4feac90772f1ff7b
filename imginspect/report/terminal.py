"""The terminal format: the verdict in a sentence, then what to act on, what passed, and what it all rests on. 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from imginspect.report.document import ChainLink, CoveragePart, ImagePart, ReportDocument, ResultPart, VerdictName
from imginspect.report.printable import one_line
from imginspect.report.summary import (
    VERDICT_WORDS,
    archive_facts,
    headline,
    image_name,
    inspected,
    not_read,
    sentence,
    tally,
    undetermined_is,
    worst,
)
from imginspect.report.terminal_layout import WIDTH, Style, wrapped
from imginspect.report.terminal_results import open_section
from imginspect.report.text import inert
from imginspect.wording import IN_JSON, and_more, bounded, counted

_VERDICT_COLOUR: dict[VerdictName, str] = {
    "pass": "green",
    "fail": "red",
    "undecided": "yellow",
    "incomplete": "yellow",
    "not-inspected": "red",
}
_MOST_OTHERS = 5
"""Other images of the archive that are named; how many more there are is said."""
_MOST_GAPS = 10
"""Gaps that are listed; how many more there are is said, and the JSON report lists all."""
_MOST_PROBLEMS = 50
"""What fits a few screens; each list that is cut says so."""
_RULE_COLUMN = " " * 15


def render(documents: Sequence[ReportDocument], *, colour: bool = False) -> str:
    """The reports for a person at a terminal, one below the other; *colour* adds ANSI colours."""
    style = Style(colour=colour)
    parts = [_one(document, style) for document in documents]
    if len(documents) > 1:
        verdict = worst(documents)
        parts.append(style(f"All {len(documents)} images together: {VERDICT_WORDS[verdict]}", _VERDICT_COLOUR[verdict]) + "\n")
    return inert(("\n" + "=" * WIDTH + "\n\n").join(parts))


def render_headlines(documents: Sequence[ReportDocument], *, colour: bool = False) -> str:
    """The first lines of each report, with the verdict and what it rests on."""
    style = Style(colour=colour)
    return inert("".join(f"{line}\n" for document in documents for line in _headline(document, style)))


def _one(document: ReportDocument, style: Style) -> str:
    sections = [
        _headline(document, style),
        _image(document, style),
        open_section(document, style),
        _passed(document, style),
        _unasked(document, style),
        _chain(document, style),
        _coverage(document, style),
        _problems(document, style),
        _questions(document, style),
    ]
    return "\n".join("\n".join(section) + "\n" for section in (list(lines) for lines in sections) if section)


def _headline(document: ReportDocument, style: Style) -> Iterator[str]:
    image = document["image"]
    name = one_line(", ".join(image["references"]) or "the image") if image else image_name(document)
    verdict = headline(document)
    fits = len(verdict) + 2 + len(name) <= WIDTH
    yield style(verdict, _VERDICT_COLOUR[document["verdict"]]) + (f"  {name}" if fits else "")
    if not fits:
        yield from wrapped(name, "  ")
    yield from wrapped(sentence(document), "")
    if numbers := tally(document):
        yield from wrapped(f"{numbers}.", "")


def _image(document: ReportDocument, style: Style) -> Iterator[str]:
    image = document["image"]
    if image is None:
        if facts := [*archive_facts(document), *_inspected(document)]:
            yield style("Archive", "bold")
            yield from _table(facts)
        return
    yield style("Image", "bold")
    policy = document["policy"]
    rows = [
        ("reference", ", ".join(image["references"]) or "none"),
        ("platform", image["platform"]),
        ("image id", image["image_id"] or "none: this form of image has no config blob"),
        ("manifest", image["manifest_digest"] or "none: docker archives have no manifest digest"),
        ("archive", image["archive_layout"]),
        ("policy", f"{policy['id']}, fails from severity {policy['fail_on']} on{', warnings too' if policy['strict'] else ''}"),
        ("", f"rules that cannot be decided: {undetermined_is(document)}"),
        *_inspected(document),
        *_start(image),
        *(("also there", other) for other in bounded(image["other_images"], _MOST_OTHERS, note=IN_JSON)),
    ]
    yield from _table(rows)


def _inspected(document: ReportDocument) -> Iterator[tuple[str, str]]:
    if words := inspected(document):
        yield "inspected", words


def _start(image: ImagePart) -> Iterator[tuple[str, str]]:
    config = image["config"]
    if config is not None:
        yield "starts", " ".join([*config["entrypoint"], *config["cmd"]]) or "nothing: neither ENTRYPOINT nor CMD"
        yield "user", config["user"] or "root (none is set)"


def _passed(document: ReportDocument, style: Style) -> Iterator[str]:
    passed = [result for result in document["results"] if result["verdict"] == "pass"]
    if not passed:
        return
    yield style("Passed", "bold")
    for result in passed:
        yield from _rule(result, "")
        for condition in result["conditions"]:
            yield from wrapped(f"provided: {condition}", _RULE_COLUMN)


def _unasked(document: ReportDocument, style: Style) -> Iterator[str]:
    unasked = [result for result in document["results"] if result["verdict"] == "not-applicable"]
    if not unasked:
        return
    yield style("Does not apply to this image", "bold")
    for result in unasked:
        yield from _rule(result, f" ({result['reason']})" if result["rule"] in document["policy"]["skipped"] else "")


def _rule(result: ResultPart, note: str) -> Iterator[str]:
    yield from wrapped(f"{result['rule']}  {result['title']}{note}", "  ", hang=_RULE_COLUMN)


def _chain(document: ReportDocument, style: Style) -> Iterator[str]:
    if not document["chain_of_custody"] or document["image"] is None:
        return
    yield style("Chain of custody", "bold")
    yield from _table([row for link in document["chain_of_custody"] for row in _link(link)])
    yield from wrapped("verified: as promised by what refers to it; computed: nothing promises it. Full digests: --format json.", "  ")


def _link(link: ChainLink) -> Iterator[tuple[str, str, str]]:
    role = link["role"] if link["layer"] is None else f"{link['role'].replace(' content (diff_id)', '')} {link['layer']}"
    if link["role"].endswith("(diff_id)"):
        role = "its content"
    yield role, link["status"], _short_digest(link["digest"] or link["name"])
    if link["status"] == "mismatch":
        size = f"{link['expected_size']:,} bytes" if link["expected_size"] is not None else "something else"
        yield "", "expected", _short_digest(link["expected"] or size)


def _coverage(document: ReportDocument, style: Style) -> Iterator[str]:
    coverage = document["coverage"]
    if coverage is None:
        return
    yield style("Coverage", "bold")
    yield "  everything was read" if coverage["complete"] else "  " + style("not everything was read:", "yellow")
    gaps = not_read(document)
    for gap in gaps[:_MOST_GAPS]:
        yield from wrapped(gap, "  - ")
    if len(gaps) > _MOST_GAPS:
        yield f"  … {and_more(len(gaps) - _MOST_GAPS, note=IN_JSON)}"
    rows = [(f"{count:,} bytes", use.removeprefix("bytes ")) for use, count in coverage["bytes_by_use"].items() if count]
    yield from _table([*rows, (f"{coverage['archive_bytes']:,} bytes", "in all")], right=(0,))
    yield from _counts(coverage)


def _counts(coverage: CoveragePart) -> Iterator[str]:
    layers = coverage["layers"]
    files, entries = sum(layer["files"] for layer in layers), sum(layer["entries"] for layer in layers)
    read = ", ".join(counted(count, noun) for count, noun in ((len(layers), "layer"), (entries, "entry"), (files, "file")))
    yield from wrapped(f"{read}; {counted(coverage['visible_nodes'], 'path')} visible, {coverage['hidden_nodes']:,} hidden", "  ")
    packed = sum(layer["packed_files"] for layer in layers)
    if packed:
        yield from wrapped(f"not opened: {counted(packed, 'packed file')} within the image", "  ")
    not_listed = (("finding", coverage.get("findings_not_listed", 0)), ("place", coverage.get("places_not_listed", 0)))
    for noun, count in not_listed:
        if count:
            yield from wrapped(f"{and_more(count, noun)}: judged like the others, and not listed", "  ")
    if coverage["second_pass_files"]:
        yield f"  {counted(coverage['second_pass_files'], 'file')} fetched by a second pass"


def _problems(document: ReportDocument, style: Style) -> Iterator[str]:
    problems = document["problems"]
    if document["coverage"] is not None or not problems:
        return  # every problem is a finding already
    yield style("Problems", "bold")
    for problem in problems[:_MOST_PROBLEMS]:
        yield from wrapped(f"{problem['where']}: {problem['what']}", "  - ")
    if len(problems) > _MOST_PROBLEMS:
        yield f"  … {and_more(len(problems) - _MOST_PROBLEMS, note=IN_JSON)}"


def _questions(document: ReportDocument, style: Style) -> Iterator[str]:
    if not document["questions"] or document["image"] is None:
        return
    yield style("For a person to settle", "bold")
    for question in document["questions"]:
        yield from wrapped(question["question"], "  [ ] ")


def _table(rows: Sequence[tuple[str, ...]], right: tuple[int, ...] = ()) -> Iterator[str]:
    from tabulate import tabulate

    shown = [tuple(one_line(cell) for cell in row) for row in rows]
    columns = len(shown[0])
    used = sum(max(len(row[number]) for row in shown) + 2 for number in range(columns - 1))
    alignment = tuple("right" if number in right else "left" for number in range(columns))
    width = max(20, WIDTH - used - 2)
    lines = [(*row[:-1], "\n".join(_cell(row[-1], width))) for row in shown]
    for line in tabulate(lines, tablefmt="plain", colalign=alignment, disable_numparse=True).splitlines():
        yield "  " + line.rstrip()


def _cell(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=not _is_digest(text)) or [""]


def _is_digest(text: str) -> bool:
    algorithm, _, value = text.partition(":")
    return algorithm == "sha256" and len(value) == 64


def _short_digest(text: str) -> str:
    return f"{text[:23]}…" if _is_digest(text) else text
