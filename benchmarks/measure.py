"""Runs other programs one after another, in pairs, and reports their wall time, CPU time and peak memory."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_LAUNCHER = Path(__file__).with_name("launch.py").resolve()


class MeasureError(Exception):
    """A measured program failed, so its figures would mean nothing."""


def resolved(command: str) -> list[str]:
    """*command* with its program's whole path, that of the running Python's environment first: what is measured runs in another folder."""
    program, *rest = shlex.split(command)
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])
    found = shutil.which(program, path=path)
    if found is None:
        raise MeasureError(f"{program} is not installed here")
    return [os.path.abspath(found), *rest]


@dataclass(frozen=True)
class Sample:
    """What one run used: seconds, seconds, bytes. CPU and memory include the children that the program waited for."""

    code: int
    wall: float
    cpu: float
    rss: int
    out: str


@dataclass(frozen=True)
class Program:
    """A command line to measure, and the exit codes with which it did its work."""

    command: Sequence[str]
    good_codes: frozenset[int] = frozenset({0})
    wants_output: bool = False

    def run(self) -> Sample:
        """One run, in an empty directory, so that what a program leaves behind is gone with it."""
        with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryFile("w+") as errors:
            facts = os.path.join(scratch, "facts")
            cwd = os.path.join(scratch, "cwd")
            os.mkdir(cwd)
            stdout = subprocess.PIPE if self.wants_output else subprocess.DEVNULL
            launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), facts, *self.command]
            done = subprocess.run(launcher, stdin=subprocess.DEVNULL, stdout=stdout, stderr=errors, text=True, cwd=cwd)
            errors.seek(0)
            if done.returncode:
                raise MeasureError(f"{self.command[0]} could not be started:\n{errors.read()[-2000:]}")
            sample = Sample(**json.loads(Path(facts).read_text()), out=done.stdout or "")
            if sample.code not in self.good_codes:
                raise MeasureError(f"{' '.join(self.command)} ended with {sample.code}:\n{errors.read()[-2000:]}")
        return sample


@dataclass(frozen=True)
class Pairs:
    """Samples of two programs that took turns, so that what else the machine did struck both alike."""

    first: list[Sample]
    second: list[Sample]

    def wall_ratio(self) -> float:
        """The median over the pairs of first wall / second wall."""
        return statistics.median(a.wall / b.wall for a, b in zip(self.first, self.second, strict=True))

    def both(self, value: Callable[[Sample], float]) -> tuple[float, float]:
        """The medians of *value* of the first and of the second program."""
        return median(self.first, value), median(self.second, value)


def run_pairs(first: Program, second: Program, count: int, *, warm: bool = True) -> Pairs:
    """A B A B ..., *count* of each, after one of each that is not counted (page cache, byte code, pattern cache)."""
    if warm:
        first.run()
        second.run()
    taken = [(first.run(), second.run()) for _ in range(count)]
    return Pairs([a for a, _ in taken], [b for _, b in taken])


def median(samples: Sequence[Sample], value: Callable[[Sample], float]) -> float:
    """The median of *value* over *samples*."""
    return statistics.median(map(value, samples))
