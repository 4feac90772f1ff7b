"""Names of the files in a pack, and the limits on their number and size, which writing and reading share."""

from __future__ import annotations

import re

REPORT = "report.json"
README = "README.txt"
CHECKSUMS = "SHA256SUMS"
CRATE = "ro-crate-metadata.json"
INSPECTION = "inspection.json"
"""When, where and by whom: beside the pack, outside of its checksums."""
ATTESTATION = "attestation/"
EXCERPTS = "excerpts/"
CRITERIA = "criteria/"

FIRST_LINE = "An evidence pack of imginspect"
"""How README.txt starts: by this, and by its checksums, a folder or zip is known for a pack."""

MOST_FILES = 50_000
"""Files of a pack: those of some thousand images. One with more is refused."""
MOST_BYTES = 256 << 20
"""Bytes of a pack, all of which are held while it is checked. A larger one is refused."""


_NAME = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._+@=-]{0,127}/){0,4}[A-Za-z0-9_][A-Za-z0-9._+@=-]{0,127}")


def is_safe(name: str) -> bool:
    """Whether *name* is a plain relative name, without ``..`` and not hidden."""
    return _NAME.fullmatch(name) is not None


def statement_name(number: int, several: int, ending: str = ".json") -> str:
    """The file name of the statement about image *number* (from 0) of *several*."""
    return f"{ATTESTATION}statement{f'-{number + 1}' if several > 1 else ''}{ending}"
