"""Where output goes: standard output, or a file that is written whole or not at all."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from pathlib import Path

from imginspect.cli.streams import drop, say
from imginspect.errors import UsageError
from imginspect.host.writing import complaints, write_whole
from imginspect.wording import bounded


def write(text: str, target: Path | None) -> None:
    """Write *text* to standard output, or to the file *target*: readable by its owner only, whole or not at all.

    A link in the place of a file is replaced, not followed. What is no file, and anything in /dev and /proc (``/dev/stdout`` may lead to
    a file, and is a link that the whole machine needs), is written to as it is.
    Raises: UsageError - the file or standard output cannot be written; BrokenPipeError
    """
    if target is None or str(target) == "-":
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that cannot show a letter must not stop the report
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            drop(sys.stdout)
            raise UsageError(f"cannot write to standard output: {error.strerror}") from error
        return
    content = text.encode("utf-8")
    with complaints(target):
        if not _written_to_device(content, target):
            write_whole(target, content)


def is_in_devices(target: Path) -> bool:
    """Whether *target* stands in /dev or /proc, where nothing is ever replaced."""
    return Path(os.path.realpath(target.parent)).parts[:2] in (("/", "dev"), ("/", "proc"))


def _written_to_device(content: bytes, target: Path) -> bool:
    """Whether *target* is no file and *content* was written to it. It is opened first and then looked at: nobody can swap it in between.

    Outside of /dev and /proc no link is followed.
    Raises: OSError
    """
    in_devices = is_in_devices(target)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK | (0 if in_devices else os.O_NOFOLLOW)
    try:
        descriptor = os.open(target, flags)
    except OSError as error:
        if error.errno == errno.ENXIO:  # a pipe that nobody reads yet: wait for a reader, as everybody would
            descriptor = os.open(target, flags & ~os.O_NONBLOCK)
        elif in_devices:
            raise
        else:  # it is missing, a link, a folder, or not to be written: whatever takes its place is a new file
            return False
    with os.fdopen(descriptor, "wb") as handle:
        if not in_devices and stat.S_ISREG(os.fstat(descriptor).st_mode):
            return False
        os.set_blocking(descriptor, True)
        handle.write(content)
    return True


def wants_colour(choice: str, target: Path | None) -> bool:
    """Whether to colour: as told, else on a terminal, unless NO_COLOR is set (no-color.org)."""
    if choice != "auto":
        return choice == "always"
    return target is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def warn_incomplete(gaps: tuple[str, ...]) -> None:
    """Say on standard error that not everything could be read."""
    from imginspect.cli.masking import shown

    for line in bounded([f"not everything could be read: {shown(gap)}" for gap in gaps], 5):
        say(f"imginspect: {line}")


def human(count: int) -> str:
    """*count* bytes as people write them: 512 B, 1.2 kB, 3.4 GB (powers of 1000)."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{count} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
