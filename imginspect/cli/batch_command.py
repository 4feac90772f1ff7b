"""``imginspect batch``: many images of a mirror, and one answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from imginspect.cli import completion, streams
from imginspect.cli.batch_options import engine_options, judging_options, work_options
from imginspect.cli.cache_folder import batch_cache, cache_options, user_cache
from imginspect.cli.termination import termination_as_interrupt
from imginspect.errors import UsageError

if TYPE_CHECKING:
    from imginspect.batch.run.run import Result, RunRequest
    from imginspect.batch.workers.engines import TaskEngine
    from imginspect.batch.workers.worker_config import WorkerConfig


@click.command("batch")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", shell_complete=completion.files)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Directory for the results and the reports.",
)
@click.option("--resume", is_flag=True, help="Resume the run in --out; completed images are kept.")
@click.option(
    "--include",
    multiple=True,
    metavar="GLOB",
    help="Inspect only images whose repository (with a colon: name and tag) matches. May be repeated.",
)
@click.option(
    "--exclude", multiple=True, metavar="GLOB", help="Skip images whose repository (with a colon: name and tag) matches. May be repeated."
)
@click.option(
    "--since-report",
    "since",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Inspect only new images; keep the results of the run in DIR for all others.",
)
@judging_options
@cache_options
@work_options
@engine_options
def command(**options: object) -> None:
    """Inspect all images in SOURCE…, each layer once, and write one set of results to --out: index.html, results.csv, .json and .xml.

    SOURCE is an archive, a folder of archives, an OCI layout, a tree that "skopeo sync --dest dir" or a registry (docker-registry, zot)
    wrote, a glob in quotes, or @FILE, a list of sources. "imginspect query DIR" asks the run's database afterwards.

    Exit codes: as for "inspect", the worst of all images; also 2 if the disk is full or a source is gone. Completed images are kept.
    """
    from imginspect.batch.run.run import run
    from imginspect.cli.batch_progress import listener

    started = datetime.now(UTC)
    asked, setup = _request(**options), _setup(**options)  # type: ignore[arg-type]
    listening = listener(str(options["format_name"]), quiet=bool(options["quiet"]))
    with termination_as_interrupt(), _working(_engine(**options)) as engine, closing(listening):  # type: ignore[arg-type]
        result = run(asked, setup, engine, listening)
        _write_facts(asked.out, started, engine, result)
    listening.finished(result, asked.out)
    sys.exit(result.verdict.exit_code)


@contextmanager
def _working(engine: TaskEngine) -> Iterator[TaskEngine]:
    """*engine*, let go at the end; at once where the end is not the expected one."""
    try:
        yield engine
    except BaseException:
        engine.close(at_once=True)
        raise
    engine.close()


def _request(
    sources: tuple[str, ...], out: Path, resume: bool, include: tuple[str, ...], exclude: tuple[str, ...], since: Path | None,
    platform: str | None, limits: tuple[str, ...], tmp_dir: Path | None, **_: object,
) -> RunRequest:  # fmt: skip
    from imginspect.batch.mirror.name_filter import ByName
    from imginspect.batch.mirror.planning import PlanOptions
    from imginspect.batch.run.run import RunRequest
    from imginspect.cli.batch_sources import plain_sources
    from imginspect.limits import Limits
    from imginspect.oci.platform import Platform

    every = platform == "all"
    wanted = Platform.parse(platform) if platform and not every else None
    plan = PlanOptions(Limits().with_settings(list(limits)), tmp_dir.absolute() if tmp_dir else None, wanted, every)
    return RunRequest(plain_sources(sources, plan.limits, plan.tmp_dir), out.absolute(), plan, ByName(include, exclude), since, resume)


def _setup(
    out: Path, policy: str, rule_folders: tuple[Path, ...], fail_on: str | None, strict: bool, undetermined: str | None,
    format_names: tuple[str, ...], fingerprint_key: Path | None, cache_folder: Path | None, cache_size: str, limits: tuple[str, ...],
    tmp_dir: Path | None, timeout: float | None, memory: str | None, threads: int | None, engine: str, jobs: int | None, quiet: bool,
    **_: object,
) -> WorkerConfig:  # fmt: skip
    from imginspect.batch.run.run import REPORTS
    from imginspect.batch.workers.engines import cpu_count
    from imginspect.batch.workers.worker_config import WorkerConfig
    from imginspect.cli.fingerprint_key import read_fingerprint_key
    from imginspect.limits import Limits, parse_count

    own = user_cache().folder
    cache = batch_cache(cache_folder, cache_size, out, None if quiet else streams.say)
    is_local = engine == "local"
    workers = jobs or cpu_count()
    return WorkerConfig(
        policy=os.path.abspath(policy) if os.path.isfile(policy) else policy,
        rule_folders=tuple(str(folder.absolute()) for folder in rule_folders),
        fail_on=fail_on or "",
        strict=strict,
        undetermined=undetermined or "",
        limits=Limits().with_settings(list(limits)),
        user_cache=str(own.absolute()) if own is not None else "",
        cache=str(cache.folder),
        cache_size=cache.most_bytes or 0,
        tmp_dir=str(tmp_dir.absolute()) if tmp_dir else "",
        reports=str(out.absolute() / REPORTS),
        format_names=format_names or ("html", "json"),
        fingerprint_key=read_fingerprint_key(fingerprint_key) if fingerprint_key else b"",
        seconds=timeout,
        memory=parse_count(memory or ("4G" if is_local else "0"), "worker-memory") if is_local or memory else 0,
        may_exit=is_local,
        threads=threads or (2 if is_local and workers < cpu_count() else 1),
    )


def _engine(
    engine: str, jobs: int | None, scheduler: str | None, tls_ca: Path | None, tls_cert: Path | None, tls_key: Path | None,
    quiet: bool, **_: object,
) -> TaskEngine:  # fmt: skip
    from imginspect.batch.workers import engines

    if engine != "dask" and (scheduler or tls_ca or tls_cert or tls_key):
        raise UsageError("--scheduler and --tls-… require --engine dask")
    if engine == "mpi":
        return engines.MpiEngine(jobs)
    if engine == "local":
        return engines.LocalEngine(jobs or engines.cpu_count())
    if scheduler is None:
        raise UsageError("--engine dask needs --scheduler tcp://HOST:PORT")
    if (tls_cert or tls_key) and tls_ca is None:
        raise UsageError("--tls-cert and --tls-key need --tls-ca")
    say = None if quiet else streams.say
    return engines.DaskEngine(scheduler, engines.Tls(tls_ca, tls_cert, tls_key) if tls_ca else None, say)


def _write_facts(out: Path, started: datetime, engine: TaskEngine, result: Result) -> None:
    """run.json: all that is not the same in every run."""
    import json

    from imginspect.cli.host_facts import inspection_record
    from imginspect.host.writing import write_whole

    ended = datetime.now(UTC)
    record = inspection_record(started, ended, None, sys.argv[1:], {"run": (ended - started).total_seconds()})
    facts = {
        **record.tree(),
        "engine": engine.name,
        "workers": engine.workers,
        **{name: value for name, value in result._asdict().items() if name not in ("verdict", "counts")},
    }
    write_whole(out / "run.json", json.dumps(facts, indent=2).encode() + b"\n")
