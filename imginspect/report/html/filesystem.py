"""The filesystem that a container sees, as a tree to open folder by folder; or how to get it, where it was not asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from imginspect.report.document import TreeRow
from imginspect.report.html.amounts import size_text
from imginspect.report.html.markup import Markup, element, escape, joined
from imginspect.report.html.part import Part
from imginspect.report.html.tables import code
from imginspect.wording import counted

_DEEPEST = 40
"""Folders within folders; what lies deeper is listed in the last of them with the rest of its path. Browsers give up at some depth."""
_OPEN = 1
"""Depth down to which folders stand open."""


@dataclass(slots=True)
class _Branch:
    """A place in the tree; *rows* is empty for a folder that has no row of its own, and more than one where a report was changed."""

    rows: list[TreeRow] = field(default_factory=list)
    below: dict[str, _Branch] = field(default_factory=dict)


def filesystem(part: Part) -> Markup:
    """The tree, with sizes, owners, modes and layers. A report without it says so."""
    if not part.show_filesystem:
        return _left_out(part)
    found = part.document["filesystem"]
    if found is None:
        return element("p", "The JSON report that this page was made from has no list of files. This command adds it: ", code(_COMMAND))
    words = f"The container's filesystem has {counted(found['files'], 'file')}, {size_text(found['bytes'])} in total"
    folded = sum(1 for row in found["rows"] if _is_folded(row))
    note = f"{words}. {counted(folded, 'large folder')} {'is' if folded == 1 else 'are'} shown as one line." if folded else f"{words}."
    columns = element("p", element("span", "Name"), *(element("i", name) for name in ("Size", "Owner", "Mode", "Layer")), class_="columns")
    intro = element(
        "p", f"{note} The owner is user:group by number; the mode gives the permissions to read, write and execute.", class_="explained"
    )
    return joined((intro, element("div", columns, _tree(_grown(found["rows"]), part), class_="tree")))


_COMMAND = "imginspect inspect ARCHIVE --show-filesystem -o report.html"


def _left_out(part: Part) -> Markup:
    """That the list is left out, and the command that adds it. It says the same whether the document has the list or not."""
    coverage = part.document["coverage"]
    whole = f" ({counted(coverage['visible_nodes'], 'path')})" if coverage is not None else ""
    words = f"The list of files in the container{whole} is left out of this report. This command adds it: "
    return element("p", words, code(_COMMAND))


def _grown(rows: list[TreeRow]) -> _Branch:
    root = _Branch()
    for row in rows:
        place = root
        steps = row["path"].strip("/")
        for step in steps.split("/", _DEEPEST - 1) if steps else ():
            place = place.below.setdefault(step, _Branch())
        place.rows.append(row)
    return root


def _tree(root: _Branch, part: Part) -> Markup:
    return Markup(f"<ul>{_item('/', root, part, 0)}</ul>")


def _item(name: str, branch: _Branch, part: Part, depth: int) -> str:
    """One line with all that is below it; no deeper than ``_DEEPEST``."""
    first = branch.rows[0] if branch.rows else None
    again = "".join([f"<li>{_line(name, row, part)}</li>" for row in branch.rows[1:]])
    if not branch.below:
        return f"<li>{_line(name, first, part)}</li>{again}"
    below = "".join([_item(step, item, part, depth + 1) for step, item in branch.below.items()])
    state = " open" if depth <= _OPEN else ""
    title = name if name.endswith("/") or first else name + "/"
    return f"<li><details{state}><summary>{_line(title, first, part)}</summary><ul>{below}</ul></details></li>{again}"


def _line(name: str, row: TreeRow | None, part: Part) -> str:
    if row is None:
        return f"<span>{escape(name)}</span>"
    seen = part.finding_of_path.get(row["path"])
    link = " " + part.link(f"finding-{seen[0]}-{seen[1]}", f"finding {seen[0]}.{seen[1]}", class_="see") if seen else ""
    size = "" if row["kind"].endswith("link") and not row["size"] else size_text(row["size"])
    cells = f"<i>{size}</i><i>{escape(row['owner'])}</i><i>{escape(row['mode'])}</i><i>{row['layer']:d}</i>"
    return f"<span>{escape(name)}{_kind(name, row)}{link}</span>{cells}"


def _kind(name: str, row: TreeRow) -> str:
    """What follows a name that is no plain file's."""
    kind, target = escape(row["kind"]), escape(row["target"])
    if target:
        return f" <small>{kind} to</small> {target}"
    if _is_folded(row):
        return f"/ <small>{kind}, {counted(row['files'], 'file')}</small>"
    if row["kind"] == "directory":
        return "" if name.endswith("/") else "/"
    return "" if row["kind"] == "file" else f" <small>{kind}</small>"


def _is_folded(row: TreeRow) -> bool:
    return row["kind"].startswith("folder")
