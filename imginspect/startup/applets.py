"""Applets: which commands a busybox has, and whether the name under which it is started is one of them.

Busybox looks at the last part of its own name; a name that starts with ``busybox`` makes it take the next word. It ends with 127 and
"applet not found" where it has no such applet. The names are in its read-only data in one piece, sorted, each after a NUL, and an
empty one ends them (``applet_names`` of include/applet_tables.h). Seen so in 1.35.0 of Debian, 1.36.1 of Alpine and 1.38.0 of the
official image.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import NamedTuple

from imginspect.errors import PathError
from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.startup.lookup import Located, is_file, shown
from imginspect.startup.problem import Certainty, Kind, LaunchProblem

_NAME = "busybox"
_PLACES = ("/bin/busybox", "/usr/bin/busybox", "/sbin/busybox", "/usr/local/bin/busybox", "/busybox/busybox")
_ANCHORS = ("cat", "ls", "sh", "echo", "cp", "env", "true")
"""Applets by which the table is found: hardly a busybox is built without one of them."""
_FEWEST = 10
"""Names of a table: fewer sorted strings side by side happen by chance."""
_LONGEST = 32
"""Bytes of an applet's name; the table ends at a longer one, as at any text that is none."""
_USUAL_TEXT = (
    "[ [[ ash awk basename cat chgrp chmod chown cp cut date dd df diff dirname du echo egrep env expr false fgrep find grep gunzip gzip "
    "head hostname id install kill ln ls md5sum mkdir mktemp more mv nice nohup od paste printenv printf ps pwd readlink realpath rm rmdir "
    "sed seq sh sha256sum sleep sort stat su sync tail tar tee test time timeout touch tr true tty uname uniq unzip vi wc wget which xargs "
    "yes zcat"
)
USUAL = frozenset(_USUAL_TEXT.split())
"""Applets that distributions' busyboxes have: of one whose table is not found they are taken as there."""


class Table(NamedTuple):
    """The *names* of a busybox's applets, sorted. The first may be glued to what stands in front of the table, which is *front*."""

    names: tuple[str, ...]
    front: str = ""

    def has(self, name: str) -> bool:
        """Whether there is such an applet."""
        return name in self.names or self.front.endswith(name)


def applet_problem(view: View, at: Located, words: Sequence[str]) -> LaunchProblem | None:
    """What is wrong with starting *at* by *words*, where it is a busybox: it has no applet of that name."""
    node = at.node
    if node is None or not is_busybox(view, node):
        return None
    name = _asked(at, words)
    if not name:
        return None
    table = table_of(view, node)
    if isinstance(table, LaunchProblem):
        return None if name in USUAL else table
    if table is None:
        text = f"it is not known whether the busybox {shown(at)} has the applet {name!r}: its list of applets was not found"
        is_named = posixpath.basename(node.path).startswith(_NAME)
        return None if name in USUAL or not is_named else LaunchProblem(Kind.NO_APPLET, Certainty.UNKNOWN, text, nodes=at.nodes)
    if table.has(name):
        return None
    text = f"{shown(at)} is a busybox without the applet {name!r}: it ends with exit code 127 (applet not found)"
    return LaunchProblem(Kind.NO_APPLET, Certainty.FAILS, text, nodes=at.nodes)


def _asked(at: Located, words: Sequence[str]) -> str:
    """The applet that the words ask for; empty for a busybox that is asked for none, which tells its version and ends with 0."""
    name = posixpath.basename((words[0] if words else at.path).removeprefix("-") or at.path)
    if not name.startswith(_NAME):
        return name
    wanted = words[1] if len(words) > 1 else ""
    return "" if wanted.startswith("-") else posixpath.basename(wanted.rstrip("/"))


def is_busybox(view: View, node: Node) -> bool:
    """Whether *node* is a busybox: a file of that name, or one with the same content, as a hard link has."""
    if not is_file(node) or node.content_class != "elf":
        return False
    if posixpath.basename(node.path).startswith(_NAME):
        return True
    others = (view.filesystem.get(place) for place in _places(node))
    return any(other is not None and other.sha256 is not None and other.sha256 == node.sha256 for other in others)


def _places(node: Node) -> tuple[str, ...]:
    return (posixpath.join(posixpath.dirname(node.path), _NAME), *_PLACES)


def built_in(view: View, name: str, wrapper: str) -> Node | None:
    """A busybox that is the shell, or the program *wrapper*, and has the applet *name*: if built so it needs no file to start it."""
    for place in (*_PLACES, "/bin/sh"):
        try:
            node = view.filesystem.resolve(place).node
        except PathError:
            continue
        table = table_of(view, node) if is_busybox(view, node) else None
        if isinstance(table, Table):
            return node if table.has(name) and table.has(wrapper or "sh") else None
    return None


def table_of(view: View, node: Node) -> Table | LaunchProblem | None:
    """The applets of the busybox *node*; None where no table is found in it, and a problem where it was not read."""
    key = node.content
    if key is None:
        return None
    if key not in view.applet_tables:
        content = view.content(node)
        if content is None:
            return LaunchProblem(Kind.NOT_READ, Certainty.UNREAD, f"the applets of {node.path} were not read", nodes=(node,))
        view.applet_tables[key] = parse_table(content)
    front, *names = view.applet_tables[key]
    return Table(tuple(names), front) if names else None


def parse_table(content: bytes) -> tuple[str, ...]:
    """What stands in front of the applet table in *content*, then its names. The table is the longest sorted list; there may be none."""
    front = ""
    longest: tuple[str, ...] = ()
    for anchor in _ANCHORS:
        mark = b"\0" + anchor.encode() + b"\0"
        at = content.find(mark)
        while at >= 0:
            before, stopped_by = _before(content, at, anchor)
            names = (*reversed(before), anchor, *_behind(content, at + len(mark), anchor))
            front, longest = (stopped_by, names) if len(names) > len(longest) else (front, longest)
            at = content.find(mark, at + 1)
    is_table = len(longest) >= _FEWEST and sum(name in USUAL for name in longest) >= _FEWEST // 2
    return (front, *longest) if is_table else ("",)


def _before(content: bytes, end: int, last: str) -> tuple[list[str], str]:
    """The names in front of the NUL at *end*, the nearest first, as long as they are sorted; and the text that is none of them."""
    found: list[str] = []
    while True:
        start = content.rfind(b"\0", max(end - _LONGEST - 1, 0), end) + 1
        raw = content[start:end] if start else content[max(end - _LONGEST, 0) : end]
        name = _printable_end(raw)
        if not name or not name < last or len(name) < len(raw) or not start:
            return found, name
        found.append(name)
        last, end = name, start - 1


def _behind(content: bytes, start: int, last: str) -> list[str]:
    """The names from *start* on as long as they are sorted; the empty one ends them."""
    found: list[str] = []
    while True:
        end = content.find(b"\0", start, start + _LONGEST + 1)
        name = _printable_end(content[start:end]) if end > start else ""
        if not name or len(name) < end - start or not name > last:
            return found
        found.append(name)
        last, start = name, end + 1


def _printable_end(raw: bytes) -> str:
    """The printable characters at the end of *raw*."""
    count = 0
    while count < len(raw) and 0x21 <= raw[-1 - count] <= 0x7E:
        count += 1
    return raw[len(raw) - count :].decode("ascii")
