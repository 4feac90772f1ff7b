"""The SOURCE argument as it was written: a path, or one with the prefix and the tail that skopeo and podman use."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from imginspect.archive import Archive
from imginspect.archive.layout import DIRECTORY, DOCKER, DOCKER_AND_OCI, DOCKER_WITH_INDEX, OCI
from imginspect.cli.export_hint import is_transport, missing, not_exported
from imginspect.errors import UsageError


class _Kind(NamedTuple):
    """What a prefix promises: a layout, in a file or in a directory."""

    words: str
    layouts: frozenset[str]
    in_file: bool


_KINDS = {
    "docker-archive": _Kind("a docker archive", frozenset((DOCKER, DOCKER_AND_OCI, DOCKER_WITH_INDEX)), in_file=True),
    "oci-archive": _Kind("an OCI image layout in a file", frozenset((OCI, DOCKER_AND_OCI)), in_file=True),
    "oci": _Kind("an OCI image layout in a directory", frozenset((OCI, DOCKER_AND_OCI)), in_file=False),
    "dir": _Kind("a dir: tree", frozenset((DIRECTORY,)), in_file=False),
}
"""Source: containers-transports(5)."""
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
    prefix, colon, rest = source.partition(":")
    if colon and prefix in _KINDS:
        return _with_prefix(source, prefix, rest)
    if is_transport(source):
        raise not_exported(source)
    raise missing(source)


def _with_prefix(source: str, prefix: str, rest: str) -> SourceName:
    if not rest:
        raise UsageError(f"{source}: there is no path after the prefix")
    ends = [match.start() for match in _TAIL.finditer(rest)]
    for end in (len(rest), *ends):  # skopeo takes the first colon; a path may have one too
        path, tail = rest[:end], rest[end + 1 :]
        if os.path.lexists(path) or (path == "-" and _KINDS[prefix].in_file):
            return SourceName(path, _image(source, prefix, tail) if end < len(rest) else None, prefix)
    path = rest[: ends[0]] if ends and prefix != "dir" else rest
    raise UsageError(f"{source}: no such file or directory: {path}")


def _image(source: str, prefix: str, tail: str) -> str:
    if prefix == "dir":
        raise UsageError(f"{source}: a dir: tree holds one image and takes no name after the path")
    if re.fullmatch("@[0-9]+", tail):
        raise UsageError(f"{source}: an image is not chosen by its number here; imginspect images lists the names to choose from")
    if not tail:
        raise UsageError(f"{source}: there is no name after the last colon")
    return tail.removeprefix("@")


def check_prefix(name: SourceName, archive: Archive) -> None:
    """Raises UsageError where *archive* is not what the prefix of *name* says; without a prefix anything fits."""
    kind = _KINDS.get(name.prefix)
    in_file = archive.file is not None
    if kind is None or (archive.form in kind.layouts and in_file == kind.in_file):
        return
    place = "file" if in_file else "directory"
    right = next((prefix for prefix, other in _KINDS.items() if archive.form in other.layouts and in_file == other.in_file), None)
    advice = f"write {right}:{name.path}, or leave the prefix out" if right else "leave the prefix out"
    raise UsageError(f"the prefix {name.prefix}: stands for {kind.words}, but this {place} is {_a(archive.form)}; {advice}")


def _a(words: str) -> str:
    return f"{'an' if words[0] in 'AEIOU' else 'a'} {words}"
