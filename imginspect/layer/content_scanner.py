"""ContentScanner: looks into the files of a layer for credentials, and into programs for what they need to start.

Every byte of every file is searched, no matter what type the file claims, both raw and as UTF-16 text. Of packed files that is their
packed form: what is in them stays unread, and the ledger counts them.
"""

from __future__ import annotations

from imginspect.layer.content_class import ELF, SCRIPT, TEXT, UTF16
from imginspect.layer.protocols import ScanResult
from imginspect.scan.credential_files import MOST_BYTES, credential_file, is_credential_file_name, is_read_whole
from imginspect.scan.elf import ElfReader
from imginspect.scan.matcher import Matcher, MatchSpan
from imginspect.scan.search import NOTHING, ContentSearch, Searched

_REMEMBERED_FROM = 4096
"""Bytes of a file from which on its digest is remembered, so that the same content is searched once."""
_MOST_GATHERED = 4 << 20
"""Bytes of the largest file that is looked at as a whole: a credential file, or text in UTF-16."""
_FOUND_NOTHING = ScanResult()


class ContentScanner:
    """See Scanner."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._search = ContentSearch(matcher)
        self._seen: dict[bytes, Searched] = {}
        self._path = ""
        self._class = ""
        self._is_credential_file = False
        self._is_special = False
        self._gathered = bytearray()
        self._elf: ElfReader | None = None

    def wants(self, path: str, size: int, content_class: str) -> bool:
        """See Scanner."""
        self._path = path
        self._class = content_class
        self._is_credential_file = is_credential_file_name(path)
        self._is_special = self._is_credential_file and size <= MOST_BYTES
        self._elf = ElfReader(size) if content_class == ELF else None
        return True

    def whole(self, ordinal: int, content: memoryview, digest: bytes) -> ScanResult:
        """See Scanner."""
        del ordinal
        if self._elf is not None:
            self._elf.feed(content)
        if self._is_special:
            return self._looked(self._special(bytes(content)))
        if len(content) < _REMEMBERED_FROM or not digest:
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

    def end(self, digest: bytes) -> ScanResult:
        """See Scanner."""
        del digest
        if self._is_special:
            return self._looked(self._special(bytes(self._gathered)))
        searched = self._search.end()
        return self._looked(searched._replace(is_whole=False) if self._is_credential_file else searched)

    @property
    def _is_text(self) -> bool:
        return self._class in (TEXT, SCRIPT, UTF16)

    def _special(self, content: bytes) -> Searched:
        """The result for a credential file, whose structure is read beside the search; also where it is in UTF-16."""
        first = _first_of_wide(content)
        if first is None:
            known = self._known(content)
        else:
            known = [_widened(span, first) for span in self._known(content[first::2])]
        found = self._search.structured(content, known)
        return found if is_read_whole(content) else found._replace(is_whole=False)

    def _known(self, content: bytes) -> list[MatchSpan]:
        return [
            MatchSpan(
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

    def _looked(self, searched: Searched) -> ScanResult:
        if searched is NOTHING and self._elf is None:
            return _FOUND_NOTHING
        elf = self._elf.finish() if self._elf is not None else None
        return ScanResult(searched.matches, elf, searched.is_whole) if searched.matches or elf or not searched.is_whole else _FOUND_NOTHING


def _first_of_wide(content: bytes) -> int | None:
    """Where the first character of a file in UTF-16 stands (its low byte), with or without a mark before it; None for any other file."""
    marked = {b"\xff\xfe": 2, b"\xfe\xff": 3}.get(content[:2])
    if marked is not None:
        return marked
    zeros = bytes(byte == 0 for byte in content[:4])
    return {b"\0\1\0\1": 0, b"\1\0\1\0": 1}.get(zeros)


def _widened(span: MatchSpan, first: int) -> MatchSpan:
    """*span* of every second byte of a content, from *first* on, where it stands in the content."""
    start, end = first + 2 * span.start, first + 2 * span.end - 1
    wide = "utf-16-be" if first % 2 else "utf-16-le"
    return span._replace(start=start, end=end, secret_start=start, secret_end=end, wide=wide)
