"""Where something was seen: in words for people, and as a relative URI for programs."""

from __future__ import annotations

import re
from urllib.parse import quote

from imginspect.report.document import EvidencePart, FindingPart, LayerPlace
from imginspect.report.grouped import places_of
from imginspect.report.printable import one_line, shortened
from imginspect.wording import counted

_ESCAPE = re.compile(r"\\(?:(\\)|x([0-9a-f]{2})|u([0-9a-f]{4})|U(000[0-9a-f]{5}|0010[0-9a-f]{4}))")
# a path that is its own URI: nothing to encode, no empty segment and none that climbs
_PLAIN = re.compile(r"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9_.~-]+)+")
LONGEST_INSTRUCTION = 140
"""Characters of a build step, which tell it apart; the JSON report has all of it, and how many are left out is said."""
LONGEST_MESSAGE = 1_000
"""Characters of one message; how many are left out is said."""


def in_words(evidence: EvidencePart, lines: str = "") -> str:
    """The place, its state and the layer with its instruction, in one line; empty for evidence that names no place.

    *lines* are all of its lines in words, where there are several.
    """
    facts = [place] if (place := name_of(evidence)) else []
    if lines or evidence["line"]:
        facts.append(lines or f"line {evidence['line']}")
    facts += [state] if (state := state_of(evidence)) else []
    if evidence["layer"]:
        facts.append(layer_in_words(evidence["layer"]))
    return ", ".join(facts)


def told(finding: FindingPart) -> str:
    """The finding in a line: its message, its first place where the message does not say it, and how many places there are more."""
    message = shortened(one_line(finding["message"]), LONGEST_MESSAGE)
    sentences = [message if message.endswith((".", "!", "?")) else f"{message}."]
    places = places_of(finding["evidence"])
    where = shortened(in_words(places[0].first, places[0].in_words), LONGEST_MESSAGE) if places else ""
    if where and where not in message:
        sentences.append(f"Where: {where}.")
    if len(places) > 1:
        sentences.append(f"And {counted(len(places) - 1, 'more place')}.")
    return " ".join(sentences)


def name_of(evidence: EvidencePart) -> str:
    """The path, config field or file of the archive that *evidence* names; empty where it names none."""
    if evidence["path"]:
        return one_line(evidence["path"])
    if evidence["config_field"]:
        return f"config: {one_line(evidence['config_field'])}"
    return one_line(evidence["archive_member"] or "")


def state_of(evidence: EvidencePart) -> str:
    """The state of the file, with the layer that hid it where that is known; empty for what has none."""
    state = one_line(evidence["state"] or "")
    if state in ("", "config"):
        return ""
    hidden_by = evidence["hidden_by"]
    return f"{state} by layer {hidden_by['index']}" if hidden_by else state


def layer_in_words(layer: LayerPlace) -> str:
    """The layer's number and the instruction that made it."""
    made_by = f", made by: {shortened(one_line(layer['created_by']), LONGEST_INSTRUCTION)}" if layer["created_by"] else ""
    return f"layer {layer['index']}{made_by}"


def nowhere() -> EvidencePart:
    """Evidence that names no place."""
    return {
        "path": None, "config_field": None, "archive_member": None, "line": None, "layer": None, "state": None, "hidden_by": None,
        "file_sha256": None, "file_type": None, "size": None, "excerpt": None, "context": [], "expected": None, "actual": None,
        "secret_id": None,
    }  # fmt: skip


def relative_uri(shown_path: str) -> str:
    """A relative URI with the bytes of the name that the report shows as *shown_path*, percent-encoded.

    It has no empty segments and climbs nowhere: ``..`` becomes ``(..)``. The root is ``./``.
    Source: RFC 3986, sections 2.1 and 4.2.
    """
    if _PLAIN.fullmatch(shown_path):
        return shown_path[1:]
    segments = [segment for segment in raw_name(shown_path).split(b"/") if segment]
    return "/".join(quote(b"(" + segment + b")" if segment in (b".", b"..") else segment, safe="") for segment in segments) or "./"


def relative_name(shown_path: str) -> str:
    """*shown_path* as a relative path for people: no empty segments, and none that climbs; ``image`` for the root."""
    segments = [segment for segment in one_line(shown_path).split("/") if segment]
    return "/".join(f"({segment})" if segment in (".", "..") else segment for segment in segments) or "image"


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
