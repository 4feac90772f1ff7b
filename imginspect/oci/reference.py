"""References: the names under which images are stored and asked for."""

from __future__ import annotations

_DEFAULT_HOST = "docker.io"


def normalise(reference: str) -> str:
    """*reference* with the parts that Docker's tools leave out: ``alpine`` is ``docker.io/library/alpine:latest``.

    Two names of one image compare equal after this. A digest (``name@sha256:…``) is kept; a bare tag stays what it is.
    Source: distribution/reference, "ParseNormalizedNamed"
    """
    name, at, digest = reference.partition("@")
    first, slash, rest = name.partition("/")
    if not (slash and ("." in first or ":" in first or first == "localhost")):
        first, rest = _DEFAULT_HOST, name
    if first in ("index.docker.io", "registry-1.docker.io"):
        first = _DEFAULT_HOST
    if first == _DEFAULT_HOST and "/" not in rest:
        rest = "library/" + rest
    if not at and ":" not in rest.rpartition("/")[2]:
        rest += ":latest"
    return f"{first}/{rest}{at}{digest}"


def matches(wanted: str, reference: str) -> bool:
    """Whether *reference* (as an archive states it, possibly only a tag) is what *wanted* asks for."""
    if wanted == reference or normalise(wanted) == normalise(reference):
        return True
    return ":" in reference and "/" not in wanted and ":" not in wanted and normalise(reference).rpartition(":")[2] == wanted
