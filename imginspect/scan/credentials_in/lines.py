"""Formats of lines: ``key = value``, entries of fields, tokens alone. Read line by line, each line on its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from imginspect.scan.credentials_in.span import SecretSpan, span_of
from imginspect.scan.validators.structures import is_basic_authorization

MOST_LINES = 200_000
"""Lines of one file; of a file with more the search counts as stopped."""
_LONGEST_LINE = 1 << 20
"""Bytes of one line, room for any key or certificate in base64; of a file with a longer one the search counts as stopped."""
_LONGEST_TOKEN_FILE = 8192
"""Bytes of a file that is a token alone, twice the longest token; what is behind these is no part of it."""
_NETRC = re.compile(rb"(?:^|[ \t\r\n])(?:password|passwd)[ \t\r\n]{1,20}(\"[^\"\r\n]{1,400}\"|[^\s\"]{1,400})")
_NETRC_START = re.compile(rb"(?:^|\s)(?:machine\s{1,20}\S|default\s)")
_URL = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{1,20}://([^\s:/@\"'<>]{1,200}):([^\s/@\"'<>]{1,400})@")
_TOKEN = re.compile(rb"\s*([A-Za-z0-9._~+/=:-]{8,4000})\s*")
_HASH = re.compile(rb"\$[0-9a-z]{1,10}\$[^\s:]{8,200}|\{SHA\}[A-Za-z0-9+/]{27}=|[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19}")
_EMPTY_HASHES = frozenset({b"", b"*", b"!", b"!!", b"x", b"!*", b"*LK*", b"NP"})

Reader = Callable[[bytes], Iterator[SecretSpan]]


def lines_of(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(offset, line without its end) of at most 200,000 lines; a longer line than 1 MiB is cut."""
    start = 0
    for _ in range(MOST_LINES):
        if start >= len(content):
            return
        end = content.find(b"\n", start)
        end = len(content) if end < 0 else end
        yield start, content[start : min(end, start + _LONGEST_LINE)]
        start = end + 1


def has_longer_line(content: bytes) -> bool:
    """Whether ``lines_of`` cuts a line of *content*."""
    return len(content) > _LONGEST_LINE and any(len(line) > _LONGEST_LINE for line in content.split(b"\n"))


def assigned(kind: str, keys: str, separators: str = "=:") -> Reader:
    """A reader of ``key = value``: spans of the values whose key matches *keys*, a regular expression; comments are skipped."""
    text = rb"(?i)\s*(?:export\s+|-\s+)?[\"']?(?:" + keys.encode() + rb")[\"']?\s*[" + separators.encode() + rb"]\s*(.*)"

    def read(content: bytes) -> Iterator[SecretSpan]:
        pattern = re.compile(text)  # when the first such file is read: few images have one of each kind
        for offset, line in lines_of(content):
            found = pattern.fullmatch(line)
            if found is not None and not line.lstrip().startswith((b"#", b";")):
                start, end = found.span(1)
                yield from span_of(kind, content, offset + start, offset + _end_of_value(line, start, end))

    return read


def _end_of_value(line: bytes, start: int, end: int) -> int:
    """Where a value ends: at its closing quotation mark, else before a comment."""
    if line[start : start + 1] in (b'"', b"'"):
        closing = line.find(line[start : start + 1], start + 1)
        return closing + 1 if closing > 0 else end
    comment = line.find(b" #", start, end)
    return comment if comment >= 0 else end


def of_fields(kind: str, position: int, *, least: int) -> Reader:
    """A reader of entries of fields joined by colons (.pgpass): spans of the field *position*, counted from 0."""

    def read(content: bytes) -> Iterator[SecretSpan]:
        for offset, line in lines_of(content):
            fields = re.split(rb"(?<!\\):", line.rstrip(b"\r"))
            if len(fields) < least or line.startswith(b"#"):
                continue
            start = offset + sum(len(field) + 1 for field in fields[:position])
            yield from span_of(kind, content, start, start + len(fields[position]))

    return read


def hashes(kind: str) -> Reader:
    """A reader of ``name:hash:...`` (shadow, htpasswd): spans of real hashes; a locked or empty password is none."""

    def read(content: bytes) -> Iterator[SecretSpan]:
        for offset, line in lines_of(content):
            name, colon, rest = line.partition(b":")
            value = rest.partition(b":")[0].strip()
            bare = value.lstrip(b"!")
            if colon and value not in _EMPTY_HASHES and _HASH.fullmatch(bare):
                start = offset + len(name) + 1 + (len(value) - len(bare))
                yield SecretSpan(kind, start, start + len(bare), is_verified=True)

    return read


def netrc(content: bytes) -> Iterator[SecretSpan]:
    """Passwords of a .netrc file: one that names a machine."""
    if _NETRC_START.search(content):
        for found in _NETRC.finditer(content):
            yield from span_of("netrc-file", content, *found.span(1))


def in_urls(kind: str) -> Reader:
    """A reader of passwords in the URLs of a file."""

    def read(content: bytes) -> Iterator[SecretSpan]:
        for found in _URL.finditer(content):
            if found[2] != found[1]:
                yield from span_of(kind, content, *found.span(2))

    return read


def token_alone(kind: str, prefixes: tuple[bytes, ...] = ()) -> Reader:
    """A reader of a file that holds a token and nothing else; *prefixes* are those that its issuer's tokens begin with, if any."""

    def read(content: bytes) -> Iterator[SecretSpan]:
        found = _TOKEN.fullmatch(content[:_LONGEST_TOKEN_FILE])
        if found is not None and (not prefixes or found[1].startswith(prefixes)):
            yield from span_of(kind, content, *found.span(1), is_verified=bool(prefixes))

    return read


def basic(kind: str, keys: str) -> Reader:
    """A reader of ``key = value`` whose value must be base64 of ``user:password``."""
    read_values = assigned(kind, keys)

    def read(content: bytes) -> Iterator[SecretSpan]:
        for span in read_values(content):
            if is_basic_authorization(b"", content[span.start : span.end]):
                yield span._replace(is_verified=True)

    return read


def all_of(*readers: Reader) -> Reader:
    """A reader that gives what each of *readers* gives."""

    def read(content: bytes) -> Iterator[SecretSpan]:
        for reader in readers:
            yield from reader(content)

    return read
