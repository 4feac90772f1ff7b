"""Engines: executors that tasks are given to: processes of this machine, a Dask cluster, MPI. One interface, ``concurrent.futures``.

An engine adds to its executor what executors do not tell: how many tasks to have under way, and whether an error means that a worker died.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from imginspect.errors import UsageError

_AHEAD = 2
"""Tasks under way for each worker: one that it works at, and one that waits there."""
_PATIENCE = 60.0
"""Seconds to wait for a scheduler and for its first worker."""


class Engine(Protocol):
    """What runs tasks."""

    name: str

    @property
    def width(self) -> int:
        """How many tasks to have under way."""

    @property
    def workers(self) -> int:
        """How many tasks run at the same time."""

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have *work* done with *arguments*.

        Raises: BrokenExecutor - a worker died, and all that was under way is lost until ``renew``
        """

    def is_lost(self, error: BaseException) -> bool:
        """Whether *error* says that a worker died, not what the work was about."""

    def renew(self) -> None:
        """Workers in the place of those that died."""

    def close(self, *, at_once: bool = False) -> None:
        """Let the workers go; what still waits is given up, and *at_once* what is under way too."""


class LocalEngine:
    """Processes of this machine, begun anew and not forked: no thread, lock or open file is handed on."""

    name = "local"

    def __init__(self, jobs: int) -> None:
        self.workers = jobs
        self.width = jobs + 1
        self._context = multiprocessing.get_context("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn")
        self._executor: Executor = self._new()

    def _new(self) -> Executor:
        executor = ProcessPoolExecutor(self.workers, mp_context=self._context, initializer=_begin)
        # All are begun at once: one that is begun while another dies is lost to the executor, whose thread then waits for it or fails
        # (CPython 3.11 to 3.14). Where there is no such attribute this says nothing.
        executor._safe_to_dynamically_spawn_children = False  # type: ignore[attr-defined]
        return executor

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """See Engine."""
        return self._executor.submit(work, *arguments)

    def is_lost(self, error: BaseException) -> bool:
        """See Engine."""
        return isinstance(error, BrokenExecutor)

    def renew(self) -> None:
        """See Engine."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        _end_workers()
        self._executor = self._new()

    def close(self, *, at_once: bool = False) -> None:
        """See Engine. Whatever a worker writes is there whole or not at all, so it may be ended at any time."""
        if at_once:
            _end_workers()
        self._executor.shutdown(wait=True, cancel_futures=True)


class Tls(NamedTuple):
    """Files (PEM) that a connection to a Dask scheduler is secured with."""

    ca: Path
    certificate: Path | None = None
    key: Path | None = None


class DaskEngine:
    """Workers of a Dask cluster. Its scheduler gives a lost worker's tasks to others, a few times."""

    name = "dask"

    def __init__(self, scheduler: str, tls: Tls | None = None) -> None:
        try:
            distributed: Any = import_module("distributed")
        except ImportError as error:
            raise UsageError("--engine dask needs the package distributed: pip install 'imginspect[dask]'") from error
        self._lost: type[Exception] = distributed.KilledWorker
        security = None
        if tls is not None:
            files = {"tls_ca_file": tls.ca, "tls_client_cert": tls.certificate, "tls_client_key": tls.key}
            given = {name: str(path) for name, path in files.items() if path is not None}
            security = distributed.Security(require_encryption=True, **given)
        try:
            self._client: Any = distributed.Client(scheduler, security=security, timeout=_PATIENCE, set_as_default=False)
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            raise UsageError(f"no Dask scheduler with a worker answers at {scheduler}: {error or type(error).__name__}") from error
        self._executor: Any = self._client.get_executor(pure=False)

    @property
    def workers(self) -> int:
        """See Engine; a cluster may grow and shrink."""
        return max(1, sum(int(threads) for threads in self._client.nthreads().values()))

    @property
    def width(self) -> int:
        """See Engine."""
        return _AHEAD * self.workers

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """See Engine."""
        future: Future[Any] = self._executor.submit(work, *arguments)
        return future

    def is_lost(self, error: BaseException) -> bool:
        """See Engine."""
        return isinstance(error, self._lost)

    def renew(self) -> None:
        """See Engine: the cluster's own affair."""

    def close(self, *, at_once: bool = False) -> None:
        """See Engine. Tasks that a worker is at cannot be stopped: it ends them, and nobody asks for what comes of it."""
        del at_once
        self._executor.shutdown(wait=False)
        self._client.close()


class MpiEngine:
    """Ranks of an MPI job: ``mpiexec -n N python -m mpi4py.futures -m imginspect batch … --engine mpi``. The first gives out the work."""

    name = "mpi"

    def __init__(self, jobs: int | None) -> None:
        try:
            futures: Any = import_module("mpi4py.futures")
        except (ImportError, RuntimeError) as error:
            raise UsageError(
                f"--engine mpi needs the package mpi4py and an MPI library: pip install 'imginspect[mpi]' ({error})"
            ) from error
        self._executor: Any = futures.MPIPoolExecutor(jobs)
        self._executor.bootup(wait=True)
        self.workers = max(1, int(self._executor.num_workers))
        self.width = _AHEAD * self.workers

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """See Engine."""
        future: Future[Any] = self._executor.submit(work, *arguments)
        return future

    def is_lost(self, error: BaseException) -> bool:
        """See Engine. MPI ends the whole job when a rank dies: the run is gone on with by ``--resume``."""
        return isinstance(error, BrokenExecutor)

    def renew(self) -> None:
        """See Engine: nothing can be done."""

    def close(self, *, at_once: bool = False) -> None:
        """See Engine."""
        del at_once
        self._executor.shutdown(wait=True, cancel_futures=True)


def submitted(engine: Engine, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
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


def _end_workers() -> None:
    for worker in multiprocessing.active_children():
        worker.kill()


def _begin() -> None:
    """The first thing in a local worker: an interrupt from the keyboard is the business of whoever gives out the work, and without that one
    there is nothing more to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose run was killed would wait for its next task for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
