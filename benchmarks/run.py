"""Measures imginspect on the images of make_images.py: ``python benchmarks/run.py OUT_DIR``. README.md explains each figure."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from measure import MeasureError, Pairs, Program, Sample, median, resolved, run_pairs
from peers import PEERS, ready_peer
from tabulate import tabulate

_FLOOR = Path(__file__).with_name("floor.py").resolve()
_ENGINES = Path(__file__).with_name("engines.py").resolve()
_INSPECTED = frozenset({0, 1, 4})
"""pass, fail and incomplete: the image was read to its end."""
_STARTS = 15
_MIB = 1 << 20


@dataclass(frozen=True)
class Figure:
    """One measured value, with what it has to stay below and what it should reach, where there is such a target."""

    name: str
    value: float
    unit: str
    must: float | None = None
    aim: float | None = None

    @property
    def is_met(self) -> bool:
        return self.must is None or self.value <= self.must


@dataclass
class Bench:
    """The images, the command, and what has been measured so far."""

    images: Path
    command: list[str]
    pairs: int
    figures: list[Figure] = field(default_factory=list)
    peers: list[dict[str, Any]] = field(default_factory=list)
    samples: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    absent_peers: list[str] = field(default_factory=list)

    def archive(self, image: str) -> Path:
        """Where *image* is. Raises: MeasureError - it has not been made."""
        path = (self.images / f"{image}.tar").resolve()
        if not path.exists() or not path.with_suffix(".json").exists():
            raise MeasureError(f"{image}.tar or {image}.json is not in {self.images}: run make_images.py first")
        return path

    def facts(self, image: str) -> dict[str, Any]:
        """What make_images.py noted about *image*: uncompressed bytes, entries."""
        facts: dict[str, Any] = json.loads(self.archive(image).with_suffix(".json").read_text())
        return facts

    def inspect(self, image: str) -> Program:
        """The measured command on *image*."""
        return Program([*self.command, str(self.archive(image))], _INSPECTED)

    def floor(self, image: str) -> Program:
        """The floor on *image*."""
        return Program([sys.executable, str(_FLOOR), str(self.archive(image)), "--json"], wants_output=True)

    def keep(self, name: str, pairs: Pairs) -> None:
        """Notes every sample, for --json."""
        self.samples[name] = {"first": [_plain(s) for s in pairs.first], "second": [_plain(s) for s in pairs.second]}

    def add(self, name: str, value: float, unit: str, must: float | None = None, aim: float | None = None) -> None:
        """Notes one figure."""
        self.figures.append(Figure(name, value, unit, must, aim))


def large(bench: Bench, image: str, *, wall: tuple[float, float] | None, cpu: tuple[float, float] | None) -> None:
    """Time and memory on one of the large images; *wall* and *cpu* are (must, aim) of those figures, where they have any."""
    pairs = run_pairs(bench.inspect(image), bench.floor(image), bench.pairs)
    bench.keep(f"{image}: inspect, floor", pairs)
    gigabytes = bench.facts(image)["uncompressed"] / 1e9
    inspect_wall, floor_wall = pairs.both(lambda s: s.wall)
    inside = statistics.median(float(json.loads(s.out)["wall"]) for s in pairs.second)
    inspect_cpu, floor_cpu = pairs.both(lambda s: s.cpu)
    bench.add(f"{image}: wall over floor", pairs.wall_ratio(), "x", *(wall or ()))
    bench.add(f"{image}: wall", inspect_wall, "s")
    bench.add(f"{image}: wall of the floor", floor_wall, "s")
    bench.add(f"{image}: wall of the floor without its start-up", inside, "s")
    bench.add(f"{image}: rate", gigabytes * 1e3 / inspect_wall, "MB/s")
    bench.add(f"{image}: CPU per GB", inspect_cpu / gigabytes, "s/GB", *(cpu or ()))
    bench.add(f"{image}: CPU per GB of the floor", floor_cpu / gigabytes, "s/GB")
    bench.add(f"{image}: peak memory", max(s.rss for s in pairs.first) / _MIB, "MiB", 110, 80)


def entries(bench: Bench) -> None:
    """The work per entry of a layer: an image of empty files, less what a tiny image costs."""
    pairs = run_pairs(bench.inspect("empty"), bench.inspect("tiny"), bench.pairs)
    bench.keep("entries: empty, tiny", pairs)
    empty, tiny = pairs.both(lambda s: s.cpu)
    count = bench.facts("empty")["entries"] - bench.facts("tiny")["entries"]
    bench.add("empty: CPU per entry", (empty - tiny) / count * 1e6, "us", 20, 10)
    bench.add("empty: peak memory", max(s.rss for s in pairs.first) / _MIB, "MiB")


def start_up(bench: Bench) -> None:
    """What a user waits for on an image with nothing in it."""
    program = bench.inspect("tiny")
    program.run()
    samples = [program.run() for _ in range(_STARTS)]
    bench.samples["start-up: tiny"] = [_plain(s) for s in samples]
    bench.add("tiny: start-up, wall", median(samples, lambda s: s.wall) * 1e3, "ms", 250, 120)
    _without_cache(bench, program)
    bench.add("tiny: peak memory", max(s.rss for s in samples) / _MIB, "MiB")


def _without_cache(bench: Bench, program: Program) -> None:
    """The same where no search pattern is compiled yet, as in the first run on a machine."""
    first = Program(["env", "IMGINSPECT_CACHE_DIR=", *program.command], program.good_codes)
    samples = [first.run() for _ in range(_STARTS // 3)]
    bench.samples["start-up: tiny, no cache"] = [_plain(s) for s in samples]
    bench.add("tiny: start-up without a cache, wall", median(samples, lambda s: s.wall) * 1e3, "ms", 1300)


def engines(bench: Bench) -> None:
    """Whether both search engines find the same in the whole large image; and how long the slow one takes."""
    program = Program([sys.executable, str(_ENGINES), str(bench.archive("large-plain")), "--json"], wants_output=True)
    sample = program.run()
    result = json.loads(sample.out)
    if result["differences"]:
        raise MeasureError(f"the engines differ in {len(result['differences'])} files, first {result['differences'][0]}")
    bench.add("engines: files with matches, the same in both", result["files"], "files")
    bench.add("engines: matches", result["matches"], "matches")
    bench.add("engines: wall of the slow engine over the fast one", result["slow"] / result["fast"], "x")


def peers(bench: Bench, count: int, bin_dir: Path | None) -> None:
    """Other programs on the same images, each in turn with the measured command; without warm-up, for they are slow."""
    with tempfile.TemporaryDirectory(dir=bench.images) as scratch:
        for name in PEERS:
            with ready_peer(name, bench.images, Path(scratch), bin_dir) as peer:
                if peer is None:
                    bench.absent_peers.append(f"peer {name}: not installed, or its image was not created")
                    continue
                pairs = run_pairs(peer.program, bench.inspect(peer.image), count, warm=False)
            bench.keep(f"peer {name}, inspect", pairs)
            row = {"peer": name, "image": peer.image, "wall s": median(pairs.first, lambda s: s.wall)}
            row |= {"CPU s": median(pairs.first, lambda s: s.cpu), "memory MiB": max(s.rss for s in pairs.first) / _MIB}
            bench.peers.append(row | {"wall over inspect's": pairs.wall_ratio()})


PARTS: dict[str, Callable[[Bench], None]] = {
    "gzip": lambda bench: large(bench, "large-gzip", wall=(1.6, 1.35), cpu=None),
    "plain": lambda bench: large(bench, "large-plain", wall=None, cpu=(5, 4)),
    "docker": lambda bench: large(bench, "large-docker", wall=None, cpu=(5, 4)),
    "entries": entries,
    "start-up": start_up,
    "engines": engines,
}


def _plain(sample: Sample) -> dict[str, float]:
    return {"wall": sample.wall, "cpu": sample.cpu, "rss": sample.rss, "code": sample.code}


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure imginspect against its floor and against other programs.")
    parser.add_argument("images", type=Path, metavar="OUT_DIR", help="directory written by make_images.py")
    parser.add_argument("--command", default="imginspect inspect", help="command to measure; the image is appended [%(default)s]")
    parser.add_argument("--only", nargs="+", choices=[*PARTS, "peers"], default=[*PARTS, "peers"], help="measure only these parts")
    parser.add_argument("--pairs", type=int, default=5, help="number of pairs of runs [%(default)s]")
    parser.add_argument("--peer-runs", type=int, default=1, help="number of runs of each peer [%(default)s]")
    parser.add_argument("--peers-bin", type=Path, help="directory of the peers' commands (default: search PATH)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure and every sample to this file")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a figure is missing or exceeds its limit")
    return parser.parse_args()


def _report(bench: Bench, loads: list[tuple[float, float, float]], *, judged: bool) -> str:
    verdict = [[""] if figure.is_met else ["over"] for figure in bench.figures] if judged else [[] for _ in bench.figures]
    rows = [
        [f.name, f"{f.value:,.2f}", f.unit, "" if f.must is None else f"{f.must:g}", "" if f.aim is None else f"{f.aim:g}", *end]
        for f, end in zip(bench.figures, verdict, strict=True)
    ]
    headers = ["figure", "measured", "unit", "must be <=", "aim", *([""] if judged else [])]
    columns = ("left", "right", "left", "right", "right")
    text = tabulate(rows, headers, disable_numparse=True, colalign=columns) if rows else ""
    if bench.peers:
        text += "\n\n" + tabulate(bench.peers, headers="keys", floatfmt=",.1f")
    text += "".join(f"\nnot measured: {what}" for what in bench.missing + bench.absent_peers)
    return f"{text}\nload average before {loads[0][0]:.1f}, after {loads[1][0]:.1f}, on {os.cpu_count()} CPUs"


def main() -> int:
    """0; 1 under --check where a target is missed; 2 where the command cannot be run."""
    options = _parse()
    before = os.getloadavg()
    try:
        bench = Bench(options.images, resolved(options.command), options.pairs)
    except MeasureError as error:
        print(error, file=sys.stderr)
        return 2
    for part in options.only:
        print(f"measuring {part}", file=sys.stderr)
        try:
            if part == "peers":
                peers(bench, options.peer_runs, options.peers_bin)
            else:
                PARTS[part](bench)
        except MeasureError as error:
            bench.missing.append(f"{part}: {error}")
    loads = [before, os.getloadavg()]
    print(_report(bench, loads, judged=options.check))
    if options.json:
        machine = {"python": platform.python_version(), "platform": platform.platform(), "cpus": os.cpu_count(), "load": loads}
        figures = [asdict(figure) for figure in bench.figures]
        whole = {"command": options.command, "machine": machine, "figures": figures, "peers": bench.peers, "samples": bench.samples}
        options.json.write_text(json.dumps(whole | {"missing": bench.missing + bench.absent_peers}, indent=2) + "\n")
    return 1 if options.check and (bench.missing or not all(figure.is_met for figure in bench.figures)) else 0


if __name__ == "__main__":
    sys.exit(main())
