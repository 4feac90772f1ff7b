"""Compares two stores for a cache of layer results, files and an SQLite database: ``python benchmarks/cache_store.py SCRATCH_DIR``.

Entries have the sizes of such results: most some tens of kilobytes, a few some megabytes. What is read is checked by its sha256 in both,
for a cache has to notice what a disk or a power cut did to it. Each phase is done by 1, 2 and 4 processes at once on one store.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import random
import shutil
import sqlite3
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from tabulate import tabulate

_ENTRIES = 5_000
_MEDIAN, _SIGMA = 60_000, 1.1
_LARGE_EVERY, _LARGE = 100, (5_000_000, 20_000_000)
_PIECE = os.urandom(1 << 20) * 22


def size_of(number: int) -> int:
    """Bytes of entry *number*: log-normal, and one of a hundred from 5 to 20 MB."""
    rng = random.Random(number)
    if number % _LARGE_EVERY == 0:
        return rng.randrange(*_LARGE)
    return int(min(_LARGE[0], max(500, _MEDIAN * rng.lognormvariate(0, _SIGMA))))


def key_of(number: int) -> str:
    """The key of entry *number*, as a cache has it: a digest."""
    return hashlib.sha256(str(number).encode()).hexdigest()


def content_of(number: int) -> bytes:
    """What is stored: does not compress, as results that are stored compressed."""
    start = random.Random(-number - 1).randrange(1 << 20)
    return _PIECE[start : start + size_of(number)]


class Store(ABC):
    """A cache of bytes by key. What cannot be verified is not there."""

    def __init__(self, place: Path) -> None:
        self.place = place

    @abstractmethod
    def put(self, key: str, content: bytes) -> None: ...

    @abstractmethod
    def get(self, key: str) -> bytes | None: ...

    @abstractmethod
    def bound(self, most: int) -> int:
        """Removes what was written longest ago until *most* bytes are left; how many entries went."""

    def close(self) -> None:  # noqa: B027 - nothing is open, unless a subclass says so
        """Lets go of what is open."""


class Files(Store):
    """aa/aabb...: the digest of what follows, then the content; written under a temporary name and renamed."""

    sync = False

    def _path(self, key: str) -> Path:
        return self.place / key[:2] / key

    def put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = f"{path}.{os.getpid()}"
        with open(partial, "wb") as file:
            file.write(hashlib.sha256(content).digest())
            file.write(content)
            if self.sync:
                file.flush()
                os.fsync(file.fileno())
        os.replace(partial, path)

    def get(self, key: str) -> bytes | None:
        try:
            with open(self._path(key), "rb") as file:
                digest, content = file.read(32), file.read()
        except FileNotFoundError:
            return None
        return content if hashlib.sha256(content).digest() == digest else None

    def bound(self, most: int) -> int:
        found = sorted((stat.st_mtime_ns, stat.st_size, path) for path, stat in self._all())
        left, gone = sum(size for _, size, _ in found), 0
        for _, size, path in found:
            if left <= most:
                break
            path.unlink(missing_ok=True)
            left, gone = left - size, gone + 1
        return gone

    def _all(self) -> Iterator[tuple[Path, os.stat_result]]:
        for folder in os.scandir(self.place):
            for entry in os.scandir(folder.path):
                yield Path(entry.path), entry.stat()


class SyncedFiles(Files):
    """The same, on the disk before the rename: what a power cut leaves is whole, so reading would not have to check."""

    sync = True


class Sqlite(Store):
    """One database, write-ahead log, a row with a BLOB per entry, each written in a transaction of its own."""

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        place.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(place / "cache.sqlite", timeout=120, isolation_level=None)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=normal")
        self._db.execute("create table if not exists entry (key text primary key, written integer, digest blob, content blob)")
        self._db.execute("create index if not exists by_time on entry (written)")

    def put(self, key: str, content: bytes) -> None:
        row = (key, time.time_ns(), hashlib.sha256(content).digest(), content)
        self._db.execute("insert or replace into entry values (?, ?, ?, ?)", row)

    def get(self, key: str) -> bytes | None:
        row = self._db.execute("select digest, content from entry where key = ?", (key,)).fetchone()
        return row[1] if row and hashlib.sha256(row[1]).digest() == row[0] else None

    def bound(self, most: int) -> int:
        left, gone = self._db.execute("select coalesce(sum(length(content)), 0) from entry").fetchone()[0], []
        for key, size in self._db.execute("select key, length(content) from entry order by written"):
            if left <= most:
                break
            gone.append((key,))
            left -= size
        self._db.execute("begin immediate")
        self._db.executemany("delete from entry where key = ?", gone)
        self._db.execute("commit")
        return len(gone)

    def close(self) -> None:
        self._db.close()


STORES: dict[str, type[Store]] = {"files": Files, "files, fsync": SyncedFiles, "sqlite": Sqlite}


def _write(store: Store, numbers: list[int]) -> int:
    for number in numbers:
        store.put(key_of(number), content_of(number))
    return sum(map(size_of, numbers))


def _read(store: Store, numbers: list[int]) -> int:
    size = 0
    for number in numbers:
        content = store.get(key_of(number))
        if content is None or len(content) != size_of(number):
            raise ValueError(f"entry {number} differs from what was written")
        size += len(content)
    return size


def _open_and_read_one(store: Store, numbers: list[int]) -> int:
    return _read(store, numbers[:1])


def _in_process(name: str, place: Path, act: Callable[[Store, list[int]], int], numbers: list[int], started: Any, queue: Any) -> None:
    try:
        started.wait()
        began = time.perf_counter()
        with closing(STORES[name](place)) as store:
            size = act(store, numbers)
        queue.put((began, time.perf_counter(), size))
    except Exception as error:  # noqa: BLE001 - the parent has to hear of it, whatever it was
        queue.put(error)


def together(name: str, place: Path, act: Callable[[Store, list[int]], int], numbers: list[int], processes: int) -> tuple[float, int]:
    """Seconds from the first start to the last end, and bytes, of *act* on *numbers* shared out among *processes*."""
    context = multiprocessing.get_context("fork")
    started, queue = context.Barrier(processes), context.Queue()
    shares = [numbers[i::processes] for i in range(processes)]
    children = [context.Process(target=_in_process, args=(name, place, act, share, started, queue)) for share in shares]
    for child in children:
        child.start()
    results = [queue.get() for _ in children]
    for child in children:
        child.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return max(end for _, end, _ in results) - min(begin for begin, _, _ in results), sum(size for _, _, size in results)


def measure(name: str, place: Path, entries: int, processes: int) -> dict[str, Any]:
    """One row of the table: write all, read all in another order, open, evict a tenth, write a tenth anew."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    order = random.Random(7).sample(range(entries), entries)
    write, size = together(name, place, _write, list(range(entries)), processes)
    read, _ = together(name, place, _read, order, processes)
    opening = min(together(name, place, _open_and_read_one, [1], 1)[0] for _ in range(5))
    on_disk = _on_disk(place)
    with closing(STORES[name](place)) as store:
        began = time.perf_counter()
        gone = store.bound(size * 9 // 10)
        bound = time.perf_counter() - began
    after = _on_disk(place)
    again, _ = together(name, place, _write, list(range(gone)), processes)
    row = {
        "store": name,
        "processes": processes,
        "write entries/s": entries / write,
        "write MB/s": size / 1e6 / write,
        "read entries/s": entries / read,
        "read MB/s": size / 1e6 / read,
        "open, read one ms": opening * 1e3,
        "on disk / content": on_disk / size,
        "evict a tenth ms": bound * 1e3,
        "evicted": gone,
        "on disk after": after / on_disk,
        "written anew entries/s": gone / again if gone else 0,
    }
    shutil.rmtree(place)
    return row


def _on_disk(place: Path) -> int:
    return sum(stat.st_blocks * 512 for folder, _, names in os.walk(place) for stat in (os.stat(os.path.join(folder, n)) for n in names))


def main() -> int:
    """0."""
    parser = argparse.ArgumentParser(description="Compare files with SQLite for a cache of layer results.")
    parser.add_argument("scratch", type=Path, metavar="SCRATCH_DIR", help="scratch directory; some gigabytes are written and removed")
    parser.add_argument("--entries", type=int, default=_ENTRIES)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    options = parser.parse_args()
    sizes = sorted(map(size_of, range(options.entries)))
    median = sizes[len(sizes) // 2] / 1e3
    print(f"{len(sizes):,} entries, {sum(sizes) / 1e6:,.0f} MB, median {median:,.0f} KB, largest {sizes[-1] / 1e6:,.1f} MB")
    rows = [measure(name, options.scratch / "store", options.entries, count) for count in options.processes for name in STORES]
    table = [[key, *(f"{row[key]:,.2f}" if isinstance(row[key], float) else row[key] for row in rows)] for key in rows[0]]
    print(tabulate(table, disable_numparse=True, colalign=["left", *("right" for _ in rows)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
