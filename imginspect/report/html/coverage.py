"""What was read, byte by byte, and what was not."""

from __future__ import annotations

from imginspect.report.document import CoveragePart, LayerCoveragePart, UnreferencedFile
from imginspect.report.html.amounts import share_text, size_text
from imginspect.report.html.markup import NOTHING, Markup, element, joined
from imginspect.report.html.part import Part
from imginspect.report.html.tables import Paper, Row, code, facts, table
from imginspect.report.html.words import VerdictWords, badge
from imginspect.wording import counted

_MOST_OTHERS = 20
"""Files of the archive that a printed report lists; it says how many rows it leaves out, and the screen has all of them."""
_LAYERS = Paper(0, "layer", "each was read to its end, with every file, and has no trailing bytes")


def coverage(part: Part) -> Markup:
    """Whether everything was read, the gaps, the use of every byte, each layer, and files that do not belong to the image."""
    found = part.document["coverage"]
    if found is None:
        return NOTHING
    return joined((_gaps(found), _uses(found), _counts(found), _layers(found, part), _others(found["unreferenced_files"])))


def _gaps(coverage: CoveragePart) -> Markup:
    if coverage["complete"] and not coverage["gaps"]:
        return element("p", badge(VerdictWords("The whole image was read.", "", "pass")))
    gaps = element("ul", *(element("li", gap) for gap in coverage["gaps"]))
    return joined((element("p", badge(VerdictWords("Part of the image was not read:", "", "undetermined"))), gaps))


def _uses(coverage: CoveragePart) -> Markup:
    whole = coverage["archive_bytes"]
    used = [(use, count) for use, count in coverage["bytes_by_use"].items() if count]
    rows = [Row((use, f"{count:,}", share_text(count, whole))) for use, count in used]
    rows.append(Row(("total", f"{whole:,}", share_text(whole, whole))))
    return element("div", table("Bytes of the archive by use", ("Use", "Bytes", "Share"), rows, numbers=(1, 2)), class_="uses")


def _counts(coverage: CoveragePart) -> Markup:
    files = sum(layer["files"] for layer in coverage["layers"])
    packed = sum(layer["packed_files"] for layer in coverage["layers"])
    second = coverage["second_pass_files"]
    return facts(
        (
            ("Files in all layers", f"{files:,}"),
            ("Paths visible in the container", f"{coverage['visible_nodes']:,}"),
            ("Paths hidden by later layers", f"{coverage['hidden_nodes']:,}, also searched"),
            ("Packed files", f"{packed:,}, searched without unpacking" if packed else ""),
            ("Not listed individually", _not_listed(coverage)),
            ("Read a second time", f"{second:,}, because a rule needed them" if second else ""),
        )
    )


def _not_listed(coverage: CoveragePart) -> str:
    counts = ((coverage.get("findings_not_listed", 0), "finding"), (coverage.get("places_not_listed", 0), "place"))
    return ", ".join(f"{counted(count, noun)}, also judged" for count, noun in counts if count)


def _layers(coverage: CoveragePart, part: Part) -> Markup:
    columns = ("Layer", "Status", "Entries", "Files", "File size", "Files not read", "Trailing bytes", "Packed files")
    rows = (_layer(layer, part) for layer in coverage["layers"])
    return table("Coverage of each layer", columns, rows, numbers=(2, 3, 4, 5, 6, 7), paper=_LAYERS) if coverage["layers"] else NOTHING


def _layer(layer: LayerCoveragePart, part: Part) -> Row:
    reason = element("p", layer["reason"], class_="note") if layer["reason"] else NOTHING
    status = layer["status"] + (f", {layer['compression']}" if layer["compression"] else "")
    numbers = (layer["files_not_read"], layer["trailing_bytes"], layer["packed_files"])
    counts = (f"{layer['entries']:,}", f"{layer['files']:,}", size_text(layer["file_bytes"]), *(f"{number:,}" for number in numbers))
    is_plain = layer["status"] == "read" and not layer["reason"] and not any(numbers)
    return Row((part.layer(layer["index"]), joined((status, reason)), *counts), on_paper=not is_plain)


def _others(files: list[UnreferencedFile]) -> Markup:
    columns = ("Archive member", "Kind", "Size", "sha256")
    rows = (Row((code(item["name"]), item["kind"], size_text(item["size"]), code(item["sha256"] or ""))) for item in files)
    title = "Archive members that do not belong to the image"
    return table(title, columns, rows, numbers=(2,), wide=True, paper=Paper(_MOST_OTHERS)) if files else NOTHING
