"""The options of ``inspect`` that ask for an evidence pack: ``--evidence`` and ``--key``; and what they ask for, done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from imginspect.errors import UsageError

if TYPE_CHECKING:
    from imginspect.evidence_pack import Signer
    from imginspect.report.document import ReportDocument

F = TypeVar("F", bound=Callable[..., Any])
_ALWAYS = ("json", "html", "markdown")
_NAMES = {"sarif": "report.sarif", "junit": "report.junit.xml", "github": "report.github.txt", "gitlab": "report.gitlab.json"}
"""Files of the formats whose suffix alone would not tell them apart."""


@dataclass(frozen=True, slots=True)
class PackRequest:
    """The pack that was asked for, the key that signs it, and who answers for it; *started* is when the inspection began."""

    target: Path
    signer: Signer | None
    by: str | None
    started: datetime


def evidence_options(function: F) -> F:
    """Adds --evidence and --key; the command gets them as arguments for ``evidence``."""
    for decorate in (
        click.option(
            "--key", type=click.Path(path_type=Path, dir_okay=False), help='Private key for signing the evidence pack; see "key new".'
        ),
        click.option(
            "--evidence",
            metavar="DIR|FILE.zip",
            type=click.Path(path_type=Path),
            help="Write an evidence pack: reports, criteria, excerpts, checksums, statement.",
        ),
    ):
        function = decorate(function)
    return function


def evidence(target: Path | None, key: Path | None, by: str | None) -> PackRequest | None:
    """What was asked for, the key read before any image is; None where no pack is wanted.

    Raises: UsageError
    """
    from imginspect.cli.host_facts import signer_from, source_date_epoch

    if target is None:
        if key is not None:
            raise UsageError("--key requires --evidence DIR|FILE.zip")
        return None
    source_date_epoch()  # a wrong one is told before the image is read
    return PackRequest(target, signer_from(key) if key is not None else None, by, datetime.now(UTC))


def write_evidence(
    asked: PackRequest, documents: Sequence[ReportDocument], format_names: Iterable[str], criteria: dict[str, bytes], *, several: bool,
    show_filesystem: bool = False,
) -> None:  # fmt: skip
    """Writes the pack: the JSON, HTML and Markdown forms, and *forms* too.

    Raises: UsageError - it cannot be written
    """
    from imginspect.cli.host_facts import inspection_record, source_date_epoch
    from imginspect.evidence_pack import make_pack, write_pack
    from imginspect.report import formats as renderers

    read = datetime.now(UTC)
    wanted = dict.fromkeys([*_ALWAYS, *format_names])
    texts = {
        format_name: renderers.render(format_name, documents, several=several, show_filesystem=show_filesystem) for format_name in wanted
    }
    rendered = {_file_name(format_name): text.encode("utf-8") for format_name, text in texts.items()}
    pack = make_pack(documents, rendered, criteria, signer=asked.signer, by=asked.by, source_date_epoch=source_date_epoch())
    ended = datetime.now(UTC)
    durations = {"reading": (read - asked.started).total_seconds(), "pack": (ended - read).total_seconds()}
    record = inspection_record(asked.started, ended, asked.by, sys.argv[1:], durations)
    write_pack(pack, record.as_json(), asked.target)


def _file_name(format_name: str) -> str:
    from imginspect.report.formats import FORMATS

    return _NAMES.get(format_name) or "report" + FORMATS[format_name].suffixes[-1]
