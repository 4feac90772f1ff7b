"""The identity of the reader: everything that decides what a pass finds in given bytes, for the layer cache."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

from imginspect.inspection.criteria import Criteria
from imginspect.limits import Limits
from imginspect.version import __version__

READERS = (
    "tar", "host/compression.py", "layer", "scan", "oci", "rules", "reading/retention.py", "reading/names.py", "licences",
    "host/file_type.py", "problems.py", "limits.py", "errors.py", "wording.py",
)  # fmt: skip
"""The parts of the program that decide what a pass finds, and in which words."""
_LIBRARIES = ("isal", "hyperscan", "backports.zstd")


def reader_key(criteria: Criteria, limits: Limits) -> str:
    """Names all that decides what a pass finds in given bytes."""
    patterns = criteria.knowledge.patterns
    published = [(item.title, item.sha256) for item in patterns.published]
    products, matcher = criteria.knowledge.products, criteria.matcher
    decide = (code_digest(READERS), matcher.engine_name, matcher.key_id, patterns.digest, products.digest, published, limits)
    return hashlib.sha256(repr(decide).encode("utf-8", "surrogatepass")).hexdigest()


@cache
def code_digest(parts: Sequence[str] = ("",), libraries: Iterable[str] = _LIBRARIES) -> str:
    """Names the code in *parts* of this package, the interpreter and *libraries*: what other code found is not taken for its own."""
    digest = hashlib.sha256(f"{__version__} {sys.version_info[:3]} {platform.machine()}".encode())
    package = Path(__file__).parent.parent
    for part in parts:
        place = package / part
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            content = path.read_bytes()
            digest.update(f"\0{path.relative_to(package).as_posix()} {len(content)}\0".encode() + content)
    for name in libraries:
        digest.update(f"\0{name} {_version(name)}".encode())
    return digest.hexdigest()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"
