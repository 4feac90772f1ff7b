"""The database of a run: whatever ends the run, what was done is there; and nobody comes in between."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import pytest

from imginspect.batch.store import database
from imginspect.batch.store.database import NAME, NoRoom
from imginspect.errors import UsageError
from tests.batch.making import CONTENTS, KEY, PASSED_OVER, ROWS, RULES, RUN, filled, image

pytestmark = pytest.mark.slow


def test_what_was_written_is_read(tmp_path: Path) -> None:
    with filled(tmp_path) as written:
        assert written.is_finished
    with database.open_for_reading(tmp_path) as found:
        assert found.run == {**RUN, "finished": "yes"}
        assert list(found.rules()) == RULES
        assert found.counts() == {"fail": 3, "incomplete": 1, "not-inspected": 1, "pass": 1}
        assert dict(found.done()) == {row.key: (row.report, row.report_sha256) for row in ROWS}
        assert set(found.skipped()) == set(PASSED_OVER)
        assert found.contents("sha256:none", CONTENTS[0].digest) == CONTENTS[0]
        assert found.has_contents(CONTENTS[1].digest)
        assert not found.has_contents("sha256:none")


def test_a_finished_run_is_one_file_that_can_be_copied_and_read_anywhere(tmp_path: Path) -> None:
    filled(tmp_path).close()
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0
    copy = tmp_path / "copied"
    copy.mkdir()
    (copy / NAME).write_bytes((tmp_path / NAME).read_bytes())
    (copy / NAME).chmod(0o400)
    copy.chmod(0o500)
    with database.open_for_reading(copy) as found:
        assert len(found.done()) == len(ROWS)
    copy.chmod(0o700)


def test_what_is_shared_is_there_once(tmp_path: Path) -> None:
    with filled(tmp_path) as made:
        assert list(made.select("SELECT count(*) FROM finding")) == [(3,)]  # the key in two states, and su
        assert list(made.select("SELECT count(*) FROM step")) == [(5,)]


def test_an_image_that_is_added_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    with database.create(tmp_path, RUN, RULES) as made:
        made.add(ROWS[0])
        made.add(ROWS[0]._replace(verdict="incomplete", findings=(), results=()))
        assert made.counts() == {"incomplete": 1}
        assert list(made.select("SELECT count(*) FROM image_finding")) == [(0,)]


def test_what_left_the_mirror_leaves_the_database(tmp_path: Path) -> None:
    with filled(tmp_path) as made:
        made.remove([row.key for row in ROWS[:3]])
        made.finish()
        assert made.counts() == {"incomplete": 1, "not-inspected": 1, "pass": 1}
        for table in ("finding", "image_finding", "secret"):
            assert list(made.select(f"SELECT count(*) FROM {table}")) == [(0,)]
        assert not made.has_contents(CONTENTS[0].digest)
        assert made.has_contents(CONTENTS[3].digest)


def test_images_may_be_added_while_the_done_ones_are_gone_through(tmp_path: Path) -> None:
    with database.create(tmp_path, RUN, RULES) as made:
        for number in range(20):
            made.add(image(f"image:{number}"))
        for number, key in enumerate(made.done()):
            assert key in made.done()
            if number < 20:
                made.add(image(f"more:{number}"))
        assert len(made.done()) == 40


WRITER = """
    import sys
    from pathlib import Path
    from imginspect.batch.store import database
    from tests.batch.making import RULES, RUN, image
    with database.create(Path(sys.argv[1]), RUN, RULES) as made:
        for number in range(100_000):
            made.add(image(f"image:{number}"))
            print(image(f"image:{number}").key, flush=True)
"""


def _writer(folder: Path) -> subprocess.Popen[str]:
    script = textwrap.dedent(WRITER)
    return subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("after", [1, 40, 333])
def test_nothing_that_was_written_is_lost_when_the_run_is_killed(tmp_path: Path, after: int) -> None:
    process = _writer(tmp_path)
    assert process.stdout
    told = [process.stdout.readline().strip() for _ in range(after)]
    process.send_signal(signal.SIGKILL)
    told += process.stdout.read().split()
    process.stdout.close()
    process.wait()
    with database.open_for_reading(tmp_path) as found:
        assert not found.is_finished
        assert set(told) - set(found.done()) == set()
    with database.open_for_writing(tmp_path) as going_on:
        assert set(told) - set(going_on.done()) == set()
        assert going_on.run == RUN
        assert len(going_on.done()) <= len(told) + 1
        going_on.add(image("one more"))
        going_on.finish()
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_nobody_comes_in_while_a_run_goes_on(tmp_path: Path) -> None:
    process = _writer(tmp_path)
    assert process.stdout
    try:
        process.stdout.readline()
        for opened in (database.open_for_reading, database.open_for_writing):
            with pytest.raises(UsageError, match="another process is at work on it"):
                opened(tmp_path)
        with pytest.raises(UsageError, match="already"):
            database.create(tmp_path, RUN, RULES)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def test_a_run_does_not_start_while_somebody_asks(tmp_path: Path) -> None:
    filled(tmp_path).close()
    with database.open_for_reading(tmp_path) as asked:
        rows = asked.select("SELECT * FROM image")
        next(rows)
        with pytest.raises(UsageError, match="another process is at work on it"):
            database.open_for_writing(tmp_path)
        rows.close()  # type: ignore[attr-defined]


def test_a_full_disk_is_named_and_what_was_done_is_kept(tmp_path: Path) -> None:
    with database.create(tmp_path, RUN, RULES) as made:
        made.add(image("first"))
        (pages,) = next(made.select("PRAGMA page_count"))
        next(made.select(f"PRAGMA max_page_count = {pages + 2}"))
        added = 1
        with pytest.raises(NoRoom, match="no room left on the disk; what was done so far is kept"):  # noqa: PT012 - it is the last of many
            for number in range(100_000):
                made.add(image(f"image:{number}", findings=[KEY._replace(message="x" * 5_000 + str(number))]))
                added += 1
        done = set(made.done())
        assert len(done) == added
        assert not made._connection.in_transaction
    with database.open_for_writing(tmp_path) as again:
        assert set(again.done()) == done
        again.add(image("there is room again"))


LIMITED = """
    import resource, signal, sys
    from pathlib import Path
    from imginspect.batch.store import database
    from tests.batch.making import RULES, RUN, image
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    made = database.create(Path(sys.argv[1]), RUN, RULES)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    try:
        for number in range(100_000):
            made.add(image(f"image:{number}"))
            print(image(f"image:{number}").key, flush=True)
    except database.NoRoom as error:
        sys.exit(7)
"""


def test_a_file_that_cannot_grow_is_no_loss_either(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(LIMITED), str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 7, done.stderr
    with database.open_for_writing(tmp_path) as found:
        assert set(done.stdout.split()) - set(found.done()) == set()


@pytest.mark.parametrize("content", [b"", b"x", b"SQLite format 3\0" + b"\xff" * 4096, b"\0" * 8192])
def test_what_is_no_database_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    for opened in (database.open_for_reading, database.open_for_writing):
        with pytest.raises(UsageError, match=r"batch\.sqlite: it is no database"):
            opened(tmp_path)


def test_a_folder_without_a_database_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no database of a run"):
        database.open_for_reading(tmp_path)
    with pytest.raises(UsageError, match=r"cannot write .*batch\.sqlite"):
        database.create(tmp_path / "missing", RUN, RULES)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    foreign = sqlite3.connect(tmp_path / NAME)
    foreign.execute("CREATE TABLE run (key, value)")
    foreign.close()
    with pytest.raises(UsageError, match="it is no database of a run"):
        database.open_for_reading(tmp_path)


def test_a_later_version_is_refused(tmp_path: Path) -> None:
    filled(tmp_path).close()
    later = sqlite3.connect(tmp_path / NAME)
    later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(UsageError, match="the database has version 99, and this program reads versions 1 and 2 and 3"):
        database.open_for_reading(tmp_path)


def test_damage_is_a_usage_error_wherever_it_is(tmp_path: Path) -> None:
    filled(tmp_path, ROWS + [image(f"image:{number}", findings=[KEY._replace(message="x" * 900)]) for number in range(200)]).close()
    whole = (tmp_path / NAME).read_bytes()
    for page in range(1, len(whole) // 4096, 3):
        (tmp_path / NAME).write_bytes(whole[: page * 4096] + os.urandom(4096) + whole[(page + 1) * 4096 :])
        with suppress(UsageError), database.open_for_reading(tmp_path) as found:
            for table in ("image", "reference", "result", "finding", "image_finding", "layer", "step", "image_layer", "contents"):
                list(found.select(f"SELECT * FROM {table}"))


def test_a_thousand_images_are_written_soon(tmp_path: Path) -> None:
    with database.create(tmp_path, RUN, RULES) as made:
        begun = time.monotonic()
        for number in range(1_000):
            made.add(image(f"image:{number}", findings=[KEY]))
        assert time.monotonic() - begun < 10


class _Earlier:
    """A database that an earlier run left, which may go while it is read."""

    def __init__(self, data: bytes, error: OSError | None = None) -> None:
        self.size = len(data)
        self._data = data
        self._error = error

    def read_at(self, offset: int, count: int) -> bytes:
        if self._error is not None and offset:
            raise self._error
        return self._data[offset : offset + count]


def _left(folder: Path) -> bytes:
    folder.mkdir()
    filled(folder).close()
    return (folder / NAME).read_bytes()


def test_what_an_earlier_run_left_is_taken_over(tmp_path: Path) -> None:
    data = _left(tmp_path / "earlier")
    assert database.take_over(tmp_path, _Earlier(data), {**RUN, "fail_on": "low"}, RULES)
    with database.open_for_writing(tmp_path) as opened:
        assert len(opened.done()) == len(ROWS)
        assert opened.run["fail_on"] == "low"
        assert not opened.is_finished


@pytest.mark.parametrize("data", [b"", b"no database" * 1000, b"SQLite format 3\0" + bytes(100)])
def test_what_is_no_database_is_not_taken_over(data: bytes, tmp_path: Path) -> None:
    assert not database.take_over(tmp_path, _Earlier(data), RUN, RULES)
    assert list(tmp_path.iterdir()) == []
    with database.create(tmp_path, RUN, RULES) as opened:
        assert len(opened.done()) == 0


def test_one_that_goes_while_it_is_read_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where another machine made room in the folder that both keep their caches in."""
    monkeypatch.setattr(database, "_PIECE", 512)
    data = _left(tmp_path / "earlier")
    assert not database.take_over(tmp_path, _Earlier(data, OSError(116, "Stale file handle")), RUN, RULES)
    assert [path.name for path in tmp_path.iterdir()] == ["earlier"]
