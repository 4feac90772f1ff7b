"""The engine for machines without Hyperscan: it looks for each expression's fixed text. Much slower, the same answer."""

from __future__ import annotations

from collections.abc import Sequence

from imginspect.scan.engine import Bytes, Expression
from imginspect.scan.literals import Literal, required_literals


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

    def candidates(self, data: Bytes, most: int) -> tuple[dict[int, list[tuple[int, int]]], bool]:
        """See Engine."""
        exact = bytes(data)
        lowered = exact.lower()
        regions: dict[int, list[tuple[int, int]]] = {number: [(0, len(exact))] for number in self._everywhere}
        hits = 0
        for (text, ignore_case), numbers in self._by_literal.items():
            content = lowered if ignore_case else exact
            at = content.find(text)
            while at >= 0 and hits < most:
                hits += 1
                for number in numbers:
                    longest = self._longest[number]
                    regions.setdefault(number, []).append((at - longest, at + longest))
                at = content.find(text, at + 1)
        for found in regions.values():
            found.sort()
        return regions, hits < most
