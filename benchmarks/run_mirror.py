"""Measures ``imginspect batch`` on synthetic mirrors: ``python benchmarks/run_mirror.py OUT_DIR``. README.md explains each figure.

make_mirror.py first creates the mirrors that are missing in OUT_DIR.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from measure import MeasureError, Program, Sample, median, resolved, run_pairs
from tabulate import tabulate
from tree_memory import TreeMemory

_MAKE = Path(__file__).with_name("make_mirror.py").resolve()
_INSPECTED = frozenset({0, 1, 3, 4})
"""The worst verdict of the mirror; with 3 an image was not inspected at all, as it must be where its manifest is damaged."""
_MIB = 1 << 20


@dataclass(frozen=True)
class Figure:
    """One measured value, with what it must keep to: at most, or at least."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool:
        return (self.at_most is None or self.value <= self.at_most) and (self.at_least is None or self.value >= self.at_least)


@dataclass(frozen=True)
class FreshProgram(Program):
    """A program before each run of which these folders are removed, outside the measured time."""

    removed: tuple[Path, ...] = ()

    def run(self) -> Sample:
        for folder in self.removed:
            shutil.rmtree(folder, ignore_errors=True)
        return super().run()


@dataclass
class Bench:
    """Where the mirrors are, the command, and what has been measured so far."""

    out: Path
    scratch: Path
    command: list[str]
    options: argparse.Namespace
    figures: list[Figure] = field(default_factory=list)
    peers: list[dict[str, Any]] = field(default_factory=list)
    samples: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def mirror(self, images: int, layout: str = "registry") -> Path:
        """The folder of the mirror of so many images, made where it is not there."""
        folder = self.out / f"{layout}-{images}"
        if not (folder / "mirror.json").exists():
            print(f"making {folder.name}", file=sys.stderr)
            scale = ["--own-scale", str(self.options.own_scale)]
            subprocess.run([sys.executable, str(_MAKE), str(self.out), "--images", str(images), "--layout", layout, *scale], check=True)
        return folder.resolve()

    def batch(self, mirror: Path, *, jobs: int, cold: bool, name: str = "run", threads: int | None = None) -> FreshProgram:
        """The measured command on *mirror*, into a new folder; *cold* is with an empty cache as well."""
        answer, cache = self.answer(name), self.scratch / f"{name}-cache"
        more = [] if threads is None else ["--threads", str(threads)]
        command = [*self.command, str(mirror / "mirror"), "--out", str(answer), "--jobs", str(jobs), "--cache", str(cache), *more]
        return FreshProgram(command, _INSPECTED, removed=(answer, cache) if cold else (answer,))

    def answer(self, name: str = "run") -> Path:
        """What the run *name* leaves."""
        return self.scratch / f"{name}-answer"

    def add(self, name: str, value: float, unit: str, *, at_most: float | None = None, at_least: float | None = None) -> None:
        """Notes one figure."""
        self.figures.append(Figure(name, value, unit, at_most, at_least))

    def keep(self, name: str, samples: list[Sample]) -> None:
        """Notes every sample, for --json."""
        self.samples[name] = [{"wall": s.wall, "cpu": s.cpu, "rss": s.rss, "code": s.code} for s in samples]


def facts_of(mirror: Path) -> dict[str, Any]:
    """What make_mirror.py noted."""
    facts: dict[str, Any] = json.loads((mirror / "mirror.json").read_text())
    return facts


def run_facts(answer: Path) -> dict[str, Any]:
    """What the run noted of itself."""
    facts: dict[str, Any] = json.loads((answer / "run.json").read_text())
    return facts


def rates(bench: Bench) -> None:
    """Cold and warm on two processes: images per minute, the layer bytes that were read, and cold over warm."""
    images = bench.options.images
    mirror = bench.mirror(images)
    facts = facts_of(mirror)
    colds, warms, read = [], [], []
    bench.batch(mirror, jobs=2, cold=True).run()  # not counted: page cache, byte code, compiled patterns
    for _ in range(bench.options.pairs):
        colds.append(bench.batch(mirror, jobs=2, cold=True).run())
        read.append(run_facts(bench.answer())["layer_bytes_read"])
        warms.append(bench.batch(mirror, jobs=2, cold=False).run())
    bench.keep("rates: cold", colds)
    bench.keep("rates: warm", warms)
    cold, warm = median(colds, lambda s: s.wall), median(warms, lambda s: s.wall)
    gigabytes = facts["distinct_layer_bytes_uncompressed"] / 1e9
    bench.add(f"{images:,} images, cold: rate", facts["platform_images"] / cold * 60, "images/min")
    bench.add(f"{images:,} images, warm: rate", facts["platform_images"] / warm * 60, "images/min")
    bench.add("cold: wall", cold, "s")
    bench.add("cold: wall of two processes per uncompressed GB of distinct layers", 2 * cold / gigabytes, "s/GB")
    bench.add("warm: wall", warm, "s")
    bench.add("warm: wall per image", warm / facts["platform_images"] * 1e3, "ms")
    bench.add("cold over warm, wall", cold / warm, "x", at_least=50)
    bench.add("layer bytes needed over layer bytes read, cold", facts["needed_layer_bytes_stored"] / max(read), "", at_least=0.99)
    bench.add("layer bytes read, warm", run_facts(bench.answer())["layer_bytes_read"] / 1e6, "MB")
    bench.add("layer bytes of all images over those read", facts["sum_layer_bytes_stored"] / max(read), "x")


def memory(bench: Bench) -> None:
    """Peak memory with few images and with many, on two processes."""
    largest, together = [], []
    for images in bench.options.memory_images:
        mirror = bench.mirror(images)
        with TreeMemory() as watched:
            sample = bench.batch(mirror, jobs=2, cold=True, name="memory").run()
        largest.append(sample.rss)
        together.append(watched.together)
        bench.add(f"{images:,} images: peak memory of the largest process", sample.rss / _MIB, "MiB")
        bench.add(f"{images:,} images: peak memory of all {watched.processes} processes", watched.together / _MIB, "MiB")
    few, many = bench.options.memory_images[0], bench.options.memory_images[-1]
    bench.add(f"memory of the largest process, {many:,} over {few:,} images", largest[-1] / largest[0], "x", at_most=1.25)
    if together[0]:
        bench.add(f"memory of all processes, {many:,} over {few:,} images", together[-1] / together[0], "x", at_most=1.25)


def efficiency(bench: Bench) -> None:
    """Two processes of one thread each against one such process, in turns."""
    mirror = bench.mirror(bench.options.efficiency_images)
    one = bench.batch(mirror, jobs=1, cold=True, name="one", threads=1)
    two = bench.batch(mirror, jobs=2, cold=True, name="two", threads=1)
    pairs = run_pairs(one, two, bench.options.pairs)
    bench.keep("efficiency: one process", pairs.first)
    bench.keep("efficiency: two processes", pairs.second)
    bench.add("parallel efficiency of two processes, T1 / (2 * T2)", pairs.wall_ratio() / 2, "", at_least=0.85)
    one_wall, two_wall = pairs.both(lambda s: s.wall)
    bench.add("one process: wall", one_wall, "s")
    bench.add("two processes: wall", two_wall, "s")


def outcome(bench: Bench) -> None:
    """Whether the broken images of the mirror are the rows that the answer says so of: no broken one passes."""
    mirror = bench.mirror(bench.options.images)
    bench.batch(mirror, jobs=2, cold=False).run()
    verdicts = _verdicts(bench.answer())
    broken = facts_of(mirror)["broken_references"]
    passed = sorted(reference for reference in broken if verdicts.get(reference, "") in ("", "pass"))
    if passed:
        raise MeasureError(f"{len(passed)} broken images pass or have no row, first {passed[0]} ({broken[passed[0]]})")
    bench.add("broken references, none of which passes", len(broken), "references")


def _verdicts(answer: Path) -> dict[str, str]:
    """Reference -> verdict, from results.json. Adapt it if that file changes."""
    rows = json.loads((answer / "results.json").read_text())["images"]
    return {reference: row["verdict"] for row in rows for reference in row["references"]}


def peers(bench: Bench) -> None:
    """Other programs on the archives of a few images, one after another, each beside the measured command on the same folder."""
    images = bench.options.peer_images
    mirror = bench.mirror(images, "archive")
    broken = facts_of(mirror)["broken_references"]
    archives = [path for path in sorted((mirror / "mirror").rglob("*.tar")) if _reference(mirror, path) not in broken]
    own = bench.batch(mirror, jobs=2, cold=True, name="peers").run()
    _add_peer(bench, "imginspect batch, all at once", len(archives), [own])
    path = os.pathsep.join([*([str(bench.options.peers_bin.resolve())] if bench.options.peers_bin else []), os.environ.get("PATH", "")])
    for name, command, codes in _peer_commands(bench):
        if (found := shutil.which(command[0], path=path)) is None:
            bench.missing.append(f"peer {command[0]}: not installed")
            continue
        samples = [Program(_for(archive, [found, *command[1:]]), codes).run() for archive in archives]
        _add_peer(bench, name, len(archives), samples)


def _peer_commands(bench: Bench) -> list[tuple[str, list[str], frozenset[int]]]:
    """Name, command with ``{}`` for the archive, exit codes with which the archive was read to its end. See peers.py for why so."""
    kingfisher = "kingfisher scan docker --archive {} --no-validate --no-update-check --no-limits --format json --output found.json"
    inspect = [*bench.command[:-1], "inspect", "{}"]
    return [
        ("imginspect inspect, one by one", inspect, _INSPECTED),
        ("syft, one by one", shlex.split("syft scan --quiet --output json docker-archive:{}"), frozenset({0})),
        ("kingfisher, one by one", shlex.split(kingfisher), frozenset({0, 200})),
    ]


def _for(archive: Path, command: list[str]) -> list[str]:
    return ["env", "SYFT_CHECK_FOR_APP_UPDATE=false", *(part.replace("{}", str(archive)) for part in command)]


def _reference(mirror: Path, archive: Path) -> str:
    repository, _, name = str(archive.relative_to(mirror / "mirror")).rpartition("/")
    return f"{repository}:{name.removesuffix('.tar')}"


def _add_peer(bench: Bench, name: str, images: int, samples: list[Sample]) -> None:
    bench.keep(f"peer: {name}", samples)
    wall = sum(sample.wall for sample in samples)
    row = {"program": name, "images": images, "wall s": wall, "CPU s": sum(sample.cpu for sample in samples)}
    bench.peers.append(row | {"images/min": images / wall * 60, "memory MiB": max(sample.rss for sample in samples) / _MIB})


PARTS: dict[str, Callable[[Bench], None]] = {
    "rates": rates,
    "outcome": outcome,
    "memory": memory,
    "efficiency": efficiency,
    "peers": peers,
}


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure imginspect batch on synthetic mirrors.")
    parser.add_argument("out", type=Path, metavar="OUT_DIR", help="directory written by make_mirror.py; missing mirrors are created")
    parser.add_argument("--command", default="imginspect batch", help="command to measure; mirror and options are appended [%(default)s]")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS), help="measure only these parts")
    parser.add_argument("--images", type=int, default=2000, help="size of the mirror for rates and outcome [%(default)s]")
    parser.add_argument(
        "--memory-images", type=int, nargs=2, default=[100, 5000], metavar="N", help="sizes of the mirrors for comparing memory"
    )
    parser.add_argument("--efficiency-images", type=int, default=300, help="size of the mirror for efficiency [%(default)s]")
    parser.add_argument("--peer-images", type=int, default=40, help="number of images for other programs [%(default)s]")
    parser.add_argument("--own-scale", type=int, default=1, help="see make_mirror.py; used for mirrors that are created [%(default)s]")
    parser.add_argument("--pairs", type=int, default=3, help="number of pairs of runs [%(default)s]")
    parser.add_argument("--peers-bin", type=Path, help="directory of the peers' commands (default: PATH)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure and every sample to this file")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a figure is missing or misses its target")
    return parser.parse_args()


def _report(bench: Bench, loads: list[tuple[float, float, float]]) -> str:
    rows = [[f.name, f"{f.value:,.2f}", f.unit, _target(f), "" if f.is_met else "missed"] for f in bench.figures]
    columns = ("left", "right", "left", "left", "left")
    text = tabulate(rows, ["figure", "measured", "unit", "must be", ""], disable_numparse=True, colalign=columns) if rows else ""
    if bench.peers:
        text += "\n\n" + tabulate(bench.peers, headers="keys", floatfmt=",.1f")
    text += "".join(f"\nnot measured: {what}" for what in bench.missing)
    return f"{text}\nload average before {loads[0][0]:.1f}, after {loads[1][0]:.1f}, on {os.cpu_count()} CPUs"


def _target(figure: Figure) -> str:
    if figure.at_least is not None:
        return f">= {figure.at_least:g}"
    return "" if figure.at_most is None else f"<= {figure.at_most:g}"


def main() -> int:
    """0; 1 under --check where a target is missed; 2 where the command cannot be run."""
    options = _parse()
    before = os.getloadavg()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.out) as scratch:
        try:
            bench = Bench(options.out, Path(scratch).resolve(), resolved(options.command), options)
        except MeasureError as error:
            print(error, file=sys.stderr)
            return 2
        for part in options.only:
            print(f"measuring {part}", file=sys.stderr)
            try:
                PARTS[part](bench)
            except (MeasureError, OSError, KeyError, subprocess.CalledProcessError) as error:
                bench.missing.append(f"{part}: {error!r}")
    loads = [before, os.getloadavg()]
    print(_report(bench, loads))
    if options.json:
        machine = {"python": platform.python_version(), "platform": platform.platform(), "cpus": os.cpu_count(), "load": loads}
        figures = [asdict(figure) for figure in bench.figures]
        whole = {"command": options.command, "machine": machine, "figures": figures, "peers": bench.peers, "samples": bench.samples}
        options.json.write_text(json.dumps(whole | {"missing": bench.missing}, indent=2) + "\n")
    return 1 if options.check and (bench.missing or not all(figure.is_met for figure in bench.figures)) else 0


if __name__ == "__main__":
    sys.exit(main())
