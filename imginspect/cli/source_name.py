"""The SOURCE argument as it was written: a path, or one with the prefix and the tail that skopeo and podman use."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from imginspect.archive import Archive
from imginspect.archive.layout import Prefix
from imginspect.archive.layouts import prefixes
from imginspect.cli.export_hint import is_transport, missing, not_exported
from imginspect.errors import UsageError

_TAIL = re.compile("[:@]")


class SourceName(NamedTuple):
    """A source: the *path* to open, the *image* that a tail names (None without one), and the *prefix* (empty without one)."""

    path: str
    image: str | None = None
    prefix: str = ""


def parse_source(source: str) -> SourceName:
    """The source that was written as *source*. What is on the disk under just this name has no prefix.

    Raises: UsageError - there is nothing of that name, or it is not on the disk at all
    """
    if not source:
        raise UsageError("the source is empty: expected an archive or a directory")
    if source == "-" or "\0" in source or os.path.lexists(source):
        return SourceName(source)
    name, colon, rest = source.partition(":")
    prefix = prefixes().get(name) if colon else None
    if prefix is not None:
        return _with_prefix(source, prefix, rest)
    if is_transport(source):
        raise not_exported(source)
    raise missing(source)


def _with_prefix(source: str, prefix: Prefix, rest: str) -> SourceName:
    if not rest:
        raise UsageError(f"{source}: no path after the prefix")
    ends = [match.start() for match in _TAIL.finditer(rest)]
    for end in (len(rest), *ends):  # skopeo takes the first colon; a path may have one too
        path, tail = rest[:end], rest[end + 1 :]
        if os.path.lexists(path) or (path == "-" and prefix.in_file):
            return SourceName(path, _image(source, prefix, tail) if end < len(rest) else None, prefix.name)
    path = rest[: ends[0]] if ends and prefix.takes_name else rest
    raise UsageError(f"{source}: no such file or directory: {path}")


def _image(source: str, prefix: Prefix, tail: str) -> str:
    if not prefix.takes_name:
        raise UsageError(f"{source}: {prefix.words} holds one image and takes no name after the path")
    if re.fullmatch("@[0-9]+", tail):
        raise UsageError(f"{source}: images cannot be selected by number; imginspect images lists their names")
    if not tail:
        raise UsageError(f"{source}: no name after the last colon")
    return tail.removeprefix("@")


def check_prefix(name: SourceName, archive: Archive) -> None:
    """Raises UsageError where *archive* is not what the prefix of *name* says; without a prefix anything fits."""
    prefix = prefixes().get(name.prefix)
    in_file = archive.file is not None
    fitting = [item for item in archive.layout.prefixes if item.in_file == in_file]
    if prefix is None or prefix in fitting:
        return
    place = "file" if in_file else "directory"
    advice = f"write {fitting[0].name}:{name.path}, or leave the prefix out" if fitting else "leave the prefix out"
    raise UsageError(f"the prefix {prefix.name}: stands for {prefix.words}, but this {place} is {_a(archive.layout.name)}; {advice}")


def _a(words: str) -> str:
    return f"{'an' if words[0] in 'AEIOU' else 'a'} {words}"
