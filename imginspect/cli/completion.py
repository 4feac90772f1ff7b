"""What a shell completes besides options and choices: files, images of an archive, policies, rules. Nothing slow is looked up."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from imginspect.errors import ImgInspectError

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

_TAR_MARK = 257, b"ustar"
"""Where a tar says that it is one: a compressed archive would have to be expanded first."""


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files and folders."""
    from click.shell_completion import CompletionItem

    del ctx, param
    return [CompletionItem(incomplete, type="file")]


def images(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """References in the archive that stands before the option, unless it is compressed as a whole."""
    from imginspect.archive import open_archive
    from imginspect.cli.source_name import parse_source

    del param
    given = [ctx.params.get("source"), *ctx.args]  # click leaves it among the arguments where an option has no value yet
    source = next((item for item in given if isinstance(item, str) and not item.startswith("-")), "")
    with suppress(ImgInspectError, OSError, ValueError):
        path = Path(parse_source(source).path)
        if path.is_dir() or _is_plain_tar(path):
            with open_archive(path) as archive:
                return _items((name for image in archive.stored_images() for name in image.references), incomplete)
    return []


def policies(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Policies that come with imginspect, and files."""
    from imginspect.rules.folder import rules_folder

    names = sorted(path.stem for path in (rules_folder() / "policies").glob("*.yaml"))
    return _items(names, incomplete) or files(ctx, param, incomplete)


def rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The rules that come with imginspect."""
    from imginspect.cli.cache_folder import user_cache
    from imginspect.rules.folder import rules_folder
    from imginspect.rules.loading import load

    del ctx, param
    loaded = load([rules_folder()], cache=user_cache())
    return _items((rule.id for rule in loaded.rules.rules), incomplete.upper())


def _items(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """Those of *names* that begin so and that a shell reads as one plain word: they may come from an image."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in dict.fromkeys(names) if name.startswith(incomplete) and _is_plain(name)]


def _is_plain(name: str) -> bool:
    return name.isascii() and all(letter.isalnum() or letter in "._-/:@+" for letter in name)


def _is_plain_tar(path: Path) -> bool:
    place, mark = _TAR_MARK
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.pread(descriptor, len(mark), place) == mark
    finally:
        os.close(descriptor)
