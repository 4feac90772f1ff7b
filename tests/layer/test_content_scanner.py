"""ContentScanner: whatever a file says that it is, it is searched as it stands and as text in UTF-16; what is not searched is said."""

from __future__ import annotations

import hashlib

import pytest

from imginspect.layer.content_class import content_class
from imginspect.layer.content_scanner import ContentScanner
from imginspect.layer.protocols import ScanResult
from imginspect.scan.credential_files import MOST_BYTES
from imginspect.scan.matcher import Matcher
from tests.scan.patterns import PATTERNS

MATCHER = Matcher(PATTERNS)
TOKEN = b"tok_abcd1234"
SECRET = "q7Vx2" + "Lm9Tz4Kd"
PIECE = 300_000


def looked(path: str, content: bytes, *, in_pieces: bool = False) -> ScanResult:
    """What the scanner says of a file."""
    scanner = ContentScanner(MATCHER)
    assert scanner.wants(path, len(content), content_class(memoryview(content)[:4096]))
    digest = hashlib.sha256(content).digest()
    if not in_pieces:
        return scanner.whole(0, memoryview(content), digest)
    scanner.begin(0)
    for at in range(0, len(content), PIECE):
        scanner.feed(memoryview(content)[at : at + PIECE])
    return scanner.end(digest)


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("rest", [b"", b"x", b"\0\1\2" * 100_000, b"text \n" * 900_000])
@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_mark_of_utf_16_before_other_bytes_hides_nothing(mark: bytes, rest: bytes, in_pieces: bool) -> None:
    found = looked("/data", mark + rest + TOKEN + b"\n", in_pieces=in_pieces)
    assert [match.kind for match in found.matches] == ["fixed"]


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf_16_of_any_size_is_searched_to_its_end(order: str) -> None:
    text = "\ufeff" + "one line of it\r\n" * 250_000 + TOKEN.decode()
    found = looked("/data.txt", text.encode(order), in_pieces=True)
    assert [(match.kind, match.line) for match in found.matches] == [("fixed", 250_001)]


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_credential_file_in_utf_16(order: str, mark: str, in_pieces: bool) -> None:
    content = f"{mark}DEBUG=1\r\nDB_PASSWORD={SECRET}\r\n".encode(order)
    (match,) = looked("/app/.env", content, in_pieces=in_pieces).matches
    assert (match.kind, content[match.start : match.end].replace(b"\0", b"")) == ("environment-file", SECRET.encode())


@pytest.mark.parametrize("lines", [0, 300_000])
def test_a_credential_file_too_large_to_be_read_as_one_is_said_not_to_be(lines: int) -> None:
    content = b"# a comment\n" * 10 + b"\n" * lines
    assert looked("/app/.env", content).is_whole == (not lines)
    assert not looked("/app/.env", content.ljust(MOST_BYTES + 1, b"#"), in_pieces=True).is_whole
    assert looked("/app/.notes", content.ljust(MOST_BYTES + 1, b"#"), in_pieces=True).is_whole


def test_contents_without_a_digest_are_not_taken_for_one_another() -> None:
    scanner = ContentScanner(MATCHER)
    for content, expected in ((b"." * 5000, 0), (b"." * 5000 + TOKEN, 1)):
        assert scanner.wants("", len(content), "binary")
        assert len(scanner.whole(-1, memoryview(content), b"").matches) == expected
