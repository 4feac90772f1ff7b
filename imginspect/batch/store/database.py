"""Database: what a run has found out so far, in one SQLite file. It is the journal of the run while it goes on, and what is asked later.

Each image's outcome is one transaction, so it is there whole or not at all, whenever the run is killed. Every few seconds all is brought
to the disk, so that a power cut loses seconds of work and never the database. While a run goes on nobody else can open the file;
afterwards it is one file, which can be copied. Ids differ by the order of work: nothing that is made from the database may depend on them.

What ``run`` says (all texts): ``tool_version``, ``policy`` (its id), ``policy_sha256``, ``rules_sha256``, ``fail_on``, ``strict`` (yes or
no), ``undetermined`` (fail, undecided or pass; missing in runs of earlier versions), ``criteria`` (digest of all that judges), ``run``
(names what was asked for), ``report_forms`` (suffixes of the reports below reports/, with blanks between them), ``fingerprint_key`` (its
id, where there was one), ``finished`` (yes, at the end).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, NamedTuple, Protocol

from imginspect.batch.store.connection import NAME, NoRoom, complaints, connect, leave_one_file, make, put_new
from imginspect.batch.store.inserts import Storing
from imginspect.batch.store.tables import UNUSED
from imginspect.batch.values.plans import ImageRow, LayerContents, RuleRow, Skipped
from imginspect.errors import UsageError
from imginspect.host.writing import folder_of, temporary_name, write_in
from imginspect.report.printable import one_line

__all__ = ["NAME", "Database", "Done", "NoRoom", "create", "open_for_reading", "open_for_writing"]

_CHECKPOINT = 5.0  # seconds
_PAGE = 1_000
_PIECE = 1 << 20


class Database:
    """An open database. Close it, or use it as a context manager."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._storing = Storing(connection)
        self._synced = monotonic()

    # what a run does

    def add(self, row: ImageRow, contents: Iterable[LayerContents] = (), seconds: float = 0.0) -> None:
        """One image's outcome with the files of such of its layers as are not there yet; it takes the place of an earlier one.

        Raises: NoRoom
        """
        with self._transaction():
            self._storing.image(row, seconds)
            self._storing.contents(contents)

    def add_contents(self, contents: Iterable[LayerContents]) -> None:
        """The files of layers. Raises: NoRoom"""
        with self._transaction():
            self._storing.contents(contents)

    def has_contents(self, digest: str) -> bool:
        """Whether the files of the layer *digest* are there."""
        return any(self.select("SELECT 1 FROM contents WHERE layer = ?", digest))

    def done(self) -> Done:
        """The images that are there already: key to (report, report_sha256)."""
        return Done(self)

    def remove(self, keys: Iterable[str]) -> None:
        """Takes out images that are in the mirror no longer. Raises: NoRoom"""
        with self._transaction():
            for key in keys:
                self._storing.forget(key)

    def kept(self, key: str) -> PresentImage | None:
        """What is known of an image that is there; None where it is not."""
        for image, report, digest, identity in self.select("SELECT id, report, report_sha256, identity FROM image WHERE key = ?", key):
            names = self.select("SELECT name FROM reference WHERE image = ? ORDER BY name", image)
            return PresentImage(tuple(name for (name,) in names), report, digest, identity)
        return None

    def add_skipped(self, items: Iterable[Skipped]) -> None:
        """What was not taken for an image. The same thing twice is there once. Raises: NoRoom"""
        with self._transaction():
            values = [(one_line(item.shown), one_line(item.reason), item.unread) for item in items]
            self._connection.executemany("INSERT OR IGNORE INTO skipped VALUES (?, ?, ?)", values)

    def forget_skipped(self) -> None:
        """Nothing was passed over: for a run that plans anew. Raises: NoRoom"""
        with self._transaction():
            self._connection.execute("DELETE FROM skipped")

    def set_run(self, values: Mapping[str, str]) -> None:
        """Changes what ``run`` says. Raises: NoRoom"""
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO run VALUES (?, ?)", [(key, one_line(value)) for key, value in values.items()]
            )

    def set_rules(self, rules: Iterable[RuleRow]) -> None:
        """The rules that judge. Raises: NoRoom"""
        with self._transaction():
            self._storing.rules(rules)

    def checkpoint(self) -> None:
        """Brings all that was committed to the disk. Raises: NoRoom"""
        with complaints(self.path):
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self._synced = monotonic()

    def finish(self) -> None:
        """The run is at its end: what no image needs is taken out, and one file is left, which others may read from now on.

        Raises: NoRoom - the database is as it was, and the run not finished
        """
        with self._transaction():
            for statement in UNUSED:
                self._connection.execute(statement)
            self._connection.execute("INSERT OR REPLACE INTO run VALUES ('finished', 'yes')")
        self.leave_one_file()

    def unfinish(self) -> None:
        """The run goes on. Raises: NoRoom"""
        with self._transaction():
            self._connection.execute("DELETE FROM run WHERE key = 'finished'")

    def leave_one_file(self) -> None:
        """Brings everything into the one file, which others may read from now on. Raises: NoRoom"""
        with complaints(self.path):
            leave_one_file(self._connection, self.path)

    # what is asked

    @property
    def run(self) -> dict[str, str]:
        """What the run was: see above."""
        return dict(self.select("SELECT key, value FROM run ORDER BY key"))

    @property
    def is_finished(self) -> bool:
        """Whether the run came to its end."""
        return self.run.get("finished") == "yes"

    def rules(self) -> Iterator[RuleRow]:
        """The rules, by their names."""
        return (RuleRow(*row) for row in self.select("SELECT rule, title, severity, remediation FROM rule ORDER BY rule"))

    def has_column(self, table: str, column: str) -> bool:
        """Whether *table* has that *column*: the database of an earlier version has fewer."""
        return any(self.select("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", table, column))

    def counts(self) -> dict[str, int]:
        """How many images have each verdict."""
        return dict(self.select("SELECT verdict, count(*) FROM image GROUP BY verdict ORDER BY verdict"))

    def skipped(self) -> Iterator[Skipped]:
        """What was not taken for an image; what could not be read comes first."""
        found = self.select("SELECT shown, reason, unread FROM skipped ORDER BY unread DESC, shown, reason")
        return (Skipped(shown, reason, bool(unread)) for shown, reason, unread in found)

    def contents(self, *digests: str) -> LayerContents | None:
        """The files of the layer with one of *digests*; None where they are not known."""
        for digest in digests:
            for layer, paths, blob in self.select("SELECT layer, paths, digests FROM contents WHERE layer = ?", digest):
                return LayerContents(layer, paths, blob)
        return None

    def select(self, statement: str, *values: object) -> Iterator[Any]:
        """The rows that *statement* gives, read as they are asked for. Raises: UsageError - the database is damaged"""
        with complaints(self.path):
            for row in self._connection.execute(statement, values):  # noqa: UP028 - a cursor is not to be closed with the generator
                yield row

    def scratch(self, statement: str, *values: object) -> None:
        """Carries out *statement* on temporary tables, which are there as long as the database is open."""
        with complaints(self.path):
            self._connection.execute(statement, values)

    def close(self) -> None:
        """Lets the file go."""
        self._connection.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with complaints(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        if monotonic() - self._synced > _CHECKPOINT:
            self.checkpoint()


class Content(Protocol):
    """Bytes that can be read anywhere."""

    size: int

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to *count* bytes at *offset*."""


class PresentImage(NamedTuple):
    """An image that is there: its names, sorted, its report, and what its files were."""

    references: tuple[str, ...]
    report: str
    report_sha256: str
    identity: str


class Done(Mapping[str, tuple[str, str]]):
    """The images of a database by key, looked up when asked for: they take no memory. Images may be added while it is iterated over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __getitem__(self, key: str) -> tuple[str, str]:
        for report, sha256 in self._database.select("SELECT report, report_sha256 FROM image WHERE key = ?", key):
            return report, sha256
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        last = ""
        while page := [key for (key,) in self._database.select("SELECT key FROM image WHERE key > ? ORDER BY key LIMIT ?", last, _PAGE)]:
            yield from page
            last = page[-1]

    def __len__(self) -> int:
        return sum(self._database.counts().values())


def create(folder: Path, run: Mapping[str, str], rules: Iterable[RuleRow]) -> Database:
    """A new database in *folder*, open for writing.

    Raises: UsageError - there is one already, or it cannot be written; NoRoom
    """
    path = folder / NAME

    def fill(connection: sqlite3.Connection) -> None:
        with Database(path, connection) as made:
            made.set_rules(rules)
            made.set_run(run)

    make(path, fill)
    return open_for_writing(folder)


class _Gone(Exception):
    """What was to be taken over cannot be read any more."""


def _pieces(content: Content) -> Iterator[bytes]:
    """All of *content*. Raises: _Gone"""
    for start in range(0, content.size, _PIECE):
        try:
            yield content.read_at(start, _PIECE)
        except OSError as error:
            raise _Gone from error


def take_over(folder: Path, before: Content, run: Mapping[str, str], rules: Iterable[RuleRow]) -> bool:
    """Whether the database of an earlier run, *before*, could be made the beginning of a new one in *folder*.

    It gets its name when it is the new run's: a run that is killed in between finds none, or one to go on with.
    Raises: UsageError - it cannot be written; NoRoom
    """
    path = folder / NAME
    waiting = path.with_name(temporary_name(path.name))
    try:
        with complaints(path), folder_of(path) as opened:
            write_in(opened, waiting.name, _pieces(before))
        if not _is_begun(waiting, run, rules):
            return False
        with complaints(path):
            put_new(waiting, path)
    except _Gone:
        return False
    finally:
        with suppress(OSError):
            waiting.unlink()
    return True


def _is_begun(waiting: Path, run: Mapping[str, str], rules: Iterable[RuleRow]) -> bool:
    """Whether the copy at *waiting* could be made the beginning of *run*; not where it is damaged or of another version."""
    try:
        with Database(waiting, connect(waiting, writing=True)) as database:
            database.set_rules(rules)
            database.set_run(run)
            database.unfinish()
            database.leave_one_file()
    except UsageError:
        return False
    return True


def open_for_writing(folder: Path) -> Database:
    """The database in *folder*, for a run that goes on; nobody else can open it meanwhile.

    Raises: UsageError - there is none, it is damaged, or another process has it open; NoRoom
    """
    path = folder / NAME
    database = Database(path, connect(path, writing=True))
    try:
        database.unfinish()
    except BaseException:
        database.close()
        raise
    return database


def open_for_reading(folder: Path) -> Database:
    """The database in *folder*, to be asked.

    Raises: UsageError - there is none, it is damaged, or a run is going on
    """
    path = folder / NAME
    return Database(path, connect(path, writing=False))
