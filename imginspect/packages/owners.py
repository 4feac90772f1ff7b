"""Owners: which package claims which file, and whether the file is as the package's database recorded it.

All of this is what the image states of itself. A database may claim only paths of its own install scheme, and a claim holds only where
the file's content has the recorded digest, or none is recorded.
"""

from __future__ import annotations

import posixpath
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from imginspect.errors import PathError
from imginspect.filesystem import Node
from imginspect.filesystem.view import View
from imginspect.packages.apk import apk_packages
from imginspect.packages.conda import conda_packages
from imginspect.packages.dpkg import dpkg_packages
from imginspect.packages.folders import julia_packages, npm_packages, r_packages
from imginspect.packages.package import Manager, NotDetermined, Package, Stated
from imginspect.packages.python_packages import python_packages
from imginspect.packages.rpm import rpm_packages

_READERS = (dpkg_packages, apk_packages, rpm_packages, conda_packages, python_packages, r_packages, npm_packages, julia_packages)
"""In this order: where two claim a file the first one stands, as the system's package manager does over pip."""
_SYSTEM = frozenset({Manager.DPKG, Manager.APK, Manager.RPM})
_SYSTEM_ROOTS = ("/bin/", "/boot/", "/etc/", "/lib", "/opt/", "/sbin/", "/usr/", "/var/")
_NOT_OF_THE_SYSTEM = "/usr/local/"
"""Distributions leave it to whoever administers the machine (Filesystem Hierarchy Standard 3.0, 4.9)."""
_COMPILED = "/__pycache__/"


class ClaimState(StrEnum):
    """How a file compares with what its package's database recorded."""

    UNMODIFIED = "unmodified"
    MODIFIED = "modified"
    UNVERIFIED = "unverified"
    """No digest is recorded, or the file's own is not known in that algorithm."""


class Owner(NamedTuple):
    """The package that claims a file, and how the file compares."""

    package: Package
    state: ClaimState


class Owners:
    """The packages of an image and their claims; ``of`` answers for one file."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._stated: list[Stated] = []
        self._files: dict[str, int] = {}
        self._folders: dict[str, int] = {}
        self.not_determined: list[NotDetermined] = []
        canonical = lru_cache(maxsize=20_000)(self._canonical_folder)
        for reader in _READERS:
            for stated in reader(view):
                if isinstance(stated, NotDetermined):
                    self.not_determined.append(stated)
                    continue
                number = len(self._stated)
                self._stated.append(stated)
                for claim in stated.claims():
                    if _may_claim(stated.package, claim.path):
                        folder, _, name = claim.path.rpartition("/")
                        self._files.setdefault(f"{canonical(folder)}/{name}", number)
                for folder in stated.folders:
                    self._folders.setdefault(folder, number)
        self._digests = lru_cache(maxsize=64)(self._digests_of)

    @property
    def packages(self) -> tuple[Package, ...]:
        """All packages, in the order of their databases."""
        return tuple(stated.package for stated in self._stated)

    def of(self, node: Node) -> Owner | None:
        """The package that claims *node*, or None. The files of a project that pip installed from a folder are the project's own."""
        number = self._number(node.path)
        if number is None:
            return None
        package = self._stated[number].package
        return None if package.is_project else Owner(package, self._state(number, node))

    def _number(self, path: str) -> int | None:
        number = self._files.get(path)
        if number is None and _COMPILED in path and path.endswith(".pyc"):  # compiled when the source was installed
            folder, _, name = path.rpartition(_COMPILED)
            number = self._files.get(f"{folder}/{name.partition('.')[0]}.py")
        while number is None and path not in ("", "/"):
            path = posixpath.dirname(path)
            number = self._folders.get(path)
        return number

    def _state(self, number: int, node: Node) -> ClaimState:
        recorded = self._digests(number).get(node.path, "")
        algorithm, _, digest = recorded.partition(":")
        actual = self._view.digest(node, algorithm) if recorded else None
        if actual is None:
            return ClaimState.UNVERIFIED
        return ClaimState.UNMODIFIED if actual == digest else ClaimState.MODIFIED

    def _digests_of(self, number: int) -> dict[str, str]:
        found: dict[str, str] = {}
        for claim in self._stated[number].claims():
            folder, _, name = claim.path.rpartition("/")
            found[f"{self._canonical_folder(folder)}/{name}"] = claim.digest
        return found

    def _canonical_folder(self, folder: str) -> str:
        """*folder* as the filesystem has it: ``/usr/bin`` for ``/bin`` where that is a link."""
        try:
            return self._view.filesystem.resolve(folder or "/").node.path.rstrip("/")
        except PathError:
            return folder


def _may_claim(package: Package, path: str) -> bool:
    """Whether *path* is in the install scheme of the package's manager; those below a prefix see to it themselves."""
    if package.manager not in _SYSTEM:
        return True
    return path.startswith(_SYSTEM_ROOTS) and not path.startswith(_NOT_OF_THE_SYSTEM)
