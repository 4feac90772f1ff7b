"""The SOURCE arguments of a batch run, without skopeo's prefixes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from imginspect.cli.source_name import check_prefix, parse_source
from imginspect.errors import ImgInspectError, UsageError

if TYPE_CHECKING:
    from imginspect.limits import Limits


def plain_sources(sources: Sequence[str], limits: Limits, tmp_dir: Path | None) -> tuple[str, ...]:
    """*sources* as paths, globs and lists.

    Raises: UsageError - one is not there, or is not what its prefix says
    """
    return tuple(_plain(sources, limits, tmp_dir))


def _plain(sources: Sequence[str], limits: Limits, tmp_dir: Path | None) -> Iterator[str]:
    from imginspect.archive import Access, open_archive
    from imginspect.batch.mirror.globs import is_glob

    for source in sources:
        if not source or source.startswith("@") or is_glob(source) or os.path.lexists(source):
            yield source
            continue
        if source == "-":
            raise UsageError("batch does not read standard input: name archives and directories")
        named = parse_source(source)
        if named.image:
            raise UsageError(f"{source}: batch inspects whole archives and directories; select images by name with --include {named.image}")
        if named.prefix:
            try:
                with open_archive(Path(named.path), Access(limits, tmp_dir)) as archive:
                    check_prefix(named, archive)
            except ImgInspectError as error:
                raise UsageError(f"{source}: {error}") from error
        yield named.path
