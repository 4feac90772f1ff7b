"""Unreferenced bytes: the archive's files that no document refers to, and the data after the end of its tar; read, hashed and searched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from imginspect.archive import Archive
from imginspect.archive.unreferenced import MISNAMED, Unreferenced, trailing_bytes, unreferenced_files
from imginspect.problems import Problem, Problems, Topic
from imginspect.reading.documents import DocumentMatch
from imginspect.scan.match import Match
from imginspect.scan.matcher import Matcher
from imginspect.scan.search import ContentSearch


class UnreferencedBytes(NamedTuple):
    """Bytes of the archive that belong to no image. *trailing* counts those behind the end of the archive's tar.

    *stopped* names what was not searched for credentials to its end.
    """

    files: tuple[Unreferenced, ...]
    trailing: int
    problems: tuple[Problem, ...]
    matches: tuple[DocumentMatch, ...]
    stopped: tuple[str, ...]


def search_unreferenced(archive: Archive, matcher: Matcher) -> UnreferencedBytes:
    """All bytes of *archive* that belong to no image, each read once."""
    listener = _CredentialSearch(matcher)
    files = tuple(unreferenced_files(archive, listener))
    problems = Problems(archive.limits.problems)
    for file in files:
        if not file.is_metadata:
            problems.add(_problem(file))
    listed = problems.listed()
    trailing, nonzero = trailing_bytes(archive, listener)
    if nonzero:
        what = f"{trailing:,} bytes follow the end of its tar, {nonzero:,} of them not zero"
        listed.append(Problem(Topic.TRAILING_DATA, "the archive", what))
    return UnreferencedBytes(files, trailing, tuple(listed), tuple(listener.matches()), tuple(listener.stopped))


def _problem(item: Unreferenced) -> Problem:
    if item.kind == MISNAMED:
        expected = f"sha256:{item.name.rpartition('/')[2]}"
        return Problem(Topic.DIGEST, item.name, MISNAMED, expected, f"sha256:{item.sha256}", path=item.name)
    found = f"{item.size:,} bytes, {item.kind}" + (f", sha256:{item.sha256}" if item.sha256 else "")
    return Problem(Topic.UNREFERENCED, item.name, "an unreferenced file in the archive", found=found, path=item.name)


class _CredentialSearch:
    """An UnreferencedListener that searches the bytes for credentials."""

    def __init__(self, matcher: Matcher) -> None:
        self._search = ContentSearch(matcher)
        self._name = ""
        self._found: list[tuple[str, Match]] = []
        self.stopped: list[str] = []

    def begin(self, name: str) -> None:
        self._name = name
        self._search.begin(is_text=False)

    def feed(self, piece: bytes) -> None:
        self._search.feed(piece)

    def end(self) -> None:
        searched = self._search.end()
        self._found += [(self._name, match) for match in searched.matches]
        if not searched.is_whole:
            self.stopped.append(self._name)

    def matches(self) -> Iterator[DocumentMatch]:
        for name, match in self._found:
            yield DocumentMatch(match.kind, match.is_verified, "", member=name, secret_id=match.secret_id)
