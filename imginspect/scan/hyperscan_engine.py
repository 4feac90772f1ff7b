"""Hyperscan's one door: all expressions in one database, compiled once and kept in the cache in its serialised form."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from imginspect.cache import Cache
from imginspect.scan.engine import Bytes, Expression


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
        self._database = _database(expressions, cache)
        self._stopped = _stopped_error()

    def candidates(self, data: Bytes, most: int) -> tuple[dict[int, list[tuple[int, int]]], bool]:
        """See Engine."""
        hits: list[tuple[int, int]] = []

        def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> bool | None:
            hits.append((number, end))
            return True if len(hits) >= most else None

        with suppress(self._stopped):
            self._database.scan(data, match_event_handler=on_match)
        regions: dict[int, list[tuple[int, int]]] = {}
        for number, end in hits:
            longest = self._longest[number]
            regions.setdefault(number, []).append((end - longest, end + longest))
        return regions, len(hits) < most


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
        expressions=[expression.regex for expression in expressions],
        ids=list(range(len(expressions))),
        elements=len(expressions),
        flags=[hyperscan.HS_FLAG_CASELESS if expression.ignore_case else 0 for expression in expressions],
    )
    cache.put(key, hyperscan.dumpb(database))
    return database


def _key(expressions: Sequence[Expression], hyperscan: Any) -> str:
    """Names a database by all that it depends on: expressions, library, machine."""
    digest = hashlib.sha256()
    digest.update(f"{hyperscan.__version__}\0{platform.system()}\0{platform.machine()}\0".encode())
    for expression in expressions:
        digest.update(b"%d %d %d\0" % (len(expression.regex), expression.ignore_case, expression.longest) + expression.regex)
    return f"patterns-{digest.hexdigest()}"
