"""The engine for machines without Hyperscan: it looks for each expression's fixed text. Slower, the same answer.

Hundreds of texts are looked for, nearly none of which is in a given block. Looking for each on its own would read the block as often.
So first all words of four bytes that the block holds are taken together in one set, and only a text whose words are in it is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imginspect.scan.engine import Bytes, Expression
from imginspect.scan.literals import Literal, required_literals

_WORD = 4
"""Bytes of a word."""
_LEAST_SET = 4096
"""Bytes of a block below which looking for each text is as quick."""


class LiteralEngine:
    """See Engine."""

    name = "literals"

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._everywhere: list[int] = []
        """Expressions without fixed text: all bytes are candidates."""
        self._by_literal: dict[Literal, list[int]] = {}
        self._longest = [expression.longest for expression in expressions]
        for number, expression in enumerate(expressions):
            literals = required_literals(expression.core, ignore_case=expression.ignore_case)
            if not literals:
                self._everywhere.append(number)
            for literal in sorted(literals):
                self._by_literal.setdefault(literal, []).append(number)
        self._words = {literal: _words_in(literal.text.lower()) for literal in self._by_literal}

    def candidates(self, data: Bytes, most: int) -> tuple[dict[int, list[tuple[int, int]]], bool]:
        """See Engine."""
        exact = bytes(data)
        lowered = exact.lower()
        regions: dict[int, list[tuple[int, int]]] = {number: [(0, len(exact))] for number in self._everywhere}
        hits = 0
        for literal in self._possible(lowered):
            content = lowered if literal.ignore_case else exact
            at = content.find(literal.text)
            while at >= 0 and hits < most:
                hits += 1
                for number in self._by_literal[literal]:
                    longest = self._longest[number]
                    regions.setdefault(number, []).append((at - longest, at + longest))
                at = content.find(literal.text, at + 1)
        for found in regions.values():
            found.sort()
        return regions, hits < most

    def _possible(self, lowered: bytes) -> Iterator[Literal]:
        """The texts that may be in a block, given in lower case."""
        if len(lowered) < _LEAST_SET:
            has_zero = b"\0" in lowered
            yield from (literal for literal in self._by_literal if has_zero or b"\0" not in literal.text)
            return
        present = _words_in(lowered)
        for literal, words in self._words.items():
            if words <= present:
                yield literal


def _words_in(data: bytes) -> set[int]:
    """All words of *data*, wherever they begin."""
    view = memoryview(data)
    found: set[int] = set()
    for start in range(min(_WORD, len(data))):
        found.update(view[start : start + (len(data) - start) // _WORD * _WORD].cast("I"))
    return found
