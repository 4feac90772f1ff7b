"""Engines: executors for tasks: processes on this machine, a Dask cluster, MPI. One interface, ``concurrent.futures``.

An engine adds two things to its executor: how many tasks to keep in progress, and whether an error means that a worker died.
"""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from imginspect.batch.workers.task_transport import complaint, sent
from imginspect.errors import RunAborted, UsageError

_AHEAD = 2
"""Tasks under way for each worker: one that it works at, and one that waits there."""
_ADDRESS = re.compile(r"(?:tcp|tls)://(?:[^\s:/\[\]]+|\[[0-9A-Fa-f:.%]+\]):[0-9]{1,5}")
_TOGETHER = 16
"""Short tasks that may be sent as one: a Dask scheduler hands out a few hundred per second, however many workers there are."""
_PATIENCE = 15.0
"""Seconds to wait for a scheduler."""
_FRESH = 2.0
"""Seconds for which the number of a cluster's workers is taken for what it was."""


class EngineGone(RunAborted):
    """The engine as a whole is lost. Completed work is kept."""


class TaskEngine(Protocol):
    """What runs tasks."""

    name: str
    together: int
    """How many short tasks may travel as one."""

    @property
    def width(self) -> int:
        """How many tasks to have under way."""

    @property
    def workers(self) -> int:
        """How many tasks run at the same time."""

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have *work* done with *arguments*.

        Raises: BrokenExecutor - a worker died, and all that was under way is lost until ``renew``; EngineGone
        """

    def is_lost(self, error: BaseException) -> bool:
        """Whether *error* says that a worker died, not what the work was about."""

    def renew(self) -> None:
        """Workers in the place of those that died."""

    def close(self, *, at_once: bool = False) -> None:
        """Let the workers go; what still waits is given up, and *at_once* what is under way too."""


class LocalEngine:
    """Processes on this machine, spawned and not forked, so they inherit no thread, lock or open file.

    They end when this process does, however it ends: each watches a pipe whose other end is here.
    """

    name = "local"
    together = 1

    def __init__(self, jobs: int) -> None:
        self.workers = jobs
        self.width = jobs + 1
        self._context = multiprocessing.get_context("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn")
        self._executor, self._alive = self._new()

    def _new(self) -> tuple[Executor, Connection]:
        watched, alive = multiprocessing.Pipe(duplex=False)
        executor = ProcessPoolExecutor(self.workers, mp_context=self._context, initializer=_begin, initargs=(watched,))
        # All are begun at once: one that is begun while another dies is lost to the executor, whose thread then waits for it or fails
        # (CPython 3.11 to 3.14). Where there is no such attribute this says nothing.
        executor._safe_to_dynamically_spawn_children = False  # type: ignore[attr-defined]
        return executor, alive

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """See Engine."""
        return self._executor.submit(work, *arguments)

    def is_lost(self, error: BaseException) -> bool:
        """See Engine."""
        return isinstance(error, BrokenExecutor)

    def renew(self) -> None:
        """See Engine."""
        self.close(at_once=True)
        self._executor, self._alive = self._new()

    def close(self, *, at_once: bool = False) -> None:
        """See Engine. Whatever a worker writes is there whole or not at all, so it may be ended at any time."""
        if at_once:
            self._alive.close()
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._alive.close()


def _begin(watched: Connection) -> None:
    """The first thing in a local worker: an interrupt from the keyboard is the business of whoever gives out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(watched,), daemon=True).start()


def _end_with(watched: Connection) -> None:
    with suppress(EOFError, OSError):
        watched.recv_bytes()
    os._exit(0)


class Tls(NamedTuple):
    """Files (PEM) that secure the connection to a Dask scheduler."""

    ca: Path
    certificate: Path | None = None
    key: Path | None = None


class DaskEngine:
    """Workers of a Dask cluster. Its scheduler gives a lost worker's tasks to others, a few times.

    *say* receives a message while the run waits, because jobs of a cluster may be queued for hours.
    Raises: UsageError - the scheduler cannot be reached
    """

    name = "dask"
    together = _TOGETHER

    def __init__(self, scheduler: str, tls: Tls | None = None, say: Callable[[str], None] | None = None) -> None:
        try:
            distributed: Any = import_module("distributed")
        except ImportError as error:
            raise UsageError("--engine dask needs the package distributed: pip install 'imginspect[dask]'") from error
        for name in ("distributed", "distributed.client"):  # what it has to say is said by us, in one line
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._lost: type[Exception] = distributed.KilledWorker
        self._scheduler = scheduler
        self._workers, self._counted = 0, 0.0
        if not _ADDRESS.fullmatch(scheduler):  # a client that is given anything else hangs when it is let go
            raise UsageError(f"--scheduler {scheduler}: expected tcp://HOST:PORT or tls://HOST:PORT")
        if scheduler.startswith("tls:") != (tls is not None):
            raise UsageError("--scheduler tls://… needs --tls-ca, and --tls-ca needs --scheduler tls://…")
        try:
            security = _security(distributed, tls) if tls is not None else None
            self._client: Any = distributed.Client(scheduler, security=security, timeout=_PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError, TypeError, RuntimeError, ImportError) as error:
            raise UsageError(f"cannot connect to a Dask scheduler at {scheduler}: {_root(error)}") from error
        self._executor: Any = self._client.get_executor(pure=False)
        try:
            if say is not None and not self._count():
                say(f"waiting for workers of the Dask cluster at {scheduler}")
            self._client.wait_for_workers(1)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError | RuntimeError):
                raise self._gone() from error
            raise

    @property
    def workers(self) -> int:
        """See Engine; a cluster may grow and shrink."""
        return max(1, self._count())

    @property
    def width(self) -> int:
        """See Engine."""
        return _AHEAD * self.workers

    def _count(self) -> int:
        now = time.monotonic()
        if not self._counted or now - self._counted > _FRESH:
            with suppress(OSError, RuntimeError, TimeoutError):  # where it is gone the tasks tell
                self._workers = sum(int(threads) for threads in self._client.nthreads().values())
            self._counted = now
        return self._workers

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """See Engine."""
        answer: Future[Any] = Future()
        try:
            self._executor.submit(*sent(work, arguments)).add_done_callback(partial(self._pass_on, answer))
        except (OSError, RuntimeError) as error:
            raise self._gone() from error
        return answer

    def _pass_on(self, answer: Future[Any], done: Future[Any]) -> None:
        error = self._gone() if done.cancelled() else done.exception()
        if error is None:
            answer.set_result(done.result())
        else:
            answer.set_exception(complaint(error))

    def _gone(self) -> EngineGone:
        return EngineGone(f"the Dask scheduler at {self._scheduler} has gone away; completed work is kept: continue with --resume")

    def is_lost(self, error: BaseException) -> bool:
        """See Engine."""
        return isinstance(error, self._lost)

    def renew(self) -> None:
        """See Engine: the cluster's own affair."""

    def close(self, *, at_once: bool = False) -> None:
        """See Engine. Tasks that a worker has started cannot be stopped: it finishes them, and their results are not collected."""
        del at_once
        with suppress(OSError, RuntimeError, TimeoutError):  # what is gone needs no farewell
            self._executor.shutdown(wait=False)
        with suppress(OSError, RuntimeError, TimeoutError):
            self._client.close(timeout=_FRESH)


def _security(distributed: Any, tls: Tls) -> Any:
    files = {"tls_ca_file": tls.ca, "tls_client_cert": tls.certificate, "tls_client_key": tls.key}
    return distributed.Security(require_encryption=True, **{name: str(path) for name, path in files.items() if path is not None})


def _root(error: BaseException) -> str:
    """What began it: a connection is tried again and again, and in the end only the time is complained of."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error) or type(error).__name__


class MpiEngine:
    """Ranks of an MPI job: ``mpiexec -n N python -m mpi4py.futures -m imginspect batch … --engine mpi``. The first gives out the work.

    MPI ends the whole job if a rank dies; ``--resume`` continues the run.
    Raises: UsageError - MPI is missing, or the program was not started this way
    """

    name = "mpi"
    together = _TOGETHER

    def __init__(self, jobs: int | None) -> None:
        try:
            futures: Any = import_module("mpi4py.futures")
            self._mpi: Any = import_module("mpi4py.MPI")
        except (ImportError, RuntimeError) as error:
            raise UsageError(
                f"--engine mpi needs the package mpi4py and an MPI library: pip install 'imginspect[mpi]' ({error})"
            ) from error
        if "mpi4py.futures" not in sys.orig_argv:
            raise UsageError("start --engine mpi like this: mpiexec -n N python -m mpi4py.futures -m imginspect batch …")
        self._executor: Any = futures.MPIPoolExecutor(jobs, main=False)
        self._executor.bootup(wait=True)
        self.workers = max(1, int(self._executor.num_workers))
        self.width = _AHEAD * self.workers

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """See Engine."""
        try:
            future: Future[Any] = self._executor.submit(work, *arguments)
        except BrokenExecutor as error:
            raise EngineGone("the MPI job is broken; completed work is kept: continue with --resume") from error
        return future

    def is_lost(self, error: BaseException) -> bool:
        """See Engine: nobody would be there to be told."""
        del error
        return False

    def renew(self) -> None:
        """See Engine: nothing can be done."""

    def close(self, *, at_once: bool = False) -> None:
        """See Engine. Nor can those of a rank.

        The job ends in order then, whatever the exit code: mpi4py would abort it for any but 0, and Open MPI's launcher may hang at that.
        """
        del at_once
        self._executor.shutdown(wait=True, cancel_futures=True)
        atexit.register(self._mpi.Finalize)


def submitted(engine: TaskEngine, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
    """As ``submit``, for many tasks at once: where a worker died meanwhile the future says so."""
    try:
        return engine.submit(work, *arguments)
    except BrokenExecutor as error:
        lost: Future[Any] = Future()
        lost.set_exception(error)
        return lost


def cpu_count() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
