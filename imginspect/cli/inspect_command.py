"""``imginspect inspect``: the report on one image, or on all of an archive."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from imginspect.cli import completion
from imginspect.cli.cache_folder import cache_options, layer_results, user_cache
from imginspect.cli.evidence_option import evidence as asked_evidence
from imginspect.cli.evidence_option import evidence_options, write_evidence
from imginspect.cli.fingerprint_key import fingerprint_key_option, read_fingerprint_key
from imginspect.cli.output import wants_colour, write
from imginspect.cli.progress import progress_bar
from imginspect.cli.report_options import InOrder, ReportTarget, check_filesystem, report_options, show_filesystem_option, wanted
from imginspect.cli.report_places import say_where
from imginspect.cli.signed_options import signed, signed_options
from imginspect.cli.source import ImageArgument, naming, request, source_options, unnamed
from imginspect.cli.undetermined_option import undetermined_option
from imginspect.errors import UsageError, describe
from imginspect.report.formats import TERMINAL
from imginspect.rules import Severity, Undetermined

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imginspect.host.cache import Cache
    from imginspect.inspection.criteria import Criteria
    from imginspect.report import Report
    from imginspect.report.document import ReportDocument


@click.command("inspect", cls=InOrder)
@source_options
@click.option("--all", "every", is_flag=True, help="Inspect every image of the archive.")
@report_options
@show_filesystem_option
@signed_options
@click.option(
    "--policy",
    shell_complete=completion.policies,
    default="epcc-tre",
    show_default=True,
    help="Policy, by name (epcc-tre, generic) or file.",
)
@click.option(
    "--rules",
    "rule_folders",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Directory with your own rules, added to the built-in ones. May be repeated.",
)
@click.option(
    "--fail-on",
    type=click.Choice([str(severity) for severity in Severity]),
    help="Fail the image if a rule of this severity or higher fails (default: set by the policy).",
)
@click.option("--strict", is_flag=True, help="Treat warnings as failures.")
@undetermined_option
@click.option(
    "--colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Use colours in the terminal report.",
)
@fingerprint_key_option
@evidence_options
@cache_options
@click.option("-q", "--quiet", is_flag=True, help="Show no progress bar, and write to standard output only with -o -.")
def command(
    every: bool, format_names: tuple[str, ...], files: tuple[Path, ...], show_filesystem: bool, by: str | None, date: str | None,
    policy: str, rule_folders: tuple[Path, ...], fail_on: str | None, strict: bool, undetermined: str | None, colour: str,
    fingerprint_key: Path | None, evidence: Path | None, key: Path | None, cache_folder: Path | None, cache_size: str, quiet: bool,
    **source: object,
) -> None:  # fmt: skip
    """Inspect the image in SOURCE (an archive, a directory, or - for standard input) and report what is in it.

    \b
    SOURCE may be written as skopeo does:
      docker-archive:app.tar:app:1, oci-archive:app.tar, oci:folder:tag, dir:folder
    An image that is in no archive yet is exported first, with one of these:
      docker save -o app.tar app:1
      podman save -o app.tar app:1
      skopeo copy docker://app:1 docker-archive:app.tar:app:1
    A folder of archives is for "imginspect batch".

    --evidence writes a pack that can be filed and checked again with "imginspect verify".

    One run can write several reports: --format sarif -o app.sarif --format junit -o app.xml --format terminal

    Exit codes: 0 pass, 1 fail, 2 usage error, 3 not inspected, 4 incomplete, 5 undecided,
    70 unexpected error.
    """
    from imginspect.cli import EXIT_USAGE
    from imginspect.inspection.criteria import criteria_files, load_criteria

    secret = read_fingerprint_key(fingerprint_key) if fingerprint_key is not None else None
    severity = Severity(fail_on) if fail_on else None
    choice = Undetermined(undetermined) if undetermined else None
    criteria = load_criteria(policy, rule_folders, severity, strict=strict, undetermined=choice, cache=user_cache(), fingerprint_key=secret)
    asked = request(**source)  # type: ignore[arg-type]
    if every and asked.choice.image:
        raise UsageError("--all and --image are mutually exclusive")
    outputs = wanted(format_names, files, quiet=quiet, source=asked.source)
    if evidence is None:
        check_filesystem(outputs, shown=show_filesystem)
    answers = signed(by, date)
    pack = asked_evidence(evidence, key, answers.by)
    cache = layer_results(cache_folder, cache_size)
    with progress_bar(asked.source, quiet=quiet) as progress:
        reports = _reports(asked, criteria, progress, every=every, cache=cache)
    documents = answers.on(_documents(reports, outputs, with_filesystem=pack is not None, show_filesystem=show_filesystem))
    written = [_is_written(documents, output, every=every, colour=colour, show_filesystem=show_filesystem) for output in outputs]
    if not quiet and all(written):
        say_where(documents, outputs, colour=colour)
    if pack is not None:
        used = criteria_files(policy, rule_folders, criteria.policy.digest)
        write_evidence(pack, documents, [output.format_name for output in outputs if output.format_name != TERMINAL], used, several=every,
                       show_filesystem=show_filesystem)  # fmt: skip
    sys.exit(_exit_code(reports) if all(written) else EXIT_USAGE)


def _reports(
    asked: ImageArgument, criteria: Criteria, progress: Callable[[int], None] | None, *, every: bool, cache: Cache | None
) -> list[Report]:
    """The reports; for what cannot be inspected there is a line on standard error too.

    Raises: UsageError
    """
    from imginspect.cli import complain
    from imginspect.inspection.library import inspect_source
    from imginspect.reading.given import given
    from imginspect.report import ReportVerdict

    try:
        reports = inspect_source(
            lambda: unnamed(asked, progress), asked.choice, criteria, progress, what=given(asked.source), every=every, cache=cache
        )
    except UsageError as error:
        raise naming(asked, error) from error
    for report in reports:
        if report.verdict is ReportVerdict.NOT_INSPECTED:
            complain(f"{asked.name}: {report.reason}")
    return reports


def _documents(
    reports: list[Report], outputs: Sequence[ReportTarget], *, with_filesystem: bool, show_filesystem: bool
) -> list[ReportDocument]:
    from imginspect.report import formats
    from imginspect.report.tree import report_tree

    needed = (formats.FORMATS[output.format_name].needs_filesystem(show_filesystem=show_filesystem) for output in outputs)
    with_filesystem = with_filesystem or any(needed)
    return [report_tree(report, with_filesystem=with_filesystem) for report in reports]


def _is_written(documents: list[ReportDocument], output: ReportTarget, *, every: bool, colour: str, show_filesystem: bool) -> bool:
    """Whether *output* could be written; if not, standard error says so, and the other reports have their turn."""
    from imginspect.cli import complain
    from imginspect.report import formats

    try:
        coloured = wants_colour(colour, output.target)
        write(
            formats.render(output.format_name, documents, several=every, colour=coloured, show_filesystem=show_filesystem),
            output.target,
        )
    except UsageError as error:
        complain(describe(error))
        return False
    return True


def _exit_code(reports: list[Report]) -> int:
    from imginspect.report import worst

    return worst(report.verdict for report in reports).exit_code
