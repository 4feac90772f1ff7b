"""Sources: expands the SOURCE arguments of a run, one by one and always in the same order."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from imginspect.batch.mirror.globs import expand, fixed_part, is_glob
from imginspect.batch.mirror.walk import HostPlace, MirrorWalk
from imginspect.batch.values.plans import Skipped, Unit
from imginspect.errors import UsageError
from imginspect.limits import Limits

_LIST_BYTES = 256 << 20
"""Bytes of a list of archives, millions of paths; a longer one is refused."""


class _Source(NamedTuple):
    """An existing SOURCE. *was_named*: the user gave exactly this path, not a pattern that matches it."""

    place: HostPlace
    was_named: bool


def find_units(sources: Sequence[str], limits: Limits | None = None) -> Iterator[Unit | Skipped]:
    """What *sources* hold: archives, folders, globs, and list files (``@FILE``, one source a line), each walked when its turn comes.

    Skipped items are reported, and an item that is reached twice is used once.
    Raises: UsageError, at once - a source is missing or cannot be read, or a glob matches nothing
    """
    unreadable: list[str] = []
    found = [found for source in sources for found in _resolved(source, unreadable)]
    short = Counter(_short(source.place) for source in found)
    found = [
        source._replace(place=source.place._replace(shown=_short(source.place))) if short[_short(source.place)] == 1 else source
        for source in found
    ]
    return _walked(found, unreadable, MirrorWalk(limits or Limits()))


def _short(place: HostPlace) -> str:
    """How a source is shown: an absolute path without the host's folders above it, which are no business of an answer's."""
    if not os.path.isabs(place.shown):
        return place.shown
    parts = (place.below.count("/") + 1 if place.below else 0) + 1
    return "/".join(place.shown.split("/")[-parts:]) or place.shown


def roots(sources: Sequence[str]) -> tuple[str, ...]:
    """The folders that *sources*, which ``find_units`` took, begin at: that of a file, that which a glob is looked for in."""
    return tuple(dict.fromkeys(path for source in sources for path in _roots(source)))


def _roots(source: str, folder: str = "") -> Iterator[str]:
    if source.startswith("@"):
        for line in _lines(source[1:]):
            yield from _roots(line, os.path.dirname(source[1:]) or ".")
    else:
        given = os.path.normpath(os.path.join(folder, source))
        folder = fixed_part(given) or "." if is_glob(given) else given
        yield os.path.abspath(folder if os.path.isdir(folder) else os.path.dirname(folder) or ".")


def _walked(found: list[_Source], unreadable: list[str], walk: MirrorWalk) -> Iterator[Unit | Skipped]:
    for path in unreadable:
        yield Skipped(path, "the directory cannot be read", unread=True)
    for source in found:
        yield from walk.named(source.place) if source.was_named else walk.met(source.place)


def _resolved(source: str, unreadable: list[str], folder: str = "") -> Iterator[_Source]:
    """The places of one SOURCE, or of one line of a list file in *folder*."""
    if source.startswith("@"):
        if folder:
            raise UsageError(f"{source}: a list file cannot name another list file")
        for line in _lines(source[1:]):
            yield from _resolved(line, unreadable, os.path.dirname(source[1:]) or ".")
        return
    if not source:
        raise UsageError("a source is empty: expected a file or directory")
    if "\0" in source:
        raise UsageError("a source contains a NUL character")
    given = source if not folder or folder == "." else os.path.normpath(os.path.join(folder, source))
    given = given.rstrip("/") or "/"
    if is_glob(given):
        yield from _globbed(given, unreadable)
        return
    _check(given)
    yield _Source(HostPlace(os.path.abspath(given), given, ""), was_named=True)


def _globbed(pattern: str, unreadable: list[str]) -> Iterator[_Source]:
    top = fixed_part(pattern)
    names = expand(pattern, unreadable)
    if not names:
        raise UsageError(f"{pattern}: matches nothing")
    for name in names:
        shown = os.path.join(top, name)
        yield _Source(HostPlace(os.path.abspath(shown or "."), shown or ".", name), was_named=False)


def _check(source: str) -> None:
    """Raises UsageError unless *source* is a readable file or directory."""
    try:
        mode = os.stat(source).st_mode
    except OSError as error:
        raise UsageError(f"{source}: {error.strerror}") from error
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise UsageError(f"{source}: neither a file nor a directory")
    if not os.access(source, os.R_OK | (os.X_OK if stat.S_ISDIR(mode) else 0)):
        raise UsageError(f"{source}: cannot be read: permission denied")


def _lines(path: str) -> list[str]:
    """The sources that the list file at *path* names."""
    try:
        with open(path, "rb") as handle:
            data = handle.read(_LIST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"@{path}: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > _LIST_BYTES:
        raise UsageError(f"@{path}: the list is longer than {_LIST_BYTES:,} bytes")
    lines = (os.fsdecode(line).strip() for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise UsageError(f"@{path}: the list names no sources")
    return found
