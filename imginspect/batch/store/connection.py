"""The connection to a run's database: locking, and SQLite's errors in the words of a user."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from imginspect.batch.store.tables import APPLICATION, READ_TOO, SCHEMA, TABLES
from imginspect.errors import RunAborted, UsageError
from imginspect.host.writing import temporary_name

NAME = "batch.sqlite"
"""The database's name in the folder of a run."""
_CACHE = 4_096  # KiB
_PATIENCE = 1.0  # seconds to wait for another process


class NoRoom(RunAborted):
    """The disk is full. Data written before is kept."""


def make(path: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
    """A new database at *path* with what *fill* writes into its empty tables: there as a whole or not at all.

    Raises: UsageError - there is something at *path*, or it cannot be written; NoRoom
    """
    waiting = path.with_name(temporary_name(path.name))
    with complaints(path):
        try:
            os.close(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
            with closing(sqlite3.connect(waiting, isolation_level=None)) as made:
                made.execute(f"PRAGMA application_id = {APPLICATION}")
                made.execute(f"PRAGMA user_version = {SCHEMA}")
                made.executescript(f"BEGIN;{TABLES}COMMIT;")
                fill(made)
            put_new(waiting, path)
        finally:
            with suppress(OSError):
                waiting.unlink()


def connect(path: Path, *, writing: bool) -> sqlite3.Connection:
    """A connection to the database at *path*. One for *writing* keeps everybody else away until it is closed.

    Raises: UsageError - it is not there, no database of a run, of a later version, damaged, or in use
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file; expected the database of a batch run")
    with complaints(path):
        mode = "rw" if writing else "ro"
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True, isolation_level=None, timeout=_PATIENCE)
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            if writing:
                connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            _check(connection, path, writing=writing)
            if writing:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute(f"PRAGMA cache_size = -{_CACHE}")
                connection.execute("BEGIN IMMEDIATE")  # a lock is not taken before it is needed
                connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
    return connection


def leave_one_file(connection: sqlite3.Connection, path: Path) -> None:
    """Brings everything into the one file at *path* and lets others in."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode = DELETE")
    with suppress(OSError):  # left by who asked a run that had been killed
        path.with_name(f"{path.name}-shm").unlink()
    connection.execute("PRAGMA locking_mode = NORMAL")
    connection.execute("SELECT count(*) FROM run").fetchone()  # the lock is let go at the next access


@contextmanager
def complaints(path: Path) -> Iterator[None]:
    """Raises: NoRoom, UsageError - for what SQLite and the system say of the database at *path*"""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _in_words(error, path) from error
    except OSError as error:
        if is_full(error):
            raise NoRoom(f"{path.parent}: the disk is full; completed work is kept") from error
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def is_full(error: OSError) -> bool:
    """Whether *error* means that the disk is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _in_words(error: sqlite3.DatabaseError, path: Path) -> Exception:
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return NoRoom(f"{path}: the disk is full; completed work is kept")
        case sqlite3.SQLITE_IOERR:
            return NoRoom(f"{path}: the disk cannot be read or written ({error}); completed work is kept")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return UsageError(f"{path}: another process is using it: wait until that run or query has ended")
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_FORMAT:
            return UsageError(f"{path}: not a database, or damaged ({error})")
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return UsageError(
                f"{path}: cannot be opened ({error}); the database of a killed run can be read only if its directory is writable"
            )
    if isinstance(error, sqlite3.OperationalError) and "no such" in str(error):
        return UsageError(f"{path}: not the database of a batch run, or damaged ({error})")
    return error


def _check(connection: sqlite3.Connection, path: Path, *, writing: bool) -> None:
    (application,), (version,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version"))
    if application != APPLICATION:
        raise UsageError(f"{path}: not the database of a batch run")
    if version in READ_TOO and writing:
        raise UsageError(
            f"{path}: an earlier version of imginspect started this run (database version {version}): it can be queried, but not resumed"
        )
    if version != SCHEMA and version not in READ_TOO:
        known = f"{', '.join(map(str, READ_TOO))} and {SCHEMA}"
        raise UsageError(f"{path}: the database has version {version}, but this program reads versions {known}")


def put_new(waiting: Path, path: Path) -> None:
    """*waiting* becomes *path*, which must not be there. Raises: OSError"""
    descriptor = os.open(waiting, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(waiting, path, follow_symlinks=False)
    except FileExistsError as error:
        raise UsageError(f"{path}: the database of a run already exists") from error
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise UsageError(f"{path}: the database of a run already exists") from None
        os.rename(waiting, path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
