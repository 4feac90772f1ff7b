"""Engines of real processes on this machine, for tests: a Dask scheduler with workers that can be killed, and runs that use them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from queue import Queue
from typing import Any

from imginspect.batch.store import database
from tests.image_builder import ImageBuilder, file, noise, script

PATIENCE = 120.0
"""Seconds after which something that a test waits for is not coming."""
HERE = str(Path(__file__).parents[2])
_KEY = "AKIA" + "QYLPMN5HFIQR7BBZ"
_SETTINGS = {
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    "DASK_LOGGING__DISTRIBUTED": "info",
}


def mirror(folder: Path, images: int = 24) -> Path:
    """A registry's storage with images that share layers, one of which no rule likes, and an archive that is none."""
    base = (
        ImageBuilder()
        .layer(*script("/run"), *(file(f"/usr/share/{number}.txt", noise(str(number), 2000)) for number in range(50)))
        .config(entrypoint=["/run"], user="1000")
    )
    for number in range(images):
        key = [file("/root/.aws/credentials", f"aws_access_key_id = {_KEY}\n".encode())] if number == 3 else []
        base.layer(file("/own.txt", noise(f"own {number}", 5000)), *key).reference(f"lib/app{number}:1").save(folder, "registry")
    return folder


def answer(out: Path) -> dict[str, bytes]:
    """All that is the same in every run over the same mirror."""
    files = {path.relative_to(out).as_posix(): path for path in sorted(out.rglob("*")) if path.is_file()}
    found = {name: path.read_bytes() for name, path in files.items() if name not in ("run.json", "batch.sqlite")}
    with database.open_for_reading(out) as opened:
        contents = sorted(opened.select("SELECT layer, paths, digests FROM contents"))
        images = sorted(opened.select("SELECT key, name, verdict, reason, report_sha256 FROM image"))
    return {**found, "contents": repr(contents).encode(), "images": repr(images).encode()}


class Spoken:
    """A process, and what it says on one of its streams, line by line."""

    def __init__(self, command: list[str], stream: str, **options: Any) -> None:
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **options
        )
        self._lines: Queue[str] = Queue()
        self.said: dict[str, str] = {"stdout": "", "stderr": ""}
        self._readers = [threading.Thread(target=self._read, args=(name, name == stream)) for name in self.said]
        for reader in self._readers:
            reader.start()

    def _read(self, name: str, is_waited_for: bool) -> None:
        source = getattr(self.process, name)
        for line in source:
            self.said[name] += line
            if is_waited_for:
                self._lines.put(line)
        if is_waited_for:
            self._lines.put("")
        source.close()

    def until(self, text: str) -> str:
        """The next line with *text* in it; waits for it."""
        while line := self._lines.get(timeout=PATIENCE):
            if text in line:
                return line
        raise AssertionError(f"{text!r} was never said, but {self.said}")

    def ended(self) -> tuple[int, str]:
        """Exit code and standard error, when it has ended."""
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        for reader in self._readers:
            reader.join(PATIENCE)
        return code, self.said["stderr"]

    def kill(self) -> None:
        """It is gone, and with it the processes that it began."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.ended()


class Cluster:
    """A Dask scheduler, and its workers. *options* are for both, such as the files of TLS."""

    def __init__(self, folder: Path, *options: str, scheme: str = "tcp") -> None:
        self._options = options
        self._folder = folder
        self._processes: list[Spoken] = []
        host = f"{scheme}://127.0.0.1"
        scheduler = self._begin("dask_scheduler", "--host", host, "--port", "0", "--dashboard-address", "127.0.0.1:0")
        self.address = scheduler.until("Scheduler at:").split()[-1]

    def add(self, *options: str) -> Spoken:
        """Workers as *options* say, once the scheduler knows them."""
        workers = self._begin("dask_worker", self.address, "--no-dashboard", *options)
        for _ in range(int(options[options.index("--nworkers") + 1]) if "--nworkers" in options else 1):
            workers.until("Registered to:")
        return workers

    def stop_scheduler(self) -> None:
        """As in a power cut."""
        self._processes[0].kill()

    def close(self) -> None:
        for process in reversed(self._processes):
            process.kill()

    def _begin(self, name: str, *arguments: str) -> Spoken:
        command = [sys.executable, "-m", f"distributed.cli.{name}", *arguments, *self._options]
        environment = {**os.environ, **_SETTINGS, "PYTHONPATH": HERE, "DASK_TEMPORARY_DIRECTORY": str(self._folder)}
        begun = Spoken(command, "stderr", env=environment, cwd=self._folder)
        self._processes.append(begun)
        return begun


def worker_processes(workers: Spoken) -> list[int]:
    """The processes in which the work is done: the one that was begun, or those that it watches."""
    return [pid for pid in _children(workers.process.pid) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def _children(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def begun(
    *arguments: str | Path, before: tuple[str, ...] = (sys.executable,), stream: str = "stdout", environment: dict[str, str] | None = None
) -> Spoken:
    """``imginspect batch ARGUMENTS`` as a process of its own, whose events (or, with *stream*, messages) are waited for."""
    command = [*before, "-m", "imginspect", "batch", "--policy", "generic", "--format", "ndjson", *map(str, arguments)]
    return Spoken(command, stream, env={**os.environ, **(environment or {}), "PYTHONPATH": HERE})


def events(run: Spoken) -> list[dict[str, Any]]:
    """The events of a run that has ended."""
    return [json.loads(line) for line in run.said["stdout"].splitlines(keepends=True) if line.endswith("\n")]
