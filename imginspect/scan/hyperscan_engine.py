"""Hyperscan's one door: all expressions in one database, compiled once and kept serialised in the cache."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from imginspect.host.cache import Cache
from imginspect.scan.engine import Bytes, Expression
from imginspect.scan.prefilter import gate


def is_available() -> bool:
    """Whether Hyperscan is installed and works here."""
    try:
        import hyperscan  # noqa: F401
    except ImportError:
        return False
    return True


class HyperscanEngine:
    """See Engine. Each expression is reported by where it ends; no start is asked for, which would cost most of the speed."""

    name = "hyperscan"

    def __init__(self, expressions: Sequence[Expression], cache: Cache) -> None:
        self._longest = [expression.longest for expression in expressions]
        self._scan = _database(expressions, cache).scan
        self._stopped = _stopped_error()
        self._hits: list[tuple[int, int]] = []
        self._most = 0

    def candidates(self, data: Bytes, most: int) -> tuple[dict[int, list[tuple[int, int]]], bool]:
        """See Engine."""
        hits = self._hits
        hits.clear()
        self._most = most
        with suppress(self._stopped):
            self._scan(data, self._on_match)
        if not hits:  # of nearly all files
            return _NONE
        regions: dict[int, list[tuple[int, int]]] = {}
        for number, end in hits:
            longest = self._longest[number]
            regions.setdefault(number, []).append((end - longest, end + longest))
        return regions, len(hits) < most

    def _on_match(self, number: int, _start: int, end: int, _flags: int, _context: object) -> bool | None:
        self._hits.append((number, end))
        return True if len(self._hits) >= self._most else None


_NONE: tuple[dict[int, list[tuple[int, int]]], bool] = ({}, True)


def _stopped_error() -> type[Exception]:
    """What a scan raises that its callback stopped."""
    from hyperscan import ScanTerminated

    error: type[Exception] = ScanTerminated
    return error


def _database(expressions: Sequence[Expression], cache: Cache) -> Any:
    import hyperscan

    key = _key(expressions, hyperscan)
    stored = cache.get(key)
    if stored is not None:
        try:
            database = hyperscan.loadb(stored, mode=hyperscan.HS_MODE_BLOCK)
        except hyperscan.HyperscanError:
            pass  # made by another version, or not what it was: it is made again
        else:
            database.scratch = hyperscan.Scratch(database)
            return database
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[gate(expression.core, ignore_case=expression.ignore_case) for expression in expressions],
        ids=list(range(len(expressions))),
        elements=len(expressions),
        flags=[hyperscan.HS_FLAG_CASELESS if expression.ignore_case else 0 for expression in expressions],
    )
    cache.put(key, hyperscan.dumpb(database))
    return database


def _key(expressions: Sequence[Expression], hyperscan: Any) -> str:
    """Names a database by all that it depends on: expressions, library, machine."""
    digest = hashlib.sha256()
    digest.update(f"{hyperscan.__version__}\0{os.uname().sysname}\0{os.uname().machine}\0".encode())
    for expression in expressions:
        digest.update(b"%d %d\0" % (len(expression.core), expression.ignore_case) + expression.core)
    return f"patterns-{digest.hexdigest()}"
