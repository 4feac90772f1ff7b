"""``imginspect verify``: an evidence pack by itself, and against the archive that it is about."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from imginspect.cli import completion
from imginspect.cli.progress import progress_bar
from imginspect.cli.source import opened, request
from imginspect.report.text import visible

if TYPE_CHECKING:
    from imginspect.archive import Archive
    from imginspect.evidence_pack.answer import Comparison
    from imginspect.report.document import ReportDocument

_LONGEST = 500
"""Characters of one sentence on a terminal; one that is cut ends in an ellipsis."""
_PATH = click.Path(path_type=Path)


@click.command("verify")
@click.argument("pack", type=_PATH)
@click.argument("archive", required=False, shell_complete=completion.files)
@click.option("--key", type=_PATH, help="The signer's public key, a PEM file.")
@click.option(
    "--format", "format_name", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True, help="Output format."
)
@click.option("--limit", "limits", multiple=True, metavar="NAME=N", help="Change a limit, such as entries=5M. May be repeated.")
@click.option("--tmp-dir", type=click.Path(path_type=Path, file_okay=False), help="Directory for the temporary file of a streamed archive.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress bar.")
def command(
    pack: Path, archive: str | None, key: Path | None, format_name: str, limits: tuple[str, ...], tmp_dir: Path | None, quiet: bool
) -> None:
    """Verify the evidence in PACK (a directory or zip from inspect --evidence).

    With ARCHIVE, also verify that the evidence is in the image.

    Exit codes: 0 all checks agree, 1 some disagree, 2 usage error, 3 the pack or archive could not be read.
    """
    from imginspect.cli import EXIT_NOT_INSPECTED, complain
    from imginspect.cli.host_facts import verifier_from
    from imginspect.errors import ImgInspectError, UsageError, describe
    from imginspect.evidence_pack.answer import agrees
    from imginspect.evidence_pack.checking import check_pack, documents_of
    from imginspect.evidence_pack.reading import read_pack

    verifier = verifier_from(key) if key else None
    asked = request(archive, None, None, limits, tmp_dir) if archive else None
    if asked is not None and asked.choice.image:
        raise UsageError(f"{archive}: a pack is compared with the whole archive: omit the name after the path")
    try:
        stored = read_pack(pack)
        documents = documents_of(stored)
        checks = check_pack(stored, documents, verifier)
        if asked is not None:
            with progress_bar(asked.source, quiet=quiet) as progress, opened(asked, progress) as there:
                checks += _against(documents, there, progress)
    except UsageError:
        raise
    except ImgInspectError as error:
        complain(describe(error))
        sys.exit(EXIT_NOT_INSPECTED)
    if asked is None:
        checks.append(_no_archive())
    click.echo(_as_json(checks) if format_name == "json" else _as_text(checks), nl=False)
    sys.exit(0 if agrees(checks) else 1)


def _against(documents: list[ReportDocument], archive: Archive, progress: Callable[[int], None] | None) -> list[Comparison]:
    from imginspect.cli.cache_folder import user_cache
    from imginspect.evidence_pack.evidence_check import check_evidence
    from imginspect.image import list_images
    from imginspect.inspection.criteria import load_criteria

    return check_evidence(documents, archive, list_images(archive), load_criteria(cache=user_cache()), progress)


def _no_archive() -> Comparison:
    from imginspect.evidence_pack.answer import Comparison

    return Comparison("evidence against the archive", note="no archive was given, so the evidence was not compared with the image")


def _as_text(checks: Sequence[Comparison]) -> str:
    """A table of what was checked, each disagreement, and a final sentence."""
    from tabulate import tabulate

    from imginspect.evidence_pack.answer import conclusion

    rows = [(check.what, check.status, f"{check.agreeing:,} of {check.compared:,}" if check.compared else "-") for check in checks]
    lines = [tabulate(rows, headers=("Checked", "Result", "Agree"), tablefmt="simple", disable_numparse=True), ""]
    lines += [f"- {_plain(check.note)}" for check in checks if check.note]
    lines += [f"! {_plain(sentence)}" for check in checks for sentence in check.disagreements]
    return "\n".join([*lines, "", conclusion(checks)]) + "\n"


def _as_json(checks: Sequence[Comparison]) -> str:
    from imginspect.evidence_pack.answer import agrees, conclusion

    tree = {
        "agrees": agrees(checks),
        "conclusion": conclusion(checks),
        "checks": [
            {
                "what": check.what,
                "result": check.status,
                "compared": check.compared,
                "agreeing": check.agreeing,
                "note": _plain(check.note),
                "disagreements": [_plain(sentence) for sentence in check.disagreements],
            }
            for check in checks
        ],
    }
    return json.dumps(tree, indent=2) + "\n"


def _plain(text: str) -> str:
    """*text* with what could act on a terminal escaped. A report's strings are escaped already, unless it is forged: backslashes stay."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return "".join(character if character == "\\" else visible(character) for character in cut)
