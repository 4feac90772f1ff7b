"""Redaction: one function through which every string of an image goes before anybody sees it."""

from __future__ import annotations

from imginspect.scan.matcher import Matcher

_SHORTEST = 8
"""Characters below which no pattern matches: shorter strings are most, and are let through at once."""
_LONGEST = 1 << 20


class Redactor:
    """Masks credentials in strings."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    def masked(self, text: str) -> str:
        """*text* with each credential in it replaced by ``[masked: kind]``.

        Where the search had to stop, and beyond a mebibyte of text, nothing is shown but that.
        """
        if len(text) < _SHORTEST:
            return text
        data = text.encode("utf-8", "surrogatepass")
        spans, is_whole = self._matcher.find(data) if len(data) <= _LONGEST else ([], False)
        if not is_whole:
            return f"[masked: {len(text):,} characters, too many to search for credentials]"
        if not spans:
            return text
        parts: list[str] = []
        at = 0
        for span in spans:
            parts += [_decoded(data[at : span.secret_start]), f"[masked: {span.kind}]"]
            at = span.secret_end
        return "".join([*parts, _decoded(data[at:])])


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:  # a secret ended within a character
        return data.decode("utf-8", "replace")
