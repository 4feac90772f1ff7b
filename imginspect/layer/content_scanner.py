"""ContentScanner: looks into the files of a layer for credentials, and into programs for what they need to start.

Every byte of every file is searched, whatever a file says that it is. Of packed files that is their packed form: what is in them stays
unread, and the ledger counts them.
"""

from __future__ import annotations

from imginspect.layer.content_class import ELF, SCRIPT, TEXT, UTF16
from imginspect.layer.seams import Looked
from imginspect.scan.credential_files import credential_file, is_credential_file_name
from imginspect.scan.elf import ElfReader
from imginspect.scan.matcher import Matcher, Span
from imginspect.scan.search import NOTHING, ContentSearch, Searched

_REMEMBERED_FROM = 4096
"""Bytes of a file from which on its digest is remembered, so that the same content is searched once."""
_MOST_GATHERED = 4 << 20
"""Bytes of the largest file that is looked at as a whole: a credential file, or text in UTF-16."""
_FOUND_NOTHING = Looked()


class ContentScanner:
    """See Scanner."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._search = ContentSearch(matcher)
        self._seen: dict[bytes, Searched] = {}
        self._path = ""
        self._class = ""
        self._is_special = False
        self._gathered = bytearray()
        self._elf: ElfReader | None = None

    def wants(self, path: str, size: int, content_class: str) -> bool:
        """See Scanner."""
        self._path = path
        self._class = content_class
        self._is_special = size <= _MOST_GATHERED and (content_class == UTF16 or is_credential_file_name(path))
        self._elf = ElfReader(size) if content_class == ELF else None
        return True

    def whole(self, ordinal: int, content: memoryview, digest: bytes) -> Looked:
        """See Scanner."""
        del ordinal
        if self._elf is not None:
            self._elf.feed(content)
        if self._is_special:
            return self._looked(self._special(bytes(content)))
        if len(content) < _REMEMBERED_FROM:
            return self._looked(self._search.whole(content, is_text=self._is_text))
        searched = self._seen.get(digest)
        if searched is None:
            searched = self._seen[digest] = self._search.whole(content, is_text=self._is_text)
        return self._looked(searched)

    def begin(self, ordinal: int) -> None:
        """See Scanner."""
        del ordinal
        self._gathered.clear()
        self._search.begin(is_text=self._is_text)

    def feed(self, piece: memoryview) -> None:
        """See Scanner."""
        if self._elf is not None:
            self._elf.feed(piece)
        if self._is_special:
            self._gathered += piece
        else:
            self._search.feed(piece)

    def end(self, digest: bytes) -> Looked:
        """See Scanner."""
        del digest
        return self._looked(self._special(bytes(self._gathered)) if self._is_special else self._search.end())

    @property
    def _is_text(self) -> bool:
        return self._class in (TEXT, SCRIPT)

    def _special(self, content: bytes) -> Searched:
        """The result for a credential file, or for text in UTF-16 (of which the low bytes are searched: every pattern is ASCII)."""
        if self._class != UTF16:
            return self._search.structured(content, self._known(content))
        first = 2 if content[:2] == b"\xff\xfe" else 3
        narrow = content[first::2]
        found = self._search.structured(narrow, self._known(narrow)) if len(narrow) < _MOST_GATHERED else NOTHING
        wide = tuple(match._replace(start=2 * match.start + 2, end=2 * match.end + 2) for match in found.matches)
        return found._replace(matches=wide)

    def _known(self, content: bytes) -> list[Span]:
        if not is_credential_file_name(self._path):
            return []
        return [
            Span(
                span.kind,
                span.start,
                span.end,
                span.start,
                span.end,
                span.is_verified,
                self._matcher.known_as(content[span.start : span.end]),
                -1,
            )
            for span in credential_file(self._path, content)
        ]

    def _looked(self, searched: Searched) -> Looked:
        if searched is NOTHING and self._elf is None:
            return _FOUND_NOTHING
        elf = self._elf.finish() if self._elf is not None else None
        return Looked(searched.matches, elf, searched.is_whole) if searched.matches or elf or not searched.is_whole else _FOUND_NOTHING
