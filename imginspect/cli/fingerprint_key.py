"""The option ``--fingerprint-key``, by which secrets get ids; and the key that it names."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from imginspect.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


def fingerprint_key_option(function: F) -> F:
    """Adds --fingerprint-key; the command gets the file's path, or None, as *fingerprint_key*."""
    return click.option(
        "--fingerprint-key",
        type=click.Path(path_type=Path, dir_okay=False),
        help='Give each credential an id derived with the key in this file; equal credentials get equal ids. See "key fingerprint".',
    )(function)


def read_fingerprint_key(path: Path) -> bytes:
    """The key in the file *path*: all its bytes, a line end at its end too.

    Raises: UsageError - it cannot be read, is no regular file, or is too short or too long
    """
    from imginspect.scan.secret_id import MOST_BYTES, checked_key

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe would wait for somebody to write
        with os.fdopen(descriptor, "rb") as handle:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UsageError(f"{path}: a fingerprint key must be a regular file")
            key = handle.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"cannot read {str(path)!a}: {error}") from error
    try:
        return checked_key(key)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error
