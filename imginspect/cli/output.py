"""Where output goes: standard output, or a file that is written whole or not at all."""

from __future__ import annotations

import io
import os
import secrets
import stat
import sys
from pathlib import Path

import click

from imginspect.errors import UsageError


def write(text: str, target: Path | None) -> None:
    """Write *text* to standard output, or to the file *target*: readable by its owner only, whole or not at all.

    A link in the place of a file is replaced, not followed. What is no file, and anything in /dev and /proc (``/dev/stdout`` may lead to
    a file, and is a link that the whole machine needs), is written to as it is.
    Raises: UsageError - the file cannot be written
    """
    if target is None or str(target) == "-":
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that cannot show a letter must not stop the report
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        if _is_device(target):
            # never created; what standard output has led to a file so far is kept
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_APPEND), "w", encoding="utf-8", newline="") as handle:
                handle.write(text)
        else:
            _replace(text, target)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from error


def _is_device(target: Path) -> bool:
    """Whether *target* stands in /dev or /proc, or is neither missing nor a file nor a folder, wherever it leads."""
    if Path(os.path.realpath(target.parent)).parts[:2] in (("/", "dev"), ("/", "proc")):
        return True
    try:
        mode = target.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _replace(text: str, target: Path) -> None:
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as handle:
            handle.write(text)
        os.replace(temporary, target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def wants_colour(choice: str, target: Path | None) -> bool:
    """Whether to colour: as told, else on a terminal, unless NO_COLOR is set (no-color.org)."""
    if choice != "auto":
        return choice == "always"
    return target is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def warn_incomplete(gaps: tuple[str, ...]) -> None:
    """Say on standard error that not everything could be read."""
    from imginspect.cli.shown import shown

    for gap in gaps[:5]:
        click.echo(f"imginspect: not everything could be read: {shown(gap)}", err=True)
    if len(gaps) > 5:
        click.echo(f"imginspect: and {len(gaps) - 5} more", err=True)


def human(count: int) -> str:
    """*count* bytes as people write them: 512 B, 1.2 kB, 3.4 GB (powers of 1000)."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{count} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
