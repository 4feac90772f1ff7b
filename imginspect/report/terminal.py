"""The terminal form: the verdict in a sentence, then what to act on, what passed, and what it all rests on. 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from imginspect.report.document import Document, EvidencePart, FindingPart, ResultPart
from imginspect.report.places import name_of
from imginspect.report.report import ReportVerdict, worst
from imginspect.rules import Severity
from imginspect.wording import counted

_WIDTH = 80
_COLOURS = {"red": "31;1", "yellow": "33;1", "green": "32;1", "bold": "1", "dim": "2"}
_VERDICT_COLOUR = {
    "pass": "green",
    "fail": "red",
    "incomplete": "yellow",
    "not-inspected": "red",
}
_VERDICT_WORDS = {
    "pass": "PASS",
    "fail": "FAIL",
    "incomplete": "INCOMPLETE",
    "not-inspected": "NOT INSPECTED",
}
_MOST_EVIDENCE = 5
_MOST_FINDINGS = 10


class _Style:
    """Colours, where they are wanted."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def __call__(self, text: str, name: str) -> str:
        return f"\x1b[{_COLOURS[name]}m{text}\x1b[0m" if self._colour else text


def render(documents: Sequence[Document], *, colour: bool = False) -> str:
    """The documents for a person at a terminal, one below the other; of several, the verdict on all of them. *colour* adds ANSI colours."""
    style = _Style(colour=colour)
    parts = [_one(document, style) for document in documents]
    if len(documents) > 1:
        verdict = str(worst(ReportVerdict(document["verdict"]) for document in documents))
        parts.append(style(f"All {len(documents)} images together: {_VERDICT_WORDS[verdict]}", _VERDICT_COLOUR[verdict]) + "\n")
    return ("\n" + "=" * _WIDTH + "\n\n").join(parts)


def _one(document: Document, style: _Style) -> str:
    sections = [
        _headline(document, style),
        _image(document, style),
        _open_results(document, style),
        _passed(document, style),
        _chain(document, style),
        _coverage(document, style),
        _problems(document, style),
        _questions(document, style),
    ]
    return "\n".join("\n".join(section) + "\n" for section in (list(lines) for lines in sections) if section)


def _headline(document: Document, style: _Style) -> Iterator[str]:
    image = document["image"]
    name = (", ".join(image["references"]) or "the image") if image else "the archive"
    verdict = _VERDICT_WORDS[document["verdict"]]
    fits = len(verdict) + 2 + len(name) <= _WIDTH
    yield style(verdict, _VERDICT_COLOUR[document["verdict"]]) + (f"  {name}" if fits else "")
    if not fits:
        yield from _wrap(name, "  ")
    yield from _wrap(f"{document['reason']}.", "")


def _image(document: Document, style: _Style) -> Iterator[str]:
    image = document["image"]
    if image is None:
        return
    yield style("Image", "bold")
    policy = document["policy"]
    rows = [
        ("reference", ", ".join(image["references"]) or "none"),
        ("platform", image["platform"]),
        ("image id", image["image_id"] or "none: this form of image has no config blob"),
        ("manifest", image["manifest_digest"] or "none: docker archives have no manifest digest"),
        ("archive", image["archive_form"]),
        ("policy", f"{policy['id']}, fails from severity {policy['fail_on']} on"),
    ]
    if image["config"] is not None:
        argv = [*image["config"]["entrypoint"], *image["config"]["cmd"]]
        rows.append(("starts", " ".join(argv) or "nothing: neither ENTRYPOINT nor CMD"))
        rows.append(("user", image["config"]["user"] or "root (none is set)"))
    others = image["also_present"]
    rows += [("also there", other) for other in others[:5]]
    if len(others) > 5:
        rows.append(("also there", f"and {len(others) - 5} more"))
    yield from _table(rows)


def _open_results(document: Document, style: _Style) -> Iterator[str]:
    order = ("fail", "undetermined", "warn")
    results = [result for result in document["results"] if result["verdict"] in order]
    if not results:
        return
    yield style("Findings", "bold")
    for result in sorted(results, key=lambda item: (order.index(item["verdict"]), -Severity(item["severity"]).rank, item["rule"])):
        yield ""
        yield from _result(result, document, style)


def _result(result: ResultPart, document: Document, style: _Style) -> Iterator[str]:
    colour = {"fail": "red", "warn": "yellow", "undetermined": "yellow"}[result["verdict"]]
    by = " by the policy" if result["rule"] in document["policy"]["severities"] else ""
    label = f"{result['verdict'].upper()} {result['rule']} ({result['severity']}{by})"
    lines = textwrap.wrap(f"{label} {result['title']}", _WIDTH, subsequent_indent="  ")
    yield lines[0].replace(label, style(label, colour), 1)
    yield from lines[1:]
    if not result["findings"] and result["reason"]:
        yield from _wrap(result["reason"], "  ")
    for finding in result["findings"][:_MOST_FINDINGS]:
        yield from _finding(finding)
    if len(result["findings"]) > _MOST_FINDINGS:
        yield f"  … and {len(result['findings']) - _MOST_FINDINGS:,} more findings; the JSON form lists all of them"
    yield from _wrap(f"What to do: {result['remediation']}", "  ")


def _finding(finding: FindingPart) -> Iterator[str]:
    yield from _wrap(finding["message"], "  - ")
    for evidence in finding["evidence"][:_MOST_EVIDENCE]:
        yield from _evidence(evidence)
    if len(finding["evidence"]) > _MOST_EVIDENCE:
        yield f"      … and {len(finding['evidence']) - _MOST_EVIDENCE:,} more places"


def _evidence(evidence: EvidencePart) -> Iterator[str]:
    place, layer, hidden_by = name_of(evidence), evidence["layer"], evidence["hidden_by"]
    facts = []
    if place:
        facts.append(place + (f":{evidence['line']}" if evidence["line"] else ""))
    if evidence["file_type"]:
        facts.append(evidence["file_type"])
    if evidence["state"] == "visible":
        facts.append(evidence["state"])
    if layer is not None:
        facts.append(f"layer {layer['index']}")
    if evidence["state"] in ("overwritten", "deleted"):
        facts.append(evidence["state"] + (f" by layer {hidden_by['index']}" if hidden_by else ""))
    if facts:
        yield from _wrap(", ".join(facts), "      ")
    if layer is not None and layer["created_by"]:
        yield from _wrap(f"made by: {_shortened(layer['created_by'], 140)}", "        ")
    if evidence["expected"] is not None:
        yield from _wrap(f"expected: {evidence['expected']}", "        ")
    if evidence["found"] is not None:
        yield from _wrap(f"found:    {evidence['found']}", "        ")
    if evidence["file_sha256"]:
        yield f"        sha256: {evidence['file_sha256']}"


def _passed(document: Document, style: _Style) -> Iterator[str]:
    passed = [result for result in document["results"] if result["verdict"] in ("pass", "not-applicable")]
    if not passed:
        return
    yield style("Passed", "bold")
    for result in passed:
        note = " (does not apply)" if result["verdict"] == "not-applicable" else ""
        if result["rule"] in document["policy"]["skipped"]:
            note = f" ({result['reason']})"
        yield from _wrap(f"{result['rule']}  {result['title']}{note}", "  ", hang="               ")
        for condition in result["conditions"]:
            yield from _wrap(f"provided: {condition}", "               ")


def _chain(document: Document, style: _Style) -> Iterator[str]:
    if not document["chain"]:
        return
    yield style("Chain of custody", "bold")
    rows = []
    for link in document["chain"]:
        role = link["role"] if link["layer"] is None else f"{link['role'].replace(' content (diff_id)', '')} {link['layer']}"
        if link["role"].endswith("(diff_id)"):
            role = "  its content"
        rows.append((role, link["status"], _short_digest(link["digest"] or link["name"])))
        if link["status"] == "mismatch":
            rows.append(("", "expected", _short_digest(link["expected"] or f"{link['expected_size']:,} bytes")))
    yield from _table(rows)
    yield from _wrap("verified: as promised by what refers to it; computed: nothing promises it. Full digests: --format json.", "  ")


def _coverage(document: Document, style: _Style) -> Iterator[str]:
    coverage = document["coverage"]
    if coverage is None:
        return
    yield style("Coverage", "bold")
    yield "  everything was read" if coverage["complete"] else "  " + style("not everything was read:", "yellow")
    for gap in coverage["gaps"][:10]:
        yield from _wrap(gap, "  - ")
    if len(coverage["gaps"]) > 10:
        yield f"  … and {len(coverage['gaps']) - 10:,} more"
    rows = [(f"{count:,}", "bytes of " + use) for use, count in coverage["bytes_by_use"].items() if count]
    rows.append((f"{coverage['archive_bytes']:,}", "bytes in all"))
    yield from _table(rows, right=(0,))
    layers = coverage["layers"]
    files = sum(layer["files"] for layer in layers)
    entries = sum(layer["entries"] for layer in layers)
    read = ", ".join(counted(count, noun) for count, noun in ((len(layers), "layer"), (entries, "entry"), (files, "file")))
    yield f"  {read}; {counted(coverage['visible_nodes'], 'path')} visible, {coverage['hidden_nodes']:,} hidden"
    packed = sum(layer["packed_files"] for layer in layers)
    if packed:
        yield from _wrap(f"not opened: {counted(packed, 'packed file')} within the image", "  ")
    if coverage["second_pass_files"]:
        yield f"  {counted(coverage['second_pass_files'], 'file')} fetched by a second pass"


def _problems(document: Document, style: _Style) -> Iterator[str]:
    if document["coverage"] is not None or not document["problems"]:
        return  # every problem is a finding already
    yield style("Problems", "bold")
    for problem in document["problems"]:
        yield from _wrap(f"{problem['where']}: {problem['what']}", "  - ")


def _questions(document: Document, style: _Style) -> Iterator[str]:
    if not document["questions"] or document["image"] is None:
        return
    yield style("For a person to settle", "bold")
    for question in document["questions"]:
        yield from _wrap(question["question"], "  [ ] ")


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
