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
            "forms",
            multiple=True,
            type=click.Choice(FILE_FORMATS),
            help="Form of the images' reports; html and json if none is named.",
        ),
        undetermined_option,
        click.option("--strict", is_flag=True, help="Warnings count as failures."),
        click.option(
            "--fail-on",
            type=click.Choice([str(severity) for severity in Severity]),
            help="Severity from which on a failed rule fails an image; else the policy's.",
        ),
        click.option(
            "--rules",
            "rule_folders",
            multiple=True,
            type=click.Path(path_type=Path, exists=True, file_okay=False),
            help="Folder with rules of your own, beside those built in.",
        ),
        click.option(
            "--policy",
            default="epcc-tre",
            show_default=True,
            shell_complete=completion.policies,
            help="Policy by name (epcc-tre, generic) or file.",
        ),
        click.option("--platform", metavar="OS/ARCH", help="The platform meant, or all; else linux/amd64 of each name, or what there is."),
    ):
        function = decorate(function)
    return function


def work_options(function: F) -> F:
    """Adds --jobs, --threads, --worker-memory, --timeout, --tmp-dir, --format and --quiet."""
    for decorate in (
        click.option("-q", "--quiet", is_flag=True, help="No progress, and no summary."),
        click.option(
            "--format", "form", type=click.Choice(["text", "ndjson"]), default="text", show_default=True,
            help="What to write on standard output: a summary, or an event a line as JSON.",
        ),
        click.option("--tmp-dir", type=click.Path(path_type=Path, file_okay=False), help="Folder for temporary files of the workers."),
        click.option(
            "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
            help="What one image may take, the reading of its layers included.",
        ),
        click.option("--worker-memory", "memory", metavar="BYTES", help="What a worker process may take; 4G for local ones."),
        click.option(
            "--threads", type=click.IntRange(1, 2), help="Threads of a worker that read a layer; else 1 where workers are many."
        ),
        click.option("-j", "--jobs", type=click.IntRange(1, 4096), help="Workers; as many as there are processors if it is not said."),
    ):  # fmt: skip
        function = decorate(function)
    return function


def engine_options(function: F) -> F:
    """Adds --engine, --scheduler and the files of TLS."""
    pem = click.Path(path_type=Path, exists=True, dir_okay=False)
    for decorate in (
        click.option("--tls-key", type=pem, help="Private key (PEM) for the scheduler."),
        click.option("--tls-cert", type=pem, help="Certificate (PEM) to show to the scheduler."),
        click.option("--tls-ca", type=pem, help="Certificate (PEM) of the authority that vouches for the scheduler; turns TLS on."),
        click.option("--scheduler", metavar="ADDRESS", help="Where the Dask scheduler listens: tcp://HOST:PORT or tls://HOST:PORT."),
        click.option(
            "--engine", type=click.Choice(["local", "dask", "mpi"]), default="local", show_default=True,
            help="Who does the work: processes here, a Dask cluster, or the ranks of an MPI job.",
        ),
    ):  # fmt: skip
        function = decorate(function)
    return function
