"""Local workers: begun anew, deaf to the keyboard, and gone with whoever began them, however that one ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from imginspect.batch.workers import engines, task_transport
from imginspect.batch.workers.engines import LocalEngine, cpu_count
from imginspect.batch.workers.task_batch import all_of
from imginspect.errors import LimitExceeded, UsageError
from tests.batch.clusters import HERE, PATIENCE

pytestmark = pytest.mark.slow


@pytest.fixture
def engine() -> Iterator[LocalEngine]:
    made = LocalEngine(2)
    yield made
    made.close(at_once=True)


def reach(limit: str) -> None:
    """Raises an error whose constructor wants more than a message."""
    raise LimitExceeded(limit, 3, "a layer")


def rest(path: str) -> None:
    """Says that it has begun, and goes on for ever."""
    Path(path).write_text(str(os.getpid()))
    while True:
        signal.pause()


def sigint() -> object:
    return signal.getsignal(signal.SIGINT)


def is_alive(pid: int) -> bool:
    """Whether the process *pid* is there and no zombie."""
    try:
        return b"\nState:\tZ" not in Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return False


def until(what: object) -> None:
    """Waits for *what*, a function without arguments, to hold."""
    assert callable(what)
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_workers_are_other_processes_that_an_interrupt_does_not_reach(engine: LocalEngine) -> None:
    pids = {engine.submit(os.getpid).result(PATIENCE) for _ in range(20)}
    assert 1 <= len(pids) <= 2
    assert os.getpid() not in pids
    assert engine.submit(sigint).result(PATIENCE) == signal.SIG_IGN
    assert (engine.workers, engine.width) == (2, 3)


def test_an_error_comes_back_as_what_it_is(engine: LocalEngine) -> None:
    error = engine.submit(reach, "entries").exception(PATIENCE)
    assert isinstance(error, LimitExceeded)
    assert (error.limit, error.bound, str(error)) == ("entries", 3, str(LimitExceeded("entries", 3, "a layer")))
    assert not engine.is_lost(error)


def test_after_a_death_there_are_new_workers(engine: LocalEngine) -> None:
    error = engine.submit(os._exit, 3).exception(PATIENCE)
    assert isinstance(error, BrokenExecutor)
    assert engine.is_lost(error)
    with pytest.raises(BrokenExecutor):
        engine.submit(os.getpid)
    lost = engines.submitted(engine, os.getpid).exception(PATIENCE)
    assert lost is not None
    assert engine.is_lost(lost)
    engine.renew()
    assert engine.submit(divmod, 7, 2).result(PATIENCE) == (3, 1)


def test_closed_at_once_it_does_not_wait_for_what_is_under_way(engine: LocalEngine, tmp_path: Path) -> None:
    engine.submit(rest, str(tmp_path / "pid"))
    until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    worker = int((tmp_path / "pid").read_text())
    began = time.monotonic()
    engine.close(at_once=True)
    assert time.monotonic() - began < PATIENCE / 4
    assert not is_alive(worker)


def test_closed_in_order_it_ends_what_is_under_way() -> None:
    engine = LocalEngine(1)
    future = engine.submit(time.sleep, 0.3)
    until(future.running)
    engine.close()
    assert future.done()
    assert future.exception() is None


_PARENT = """
import sys
from imginspect.batch.workers.engines import LocalEngine
from tests.batch.test_engines import rest
if __name__ == "__main__":
    engine = LocalEngine(2)
    print(engine.submit(__import__("os").getpid).result(), flush=True)
    engine.submit(rest, sys.argv[1]); engine.submit(rest, sys.argv[2]).result()
"""


def test_workers_end_when_whoever_began_them_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(_PARENT)
    places = [tmp_path / "one", tmp_path / "two"]
    command = [sys.executable, str(script), *map(str, places)]
    with subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": HERE}, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as parent:
        until(lambda: all(place.exists() and place.read_text() for place in places))
        workers = [int(place.read_text()) for place in places]
        assert all(map(is_alive, workers))
        parent.kill()
    until(lambda: not any(map(is_alive, workers)))


def test_the_processors_are_those_that_this_process_may_use() -> None:
    assert 1 <= cpu_count() <= (os.cpu_count() or 1)


# -- tasks on their way ----------------------------------------------------------------------------------------------


def test_a_task_is_done_where_it_is_unpickled() -> None:
    function, order = task_transport.sent(divmod, (7, 2))
    assert function(order) == (3, 1)
    assert function.__module__ == "_pickle"


def test_a_task_of_another_program_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    function, order = task_transport.sent(divmod, (7, 2))
    monkeypatch.setattr(task_transport, "program_digest", lambda: "another")
    with pytest.raises(UsageError, match="differs from that of the run"):
        function(order)


def test_a_worker_that_cannot_begin_is_told_from_one_that_fails() -> None:
    assert isinstance(task_transport.complaint(ModuleNotFoundError("No module named 'imginspect'")), UsageError)
    assert isinstance(task_transport.complaint(AttributeError("Can't get attribute 'carry_out' on <module>")), UsageError)
    error = AttributeError("'NoneType' object has no attribute 'x'")
    assert task_transport.complaint(error) is error


def test_of_tasks_that_travel_together_each_has_its_own_end() -> None:
    first, second, third = all_of((divmod, (7, 2)), (divmod, (7, 0)), (abs, (-1,)))
    assert (first.done, third.done) == ((3, 1), 1)
    assert isinstance(second.error, ZeroDivisionError)
