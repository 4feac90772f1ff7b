"""The options that say which reports to write and where: ``--format`` and ``-o``, in pairs, in the order of the command line."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from imginspect.errors import UsageError
from imginspect.report.formats import FORMATS, SUFFIXES, TERMINAL, format_of

F = TypeVar("F", bound=Callable[..., Any])
_ORDER = "imginspect.report_options.order"
_FORM, _FILE = "format_names", "files"


@dataclass(frozen=True, slots=True)
class ReportTarget:
    """A report that was asked for: its format, and the file it goes to (None is standard output)."""

    format_name: str
    target: Path | None


class InOrder(click.Command):
    """A command that remembers in which order ``--format`` and ``-o`` were given; click hands over each option's values apart."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in given if parameter.name in (_FORM, _FILE)]
        return super().parse_args(ctx, args)


def report_options(function: F) -> F:
    """Adds --format and -o; the command is to be an ``InOrder`` and gets them as arguments for ``wanted``."""
    suffixes = ", ".join(f"{suffix} {format_name}" for suffix, format_name in SUFFIXES.items() if suffix.count(".") == 1)
    for decorate in (
        click.option(
            "-o",
            "--output",
            _FILE,
            multiple=True,
            type=click.Path(path_type=Path, dir_okay=False),
            help="Output file for the report, or - for standard output. "
            f"Without a preceding --format, the suffix sets the format ({suffixes}).",
        ),
        click.option(
            "--format",
            _FORM,
            multiple=True,
            type=click.Choice(list(FORMATS)),
            help="Report format (default: terminal). May be repeated, each followed by its own -o.",
        ),
    ):
        function = decorate(function)
    return function


def show_filesystem_option(function: F) -> F:
    """Adds --show-filesystem, which the command checks with ``check_filesystem``."""
    text = "List the files of the image in the HTML report."
    return click.option("--show-filesystem", is_flag=True, help=text)(function)


def check_filesystem(reports: Sequence[ReportTarget], *, shown: bool) -> None:
    """Raises UsageError where the command line asks for the list of files and no report that could show it."""
    source = click.get_current_context().get_parameter_source("show_filesystem")
    if shown and source is ParameterSource.COMMANDLINE and not any(FORMATS[report.format_name].shows_filesystem for report in reports):
        raise UsageError("--show-filesystem is for the HTML report: add -o FILE.html")


def wanted(format_names: Sequence[str], files: Sequence[Path], *, quiet: bool, source: str) -> tuple[ReportTarget, ...]:
    """The reports asked for by the command that runs. Standard output comes last; with *quiet* it counts only where ``-o -`` names it.

    Raises: UsageError - what belongs together is unclear, or two reports would go to one place, or one to the place of *source*
    """
    order = click.get_current_context().meta.get(_ORDER, ())
    pairs = _with_settings(order, list(format_names), list(files)) or [(TERMINAL, None)]
    _check_pairs(pairs)
    _check_names(pairs)
    reports = [_wanted(format_name, file) for format_name, file in pairs if not (quiet and file is None)]
    _check_targets(reports, source)
    return tuple(sorted(reports, key=lambda report: report.target is None))


_Pair = tuple[str | None, Path | None]


def _with_settings(order: Sequence[str], format_names: list[str], files: list[Path]) -> list[_Pair]:
    """The pairs, of the command line's *order* and of what the environment or the config file adds where it is silent.

    A format from there is for files of the command line whose name tells none.
    """
    if _FILE in order and _FORM not in order:
        default = format_names[0] if len(format_names) == 1 else None
        return [(default if format_of(file.name) is None else None, file) for file in files]
    whole = [*([] if _FILE in order else [_FILE] * len(files)), *(order if _FORM in order else [_FORM] * len(format_names))]
    return _pairs(whole, format_names, files)


def _pairs(order: Sequence[str], format_names: list[str], files: list[Path]) -> list[_Pair]:
    """Each --format with the -o right after it, if there is one; each other -o by itself."""
    if len(format_names) == len(files) == 1:  # there is nothing to confuse, whichever comes first
        return [(format_names[0], files[0])]
    pairs: list[_Pair] = []
    for name in order:
        if name == _FORM:
            pairs.append((format_names.pop(0), None))
        elif pairs and pairs[-1][1] is None:
            pairs[-1] = pairs[-1][0], files.pop(0)
        else:
            pairs.append((None, files.pop(0)))
    return pairs


def _check_pairs(pairs: Sequence[_Pair]) -> None:
    """Raises UsageError where a --format has no -o and an -o no --format: perhaps they were meant for each other.

    They were not where the one --format comes last and the names of the files tell their formats: it goes to standard output.
    """
    *others, (_, last_file) = pairs
    if last_file is None and all(format_name is None and file is not None and format_of(file.name) for format_name, file in others):
        return
    lonely_form = next((format_name for format_name, file in pairs if file is None), None)
    lonely_file = next((file for format_name, file in pairs if format_name is None), None)
    if lonely_form is not None and lonely_file is not None:
        raise UsageError(
            f"--format {lonely_form} has no -o after it, and -o {lonely_file} has no --format before it: give each --format before its -o "
            f"(-o - is standard output)"
        )


_HOLDS_ANY = (".txt", ".json")
"""Suffixes that several formats share: SARIF and GitLab's are JSON."""


def _check_names(pairs: Sequence[_Pair]) -> None:
    """Raises UsageError where the name of a file says another format than its --format."""
    for format_name, file in pairs:
        named = format_of(file.name) if file is not None else None
        if format_name is None or file is None or named in (None, format_name) or file.suffix.lower() in _HOLDS_ANY:
            continue
        raise UsageError(
            f"-o {file} and --format {format_name} disagree: the suffix stands for {named}. Omit --format to write {named} to that "
            f"file, or choose another file name for {format_name}; "
            f"-o {file} -o - writes {named} to the file and the terminal report to standard output"
        )


def _wanted(format_name: str | None, file: Path | None) -> ReportTarget:
    target = None if file is None or str(file) == "-" else file
    if format_name is None:
        format_name = format_of(target.name) if target is not None else TERMINAL
    if format_name is None and target is not None and target.suffix:
        raise UsageError(f"-o {target}: unknown suffix (known: {', '.join(SUFFIXES)}); give --format before it")
    return ReportTarget(format_name or TERMINAL, target)


def _check_targets(reports: Sequence[ReportTarget], source: str) -> None:
    """Raises UsageError for two reports in one place, and for one in the place of what is inspected."""
    if sum(report.target is None for report in reports) > 1:
        raise UsageError("only one report can go to standard output: give each of the others its own --format and -o FILE")
    archive = set() if source == "-" else {os.path.realpath(source), _place(Path(source))}
    seen: set[str] = set()
    for target in (report.target for report in reports if report.target is not None):
        if _place(target) in seen:
            raise UsageError(f"-o {target} is given twice: each report needs its own file")
        if _place(target) in archive:
            raise UsageError(f"-o {target} would overwrite the input")
        seen.add(_place(target))


def _place(path: Path) -> str:
    """Where *path* stands; a link in its last part is the place, not where it leads."""
    return os.path.join(os.path.realpath(path.parent), path.name)
