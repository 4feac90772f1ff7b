"""A progress bar on standard error, where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def progress_bar(source: str, *, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Something to call with numbers of bytes read, or None where nobody would see it."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    import click

    path = Path(source)
    length = path.stat().st_size if source != "-" and path.is_file() else 0
    if not length:
        yield None
        return
    with click.progressbar(length=length, label="reading", file=sys.stderr, update_min_steps=1 << 22) as bar:
        yield bar.update
