"""Where something was seen, out of the plain values of report/tree.py: in words for people, and as a relative URI for programs."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from imginspect.report.document import EvidencePart

_ESCAPE = re.compile(r"\\(?:(\\)|x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")
_LONGEST_INSTRUCTION = 140


def in_words(evidence: EvidencePart) -> str:
    """The place, its state and the layer with its instruction, in one line; empty for evidence that names no place."""
    facts = [place] if (place := name_of(evidence)) else []
    if evidence["line"]:
        facts.append(f"line {evidence['line']}")
    if evidence["state"] == "visible":
        facts.append(evidence["state"])
    layer = evidence["layer"]
    if layer:
        facts.append(f"layer {layer['index']}")
    if evidence["state"] in ("overwritten", "deleted"):
        facts.append(state_of(evidence))
    if layer and layer["created_by"]:
        facts.append(f"made by: {_shortened(layer['created_by'])}")
    return ", ".join(facts)


def state_of(evidence: EvidencePart) -> str:
    """Whether it is visible, overwritten or deleted, and by which layer; empty for what is no file."""
    hidden_by = evidence["hidden_by"]
    return f"{evidence['state']} by layer {hidden_by['index']}" if hidden_by else evidence["state"] or ""


def name_of(evidence: EvidencePart) -> str:
    """The path, config field or file of the archive that *evidence* names; empty where it names none."""
    if evidence["path"]:
        return str(evidence["path"])
    if evidence["config_field"]:
        return f"config: {evidence['config_field']}"
    return evidence["member"] or ""


def nowhere() -> EvidencePart:
    """Evidence that names no place."""
    return {
        "path": None, "config_field": None, "member": None, "line": None, "layer": None, "state": None, "hidden_by": None,
        "file_sha256": None, "file_type": None, "size": None, "excerpt": None, "context": [], "expected": None, "found": None,
    }  # fmt: skip


@lru_cache(maxsize=4096)
def relative_uri(shown_path: str) -> str:
    """A relative URI with the bytes of the name that the report shows as *shown_path*, percent-encoded.

    It has no empty segments and climbs nowhere: ``..`` becomes ``(..)``. The root is ``./``.
    Source: RFC 3986, sections 2.1 and 4.2.
    """
    segments = [segment for segment in raw_name(shown_path).split(b"/") if segment]
    return "/".join(quote(b"(" + segment + b")" if segment in (b".", b"..") else segment, safe="") for segment in segments) or "./"


def raw_name(shown: str) -> bytes:
    """The bytes of what ``visible`` shows as *shown*."""
    parts: list[bytes] = []
    at = 0
    for match in _ESCAPE.finditer(shown):
        parts += [shown[at : match.start()].encode("utf-8", "surrogatepass"), _unescaped(match)]
        at = match.end()
    return b"".join([*parts, shown[at:].encode("utf-8", "surrogatepass")])


def _unescaped(match: re.Match[str]) -> bytes:
    backslash, byte, short, long = match.groups()
    if backslash:
        return b"\\"
    if byte:
        return bytes([int(byte, 16)])
    return chr(int(short or long, 16)).encode("utf-8", "surrogatepass")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_INSTRUCTION else text[: _LONGEST_INSTRUCTION - 1] + "…"
