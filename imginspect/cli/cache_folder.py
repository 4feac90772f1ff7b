"""The caches on this machine: the user's own, whose place this module alone knows, and one for what is found in layers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from imginspect.errors import UsageError
from imginspect.host.cache import Cache
from imginspect.limits import parse_count

F = TypeVar("F", bound=Callable[..., Any])


def user_cache() -> Cache:
    """The cache in IMGINSPECT_CACHE_DIR, else in the user's cache folder; none where IMGINSPECT_CACHE_DIR is empty.

    Source: XDG Base Directory Specification, XDG_CACHE_HOME.
    """
    own = os.environ.get("IMGINSPECT_CACHE_DIR")
    if own is not None:
        return Cache(Path(own) if own else None)
    base = os.environ.get("XDG_CACHE_HOME", "")
    home = os.environ.get("HOME", "")
    if base.startswith("/"):
        return Cache(Path(base, "imginspect"))
    return Cache(Path(home, ".cache", "imginspect") if home.startswith("/") else None)


class _Folder(click.Path):
    """A folder's name; an empty one, as of a variable that is not set, would be the folder that we are in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Raises click.BadParameter"""
        if value == "":
            self.fail("the name is empty", param, ctx)
        return super().convert(value, param, ctx)


def cache_options(function: F) -> F:
    """Adds --cache and --cache-size; the command gets them as ``cache_folder`` and ``cache_size``, for ``layer_results``."""
    for decorate in (
        click.option(
            "--cache-size", default="20G", show_default=True, metavar="BYTES", help="Maximum size of the --cache directory, such as 500M."
        ),
        click.option(
            "--cache",
            "cache_folder",
            type=_Folder(path_type=Path, file_okay=False),
            help="Cache directory for layer results, reused by later images. Safe to delete.",
        ),
    ):
        function = decorate(function)
    return function


def layer_results(folder: Path | None, size: str) -> Cache | None:
    """The cache in *folder*, at most *size* bytes (``500M``); None without a folder.

    Raises: UsageError - the size is none, or the folder cannot be used
    """
    most = parse_count(size, "cache-size")
    return None if folder is None else _checked(folder, most)


def batch_cache(folder: Path | None, size: str, out: Path, say: Callable[[str], None] | None) -> Cache:
    """The cache of a batch run: in *folder*, else in the user's cache folder, else in *out*, which it is told with *say*.

    Raises: UsageError - the size is none, or the folder that was asked for cannot be used
    """
    most = parse_count(size, "cache-size")
    own = user_cache().folder
    why = "" if os.environ.get("IMGINSPECT_CACHE_DIR") == "" else "HOME is not set to a directory"
    if folder is None and own is not None:
        try:
            return _checked((own / "layers").absolute(), most)
        except UsageError as error:
            if os.environ.get("IMGINSPECT_CACHE_DIR") is not None:
                raise
            why = str(error)
    cache = _checked((folder or out / "cache").absolute(), most)
    if folder is None and why and say is not None:
        say(f"imginspect batch: {why}; layer results are cached in {out / 'cache'}")
    return cache


def _checked(folder: Path, most: int) -> Cache:
    cache = Cache(folder, most)
    cache.check()
    return cache
