"""SHA256SUMS: the list of checksums that ``sha256sum -c`` reads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from imginspect.evidence_pack.names import ATTESTATION
from imginspect.wording import bounded

_MOST_WRONG = 20
"""Lines with a fault that are told one by one; the others are counted."""
_LINE = re.compile(r"([0-9a-f]{64})  ([^\n\r\\]{1,600})")


def sha256(content: bytes) -> str:
    """The sha256 of *content* as hex digits."""
    return hashlib.sha256(content).hexdigest()


def checksums(files: Mapping[str, bytes]) -> bytes:
    """A line for each of *files*, in the order of their names."""
    return "".join(f"{sha256(files[name])}  {name}\n" for name in sorted(files)).encode("ascii")


def contents_digest(listed: Mapping[str, str]) -> str:
    """The sha256 of the lines outside the attestation, which stands for all other files in a statement.

    With standard tools: ``grep -v '  attestation/' SHA256SUMS | sha256sum``.
    """
    lines = [f"{digest}  {name}\n" for name, digest in sorted(listed.items()) if not name.startswith(ATTESTATION)]
    return sha256("".join(lines).encode("utf-8"))


def parse_checksums(content: bytes) -> tuple[dict[str, str], list[str]]:
    """(digest by name, what is wrong with the list)."""
    found: dict[str, str] = {}
    wrong = []
    lines = content.decode("utf-8", "replace").split("\n")
    if lines.pop():
        wrong.append("the last line of SHA256SUMS is cut off")
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match is None:
            wrong.append(f"line {number} of SHA256SUMS is not a checksum followed by a name")
        elif match[2] in found:
            wrong.append(f"SHA256SUMS lists {match[2]} twice")
        else:
            found[match[2]] = match[1]
    return found, bounded(wrong, _MOST_WRONG, "line")
