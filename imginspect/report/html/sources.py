"""Style sheets and scripts of a page, and the Content Security Policy that lets just them act."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files


@cache
def source(name: str, package: str = "imginspect.report.html") -> str:
    """The text of the file *name* of *package*."""
    return (files(package) / name).read_text("utf-8")


def security_policy(styles: Iterable[str], script: str) -> str:
    """The policy of a page that holds these *styles* and this *script*: nothing else is run, and nothing is fetched."""
    allowed = f"default-src 'none'; style-src {' '.join(map(_hash, styles))}; script-src {_hash(script)}"
    return f"{allowed}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
