"""``imginspect query``: queries across all images of a batch run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from imginspect.cli import completion
from imginspect.cli.fingerprint_key import read_fingerprint_key
from imginspect.cli.query_output import FORMATS, print_found
from imginspect.cli.streams import say
from imginspect.errors import UsageError

if TYPE_CHECKING:
    from imginspect.batch.store.database import Database
    from imginspect.batch.store.query import QueryResult

_LARGEST_SECRET = 1 << 20
"""Bytes of a credential that is asked for; a larger file is refused."""


@click.command("query")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--file", "file_", metavar="SHA256", help="Files with this SHA-256 digest.")
@click.option("--layer", metavar="DIGEST", help="Images with this layer: its blob digest or diff_id, or at least 12 digits of either.")
@click.option("--path", metavar="PATH|GLOB", help="Files with this name or path; globs such as '*.lic' or '/opt/*/licence' are allowed.")
@click.option(
    "--finding",
    shell_complete=completion.rules,
    metavar="RULE|FINGERPRINT",
    help="Findings of this rule, or every occurrence of one finding.",
)
@click.option("--credential", metavar="FILE|-", help="Locations of the credential given in FILE (- for standard input).")
@click.option("--fingerprint-key", type=click.Path(path_type=Path, dir_okay=False), help="Key that the batch run used, for --credential.")
@click.option("--base", metavar="REFERENCE|DIGEST", help="Images built on this image or chain id.")
@click.option("--image", metavar="REFERENCE|DIGEST", help="Results for this image.")
@click.option("--shared", is_flag=True, help="Findings that several images share through one layer; one decision covers them all.")
@click.option("--format", "format_name", type=click.Choice(FORMATS), default="table", show_default=True, help="Output format.")
def command(folder: Path, format_name: str, fingerprint_key: Path | None, **asked: str | bool | None) -> None:
    """Query the results of the batch run in DIR, across all of its images.

    imginspect query mirror-check --layer sha256:1b59b8e9...

    Only the database of the run is read. Exit codes: 0 found, 1 nothing found, 2 the query cannot be answered.
    """
    from imginspect.batch.store.database import open_for_reading

    questions = {name.rstrip("_"): value for name, value in asked.items() if value not in (None, False)}
    if len(questions) != 1:
        raise UsageError("give exactly one of --file, --layer, --path, --finding, --credential, --base, --image or --shared")
    ((name, value),) = questions.items()
    if (name == "credential") != (fingerprint_key is not None):
        raise UsageError("--credential and --fingerprint-key go together: the key turns the credential into the id to look for")
    with open_for_reading(folder) as database:
        if not database.is_finished:
            say("imginspect: the run is not finished; these are the results so far")
        if print_found(_found(database, name, str(value), fingerprint_key), format_name, facts=name == "image") == 0:
            raise click.exceptions.Exit(1)


def _found(database: Database, question: str, value: str, key: Path | None) -> QueryResult:
    from imginspect.batch.store import query, query_files

    match question:
        case "file":
            return query_files.files(database, value)
        case "path":
            return query_files.paths(database, value)
        case "layer":
            return query.layers(database, value)
        case "finding":
            return query.findings(database, value)
        case "base":
            return query.based_on(database, value)
        case "image":
            return query.known(database, value)
        case "credential":
            assert key is not None
            return query.credentials(database, _secret_id(database, value, key))
    return query.shared_findings(database)


def _secret_id(database: Database, source: str, key_file: Path) -> str:
    """The id of the credential in *source*, without the line end that editors put behind it."""
    from imginspect.scan.secret_id import key_id, secret_id

    key = read_fingerprint_key(key_file)
    made_with = database.run.get("fingerprint_key", "")
    if not made_with:
        raise UsageError("the run had no fingerprint key, so credentials cannot be looked up")
    if made_with != key_id(key):
        raise UsageError(f"{key_file}: the run used a different fingerprint key")
    value = _read(source)
    if len(value) > _LARGEST_SECRET:
        raise UsageError(f"{source}: expected a credential, found more than {_LARGEST_SECRET:,} bytes")
    value = value.removesuffix(b"\n").removesuffix(b"\r")
    if not value:
        raise UsageError(f"{source}: contains no credential")
    return secret_id(key, value)


def _read(source: str) -> bytes:
    """Raises: OSError"""
    if source == "-":
        if sys.stdin is None:
            raise UsageError("standard input is closed: expected the credential there")
        return sys.stdin.buffer.read(_LARGEST_SECRET + 1)
    with open(source, "rb") as handle:
        return handle.read(_LARGEST_SECRET + 1)
