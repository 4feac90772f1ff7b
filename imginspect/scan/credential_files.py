"""credential_file: the secrets in files whose format is made to hold them, found by structure; a name alone is no finding."""

from __future__ import annotations

from imginspect.scan.credentials_in import FORMATS, TITLES, Format
from imginspect.scan.credentials_in.lines import MOST_LINES, has_longer_line
from imginspect.scan.credentials_in.span import SecretSpan

MOST_BYTES = 4 << 20
"""Bytes of the largest credential file whose structure is read."""
_ENDINGS = tuple(name for name in FORMATS if name.startswith("*"))
_SUFFIXES = tuple(ending[1:] for ending in _ENDINGS)
_TEMPLATES = (".example", ".sample", ".template", ".dist", ".defaults")

WANTED_NAMES: frozenset[str] = frozenset(name.rpartition("/")[2] for name in FORMATS if not name.startswith("*"))
"""Last parts of the paths of files that may hold credentials, in lower case."""


def credential_file(name: str, content: bytes) -> tuple[SecretSpan, ...]:
    """The secrets in a file, in order; *name* is the last part of its path, or the last two or three joined by ``/``.

    Only ``MOST_BYTES`` and 200,000 lines are read. Empty values, placeholders and references to the environment are no secrets.
    """
    read = _format_of(name)
    found = set(read(content[:MOST_BYTES])) if read else set()
    return tuple(sorted(found, key=lambda span: (span.start, span.end, span.kind)))


def is_read_whole(content: bytes) -> bool:
    """Whether ``credential_file`` reads all of *content*."""
    is_document = content.lstrip()[:1] in (b"{", b"<")  # JSON and XML are not read by lines
    return len(content) <= MOST_BYTES and content.count(b"\n") <= MOST_LINES and (is_document or not has_longer_line(content))


def is_credential_file_name(path: str) -> bool:
    """Whether a file of this path may hold credentials, so its content is kept."""
    name = path.rpartition("/")[2].lower()  # asked of every file: most are settled by their last name
    return (name in WANTED_NAMES or name.endswith(_SUFFIXES) or name.startswith(".env.")) and _format_of(path) is not None


def _format_of(path: str) -> Format | None:
    """How to read a file of that path: by its last three parts, two, or one; or by an ending that a format alone uses."""
    parts = [part for part in path.lower().split("/") if part][-3:]
    for start in range(len(parts)):
        found = FORMATS.get("/".join(parts[start:]))
        if found is not None:
            return found
    if not parts:
        return None
    for ending in _ENDINGS:
        if parts[-1].endswith(ending[1:]):
            return FORMATS[ending]
    return FORMATS[".env"] if parts[-1].startswith(".env.") and not parts[-1].endswith(_TEMPLATES) else None


__all__ = ["MOST_BYTES", "TITLES", "WANTED_NAMES", "SecretSpan", "credential_file", "is_credential_file_name", "is_read_whole"]
