"""The values of this room: a package, the files that it claims, and what of a database could not be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple, TypeAlias


class Manager(StrEnum):
    """Whose database states a package."""

    DPKG = "dpkg"
    APK = "apk"
    RPM = "rpm"
    PYTHON = "python"
    CONDA = "conda"
    R = "r"
    JULIA = "julia"
    NPM = "npm"


class Package(NamedTuple):
    """One installed package, as the image states it. *database* is the path of what states it, *layer_index* that file's layer.

    *is_project*: it was installed from a local directory, so its files are the project's own.
    """

    manager: Manager
    name: str
    version: str
    database: str
    layer_index: int
    licence: str = ""
    is_project: bool = False


class Claim(NamedTuple):
    """A file that a package claims: its path in the image, and the recorded digest (``sha256:…``, ``md5:…``), empty where none is."""

    path: str
    digest: str = ""


Claims: TypeAlias = Callable[[], Iterable[Claim]]
"""Gives the claims of one package, each time anew: all claims of an image together would take much memory."""


_SYSTEM_FOLDERS = re.compile(r"/(?:bin|boot|etc|lib(?:32|64|x32|o32)?|opt|sbin|usr(?!/local/)|var)/")
"""Distributions leave /usr/local to whoever administers the machine (Filesystem Hierarchy Standard 3.0, 4.9)."""


def _no_claims() -> Iterable[Claim]:
    return ()


def is_of_the_system(path: str) -> bool:
    """Whether the package manager of a distribution installs files at *path*."""
    return _SYSTEM_FOLDERS.match(path) is not None


class Stated(NamedTuple):
    """A package with its claims. *folders* are claimed with all that is below them; such claims have no digests.

    *may_claim* tells whether a path, with every link in it followed, is in the install scheme of the package's manager.
    """

    package: Package
    claims: Claims = _no_claims
    folders: tuple[str, ...] = ()
    may_claim: Callable[[str], bool] = is_of_the_system


class NotDetermined(NamedTuple):
    """A database that states packages and could not be read. *due_to_unread*: because its content was not kept or a limit was met."""

    database: str
    why: str
    due_to_unread: bool = False


StatedOrNot: TypeAlias = Stated | NotDetermined
