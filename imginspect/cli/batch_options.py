"""The options of ``batch``, in groups: how images are judged, what the work may cost, and what does it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from imginspect.cli import completion
from imginspect.cli.fingerprint_key import fingerprint_key_option
from imginspect.cli.undetermined_option import undetermined_option
from imginspect.report.formats import FILE_FORMATS
from imginspect.rules import Severity

F = TypeVar("F", bound=Callable[..., Any])


def judging_options(function: F) -> F:
    """Adds --platform, --policy, --rules, --fail-on, --strict, --undetermined, --report, --fingerprint-key and --limit."""
    for decorate in (
        click.option("--limit", "limits", multiple=True, metavar="NAME=N", help="Change a limit, such as entries=5M. May be repeated."),
        fingerprint_key_option,
        click.option(
            "--report",
            "format_names",
            multiple=True,
            type=click.Choice(FILE_FORMATS),
            help="Format of the image reports (default: html and json). May be repeated.",
        ),
        undetermined_option,
        click.option("--strict", is_flag=True, help="Treat warnings as failures."),
        click.option(
            "--fail-on",
            type=click.Choice([str(severity) for severity in Severity]),
            help="Fail an image if a rule of this severity or higher fails (default: set by the policy).",
        ),
        click.option(
            "--rules",
            "rule_folders",
            multiple=True,
            type=click.Path(path_type=Path, exists=True, file_okay=False),
            help="Directory with your own rules, added to the built-in ones. May be repeated.",
        ),
        click.option(
            "--policy",
            shell_complete=completion.policies,
            default="epcc-tre",
            show_default=True,
            help="Policy, by name (epcc-tre, generic) or file.",
        ),
        click.option(
            "--platform", metavar="OS/ARCH", help="Select a platform, or all (default: linux/amd64 for each name, or those present)."
        ),
    ):
        function = decorate(function)
    return function


def work_options(function: F) -> F:
    """Adds --jobs, --threads, --worker-memory, --timeout, --tmp-dir, --format and --quiet."""
    for decorate in (
        click.option("-q", "--quiet", is_flag=True, help="Show no progress and no summary."),
        click.option(
            "--format", "format_name", type=click.Choice(["text", "ndjson"]), default="text", show_default=True,
            help="Format of standard output: a summary, or one JSON event per line.",
        ),
        click.option("--tmp-dir", type=click.Path(path_type=Path, file_okay=False), help="Directory for the workers' temporary files."),
        click.option(
            "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
            help="Time limit per image in seconds, including reading its layers.",
        ),
        click.option("--worker-memory", "memory", metavar="BYTES", help="Memory limit per worker process (default: 4G for local workers)."),
        click.option(
            "--threads", type=click.IntRange(1, 2),
            help="Number of threads per worker for reading a layer (default: 2 for local workers fewer than the CPUs, else 1).",
        ),
        click.option("-j", "--jobs", type=click.IntRange(1, 4096), help="Number of workers (default: number of CPUs)."),
    ):  # fmt: skip
        function = decorate(function)
    return function


def engine_options(function: F) -> F:
    """Adds --engine, --scheduler and the files of TLS."""
    pem = click.Path(path_type=Path, exists=True, dir_okay=False)
    for decorate in (
        click.option("--tls-key", type=pem, help="Private key (PEM) for the connection to the scheduler."),
        click.option("--tls-cert", type=pem, help="Client certificate (PEM) for the connection to the scheduler."),
        click.option("--tls-ca", type=pem, help="CA certificate (PEM) for verifying the scheduler; enables TLS."),
        click.option("--scheduler", metavar="ADDRESS", help="Address of the Dask scheduler: tcp://HOST:PORT or tls://HOST:PORT."),
        click.option(
            "--engine", type=click.Choice(["local", "dask", "mpi"]), default="local", show_default=True,
            help="Execution engine: local processes, a Dask cluster, or the ranks of an MPI job.",
        ),
    ):  # fmt: skip
        function = decorate(function)
    return function
