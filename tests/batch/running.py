"""Runs of ``imginspect batch`` for tests: in this process, with an engine that has no workers, or as a process that can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from imginspect.batch.workers import engines
from tests.inspecting import Outcome, run

PATIENCE = 120.0
"""Seconds after which something that a test waits for is not coming."""
_OWN = ("run.json", "batch.sqlite")
"""What differs from run to run."""
QUESTIONS = (
    ("--shared",), ("--path", "/run"), ("--path", "*.txt"), ("--finding", "TRE-SEC-002"), ("--finding", "TRE-INT-001"),
    ("--image", "lib/app0:1"), ("--base", "lib/app0:1"),
)  # fmt: skip


class Inline:
    """An engine that does each task when it is given, in this process."""

    name = "local"
    together = 1
    workers = 1
    width = 2

    def __init__(self, jobs: int = 1) -> None:
        del jobs

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(work(*arguments))
        except Exception as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future

    def is_lost(self, error: BaseException) -> bool:
        del error
        return False

    def renew(self) -> None:
        """Nothing was lost."""

    def close(self, *, at_once: bool = False) -> None:
        del at_once


@contextmanager
def inline() -> Iterator[None]:
    """Runs do their work in this process."""
    with mock.patch.object(engines, "LocalEngine", Inline):
        yield


def batch(*arguments: str | Path) -> Outcome:
    """``imginspect batch ARGUMENTS`` in this process, without workers."""
    with inline():
        return run("batch", "--policy", "generic", *arguments)


def events_of(outcome: Outcome | Path) -> list[dict[str, Any]]:
    """The events of a run with ``--format ndjson``; of one that was killed the last line may be cut."""
    text = outcome.read_text() if isinstance(outcome, Path) else outcome.text
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def images_of(events: list[dict[str, Any]]) -> list[str]:
    """The reports of the images whose outcome was noted, which name them."""
    return [event["report"] for event in events if event["event"] == "image"]


def facts(out: Path) -> dict[str, Any]:
    """run.json."""
    found: dict[str, Any] = json.loads((out / "run.json").read_text())
    return found


def rows(out: Path) -> list[dict[str, Any]]:
    """The images of results.json."""
    found: list[dict[str, Any]] = json.loads((out / "results.json").read_text())["images"]
    return found


def row(out: Path, name: str) -> dict[str, Any]:
    """The one image that *name* is in the references or the source of."""
    (found,) = [item for item in rows(out) if name in item["source"] or any(name in reference for reference in item["references"])]
    return found


def answer(out: Path) -> dict[str, bytes]:
    """Everything that is the same in every run over the same mirror: the files, and what the database says when it is asked."""
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    said = {" ".join(asked): run("query", out, *asked, "--format", "json").out for asked in QUESTIONS}
    return {**{name: content for name, content in files.items() if name not in _OWN}, **said}


# -- processes -------------------------------------------------------------------------------------------------------


def environment(mark: str = "") -> dict[str, str]:
    return {**os.environ, "IMGINSPECT_TEST_MARK": mark, "PYTHONPATH": str(Path(__file__).parents[2])}


def begun(*arguments: str | Path, mark: str = "", **options: Any) -> subprocess.Popen[str]:
    """``imginspect batch ARGUMENTS --format ndjson`` as a process of its own, with its workers."""
    command = [sys.executable, "-m", "imginspect", "batch", "--policy", "generic", "--format", "ndjson", *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(mark), start_new_session=True, **options
    )


def until(process: subprocess.Popen[str], event: str, count: int = 1) -> list[dict[str, Any]]:
    """The events up to the *count*-th that is an *event*, as soon as it is there; all, where the run ends before."""
    assert process.stdout is not None
    found: list[dict[str, Any]] = []
    for line in process.stdout:
        found.append(json.loads(line))
        if sum(item["event"] == event for item in found) >= count:
            break
    return found


def ended(process: subprocess.Popen[str], before: list[dict[str, Any]] | None = None) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, all events and standard error of a run, when it has ended."""
    assert process.stdout is not None
    assert process.stderr is not None
    late = threading.Timer(PATIENCE, process.kill)
    late.start()
    try:  # not by communicate(), which does not know of what was read ahead
        out, err = process.stdout.read(), process.stderr.read()
        process.wait()
    finally:
        late.cancel()
        process.stdout.close()
        process.stderr.close()
    return (
        process.returncode,
        [*(before or []), *map(json.loads, [line for line in out.splitlines(keepends=True) if line.endswith("\n")])],
        err,
    )


def killed(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> tuple[int, list[dict[str, Any]], str]:
    """As ``ended``, of a run that gets the signal *number* now."""
    process.send_signal(number)
    return ended(process)


def marked(mark: str) -> list[int]:
    """The processes that were begun with *mark* and have not ended."""
    wanted = f"IMGINSPECT_TEST_MARK={mark}".encode()
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                if wanted in (place / "environ").read_bytes().split(b"\0") and b"\nState:\tZ" not in (place / "status").read_bytes():
                    found.append(int(place.name))
            except OSError:  # it has just ended
                continue
    return found


def workers(mark: str) -> list[int]:
    """The worker processes of the run that was begun with *mark*: children of its fork server."""
    processes = marked(mark)
    servers = {pid for pid in processes if b"forkserver" in _command(pid)}
    return [pid for pid in servers if _parent(pid) in servers]


def wait_until(what: Callable[[], object], patience: float = PATIENCE) -> None:
    """Waits for *what* to hold."""
    end = time.monotonic() + patience
    while not what():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.005)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
