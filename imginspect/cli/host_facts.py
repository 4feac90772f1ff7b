"""What only the command line may ask the machine for: the user, the host, the versions, the passphrase of a key, SOURCE_DATE_EPOCH."""

from __future__ import annotations

import getpass
import os
import platform
import socket
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import click

from imginspect.errors import UsageError

if TYPE_CHECKING:
    from imginspect.evidence_pack.inspection_record import InspectionRecord
    from imginspect.evidence_pack.keys import Signer, Verifier

PASSPHRASE = "IMGINSPECT_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable
_LIBRARIES = ("click", "PyYAML", "python-magic", "isal", "hyperscan", "tree-sitter", "tree-sitter-bash", "backports.zstd", "cryptography")


def signer_from(path: Path) -> Signer:
    """The private key in the file *path*; its passphrase is IMGINSPECT_KEY_PASSPHRASE, else it is asked for on a terminal.

    Raises: UsageError
    """
    from imginspect.evidence_pack.keys import PassphraseNeeded, load_signer, read_key_file

    pem = read_key_file(path)
    try:
        try:
            return load_signer(pem, given_passphrase())
        except PassphraseNeeded:
            if not sys.stdin.isatty():
                raise
            return load_signer(pem, click.prompt("Passphrase of the key", hide_input=True, err=True).encode())
    except PassphraseNeeded as error:
        raise UsageError(f"{path}: {error}: set {PASSPHRASE}") from error
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def verifier_from(path: Path) -> Verifier:
    """The public key in the file *path*.

    Raises: UsageError
    """
    from imginspect.evidence_pack.keys import load_verifier, read_key_file

    try:
        return load_verifier(read_key_file(path))
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def given_passphrase() -> bytes | None:
    """The passphrase in the environment; None where there is none."""
    given = os.environ.get(PASSPHRASE)
    return os.fsencode(given) if given else None


def source_date_epoch() -> int | None:
    """SOURCE_DATE_EPOCH, or None where it is not set.

    Raises: UsageError - it is no number of seconds
    Source: reproducible-builds.org, SOURCE_DATE_EPOCH specification.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise UsageError(f"SOURCE_DATE_EPOCH is {given[:40]!a}: expected seconds since 1970, digits only")
    return int(given)


def inspection_record(
    started: datetime, ended: datetime, by: str | None, arguments: Sequence[str], durations: Mapping[str, float]
) -> InspectionRecord:
    """The record of an inspection on this machine; *by* is who was named, else the operating system's user."""
    from imginspect.cli.settings import in_effect
    from imginspect.evidence_pack.inspection_record import InspectionRecord

    return InspectionRecord(
        started=started,
        ended=ended,
        by=by or _user(),
        host=socket.gethostname(),
        system=platform.platform(),
        python=platform.python_version(),
        libraries={name: version for name in _LIBRARIES if (version := _version(name))},
        arguments=arguments,
        durations=durations,
        settings=in_effect(click.get_current_context(silent=True)),
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user id that has no name
        return f"user id {os.getuid()}"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
