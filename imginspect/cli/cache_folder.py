"""The user's cache: the one place that reads where it is."""

from __future__ import annotations

import os
from pathlib import Path

from imginspect.cache import Cache


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
