"""Redaction: the one function that every string of an image passes through before it is shown."""

from __future__ import annotations

from collections.abc import Iterable

from imginspect.scan.matcher import Matcher

_SHORTEST = 8
"""Characters below which no pattern matches: shorter strings are most, and are let through at once."""
_LONGEST = 1 << 20
"""Bytes of one string that is searched; of a longer one nothing is shown but its length."""
_FEW_KNOWN = 64
"""Known credentials that are tried one after the other; more are looked up by the beginnings that a text holds."""
_PART = "[masked: part of a credential]"


class Redactor:
    """Masks credentials in strings; *known* are such that a message may show the beginning of, which nothing else tells from other text."""

    def __init__(self, matcher: Matcher, known: Iterable[str] = ()) -> None:
        self._matcher = matcher
        self._known = [(value[: _telling(value)], value) for value in dict.fromkeys(known) if value]
        self._by_start: dict[str, list[int]] = {}
        for number, (start, _) in enumerate(self._known):
            self._by_start.setdefault(start, []).append(number)
        self._lengths = sorted({len(start) for start in self._by_start})

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
            return self._without_parts(text)
        parts: list[str] = []
        at = 0
        for span in spans:
            parts += [self._without_parts(_decoded(data[at : span.secret_start])), f"[masked: {span.kind}]"]
            at = span.secret_end
        return "".join([*parts, self._without_parts(_decoded(data[at:]))])

    def _without_parts(self, text: str) -> str:
        """*text* without what is the beginning of a known credential: a long text may have been cut within one."""
        for start, value in self._begun_in(text):
            if start in text:
                first, *others = text.split(start)
                rest = value[len(start) :]
                text = "".join([first, *(_PART + other[_shared(rest, other) :] for other in others)])
        return text

    def _begun_in(self, text: str) -> list[tuple[str, str]]:
        """The known credentials that may begin in *text*, in their order, however many are known."""
        if len(self._known) <= _FEW_KNOWN:
            return self._known
        begun = (self._by_start.get(text[at : at + length], ()) for length in self._lengths for at in range(len(text) - length + 1))
        return [self._known[number] for number in sorted({number for numbers in begun for number in numbers})]


def _shared(first: str, second: str) -> int:
    """How many characters both begin with."""
    return next(
        (number for number, (one, other) in enumerate(zip(first, second, strict=False)) if one != other), min(len(first), len(second))
    )


def _telling(value: str) -> int:
    """Characters of a credential from which on its beginning tells something of it: half of them, not more than eight."""
    return min(8, max(4, len(value) // 2))


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:  # a secret ended within a character
        return data.decode("utf-8", "replace")
