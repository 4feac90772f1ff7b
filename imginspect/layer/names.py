"""Names of a layer's entries: normalised to paths inside the root, and whiteouts told apart.

Source: OCI image-spec, layer.md, "Whiteouts"; Docker's AUFS layer format for ``.wh..wh.`` names.
"""

from __future__ import annotations

from imginspect.layer.index import INVALID, METADATA, OPAQUE, WHITEOUT
from imginspect.limits import PATH_MAX
from imginspect.problems import Topic

NAME_MAX = 255
"""Bytes of one name in Linux; an entry with a longer one is noted, and is in no container."""
_NO_NAMES = frozenset({b"", b".", b".."})


class EntryNames:
    """Splits entry names into (parent, name), remembering parents: most entries share theirs with the one before."""

    def __init__(self) -> None:
        self._parents: dict[bytes, str] = {b"": "/"}

    def split(self, raw: bytes) -> tuple[str, str, list[tuple[Topic, str]]]:
        """(parent, name, what is wrong with it) of an entry's name; the root is ``("/", "")``."""
        if raw[-1:] == b"/":
            raw = raw[:-1]
        head, _, tail = raw.rpartition(b"/")
        parent = self._parents.get(head)
        if parent is not None and tail not in _NO_NAMES and len(tail) <= NAME_MAX:
            return parent, tail.decode("utf-8", "surrogateescape"), []
        return self._split_slowly(raw)

    def _split_slowly(self, raw: bytes) -> tuple[str, str, list[tuple[Topic, str]]]:
        wrong: list[tuple[Topic, str]] = []
        if raw.startswith(b"/"):
            wrong.append((Topic.ENTRIES, "its name is absolute; it is treated as relative to the root"))
        parts: list[bytes] = []
        for part in raw.split(b"/"):
            if part == b"..":
                if parts:
                    parts.pop()
                    wrong.append((Topic.ENTRIES, "its name contains '..'"))
                else:
                    wrong.append((Topic.ESCAPE, "its name leads out of the root with '..'; '..' at the root is ignored"))
            elif part not in (b"", b"."):
                parts.append(part)
        if len(raw) >= PATH_MAX or any(len(part) > NAME_MAX for part in parts):
            wrong.append((Topic.ENTRIES, f"its name of {len(raw):,} bytes is longer than Linux allows; the entry is left out"))
            return "/", "", wrong
        if any(b"\0" in part for part in parts):
            wrong.append((Topic.ENTRIES, "its name contains a NUL byte"))
        if not parts:
            return "/", "", list(dict.fromkeys(wrong))
        parent = "/" + b"/".join(parts[:-1]).decode("utf-8", "surrogateescape")
        head, _, tail = raw.rpartition(b"/")
        if not wrong and parts[-1] == tail:
            parent = self._parents.setdefault(head, parent)
        return parent, parts[-1].decode("utf-8", "surrogateescape"), list(dict.fromkeys(wrong))


def leads_out(raw: bytes) -> bool:
    """Whether *raw*, a path relative to the root, climbs above it."""
    depth = 0
    for part in raw.split(b"/") if b".." in raw else ():
        depth += -1 if part == b".." else part not in _NO_NAMES
        if depth < 0:
            return True
    return False


def whiteout(name: str) -> tuple[str, str, str]:
    """(kind, hidden name, what is wrong with it) of an entry whose name starts with ``.wh.``."""
    if name == ".wh..wh..opq":
        return OPAQUE, "", ""
    if name.startswith(".wh..wh."):
        return METADATA, name, ""
    hidden = name[len(".wh.") :]
    if hidden == "":
        return INVALID, name, "a whiteout without a name"
    if hidden in (".", ".."):
        return INVALID, name, f"a whiteout of {hidden!r}: it hides nothing"
    return WHITEOUT, hidden, ""


def is_marker(name: str) -> bool:
    """Whether *name* is a whiteout's or other AUFS metadata's, not a file's."""
    return name.startswith(".wh.")
