"""Quoted globs in SOURCE arguments: the matching host paths, sorted, without following links to directories."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

_MAGIC = re.compile(r"[*?\[]")
_ANY_DEPTH = "**"


def is_glob(source: str) -> bool:
    """Whether *source* contains a wildcard and is not the name of an existing file."""
    return _MAGIC.search(source) is not None and not os.path.lexists(source)


def fixed_part(pattern: str) -> str:
    """The directory above the first wildcard of *pattern*; empty for the current directory."""
    fixed: list[str] = []
    for part in pattern.split("/"):
        if _MAGIC.search(part):
            break
        fixed.append(part)
    return "/".join(fixed) or ("/" if pattern.startswith("/") else "")


def expand(pattern: str, unreadable: list[str]) -> list[str]:
    """The paths that *pattern* matches, as names below its fixed part, sorted; ``**`` stands for any number of folders.

    Paths below another match are left out, because that match is walked anyway. Names that start with a dot match only explicitly.
    Directories that cannot be listed are added to *unreadable*.
    """
    top = fixed_part(pattern)
    parts = [part for part in pattern.removeprefix(top).split("/") if part]
    found = sorted(set(_matches(top, "", parts, unreadable)))
    kept: list[str] = []
    folders: set[str] = set()
    for name in found:
        above = name
        while above and above not in folders:
            above = above.rpartition("/")[0]
        if above or ("" in folders and name):
            continue
        kept.append(name)
        if os.path.isdir(os.path.join(top, name)):
            folders.add(name)
    return kept


def _matches(top: str, name: str, parts: list[str], unreadable: list[str]) -> Iterator[str]:
    if not parts:
        if os.path.lexists(os.path.join(top, name) or "."):
            yield name
        return
    first, rest = parts[0], parts[1:]
    if first == _ANY_DEPTH:
        yield from _matches(top, name, rest, unreadable)
        if rest:
            for child, is_folder in _children(top, name, unreadable):
                if is_folder and not child.startswith("."):
                    yield from _matches(top, _below(name, child), parts, unreadable)
    elif not _MAGIC.search(first):
        yield from _matches(top, _below(name, first), rest, unreadable)
    else:
        for child, is_folder in _children(top, name, unreadable):
            is_hidden = child.startswith(".") and not first.startswith(".")
            if fnmatchcase(child, first) and not is_hidden and (is_folder or not rest):
                yield from _matches(top, _below(name, child), rest, unreadable)


def _children(top: str, name: str, unreadable: list[str]) -> list[tuple[str, bool]]:
    path = os.path.join(top, name) or "."
    try:
        with os.scandir(path) as entries:
            return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        if path not in unreadable:
            unreadable.append(path)
        return []


def _below(name: str, child: str) -> str:
    return f"{name}/{child}" if name else child
